//! `GET /internal/notifications/templates` and the previews.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::notices::NoticeKind;
use shared::notices::field::Form;

use super::bench::Bench;

fn preview(event: &str, query: &str) -> Trigger {
    Trigger::of("preview").at(&format!("/internal/notifications/templates/{event}/preview")).query(query)
}

#[tokio::test]
async fn every_event_is_listed_with_what_it_takes() {
    let bench = Bench::start().await;
    let listed = bench.send(&Trigger::of("templates")).await.ok(200);
    let items = listed["items"].as_array().unwrap();
    let events: Vec<&str> = items.iter().map(|item| item["event"].as_str().unwrap()).collect();
    let known: Vec<&str> = NoticeKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(events, known);
    let vps = items.iter().find(|item| item["event"] == "vps.active").unwrap();
    let field = |name: &str, expected: &str| json!({ "name": name, "required": true, "expected": expected });
    let (text, secret) = (Form::Text.expected(), Form::Secret.expected());
    assert_ne!(text, secret);
    assert_eq!(
        *vps,
        json!({ "event": "vps.active", "audience": "CUSTOMER", "urgent": true, "secret": true,
            "channels": ["EMAIL", "TELEGRAM"], "locales": ["en", "id", "uk", "uz", "ru"],
            "fields": [field("orderId", text), field("hostname", text), field("ipAddress", text),
                field("username", text), field("password", secret)] })
    );
    let order = items.iter().find(|item| item["event"] == "order.created").unwrap();
    assert_eq!((&order["urgent"], &order["secret"]), (&json!(false), &json!(false)));
    assert_eq!(order["fields"][3]["required"], false);
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn every_event_has_a_preview_by_every_channel_in_every_language() {
    let bench = Bench::start().await;
    for kind in NoticeKind::ALL {
        let mut texts = Vec::new();
        for locale in ["en", "id", "uk", "uz", "ru"] {
            let query = format!("locale={locale}&channel=EMAIL");
            let email = bench.send(&preview(kind.name(), &query)).await.ok(200);
            assert_eq!((&email["event"], &email["channel"]), (&json!(kind.name()), &json!("EMAIL")));
            assert_eq!(email["locale"], locale);
            let html = email["html"].as_str().unwrap();
            assert!(html.contains("<html") && html.contains("WeBrana Cloud"), "{kind} {locale}");
            assert!(!email["subject"].as_str().unwrap().is_empty());
            assert!(!email["text"].as_str().unwrap().contains("<html"));

            let query = format!("locale={locale}&channel=telegram");
            let message = bench.send(&preview(kind.name(), &query)).await.ok(200);
            assert_eq!((&message["channel"], message.get("subject")), (&json!("TELEGRAM"), None));
            texts.push(message["html"].as_str().unwrap().to_owned());
        }
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 5, "{kind}: no two languages say the same");
    }
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn a_preview_of_a_payment_shows_the_amount_as_the_language_writes_it() {
    let bench = Bench::start().await;
    let shown = bench.send(&Trigger::of("preview").query("locale=id&channel=TELEGRAM")).await.ok(200);
    assert!(shown["html"].as_str().unwrap().contains("Rp"), "{shown}");
    let picture = bench.send(&preview("payment.expiring", "channel=TELEGRAM")).await.ok(200);
    assert!(picture["pictureUrl"].as_str().unwrap().starts_with("https://"), "{picture}");
    assert!(picture["link"]["url"].as_str().unwrap().starts_with("https://"), "{picture}");
    assert_eq!(picture.get("presses"), None);
}

#[tokio::test]
async fn a_preview_shows_the_buttons_that_a_person_answers_with() {
    let bench = Bench::start().await;
    let shown = bench.send(&preview("task.needs_review", "locale=en&channel=TELEGRAM")).await.ok(200);
    let press = |label: &str, what: &str| json!({ "label": label, "data": format!("t1:01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b:1:{what}") });
    assert_eq!(shown["presses"], json!([press("It is there", "there"), press("Create again", "again")]));
    let email = bench.send(&preview("task.needs_review", "locale=en&channel=EMAIL")).await.ok(200);
    assert_eq!(email.get("presses"), None);
    assert!(email["text"].as_str().unwrap().contains("In Telegram this message has buttons"), "{email}");
}

#[tokio::test]
async fn an_email_can_be_looked_at_as_a_page() {
    let bench = Bench::start().await;
    let page = bench.send(&Trigger::of("preview-html")).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let as_json = bench.send(&Trigger::of("preview-html").query("locale=id&format=json")).await.ok(200);
    assert_eq!(json!(page.text), as_json["html"]);
    let default = bench.send(&Trigger::of("preview").query("")).await.ok(200);
    assert_eq!((&default["channel"], &default["locale"]), (&json!("EMAIL"), &json!("en")));
}

#[tokio::test]
async fn what_there_is_no_preview_of_is_refused_by_name() {
    let bench = Bench::start().await;
    bench.send(&preview("order.lost", "")).await.problem(404, "not_found");
    for (query, named) in [
        ("locale=fr", "en, id, uk, uz, ru"),
        ("channel=SMS", "EMAIL and TELEGRAM"),
        ("format=pdf", "json and html"),
        ("format=html&channel=TELEGRAM", "only an email"),
        ("colour=red", "colour"),
    ] {
        let answer = bench.send(&preview("order.created", query)).await.problem(422, "invalid_parameter");
        let detail: &Value = &answer.body["detail"];
        assert!(detail.as_str().unwrap().contains(named), "{query}: {detail}");
    }
}
