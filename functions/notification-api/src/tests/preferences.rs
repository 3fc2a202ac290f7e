//! `GET` and `PUT /api/v1/notifications/preferences`.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::notification::Channel;
use shared::notices::NoticeKind;
use shared::notices::about::Audience;

use super::bench::Bench;

fn show() -> Trigger {
    Trigger::of("preferences")
}

/// The sample's choice, by who is asked about in the other samples.
fn choose() -> Trigger {
    Trigger::of("preferences-replace").by("user-1")
}

fn replace(wish: &Value) -> Trigger {
    choose().body(wish)
}

#[tokio::test]
async fn who_never_chose_is_told_everything_by_every_channel() {
    let bench = Bench::start().await;
    let shown = bench.send(&show()).await.ok(200);
    let customers = NoticeKind::ALL.iter().filter(|kind| kind.audience() == Audience::Customer);
    let everything: Value =
        customers.map(|kind| (kind.name().to_owned(), json!(["EMAIL", "TELEGRAM"]))).collect();
    assert_eq!(shown, json!({ "channels": everything, "quietHours": null, "timeZone": "Asia/Jakarta" }));
    assert!(shown["channels"].get("payment.confirmed").is_some());
    assert!(shown["channels"].get("task.failed").is_none(), "the staff does not choose");
    assert_eq!(bench.stored("PREFERENCES").len(), 0);
}

#[tokio::test]
async fn what_was_chosen_is_shown_and_holds_for_the_sender() {
    let bench = Bench::start().await;
    let replaced = bench.send(&choose()).await.ok(200);
    assert_eq!(replaced["channels"]["order.created"], json!([]));
    assert_eq!(replaced["channels"]["payment.confirmed"], json!(["TELEGRAM"]));
    assert_eq!(replaced["channels"]["payment.expired"], json!(["EMAIL", "TELEGRAM"]));
    assert_eq!(replaced["quietHours"], json!({ "from": "22:00", "to": "07:00" }));
    assert_eq!(replaced["timeZone"], "Europe/Kyiv");
    assert_eq!(bench.send(&show()).await.ok(200), replaced);
    let kept = bench.app.preferences.get(&"user-1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(kept.channels_of("order.created"), []);
    assert_eq!(kept.channels_of("payment.confirmed"), [Channel::Telegram]);
    let night = "2026-11-21T20:30:00Z".parse().unwrap();
    assert_eq!(kept.quiet_until(night), Some("2026-11-22T05:00:00Z".parse().unwrap()));
}

#[tokio::test]
async fn a_second_choice_replaces_the_whole_first_one() {
    let bench = Bench::start().await;
    let untouched = bench.send(&show()).await.ok(200);
    bench.send(&choose()).await.ok(200);
    let muted = json!({ "channels": { "bonus.paid": ["TELEGRAM", "EMAIL", "telegram"] } });
    let second = bench.send(&replace(&muted)).await.ok(200);
    assert_eq!(second, untouched, "each channel once, in one order; and nothing of the first choice");
    assert_eq!(bench.send(&replace(&json!({}))).await.ok(200), untouched);
    assert_eq!(bench.stored("PREFERENCES").len(), 1);
}

#[tokio::test]
async fn everybody_chooses_for_himself() {
    let bench = Bench::start().await;
    bench.send(&choose()).await.ok(200);
    let other = bench.send(&show().by("user-2")).await.ok(200);
    assert_eq!(other["channels"]["order.created"], json!(["EMAIL", "TELEGRAM"]));
    bench.send(&replace(&json!({})).by("user-2")).await.ok(200);
    assert_eq!(bench.send(&show()).await.ok(200)["channels"]["order.created"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_chosen_is_refused_by_name_and_changes_nothing() {
    let bench = Bench::start().await;
    let quiet = |from: &str, to: &str| json!({ "quietHours": { "from": from, "to": to } });
    for (wish, code) in [
        (json!({ "channels": { "order.lost": [] } }), "unknown_event"),
        (json!({ "channels": { "task.failed": [] } }), "unknown_event"),
        (json!({ "channels": { "billz.failed": ["EMAIL"] } }), "unknown_event"),
        (json!({ "channels": { "order.created": ["SMS"] } }), "unknown_channel"),
        (json!({ "timeZone": "Europe/Atlantis" }), "unknown_time_zone"),
        (json!({ "timeZone": "" }), "unknown_time_zone"),
        (json!({ "timeZone": "+07:00" }), "unknown_time_zone"),
        (quiet("22:00", "22:00"), "invalid_quiet_hours"),
        (quiet("24:00", "07:00"), "invalid_quiet_hours"),
        (quiet("22:60", "07:00"), "invalid_quiet_hours"),
        (quiet("22:00", "7:00"), "invalid_quiet_hours"),
        (quiet("22:00:00", "07:00"), "invalid_quiet_hours"),
        (quiet("+2:00", "07:00"), "invalid_quiet_hours"),
        (quiet("22:00", ""), "invalid_quiet_hours"),
        (json!({ "quietHours": { "from": "22:00" } }), "invalid_body"),
        (json!({ "quietHours": { "from": "22:00", "to": "07:00", "days": [] } }), "invalid_body"),
        (json!({ "language": "uk" }), "invalid_body"),
        (json!({ "channels": { "order.created": "EMAIL" } }), "invalid_body"),
        (json!({ "channels": ["EMAIL"] }), "invalid_body"),
    ] {
        bench.send(&replace(&wish)).await.problem(422, code);
    }
    assert_eq!(bench.wire.calls().len(), 0);
    assert_eq!(bench.stored("PREFERENCES").len(), 0);
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let bench = Bench::start().await;
    let wish = choose().keyed("my-choice");
    let first = bench.send(&wish).await.ok(200);
    bench.send(&replace(&json!({}))).await.ok(200);
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(200), first);
    assert_eq!(bench.send(&show()).await.ok(200)["timeZone"], "Asia/Jakarta", "the later choice stands");
}
