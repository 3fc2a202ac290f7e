//! Tripay's answers in our words: its own samples, and what differs from them in recorded traffic.

use serde_json::{Value, json};
use shared::domain::invoice::attempt::{Instruction, Transaction};
use shared::domain::money::Money;
use shared::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};
use shared::providers::tripay::{ChannelFee, OfferedChannel, TransactionDetail, TripayError};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{self, OddServer};
use crate::setup::{Asking, MERCHANT_REF, at, items, merchant_ref, new_transaction, tripay};

async fn answering(body: &str) -> OddServer {
    OddServer::start([odd_server::json(200, body)]).await
}

async fn channels(rows: Value) -> Vec<OfferedChannel> {
    let server = answering(&json!({ "success": true, "message": "", "data": rows }).to_string()).await;
    tripay(server.url()).channels().await.unwrap()
}

async fn created(body: &str) -> Result<TransactionDetail, TripayError> {
    let (server, merchant_ref, items) = (answering(body).await, merchant_ref(), items());
    tripay(server.url()).create(&new_transaction(&merchant_ref, &items)).await
}

async fn detail(body: &str) -> Result<TransactionDetail, TripayError> {
    let server = answering(body).await;
    tripay(server.url()).detail(&"T0001000000000000006".parse().unwrap()).await
}

async fn found(rows: Value) -> Result<Vec<String>, TripayError> {
    let server = answering(&json!({ "success": true, "message": "", "data": rows }).to_string()).await;
    let references = tripay(server.url()).find(&merchant_ref()).await?;
    Ok(references.iter().map(ToString::to_string).collect())
}

/// The sample of `asking` with `change` made to its data.
fn changed(asking: Asking, change: impl FnOnce(&mut Value)) -> String {
    let mut body: Value = serde_json::from_str(asking.sample()).unwrap();
    change(&mut body["data"]);
    body.to_string()
}

fn failure(error: TripayError) -> (Failure, Retry) {
    let retry = error.retry();
    let TripayError::Call(call) = error else { panic!("not a call error: {error}") };
    (call.failure, retry)
}

#[tokio::test]
async fn the_channel_list_is_read() {
    let server = answering(Asking::Channels.sample()).await;
    let offered = OfferedChannel {
        channel: "BRI_VA".parse().unwrap(),
        code: "BRIVA".to_owned(),
        name: "BRI Virtual Account".to_owned(),
        minimum: Money::rupiah(10_000),
        maximum: Money::rupiah(10_000_000),
        icon_url: Some("https://tripay.co.id/xxxxxxxxx.png".to_owned()),
    };
    assert_eq!(tripay(server.url()).channels().await.unwrap(), [offered]);
}

#[tokio::test]
async fn of_several_qris_codes_the_one_that_lives_longest_is_offered_once() {
    let row = |code: &str, active| json!({ "code": code, "name": format!("QRIS {code}"), "active": active });
    let codes = |offered: Vec<OfferedChannel>| -> Vec<(String, String)> {
        offered.into_iter().map(|row| (row.channel.to_string(), row.code)).collect()
    };
    let qris = |code: &str| vec![("QRIS".to_owned(), code.to_owned())];
    let all = json!([row("QRIS", true), row("QRISC", true), row("QRIS2", true)]);
    assert_eq!(codes(channels(all).await), qris("QRIS2"));
    let without_the_first = json!([row("QRIS", true), row("QRISC", true), row("QRIS2", false)]);
    assert_eq!(codes(channels(without_the_first).await), qris("QRISC"));
    assert_eq!(codes(channels(json!([row("QRIS", true)])).await), qris("QRIS"));
    assert_eq!(codes(channels(json!([row("QRIS", false)])).await), []);
}

