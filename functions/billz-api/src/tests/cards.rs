//! `/internal/billz/cards`: payment methods, and never a bank card.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use sandbox::testbed::log_lines::kept;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};

use super::bench::{Bench, ago};

const PAYMENT_TYPE: &str = "c6e84d9b-0ef0-4d5a-886d-147c74a9b051";
/// Passes the check digit of bank cards; nobody's.
const CARD_NUMBER: &str = "8600 0000 0000 0007";

fn put(id: &str, name: &str, external_id: &str, is_active: bool) -> Trigger {
    let wish = json!({ "id": id, "name": name, "externalId": external_id, "isActive": is_active });
    Trigger::of("card-put").body(&wish)
}

fn card(id: &str) -> Trigger {
    Trigger::of("card").at(&format!("/internal/billz/cards/{id}"))
}

#[tokio::test]
async fn a_payment_method_is_kept_shown_and_listed() {
    let bench = Bench::start().await;
    let answered = bench.send(&Trigger::of("card-put")).await.ok(200);
    let changed_at: Timestamp = answered["changedAt"].as_str().unwrap().parse().unwrap();
    assert!((ago(3600)..=ago(-3600)).contains(&changed_at), "{changed_at}");
    let expected = json!({
        "id": "cash", "name": "Cash", "externalId": PAYMENT_TYPE, "isActive": true,
        "changedAt": changed_at.to_string(),
    });
    assert_eq!(answered, expected);
    assert_eq!(bench.send(&Trigger::of("card")).await.ok(200), expected);
    let listed = bench.send(&Trigger::of("cards")).await.ok(200);
    assert_eq!(listed, json!({ "items": [expected], "nextCursor": null }));
    let stored = &bench.cards()[0];
    assert_eq!((&stored["external_id"]["S"], &stored["version"]["N"]), (&json!(PAYMENT_TYPE), &json!("1")));
    let line = format!(r#""card":"cash","paymentType":"{PAYMENT_TYPE}","active":true,"put":"created""#);
    assert!(kept().contains(&line), "whoever asks who made it finds it in the log");
}

#[tokio::test]
async fn put_again_it_is_replaced_and_the_same_again_changes_nothing() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("card-put")).await.ok(200);
    let second = bench.send(&put("cash", "Naqd", "other-type", false)).await.ok(200);
    assert_eq!((&second["name"], &second["isActive"]), (&json!("Naqd"), &json!(false)));
    let stored = bench.cards();
    assert_eq!((stored.len(), &stored[0]["version"]["N"]), (1, &json!("2")));
    assert_eq!(bench.send(&put("cash", " Naqd ", "other-type", false)).await.ok(200), second);
    assert_eq!(bench.cards(), stored);
}

#[tokio::test]
async fn it_can_be_paid_by_unless_the_contrary_is_said() {
    let bench = Bench::start().await;
    let wish = json!({ "id": "cash", "name": "Cash", "externalId": PAYMENT_TYPE });
    let answered = bench.send(&Trigger::of("card-put").body(&wish)).await.ok(200);
    assert_eq!(answered["isActive"], true);
    assert_eq!(bench.cards()[0]["is_active"]["BOOL"], true);
}

#[tokio::test]
async fn the_number_of_a_bank_card_is_taken_nowhere() {
    let bench = Bench::start().await;
    let bare = CARD_NUMBER.replace(' ', "");
    for (field, wish) in [
        ("id", put(&bare, "Cash", PAYMENT_TYPE, true)),
        ("name", put("cash", &format!("Humo {CARD_NUMBER}"), PAYMENT_TYPE, true)),
        ("externalId", put("cash", "Cash", &bare, true)),
        ("externalId", put("cash", "Cash", &CARD_NUMBER.replace(' ', "-"), true)),
    ] {
        let refused = bench.send(&wish).await.problem(422, "card_number");
        assert!(
            refused.body["detail"].as_str().unwrap().starts_with(&format!("{field}: ")),
            "{}",
            refused.body
        );
        assert!(!refused.text.contains("8600"), "{}", refused.text);
    }
    assert_eq!(bench.wire.calls().len(), 0);
    assert!(!kept().contains(&bare));
}

#[tokio::test]
async fn what_is_no_payment_method_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for wish in [
        put("", "Cash", PAYMENT_TYPE, true),
        put("a b", "Cash", PAYMENT_TYPE, true),
        put("cash", "", PAYMENT_TYPE, true),
        put("cash", "  ", PAYMENT_TYPE, true),
        put("cash", "a\nb", PAYMENT_TYPE, true),
        put("cash", &"x".repeat(101), PAYMENT_TYPE, true),
        put("cash", "Cash", "", true),
        put("cash", "Cash", "a/b", true),
        Trigger::of("card-put").body(&json!({})),
        Trigger::of("card-put").body(&json!({ "id": "cash", "name": "Cash" })),
        Trigger::of("card-put").body(&json!({ "id": "cash", "externalId": PAYMENT_TYPE })),
        Trigger::of("card-put-unknown-field"),
    ] {
        bench.send(&wish).await.problem(422, "invalid_body");
    }
    bench.send(&Trigger::of("card-put-not-json")).await.problem(400, "not_json");
    bench.send(&Trigger::of("card-put").text("")).await.problem(400, "not_json");
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn pages_hold_every_payment_method_once_by_id() {
    let bench = Bench::start().await;
    for id in ["uzcard", "cash", "humo", "click", "payme"] {
        bench.send(&put(id, id, PAYMENT_TYPE, true)).await.ok(200);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&Trigger::of("cards").query(&format!("limit=2{cursor}"))).await.ok(200);
        let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
        seen.extend(page["items"].as_array().unwrap().iter().map(id));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["cash", "click", "humo", "payme", "uzcard"]);
    for query in ["limit=0", "limit=101", "state=active"] {
        bench.send(&Trigger::of("cards").query(query)).await.problem(422, "invalid_parameter");
    }
    bench.send(&Trigger::of("cards").query("cursor=x")).await.problem(422, "invalid_cursor");
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_corrupt_is_an_error() {
    let bench = Bench::start().await;
    for id in ["cash", "...", "%20", "%3Cb%3E"] {
        bench.send(&card(id)).await.problem(404, "not_found");
    }
    bench.send(&Trigger::of("card-put")).await.ok(200);
    let mut item = bench.cards()[0].clone();
    item["name"]["S"] = json!(CARD_NUMBER);
    bench.aws.dynamodb.put(BILLZ_ORDERS, &item);
    bench.send(&Trigger::of("card")).await.problem(500, "internal_error");
    bench.send(&Trigger::of("cards")).await.problem(500, "internal_error");
    bench.send(&Trigger::of("card-put")).await.problem(500, "internal_error");
    assert_eq!(bench.cards(), [item]);
}
