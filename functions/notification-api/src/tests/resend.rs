//! `POST /internal/notifications/{id}/resend`.

use sandbox::testbed::dynamodb::NOTIFICATIONS;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::notification::delivery::Outcome;
use shared::notices::NoticeKind;

use super::bench::{Bench, EMAIL_QUEUE, NOTIFICATIONS_QUEUE, TELEGRAM_QUEUE, ago, sent};

const TELEGRAM: &str = "INV-20261121-7K3M9QZX.4.0.telegram";
const EMAIL: &str = "INV-20261121-7K3M9QZX.4.0.email";

fn resend(id: &str) -> Trigger {
    Trigger::of("resend").at(&format!("/internal/notifications/{id}/resend"))
}

#[tokio::test]
async fn a_delivery_goes_once_more_to_the_queue_of_its_channel_and_nothing_is_written() {
    let bench = Bench::start().await;
    let notice = serde_json::to_value(NoticeKind::PaymentConfirmed.sample()).unwrap();
    for (id, queue, channel) in [(TELEGRAM, TELEGRAM_QUEUE, "TELEGRAM"), (EMAIL, EMAIL_QUEUE, "EMAIL")] {
        bench.delivered(id, Outcome::Unclear("cut".to_owned()), ago(60)).await;
        let before = bench.aws.dynamodb.items(NOTIFICATIONS);
        let answer = bench.send(&resend(id)).await.ok(202);
        assert_eq!(answer, json!({ "id": id, "event": "payment.confirmed", "status": "QUEUED" }));
        let notification = json!({ "version": 1, "id": "INV-20261121-7K3M9QZX.4.0",
            "correlationId": "sample-resend", "userId": "user-1", "notice": notice });
        let request = json!({ "version": 1, "notification": notification, "channel": channel, "round": 1 });
        assert_eq!(bench.queued(queue), [request]);
        assert_eq!(bench.aws.dynamodb.items(NOTIFICATIONS), before);
    }
    assert_eq!(bench.queued(NOTIFICATIONS_QUEUE).len(), 0, "it is not planned anew");
}

#[tokio::test]
async fn whatever_became_of_it_can_be_sent_again() {
    let reason = || "why".to_owned();
    for outcome in [
        sent(),
        Outcome::Refused(reason()),
        Outcome::GivenUp(reason()),
        Outcome::Unclear(reason()),
        Outcome::Suppressed(reason()),
    ] {
        let bench = Bench::start().await;
        bench.delivered(EMAIL, outcome, ago(60)).await;
        bench.send(&resend(EMAIL)).await.ok(202);
        assert_eq!(bench.queued(EMAIL_QUEUE)[0]["round"], 1);
    }
}

#[tokio::test]
async fn two_operators_at_once_ask_for_the_same_round() {
    let bench = Bench::start().await;
    for id in [TELEGRAM, EMAIL] {
        bench.delivered(id, Outcome::Refused("no".to_owned()), ago(60)).await;
        let wish = resend(id);
        let (first, second) = tokio::join!(bench.send(&wish), bench.send(&wish));
        first.ok(202);
        second.ok(202);
    }
    assert_eq!(bench.queued(TELEGRAM_QUEUE).len(), 1, "its queue takes a round once");
    let rounds: Vec<Value> = bench.queued(EMAIL_QUEUE).iter().map(|one| one["round"].clone()).collect();
    assert_eq!(rounds, [1, 1], "and a round is claimed once");
}

#[tokio::test]
async fn what_is_just_being_sent_is_not_sent_again_and_what_waits_goes_out_now() {
    let bench = Bench::start().await;
    bench.claimed(TELEGRAM, ago(60)).await;
    bench.send(&resend(TELEGRAM)).await.problem(409, "being_sent");
    assert_eq!(bench.queued(TELEGRAM_QUEUE).len(), 0);
    bench.told(TELEGRAM, Outcome::Postponed("429".to_owned()), ago(50)).await;
    bench.send(&resend(TELEGRAM)).await.ok(202);
    assert_eq!(bench.queued(TELEGRAM_QUEUE)[0]["round"], 1);
    // Whoever sent this died over it.
    bench.claimed(EMAIL, ago(300)).await;
    bench.send(&resend(EMAIL)).await.ok(202);
    assert_eq!(bench.queued(EMAIL_QUEUE)[0]["round"], 1);
}

