//! `POST /api/admin/bonuses/{receiptId}/resolve`: a person answers what nobody else knows.

use sandbox::testbed::log_lines::kept;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::bonus::Bonus;

use super::bench::{Bench, RECEIPT, ago};
use super::bonuses::{cancelled, refunded};
use super::happenings as h;

const RESOLUTIONS: [&str; 3] = ["it_happened", "it_did_not_happen", "give_up"];

fn resolve(resolution: &str, step: u32) -> Trigger {
    let wish = json!({ "resolution": resolution, "step": step });
    Trigger::of("resolve").without_header("idempotency-key").body(&wish)
}

async fn in_doubt() -> Bench {
    let bench = Bench::start().await;
    bench.sample(ago(3_600), h::in_doubt).await;
    bench
}

#[tokio::test]
async fn a_payment_in_doubt_goes_on_as_the_person_says() {
    for (resolution, state, payments, told) in [
        ("it_happened", "PAID", 1, vec!["bonus.wanted"]),
        ("it_did_not_happen", "BILL_MADE", 1, vec!["bonus.wanted"]),
        ("give_up", "CANCELLED", 1, vec!["bonus.failed"]),
    ] {
        let bench = in_doubt().await;
        let shown = bench.send(&resolve(resolution, 2)).await.ok(200);
        assert_eq!(
            (&shown["state"], &shown["step"], &shown["payments"]),
            (&json!(state), &json!(2), &json!(payments))
        );
        assert_eq!(
            (&shown["billId"], &shown["question"]),
            (&json!("523"), &Value::Null),
            "no other bill is made"
        );
        let stored = bench.stored(RECEIPT);
        assert_eq!(stored["standing"]["M"]["state"]["S"], state);
        assert_eq!(stored["decided"]["L"], json!([{ "N": "2" }, { "S": resolution }]));
        assert_eq!(stored["gsi1pk"]["S"], format!("BONUS_STATE#{state}"));
        assert_eq!(bench.told(), told, "{resolution}");
        assert_eq!(bench.send(&Trigger::of("bonus")).await.ok(200), shown);
        let word = if resolution == "it_happened" { json!("person") } else { Value::Null };
        assert_eq!(shown["paidBy"], word);
        assert!(kept().contains(&format!(r#""decided":"{resolution}""#)), "who decided what is in the log");
    }
}

#[tokio::test]
async fn a_top_up_in_doubt_goes_on_as_the_person_says_and_stays_paid() {
    for (resolution, state, told) in [
        ("it_happened", "DONE", vec!["bonus.succeeded"]),
        ("it_did_not_happen", "PAID", vec!["bonus.wanted"]),
        ("give_up", "CANCELLED", vec![]),
    ] {
        let bench = Bench::start().await;
        bench.sample(ago(3_600), h::top_up_refused).await;
        let shown = bench.send(&resolve(resolution, 3)).await.ok(200);
        assert_eq!((&shown["state"], &shown["paidBy"]), (&json!(state), &json!("answer")));
        assert_eq!(bench.told(), told, "{resolution}");
    }
}

#[tokio::test]
async fn what_was_refused_can_be_given_up_and_nothing_else() {
    let bench = Bench::start().await;
    bench.sample(ago(60), h::refused).await;
    for resolution in ["it_happened", "it_did_not_happen"] {
        bench.send(&resolve(resolution, 2)).await.problem(409, "not_open");
    }
    let shown = bench.send(&resolve("give_up", 2)).await.ok(200);
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("CANCELLED"), &json!("Declined by the bank")));
    assert_eq!(bench.told(), Vec::<String>::new());
}

#[tokio::test]
async fn the_same_decision_twice_is_decided_once_and_another_is_too_late() {
    for resolution in RESOLUTIONS {
        let bench = in_doubt().await;
        let first = bench.send(&resolve(resolution, 2)).await.ok(200);
        let (stored, _) = (bench.stored(RECEIPT), bench.told());
        assert_eq!(bench.send(&resolve(resolution, 2).by("admin-2")).await.ok(200), first);
        for other in RESOLUTIONS.into_iter().filter(|other| *other != resolution) {
            bench.send(&resolve(other, 2)).await.problem(409, "not_open");
        }
        assert_eq!((bench.stored(RECEIPT), bench.told()), (stored, vec![]), "{resolution}");
    }
}

#[tokio::test]
async fn a_decision_that_the_bonus_went_on_from_is_still_the_same() {
    let bench = in_doubt().await;
    bench.send(&resolve("it_did_not_happen", 2)).await.ok(200);
    let now = ago(0);
    bench.happens(RECEIPT, |bonus| h::go_on(bonus, now)).await;
    let stored = bench.stored(RECEIPT);
    let shown = bench.send(&resolve("it_did_not_happen", 2)).await.ok(200);
    assert_eq!((&shown["state"], &shown["step"]), (&json!("PAYING"), &json!(3)));
    assert_eq!((bench.stored(RECEIPT), bench.told()), (stored, vec![]), "it is not paid once more by this");
}

#[tokio::test]
async fn whoever_looked_at_another_step_decides_nothing() {
    let bench = in_doubt().await;
    let stored = bench.stored(RECEIPT);
    for step in [0, 1, 3, u32::MAX] {
        for resolution in RESOLUTIONS {
            let refused = bench.send(&resolve(resolution, step)).await.problem(409, "not_open");
            let detail = refused.body["detail"].as_str().unwrap();
            assert!(
                detail.ends_with("the bonus is NEEDS_REVIEW at step 2, with the payment in question"),
                "{detail}"
            );
        }
    }
    assert_eq!((bench.stored(RECEIPT), bench.told()), (stored, vec![]));
}

#[tokio::test]
async fn what_is_in_no_question_is_not_decided_about() {
    type Happening = fn(&mut Bonus);
    let happenings: [(Happening, u32); 9] = [
        (h::created, 0),
        (h::making_bill, 1),
        (h::bill_made, 1),
        (h::paying, 2),
        (h::paid, 2),
        (h::topping_up, 3),
        (h::done, 3),
        (cancelled, 2),
        (refunded, 4),
    ];
    for (happened, step) in happenings {
        let bench = Bench::start().await;
        bench.sample(ago(3_600), happened).await;
        let stored = bench.stored(RECEIPT);
        let state = stored["standing"]["M"]["state"]["S"].as_str().unwrap();
        for resolution in RESOLUTIONS {
            // What was given up is given up.
            if state == "CANCELLED" && resolution == "give_up" {
                bench.send(&resolve(resolution, step)).await.ok(200);
            } else {
                bench.send(&resolve(resolution, step)).await.problem(409, "not_open");
            }
        }
        assert_eq!((bench.stored(RECEIPT), bench.told()), (stored.clone(), vec![]), "{state}");
    }
}

#[tokio::test]
async fn of_two_different_decisions_at_once_one_counts() {
    let bench = in_doubt().await;
    let (happened, given_up) = (resolve("it_happened", 2), resolve("give_up", 2).by("admin-2"));
    let (happened, given_up) = tokio::join!(bench.send(&happened), bench.send(&given_up));
    let mut statuses = [happened.status, given_up.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let (state, told) =
        if happened.status == 200 { ("PAID", "bonus.wanted") } else { ("CANCELLED", "bonus.failed") };
    assert_eq!(
        (&bench.stored(RECEIPT)["standing"]["M"]["state"]["S"], bench.told()),
        (&json!(state), vec![told.to_owned()])
    );
}

#[tokio::test]
async fn what_is_no_decision_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for body in [
        json!({}),
        json!({ "resolution": "it_happened" }),
        json!({ "step": 2 }),
        json!({ "resolution": "forget", "step": 2 }),
        json!({ "resolution": "ItHappened", "step": 2 }),
        json!({ "resolution": "it_happened", "step": -1 }),
        json!({ "resolution": "it_happened", "step": "2" }),
        json!([]),
    ] {
        bench.send(&resolve("it_happened", 2).body(&body)).await.problem(422, "invalid_body");
    }
    bench.send(&Trigger::of("resolve-unknown-field")).await.problem(422, "invalid_body");
    bench.send(&Trigger::of("resolve-not-json")).await.problem(400, "not_json");
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&resolve("give_up", 2)).await.problem(404, "not_found");
    bench.send(&resolve("give_up", 2).at("/api/admin/bonuses/%20/resolve")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let bench = in_doubt().await;
    let wish = Trigger::of("resolve");
    let first = bench.send(&wish).await;
    assert_eq!(first.header("idempotent-replay"), "");
    let now = ago(0);
    bench.happens(RECEIPT, |bonus| h::go_on(bonus, now)).await;
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(200), first.ok(200));
    bench.send(&resolve("give_up", 2).keyed("resolve-1")).await.problem(422, "idempotency_key_reused");
}
