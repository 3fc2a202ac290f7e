//! `POST /api/admin/bonuses/{receiptId}/retry`: a person has a bonus tried again now.

use sandbox::testbed::log_lines::kept;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::bonus::Bonus;
use shared::domain::bonus::limits::{Counted, Limits, day_of};
use shared::domain::bonus::msisdn::MsisdnError;
use shared::domain::money::{Currency, Money};

use super::bench::{Bench, Earned, RECEIPT, ago};
use super::bonuses::{cancelled, refunded};
use super::happenings as h;

fn retry(step: u32) -> Trigger {
    Trigger::of("retry").without_header("idempotency-key").body(&json!({ "step": step }))
}

/// More than its user may have in a day: it was never tried.
fn over_the_limit(bonus: &mut Bonus) {
    let limits = Limits { per_day: None, per_user: Some(1), highest: Money::new(100, Currency::Uah) };
    let now = bonus.created_at;
    bonus.count(&limits, &Counted { on: day_of(now), of_all: 1, of_user: 1 }, now);
}

#[tokio::test]
async fn what_waits_or_was_refused_is_tried_again_now() {
    type Happening = fn(&mut Bonus);
    let happenings: [(Happening, u32, &str, Value); 5] = [
        (h::put_off, 1, "CREATED", Value::Null),
        (h::payment_put_off, 2, "BILL_MADE", json!("523")),
        (h::top_up_put_off, 3, "PAID", json!("523")),
        (h::refused, 2, "BILL_MADE", json!("523")),
        (over_the_limit, 0, "CREATED", Value::Null),
    ];
    for (happened, step, state, bill) in happenings {
        let bench = Bench::start().await;
        bench.sample(ago(60), happened).await;
        let before = ago(0);
        let shown = bench.send(&retry(step)).await.ok(200);
        assert_eq!((&shown["state"], &shown["billId"], &shown["step"]), (&json!(state), &bill, &json!(step)));
        assert_eq!((&shown["tries"], &shown["refusal"]), (&json!(0), &Value::Null), "{state}");
        let due: jiff::Timestamp = shown["dueAt"].as_str().unwrap().parse().unwrap();
        assert!(due >= before && due <= ago(-1), "{state}: {due}");
        let stored = bench.stored(RECEIPT);
        assert_eq!(
            (&stored["standing"]["M"]["state"]["S"], &stored["gsi3pk"]["S"]),
            (&json!(state), &json!("BONUSES_DUE"))
        );
        assert_eq!(bench.told(), ["bonus.wanted"], "{state}");
        assert_eq!(bench.send(&Trigger::of("bonus")).await.ok(200), shown);
    }
    assert!(kept().contains(r#""decided":"retry""#), "who decided what is in the log");
}

#[tokio::test]
async fn asked_for_twice_it_is_wanted_once() {
    for happened in [h::put_off, h::refused] {
        let bench = Bench::start().await;
        bench.sample(ago(60), happened).await;
        let step =
            u32::try_from(bench.send(&Trigger::of("bonus")).await.ok(200)["step"].as_u64().unwrap()).unwrap();
        let first = bench.send(&retry(step)).await.ok(200);
        let stored = bench.stored(RECEIPT);
        assert_eq!(bench.send(&retry(step).by("admin-2")).await.ok(200), first);
        assert_eq!((bench.stored(RECEIPT), bench.told()), (stored, vec!["bonus.wanted".to_owned()]));
    }
}

#[tokio::test]
async fn what_is_under_way_ended_or_in_question_is_not_tried_again() {
    type Happening = fn(&mut Bonus);
    let happenings: [(Happening, u32, &str, &str); 9] = [
        (h::making_bill, 1, "MAKING_BILL", "nothing"),
        (h::paying, 2, "PAYING", "nothing"),
        (h::topping_up, 3, "TOPPING_UP", "nothing"),
        (h::done, 3, "DONE", "nothing"),
        (h::in_doubt, 2, "NEEDS_REVIEW", "the payment"),
        (h::top_up_refused, 3, "NEEDS_REVIEW", "the top-up"),
        (cancelled, 2, "CANCELLED", "nothing"),
        (refunded, 4, "REFUNDED", "nothing"),
        (h::put_off, 1, "CREATED", "nothing"),
    ];
    for (happened, step, state, doubt) in happenings {
        let bench = Bench::start().await;
        bench.sample(ago(3_600), happened).await;
        let stored = bench.stored(RECEIPT);
        // The last one waits: of it only another step is refused.
        let steps = if state == "CREATED" { vec![0, 2] } else { vec![step, step + 1, 0] };
        for wanted in steps {
            let refused = bench.send(&retry(wanted)).await.problem(409, "not_open");
            let detail = format!(
                "that cannot be decided about step {wanted}: the bonus is {state} at step {step}, with {doubt} in question"
            );
            assert_eq!(refused.body["detail"], detail);
        }
        assert_eq!((bench.stored(RECEIPT), bench.told()), (stored, vec![]), "{state}");
    }
}

#[tokio::test]
async fn a_number_that_nobody_can_be_paid_for_stays_refused() {
    let bench = Bench::start().await;
    let earned = Earned { receipt: RECEIPT, user: "user-1", chat: 4242, at: ago(60) };
    bench.made(earned, Err(MsisdnError), h::created).await;
    drop(bench.told());
    bench.send(&retry(0)).await.problem(409, "not_open");
    assert_eq!(bench.told(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_wish_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for body in [
        json!({}),
        json!({ "step": -1 }),
        json!({ "step": "1" }),
        json!({ "step": 1, "now": true }),
        json!([]),
    ] {
        bench.send(&retry(1).body(&body)).await.problem(422, "invalid_body");
    }
    bench.send(&retry(1).text("step=1")).await.problem(400, "not_json");
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&retry(1)).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let bench = Bench::start().await;
    bench.sample(ago(60), h::put_off).await;
    let wish = Trigger::of("retry");
    let first = bench.send(&wish).await;
    assert_eq!(first.header("idempotent-replay"), "");
    let now = ago(0);
    bench.happens(RECEIPT, |bonus| h::go_on(bonus, now)).await;
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(200), first.ok(200));
    bench.send(&retry(2).keyed("retry-1")).await.problem(422, "idempotency_key_reused");
    // Without the key it is asked about as it stands now.
    bench.send(&retry(1)).await.problem(409, "not_open");
}