#[tokio::test]
async fn whoever_names_the_round_it_saw_sends_nothing_once_that_has_passed() {
    let bench = Bench::start().await;
    bench.delivered(EMAIL, Outcome::Unclear("cut".to_owned()), ago(60)).await;
    let wish = resend(EMAIL).body(&json!({ "round": 0 }));
    bench.send(&wish).await.ok(202);
    // Round 1 is sent; a repeat of the request comes late.
    let mut item = bench.aws.dynamodb.item(NOTIFICATIONS, &format!("DELIVERY#{EMAIL}"), "DELIVERY").unwrap();
    item["round"] = json!({ "N": "1" });
    bench.aws.dynamodb.put(NOTIFICATIONS, &item);
    bench.send(&wish).await.problem(409, "round_passed");
    assert_eq!(bench.queued(EMAIL_QUEUE).len(), 1);
}

#[tokio::test]
async fn what_held_credentials_is_not_sent_again() {
    let bench = Bench::start().await;
    bench.claim(EMAIL, Some("user-1"), None, ago(60)).await;
    bench.told(EMAIL, sent(), ago(50)).await;
    bench.send(&resend(EMAIL)).await.problem(409, "not_resendable");
    assert_eq!(bench.queued(EMAIL_QUEUE).len(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_corrupt_is_an_error() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("resend")).await.problem(404, "not_found");
    for id in ["x", "INV-20261121-7K3M9QZX.4.0", "x.sms", "..email", "%20.email"] {
        bench.send(&resend(id)).await.problem(404, "not_found");
    }
    for content in ["{", "{\"event\":\"order.lost\",\"data\":{}}"] {
        let id = format!("corrupt-{}.email", content.len());
        bench.claim(&id, Some("user-1"), Some(content.to_owned()), ago(60)).await;
        bench.told(&id, sent(), ago(50)).await;
        bench.send(&resend(&id)).await.problem(500, "internal_error");
    }
    bench.delivered(EMAIL, sent(), ago(60)).await;
    let mut item = bench.aws.dynamodb.item(NOTIFICATIONS, &format!("DELIVERY#{EMAIL}"), "DELIVERY").unwrap();
    item["standing"] = json!({ "S": "nonsense" });
    bench.aws.dynamodb.put(NOTIFICATIONS, &item);
    bench.send(&resend(EMAIL)).await.problem(500, "internal_error");
    assert_eq!(bench.queued(EMAIL_QUEUE).len(), 0);
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let bench = Bench::start().await;
    bench.delivered(EMAIL, sent(), ago(60)).await;
    let wish = resend(EMAIL).keyed("once-more");
    let first = bench.send(&wish).await.ok(202);
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(202), first);
    assert_eq!(bench.queued(EMAIL_QUEUE).len(), 1);
    bench.send(&resend(EMAIL).text("{\"more\":7}")).await.problem(422, "invalid_body");
}

#[tokio::test]
async fn what_operators_were_told_goes_to_the_operators_again() {
    let bench = Bench::start().await;
    let content = serde_json::to_string(&NoticeKind::BillzFailed.sample()).unwrap();
    bench.claim(TELEGRAM, None, Some(content), ago(60)).await;
    bench.told(TELEGRAM, Outcome::Refused("no".to_owned()), ago(50)).await;
    bench.send(&resend(TELEGRAM)).await.ok(202);
    let queued = bench.queued(TELEGRAM_QUEUE);
    assert_eq!(queued[0]["notification"]["userId"], Value::Null);
    assert_eq!(queued[0]["notification"]["notice"]["event"], "billz.failed");
}