#[tokio::test]
async fn unknown_and_closed_channels_are_not_offered_and_missing_limits_are_the_price_lists() {
    let offered = channels(json!([
        { "code": "BITCOIN", "name": "?", "active": true },
        { "code": "BCAVA", "name": "BCA", "active": false },
        { "code": "ALFAMIDI", "name": "Alfamidi", "active": true, "minimum_amount": null, "fee_merchant": {"flat": 3500} },
    ]))
    .await;
    assert_eq!(offered.len(), 1, "{offered:?}");
    assert_eq!(offered[0].code, "ALFAMIDI");
    assert_eq!((offered[0].minimum, offered[0].maximum), (Money::rupiah(5_000), Money::rupiah(2_500_000)));
    assert_eq!(offered[0].icon_url, None);
}

#[tokio::test]
async fn the_fee_list_is_read() {
    let server = answering(Asking::Fees.sample()).await;
    let fees = tripay(server.url()).fees(Money::rupiah(100_000)).await.unwrap();
    let (customer, merchant) = (Money::rupiah(0), Money::rupiah(1450));
    assert_eq!(fees, [ChannelFee { code: "QRIS".to_owned(), customer, merchant }]);
}

#[tokio::test]
async fn a_created_transaction_is_read_with_its_evidence() {
    let steps = vec!["...".to_owned(), "... (<b>57585748548596587</b>) ...".to_owned()];
    let expected = TransactionDetail {
        transaction: Transaction {
            reference: "T0001000000000000006".parse().unwrap(),
            code: Some("57585748548596587".to_owned()),
            url: None,
            checkout_url: Some("https://tripay.co.id/checkout/T0001000000000000006".to_owned()),
            qr_string: None,
            qr_image_url: None,
            amount_to_pay: Money::rupiah(1_000_000),
            expires_at: at("2020-02-28T02:10:37Z"),
            instructions: vec![Instruction { title: "Internet Banking".to_owned(), steps }],
        },
        report: PaymentReport {
            merchant_ref: merchant_ref(),
            reference: "T0001000000000000006".parse().unwrap(),
            status: ReportedStatus::Unpaid,
            amount: Money::rupiah(1_000_000),
            paid_at: None,
            source: ReportSource::Inquiry,
            raw: Asking::Create.sample().to_owned(),
        },
    };
    assert_eq!(created(Asking::Create.sample()).await.unwrap(), expected);
}

#[tokio::test]
async fn what_counts_is_what_is_paid_less_the_customers_fee() {
    let detail = created(include_str!("../fixtures/tripay/qris_created.json")).await.unwrap();
    assert_eq!(detail.transaction.amount_to_pay, Money::rupiah(151_800));
    assert_eq!(detail.report.amount, Money::rupiah(150_000));
    assert_eq!(detail.transaction.code, None);
    assert_eq!(detail.transaction.qr_string.as_deref(), Some("SANDBOX MODE"));
    let image = Some("https://tripay.co.id/qr/DEV-T14302154834TY1ML");
    assert_eq!(detail.transaction.qr_image_url.as_deref(), image, "PHP's escaped slashes");
}

#[tokio::test]
async fn a_paid_transaction_is_read_whatever_form_its_time_has() {
    let paid_at = |value: Value| changed(Asking::Detail, |data| data["paid_at"] = value);
    let known = Some(at("2020-02-28T02:13:20Z"));
    for (form, expected) in [(json!("1582856000"), known), (json!(1_582_856_000), known), (json!(null), None)]
    {
        let detail = detail(&paid_at(form.clone())).await.unwrap();
        assert_eq!(detail.report.status, ReportedStatus::Paid);
        assert_eq!(detail.report.paid_at, expected, "{form}");
    }
}

#[tokio::test]
async fn a_code_may_come_as_a_number_and_anything_optional_may_be_missing() {
    let body = changed(Asking::Detail, |data| {
        data["pay_code"] = json!(45_649_878_666_155_i64);
        for name in [
            "checkout_url",
            "pay_url",
            "instructions",
            "fee_customer",
            "paid_at",
            "customer_name",
            "order_items",
        ] {
            data.as_object_mut().unwrap().remove(name);
        }
    });
    let detail = detail(&body).await.unwrap();
    assert_eq!(detail.transaction.code.as_deref(), Some("45649878666155"));
    assert_eq!((detail.transaction.checkout_url, detail.transaction.url), (None, None));
    assert_eq!(detail.transaction.instructions, []);
    assert_eq!(detail.report.amount, Money::rupiah(1_000_000));
}

