//! The merchant gateway: what it is asked, and what its answers are read as.

use serde_json::{Value, json};
use shared::providers::portmone::gateway::{GatewayCredentials, GatewayError, GatewayOrder, PortmoneGateway};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{OddServer, Play, html, json as answer};
use crate::portmone_setup::{SAFE, bill, uah};
use crate::setup::caller;

const RESULT: &str = include_str!("../fixtures/portmone/gateway_result.json");
const ERROR: &str = include_str!("../fixtures/portmone/gateway_error.json");

fn credentials(password: &str) -> GatewayCredentials {
    let secret = json!({
        "login": "reseller", "gatewayLogin": "merchant", "gatewayPassword": password, "gatewayPayeeId": "1185",
    });
    serde_json::from_value(secret).unwrap()
}

async fn asked(play: Play) -> (Result<Vec<GatewayOrder>, GatewayError>, OddServer) {
    let server = OddServer::start([play]).await;
    let url = format!("{}/gateway/", server.url());
    let gateway = PortmoneGateway::new(caller(), &url, credentials("S33d")).unwrap();
    (gateway.result(&bill()).await, server)
}

#[tokio::test]
async fn a_bill_is_asked_about_by_its_id() {
    let (orders, server) = asked(answer(200, RESULT)).await;
    let expected = GatewayOrder {
        bill: Some("432722352".parse().unwrap()),
        status: Some("PAYED".to_owned()),
        amount: Some(uah(5_000)),
        payee: Some("1185".parse().unwrap()),
    };
    assert!(expected.is_paid());
    assert_eq!(orders, Ok(vec![expected]));
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/gateway/"));
    assert_eq!(
        serde_json::from_str::<Value>(&seen.body).unwrap(),
        json!({
            "method": "result", "id": "1",
            "params": { "data": { "payeeId": "1185", "login": "merchant", "password": "S33d", "shopbillId": "523" } },
        })
    );
}

#[tokio::test]
async fn orders_are_read_with_numbers_or_texts_and_with_nothing() {
    let body =
        r#"[{"shopBillId":7,"billAmount":50.5,"status":"REJECTED","payee_id":1185,"pay_date":null},{}]"#;
    let (orders, _) = asked(answer(200, body)).await;
    let orders = orders.unwrap();
    assert_eq!((orders[0].bill.as_ref().unwrap().as_str(), orders[0].amount), ("7", Some(uah(5_050))));
    assert!(!orders[0].is_paid());
    assert_eq!(orders[1], GatewayOrder { bill: None, status: None, amount: None, payee: None });
    assert_eq!(asked(answer(200, "[]")).await.0, Ok(Vec::new()));
}

#[tokio::test]
async fn a_gateway_that_says_no_shows_nothing() {
    for (body, code) in [(ERROR, "2"), (r#"{"errorCode":15,"error":"no"}"#, "15")] {
        for status in [200, 403] {
            let (outcome, _) = asked(answer(status, body)).await;
            let error = outcome.unwrap_err();
            assert!(matches!(&error, GatewayError::Refused { code: told, .. } if told == code), "{error:?}");
            assert_eq!(error.retry(), Retry::Never);
            assert_eq!(error.to_string(), format!("the gateway refused: {code}"));
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_asked_again() {
    for body in [
        "",
        "{}",
        "null",
        "[1]",
        r#"[{"shopBillId":"a b"}]"#,
        r#"[{"billAmount":"1,00"}]"#,
        r#"[{"billAmount":1e2}]"#,
        r#"[{"payee_id":"a b"}]"#,
        r#"[{"status":1}]"#,
    ] {
        let error = asked(answer(200, body)).await.0.unwrap_err();
        let GatewayError::Call(call) = &error else { panic!("{body}: {error:?}") };
        assert_eq!((call.failure, error.retry()), (Failure::Unreadable, SAFE), "{body}");
    }
    for (play, failure) in [(html(502), Failure::ServerError), (Play::CutAfter, Failure::NoAnswer)] {
        let error = asked(play).await.0.unwrap_err();
        let GatewayError::Call(call) = &error else { panic!("{error:?}") };
        assert_eq!((call.failure, error.retry()), (failure, SAFE));
    }
}

#[test]
fn without_an_address_or_credentials_the_gateway_is_off() {
    for (url, password) in [
        ("", "x"),
        ("gateway", "x"),
        ("https://u:p@portmone.example/", "x"),
        ("https://portmone.example/", " "),
    ] {
        assert!(PortmoneGateway::new(caller(), url, credentials(password)).is_none(), "{url}");
    }
    let gateway =
        PortmoneGateway::new(caller(), "https://portmone.example/gateway/", credentials("S33d")).unwrap();
    assert!(!format!("{gateway:?}").contains("S33d"), "a secret in the log");
}
