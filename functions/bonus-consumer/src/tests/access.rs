//! The way to Portmone: credentials and a certificate that are refused, rotated or not there.

use std::time::Duration;

use jiff::SignedDuration;
use sandbox::options::TlsVersions;
use sandbox::portmone::PASSWORD;
use sandbox::testbed::mutual_tls::{Authority, TlsServer};
use serde_json::json;
use shared::providers::portmone::PortmoneSettings;

use super::bench::{Bench, RECEIPT, clock_moves};
use super::deployed::portmone_secret;
use super::outside::accepted;

const WRONG: &str = "a password of yesterday";

impl Bench {
    fn keep_password(&self, password: &str) {
        self.aws.secrets.set("test/portmone", &portmone_secret(password));
    }
}

#[tokio::test]
async fn refused_credentials_are_nobodys_refusal_and_the_bonus_is_paid_with_new_ones() {
    let bench = Bench::start().await;
    bench.keep_password(WRONG);
    bench.renew().await;
    bench.accept(&accepted(RECEIPT)).await;
    let standing = bench.standing(RECEIPT);
    assert_eq!((&standing["state"], bench.told().len()), (&json!("CREATED"), 0));
    assert_eq!(standing["reason"], "Portmone does not let us in: p002");
    bench.keep_password(PASSWORD);
    clock_moves(Duration::from_secs(61)).await;
    // The refusal makes them be read again, for the next call.
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1);
    assert_eq!(bench.state(RECEIPT), "CREATED");
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(5)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
}

#[tokio::test]
async fn credentials_that_one_bonus_had_read_again_serve_the_next_of_the_same_watch() {
    let bench = Bench::start().await;
    bench.keep_password(WRONG);
    bench.renew().await;
    for receipt in ["receipt-1", "receipt-2"] {
        bench.accept(&accepted(receipt)).await;
    }
    bench.keep_password(PASSWORD);
    clock_moves(Duration::from_secs(61)).await;
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 2);
    assert_eq!(["receipt-1", "receipt-2"].map(|receipt| bench.state(receipt)), ["CREATED", "DONE"]);
}

#[tokio::test]
async fn whoever_is_not_let_in_did_not_pay_and_pays_the_same_bill_later() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "bills.pay", "fault": "refuse", "message": "Declined" })).await;
    bench.accept(&accepted(RECEIPT)).await;
    bench.retry(RECEIPT).await;
    let page = "<html>403 Forbidden</html>".to_owned();
    bench.wire.answer_next("/portmone/api/directcash/", 1, (403, page));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let standing = bench.standing(RECEIPT);
    assert_eq!((&standing["state"], bench.payments().await.len()), (&json!("BILL_MADE"), 0));
    assert_eq!(standing["reason"], "Portmone does not let us in: http-403");
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    assert_eq!(bench.bills_there().await.len(), 1);
}

#[tokio::test]
async fn a_payment_that_is_declined_is_asked_for_once_however_the_refusal_is_worded() {
    for words in ["Authorization declined", "Invalid login", "Unauthorized", "Помилка авторизації"]
    {
        let bench = Bench::start().await;
        let code = json!({ "code": "51" });
        for _ in 0..3 {
            bench
                .fault(json!({ "operation": "bills.pay", "fault": "refuse", "message": words, "parameters": code }))
                .await;
        }
        bench.accept(&accepted(RECEIPT)).await;
        for minutes in [1, 5, 30, 120] {
            bench.pass_and_watch(SignedDuration::from_mins(minutes)).await;
        }
        assert_eq!(bench.calls(), ["bills.create", "bills.pay"], "{words}");
        let standing = bench.standing(RECEIPT);
        assert_eq!((&standing["state"], &standing["refusal"]["code"]), (&json!("REFUSED"), &json!("51")));
    }
}

#[tokio::test]
async fn a_login_that_was_refused_to_a_payment_is_read_again_for_the_next() {
    let bench = Bench::start().await;
    let code = json!({ "code": "p002" });
    bench
        .fault(json!({ "operation": "bills.pay", "fault": "refuse", "message": "Invalid login", "parameters": code }))
        .await;
    clock_moves(Duration::from_secs(61)).await;
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.wire.count("BatchGetSecretValue")), ("REFUSED", 1));
}

#[tokio::test]
async fn credentials_that_come_later_are_used_by_an_instance_that_started_without() {
    let bench = Bench::start().await;
    bench.keep_password("");
    bench.renew().await;
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!(bench.standing(RECEIPT)["reason"], "Portmone is not configured");
    bench.keep_password(PASSWORD);
    clock_moves(Duration::from_secs(301)).await;
    assert_eq!(bench.pass_and_watch(SignedDuration::from_hours(1)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
}

#[tokio::test]
async fn secrets_that_cannot_be_read_again_stay_as_they_were() {
    let bench = Bench::start().await;
    for secret in ["portmone", "receipts", "telecom"] {
        bench.aws.secrets.remove(&format!("test/{secret}"));
    }
    clock_moves(Duration::from_secs(301)).await;
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
}

#[tokio::test]
async fn a_portmone_that_wants_our_certificate_gets_it_and_none_is_paid_without() {
    let (ours, foreign) = (Authority::new("Portmone test root"), Authority::new("Somebody else"));
    let mut bench = Bench::start().await;
    let server = TlsServer::in_front_of(&bench.sandbox, &ours, &ours, TlsVersions::Both).await;
    let base = format!("{}/portmone/api/directcash/", server.url());
    bench.app.source.portmone = Some(PortmoneSettings { base, version: 2, lang: None });
    bench.app.source.own_root = Some(ours.certificate_pem());
    let show = |certificate: &str, key: &str| {
        let mut secret = portmone_secret(PASSWORD);
        secret["certificatePem"] = json!(certificate);
        secret["privateKeyPem"] = json!(key);
        bench.aws.secrets.set("test/portmone", &secret);
    };
    let (stranger, expired, good) =
        (foreign.client("paydesk"), ours.expired_client("paydesk"), ours.client("paydesk"));
    let wrong = [
        ("", ""),
        (&stranger.certificate_pem, &stranger.key_pem),
        (&expired.certificate_pem, &expired.key_pem),
    ];
    for (place, ((certificate, key), minutes)) in wrong.iter().zip([1, 5, 30]).enumerate() {
        show(certificate, key);
        bench.renew().await;
        if place == 0 {
            bench.accept(&accepted(RECEIPT)).await;
        } else {
            assert_eq!(bench.watch().await, 1);
        }
        assert_eq!((bench.state(RECEIPT).as_str(), server.requests()), ("CREATED", 0), "{place}");
        bench.pass(SignedDuration::from_mins(minutes));
    }
    // One that is unusable is not taken, and what was there is held: nothing is paid by half a certificate.
    show("-----BEGIN CERTIFICATE-----", "");
    bench.renew().await;
    show(&good.certificate_pem, &good.key_pem);
    bench.renew().await;
    assert_eq!(bench.watch().await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    assert_eq!((server.requests(), bench.bills_there().await.len()), (2, 1));
}