#[tokio::test]
async fn every_status_is_read_and_an_unknown_one_is_not_guessed() {
    let with = |status: &str| changed(Asking::Detail, |data| data["status"] = json!(status));
    for status in ReportedStatus::ALL {
        assert_eq!(detail(&with(status.as_str())).await.unwrap().report.status, status);
    }
    for unknown in ["", "paid", "PAID ", "SETTLED"] {
        let error = detail(&with(unknown)).await.unwrap_err();
        assert_eq!(failure(error), (Failure::Unreadable, Retry::Safe { after: None }), "{unknown:?}");
    }
}

#[tokio::test]
async fn an_answer_without_what_names_or_values_a_transaction_is_unreadable() {
    for name in ["reference", "merchant_ref", "amount", "status", "expired_time"] {
        let without = |asking| changed(asking, |data| drop(data.as_object_mut().unwrap().remove(name)));
        let error = created(&without(Asking::Create)).await.unwrap_err();
        assert_eq!(failure(error), (Failure::Unreadable, Retry::AskFirst), "create without {name}");
        let error = detail(&without(Asking::Detail)).await.unwrap_err();
        assert_eq!(
            failure(error),
            (Failure::Unreadable, Retry::Safe { after: None }),
            "detail without {name}"
        );
    }
    let impossible = [
        ("reference", json!("../../etc")),
        ("amount", json!(i64::MIN)),
        ("amount", json!("150000")),
        ("expired_time", json!(i64::MAX)),
    ];
    for (name, value) in impossible {
        let body = changed(Asking::Create, |data| {
            data["fee_customer"] = json!(1);
            data[name] = value.clone();
        });
        assert_eq!(
            failure(created(&body).await.unwrap_err()),
            (Failure::Unreadable, Retry::AskFirst),
            "{name} {value}"
        );
    }
}

#[tokio::test]
async fn an_answer_about_another_transaction_than_the_one_asked_for_is_not_believed() {
    for other in ["INV-20261121-7K3M9QZX-2", "INV-20261121-7K3M9QZY-1", "INV345675"] {
        let body = changed(Asking::Create, |data| data["merchant_ref"] = json!(other));
        assert_eq!(
            failure(created(&body).await.unwrap_err()),
            (Failure::Unreadable, Retry::AskFirst),
            "{other}"
        );
    }
    let body = changed(Asking::Detail, |data| data["reference"] = json!("T0001000000000000007"));
    let error = detail(&body).await.unwrap_err();
    assert_eq!(failure(error), (Failure::Unreadable, Retry::Safe { after: None }));
}

#[tokio::test]
async fn a_lost_transaction_is_found_by_our_reference_only() {
    let server = answering(Asking::Find.sample()).await;
    let references = tripay(server.url()).find(&merchant_ref()).await.unwrap();
    assert_eq!(references, ["T015100000358440000".parse().unwrap()]);
    let rows = json!([
        { "reference": "T3", "merchant_ref": MERCHANT_REF },
        { "reference": "T2", "merchant_ref": format!("{MERCHANT_REF}0") },
        { "reference": "T1", "merchant_ref": null },
        { "reference": "T0" },
        { "reference": "T4", "merchant_ref": MERCHANT_REF },
    ]);
    assert_eq!(found(rows).await.unwrap(), ["T3", "T4"]);
    assert_eq!(found(json!([])).await.unwrap(), Vec::<String>::new());
}

/// To pass it over would be to say that there is none, and then another would be created.
#[tokio::test]
async fn a_found_transaction_whose_reference_is_unusable_is_not_passed_over() {
    let error =
        found(json!([{ "reference": "not a reference", "merchant_ref": MERCHANT_REF }])).await.unwrap_err();
    assert_eq!(failure(error), (Failure::Unreadable, Retry::Safe { after: None }));
}
