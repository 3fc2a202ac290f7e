//! What Billz refuses in a way of its own, and what of its words is repeated.

use shared::domain::billz::operation::{Answer, OperationKind, Refusal};

use crate::billz_setup::{PRODUCT, SECRET_TOKEN, answer, perform, refusal};
use crate::odd_server::json;

const STOCK: &str = include_str!("../fixtures/billz/composed_refused_stock.json");
const TOTAL: &str = include_str!("../fixtures/billz/composed_refused_total.json");
const DELETE: &str = include_str!("../fixtures/billz/composed_refused_delete.json");

#[tokio::test]
async fn what_is_out_of_stock_is_named() {
    let forms = [
        STOCK.to_owned(),
        r#"{"status_code":400,"error":"not enough products in stock","data":{"error_code":20016}}"#.to_owned(),
        r#"{"status_code":200,"error":null,"data":{"error_code":"20016"},"message":"not enough products in stock"}"#
            .to_owned(),
        r#"{"status_code":400,"error":{"code":20016,"message":"not enough products in stock"},"data":null}"#.to_owned(),
        r#"{"error":{"error_code":20016,"message":"not enough products in stock"}}"#.to_owned(),
        STOCK.replace(r#""status_code":400"#, r#""status_code":500"#),
    ];
    for body in &forms {
        for status in [200, 400] {
            let expected = Refusal {
                product: Some(PRODUCT.to_owned()),
                ..Refusal::new(Refusal::OUT_OF_STOCK, "not enough products in stock")
            };
            assert_eq!(
                refusal(OperationKind::AddItem, json(status, body)).await,
                expected,
                "{status} {body}"
            );
        }
    }
    for kind in [OperationKind::Postpone, OperationKind::Pay] {
        let refusal = refusal(kind, json(200, STOCK)).await;
        assert_eq!((refusal.code.as_str(), refusal.product), (Refusal::OUT_OF_STOCK, None), "{kind:?}");
    }
}

#[tokio::test]
async fn a_wrong_total_is_told_with_both_sums() {
    let refusal = refusal(OperationKind::Pay, json(200, TOTAL)).await;
    let words = "wrong payment amount: order total 254100, paid 254000";
    assert_eq!(refusal, Refusal::new(Refusal::WRONG_TOTAL, words));
}

#[tokio::test]
async fn a_postponed_order_is_no_draft_to_be_deleted() {
    let as_text = r#"{"status_code":400,"error":"rpc error: Failed to validate delete order"}"#;
    let plain =
        r#"{"code":400,"message":"failed to validate delete order","error":"bad request","data":null}"#;
    for body in [DELETE, as_text, plain] {
        for status in [200, 400] {
            let refusal = refusal(OperationKind::DeleteDraft, json(status, body)).await;
            assert_eq!(refusal.code, Refusal::NOT_A_DRAFT, "{status} {body}");
        }
        let other = refusal(OperationKind::ReturnToDraft, json(200, body)).await;
        assert_eq!(other.code, Refusal::REFUSED, "{body}");
    }
}

#[tokio::test]
async fn an_order_that_billz_does_not_know_is_none_to_a_look_and_a_refusal_to_all_else() {
    let plain = r#"{"code":404,"message":"not found","error":"order not found","data":null}"#;
    let inside =
        r#"{"status_code":404,"id":"","error":{"code":"404","message":"order not found"},"data":{}}"#;
    for play in [json(404, plain), json(200, plain), json(404, inside), json(200, inside)] {
        for kind in OperationKind::ALL {
            let is_about_an_order = !matches!(
                kind,
                OperationKind::FindClient
                    | OperationKind::CreateClient
                    | OperationKind::CreateDraft
                    | OperationKind::FindDraft
            );
            if kind == OperationKind::ReadOrder {
                assert_eq!(perform(kind, play.clone()).await.0, Ok(Answer::Order(None)), "{play:?}");
                continue;
            }
            let refusal = refusal(kind, play.clone()).await;
            let code = if is_about_an_order { Refusal::ORDER_UNKNOWN } else { Refusal::REFUSED };
            assert_eq!((refusal.code.as_str(), refusal.product), (code, None), "{kind:?} of {play:?}");
        }
    }
}

/// A gateway, another address or another thing that is missing says nothing about the order.
#[tokio::test]
async fn not_every_404_is_about_the_order() {
    let plays = [
        json(404, r#"{"code":404,"message":"not found","error":"route not found","data":null}"#),
        json(200, r#"{"status_code":404,"error":{"code":"404","message":"product not found"},"data":{}}"#),
        json(200, r#"{"status_code":404,"error":{"code":"404","message":"customer not found"},"data":{}}"#),
        json(200, r#"{"status_code":404,"error":{"code":"404","message":"company payment type not found"}}"#),
    ];
    for play in plays {
        for kind in OperationKind::ALL {
            assert_eq!(refusal(kind, play.clone()).await.code, Refusal::REFUSED, "{kind:?} of {play:?}");
        }
    }
}

#[tokio::test]
async fn only_the_beginning_of_billzs_words_is_kept() {
    let body = format!(r#"{{"status_code":400,"error":"a\nb{}"}}"#, "é".repeat(1000));
    let refusal = refusal(OperationKind::Pay, json(200, &body)).await;
    assert_eq!(refusal.reason, format!("a b{}", "é".repeat(197)));
}

#[tokio::test]
async fn words_that_name_a_secret_or_a_person_are_not_repeated() {
    let said = |words: &str| json(200, &format!(r#"{{"status_code":400,"error":"{words}"}}"#));
    let long = "x".repeat(190);
    for words in [
        "bad token head.access.sign".to_owned(),
        format!("{long} head.access.sign"),
        format!("bad key {SECRET_TOKEN}"),
    ] {
        for kind in OperationKind::ALL {
            let reason = refusal(kind, said(&words)).await.reason;
            assert!(!reason.contains("head.acc") && !reason.contains("sandbox-billz"), "{kind:?}: {reason}");
            assert!(reason.contains("left out"), "{kind:?}: {reason}");
        }
    }
    for words in
        ["+998901234567 is taken", "998 (90) 123-45-67 is taken", "AZIZA is taken", "Mrs Karimova is"]
    {
        let reason = refusal(OperationKind::CreateClient, said(words)).await.reason;
        assert!(reason.contains("left out"), "{words}: {reason}");
    }
    assert_eq!(refusal(OperationKind::CreateClient, said("phone is taken")).await.reason, "phone is taken");
}

#[tokio::test]
async fn an_error_that_says_nothing_is_none() {
    let empty = [
        r#""""#,
        "null",
        "{}",
        r#"{"code":"","message":""}"#,
        r#"{"code":0,"message":""}"#,
        r#"{"code":"0"}"#,
        "[]",
    ];
    for error in empty {
        let body = format!(r#"{{"status_code":200,"error":{error},"data":{{"id":"x"}}}}"#);
        assert_eq!(answer(OperationKind::AddItem, &body).await, Ok(Answer::Done), "{error}");
    }
}
