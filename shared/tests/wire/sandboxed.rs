//! The clients against the sandbox, which was written from the parties' own documents.

use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::tripay::credentials::SANDBOX;
use serde_json::json;
use shared::domain::money::Money;
use shared::domain::payment_report::ReportedStatus;
use shared::providers::order_service::{OrderService, PaymentStatus};
use shared::providers::tripay::{Credentials, Tripay, TripayError};
use shared::retry::{Retry, Verdict};

use crate::setup::{at, caller, items, merchant_ref, new_transaction};

async fn started() -> (Running, Tripay) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let credentials = Credentials {
        api_key: SANDBOX.api_key.to_owned().into(),
        private_key: SANDBOX.private_key.to_owned().into(),
        merchant_code: SANDBOX.merchant_code.to_owned(),
    };
    let tripay = Tripay::new(caller(), &format!("{}/tripay/api-sandbox", sandbox.url()), credentials);
    (sandbox, tripay)
}

/// An hour from now, by the clock of the machine as the sandbox has it.
fn in_an_hour() -> jiff::Timestamp {
    jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)
}

#[tokio::test]
async fn a_transaction_is_created_found_paid_and_seen_paid() {
    let (sandbox, tripay) = started().await;
    let (merchant_ref, items) = (merchant_ref(), items());
    let mut new = new_transaction(&merchant_ref, &items);
    new.expires_at = in_an_hour();
    let created = tripay.create(&new).await.unwrap();
    assert_eq!(created.report.status, ReportedStatus::Unpaid);
    assert_eq!(created.report.merchant_ref, merchant_ref);
    assert_eq!(created.transaction.expires_at.as_second(), new.expires_at.as_second());
    assert!(created.transaction.code.is_some() && !created.transaction.instructions.is_empty());
    let reference = created.transaction.reference;
    assert_eq!(tripay.find(&merchant_ref).await.unwrap(), std::slice::from_ref(&reference));

    let path = format!("/_control/tripay/transactions/{reference}/pay");
    sandbox.control("POST", &path, &json!({ "send": false })).await.unwrap();
    let seen = tripay.detail(&reference).await.unwrap();
    assert_eq!((seen.report.status, seen.report.amount), (ReportedStatus::Paid, Money::rupiah(150_000)));
    assert!(seen.report.paid_at.is_some());
    assert_eq!(seen.transaction.code, created.transaction.code);
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_by_our_reference() {
    let (sandbox, tripay) = started().await;
    let fault = json!({ "party": "tripay", "operation": "transaction/create", "fault": "cut_after" });
    sandbox.control("POST", "/_control/faults", &fault).await.unwrap();
    let (merchant_ref, items) = (merchant_ref(), items());
    let mut new = new_transaction(&merchant_ref, &items);
    new.expires_at = in_an_hour();
    assert_eq!(tripay.create(&new).await.unwrap_err().retry(), Retry::AskFirst);
    let references = tripay.find(&merchant_ref).await.unwrap();
    assert_eq!(references.len(), 1, "{references:?}");
    assert_eq!(tripay.detail(&references[0]).await.unwrap().report.merchant_ref, merchant_ref);
}

#[tokio::test]
async fn every_offered_channel_has_its_fee() {
    let (_sandbox, tripay) = started().await;
    let (channels, fees) =
        (tripay.channels().await.unwrap(), tripay.fees(Money::rupiah(100_000)).await.unwrap());
    assert!(channels.len() > 10, "{channels:?}");
    for channel in channels {
        let fee = fees.iter().find(|fee| fee.code == channel.code).expect(&channel.code);
        assert!(fee.merchant.is_positive(), "{channel:?} {fee:?}");
    }
}

#[tokio::test]
async fn what_tripay_refuses_is_a_result_in_its_own_words() {
    let (_sandbox, tripay) = started().await;
    let (merchant_ref, items) = (merchant_ref(), items());
    let mut new = new_transaction(&merchant_ref, &items[..1]);
    new.expires_at = in_an_hour();
    let TripayError::Refused { message, .. } = tripay.create(&new).await.unwrap_err() else {
        panic!("not refused")
    };
    assert!(!message.is_empty());
    assert_eq!(tripay.find(&merchant_ref).await.unwrap(), []);
    let unknown = tripay.detail(&"DEV-T9999999999XXXXX".parse().unwrap()).await.unwrap_err();
    assert_eq!(unknown.retry(), Retry::Never);
}

#[tokio::test]
async fn an_order_is_told_once_however_often_it_is_told() {
    let (sandbox, _tripay) = started().await;
    let keys = vec![sandbox::options::INTERNAL_API_KEY.to_owned().into()];
    let keys = shared::providers::internal_service::InternalKeys { api_keys: keys };
    let url = format!("{}/orders", sandbox.url());
    let service = shared::providers::internal_service::InternalService::new(caller(), &url, &keys).unwrap();
    let (orders, id) = (OrderService::new(service), "order-1".parse().unwrap());
    let found = orders.order(&id).await.unwrap().unwrap();
    assert_eq!((found.order.amount, found.is_open), (Money::rupiah(150_000), true));
    let status = PaymentStatus {
        status: "PAID",
        reference: "DEV-T1".to_owned(),
        paid_at: at("2026-11-21T08:04:00Z"),
        amount: 150_000,
    };
    for _ in 0..3 {
        orders.tell(&id, &"event-1".parse().unwrap(), &status).await.unwrap();
    }
    assert!(!orders.order(&id).await.unwrap().unwrap().is_open);
    let (_, order) =
        sandbox.control("GET", "/_control/orders/orders/order-1", &serde_json::Value::Null).await.unwrap();
    assert_eq!(order["updates"].as_array().unwrap().len(), 1, "{order}");
    orders.check().await.unwrap();
}
