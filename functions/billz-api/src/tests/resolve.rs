//! `POST /api/admin/billz/jobs/{correlationId}/resolve`: a person decides about a job that nobody else can go on with.

use sandbox::testbed::log_lines::kept;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::billz::job::{BillzJob, Claim};
use shared::domain::billz::operation::Refusal;
use shared::stores::invoices::Cause;

use super::bench::{BILLZ_ORDER, Bench, PAYMENT, PLACING, ago};

const RESOLUTIONS: [&str; 3] = ["it_happened", "it_did_not_happen", "give_up"];

fn resolve(resolution: &str, step: u32) -> Trigger {
    let wish = json!({ "resolution": resolution, "step": step });
    Trigger::of("admin-resolve").without_header("idempotency-key").body(&wish)
}

async fn payment_in_doubt() -> Bench {
    let bench = Bench::start().await;
    bench.payment_in_doubt(ago(120)).await;
    bench
}

#[tokio::test]
async fn a_payment_that_somebody_saw_at_billz_is_paid_and_its_job_goes_on() {
    let bench = payment_in_doubt().await;
    let shown = bench.send(&Trigger::of("admin-resolve")).await.ok(200);
    assert_eq!((&shown["state"], &shown["step"]), (&json!("RUNNING"), &json!(2)));
    assert_eq!((&shown["pendingOperation"], &shown["evidence"]), (&Value::Null, &Value::Null));
    let stored = bench.stored(PAYMENT);
    assert_eq!(stored["progress"]["M"]["paid"]["BOOL"], true);
    assert_eq!((&stored["gsi1pk"]["S"], &stored["version"]["N"]), (&json!("JOB_STATE#RUNNING"), &json!("2")));
    assert_eq!(bench.told(), ["billz_job.resumed"]);
    assert_eq!(bench.send(&Trigger::of("admin-job")).await.ok(200), shown);
    assert!(kept().contains(r#""decided":"it_happened""#), "who decided what is in the log");
}

#[tokio::test]
async fn a_payment_that_was_not_made_is_to_be_made_and_one_that_is_given_up_is_not() {
    for (resolution, is_given_up) in [("it_did_not_happen", false), ("give_up", true)] {
        let bench = payment_in_doubt().await;
        let shown = bench.send(&resolve(resolution, 2)).await.ok(200);
        assert_eq!((&shown["state"], &shown["pendingOperation"]), (&json!("RUNNING"), &Value::Null));
        let progress = &bench.stored(PAYMENT)["progress"]["M"];
        assert_eq!(progress["paid"]["BOOL"], false, "{resolution}");
        assert_eq!(progress["given_up"]["BOOL"], is_given_up, "{resolution}");
        assert_eq!(bench.told(), ["billz_job.resumed"]);
    }
}

#[tokio::test]
async fn what_a_lost_call_made_is_named_by_billzs_id() {
    let bench = Bench::start().await;
    bench.draft_in_doubt(ago(120)).await;
    let at = format!("/api/admin/billz/jobs/{PLACING}/resolve");
    let stored = bench.stored(PLACING);
    bench.send(&resolve("it_happened", 3).at(&at)).await.problem(422, "billz_id_needed");
    assert_eq!((bench.stored(PLACING), bench.told()), (stored, vec![]));
    let shown = bench.send(&Trigger::of("admin-resolve-with-id")).await.ok(200);
    assert_eq!((&shown["state"], &shown["billzOrderId"]), (&json!("RUNNING"), &json!(BILLZ_ORDER)));
    assert_eq!(bench.told(), ["billz_job.resumed"]);
}

#[tokio::test]
async fn the_same_decision_twice_is_decided_once_and_another_is_too_late() {
    for resolution in RESOLUTIONS {
        let bench = payment_in_doubt().await;
        let first = bench.send(&resolve(resolution, 2)).await.ok(200);
        let decided =
            || ["decided", "progress", "standing", "step"].map(|name| bench.stored(PAYMENT)[name].clone());
        let (stored, again) = (decided(), resolve(resolution, 2).by("admin-2"));
        assert_eq!(bench.told(), ["billz_job.resumed"], "{resolution}");
        assert_eq!(bench.send(&again).await.ok(200), first);
        assert_eq!(bench.told(), ["billz_job.resumed"], "{resolution}: the first may be lost");
        for other in RESOLUTIONS.into_iter().filter(|other| *other != resolution) {
            bench.send(&resolve(other, 2)).await.problem(409, "not_open");
        }
        assert_eq!((decided(), bench.told()), (stored, vec![]), "{resolution}");
    }
}

#[tokio::test]
async fn a_decision_that_the_job_went_on_from_tells_nobody_when_it_is_repeated() {
    for resolution in RESOLUTIONS {
        let bench = payment_in_doubt().await;
        bench.send(&resolve(resolution, 2)).await.ok(200);
        let (id, cause) = (PAYMENT.parse().unwrap(), Cause::new("taken".to_owned(), ago(0)));
        let take = |job: &mut BillzJob| job.claim(None, ago(0));
        let taken = bench.app.jobs.change(&id, &cause, take).await.unwrap().unwrap();
        assert_eq!(taken.outcome, Claim::Run, "{resolution}");
        let (stored, told) = (bench.stored(PAYMENT), bench.told());
        assert_eq!(told, ["billz_job.resumed"], "{resolution}");
        bench.send(&resolve(resolution, 2)).await.ok(200);
        assert_eq!((bench.stored(PAYMENT), bench.told()), (stored, vec![]), "{resolution}");
    }
}

#[tokio::test]
async fn whoever_looked_at_another_step_decides_nothing() {
    let bench = payment_in_doubt().await;
    let stored = bench.stored(PAYMENT);
    for step in [0, 1, 3, u32::MAX] {
        for resolution in RESOLUTIONS {
            let refused = bench.send(&resolve(resolution, step)).await.problem(409, "not_open");
            let detail = refused.body["detail"].as_str().unwrap();
            assert!(detail.ends_with("the job is NEEDS_REVIEW in step 2, with pay in doubt"), "{detail}");
        }
    }
    assert_eq!((bench.stored(PAYMENT), bench.told()), (stored, vec![]));
}

#[tokio::test]
async fn a_job_that_is_in_no_doubt_is_not_to_be_decided_about() {
    let bench = Bench::start().await;
    let at = ago(60);
    bench.job("make-payment", "received", at, BillzJob::release).await;
    bench.job("make-payment", "running", at, |_| {}).await;
    bench.job("make-payment", "succeeded", at, |job| job.succeed(at)).await;
    let no = || Refusal::new(Refusal::REFUSED, "no");
    bench.job("make-payment", "refused", at, |job| job.end_refused(no(), at)).await;
    bench.job("make-payment", "dead", at, |job| job.give_up("no".to_owned(), at)).await;
    for id in ["received", "running", "succeeded", "refused", "dead"] {
        let stored = bench.stored(id);
        for resolution in RESOLUTIONS {
            let wish = resolve(resolution, 0).at(&format!("/api/admin/billz/jobs/{id}/resolve"));
            bench.send(&wish).await.problem(409, "not_open");
        }
        assert_eq!((bench.stored(id), bench.told()), (stored, vec![]), "{id}");
    }
}

#[tokio::test]
async fn where_no_call_is_in_doubt_none_can_have_happened() {
    let bench = Bench::start().await;
    bench.job("delete-order", PAYMENT, ago(60), |job| job.review("it needs you".to_owned(), ago(30))).await;
    let refused = bench.send(&resolve("it_happened", 1)).await.problem(409, "not_open");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.ends_with("the job is NEEDS_REVIEW in step 1, with no call in doubt"), "{detail}");
    bench.send(&resolve("it_did_not_happen", 1)).await.ok(200);
    assert_eq!(bench.told(), ["billz_job.resumed"]);
}

#[tokio::test]
async fn of_two_different_decisions_at_once_one_counts() {
    let bench = payment_in_doubt().await;
    let (happened, given_up) = (resolve("it_happened", 2), resolve("give_up", 2).by("admin-2"));
    let (happened, given_up) = tokio::join!(bench.send(&happened), bench.send(&given_up));
    let mut statuses = [happened.status, given_up.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let progress = &bench.stored(PAYMENT)["progress"]["M"];
    assert_eq!(progress["paid"]["BOOL"], happened.status == 200);
    assert_eq!(progress["given_up"]["BOOL"], given_up.status == 200);
    assert_eq!(bench.told(), ["billz_job.resumed"]);
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
        json!({ "resolution": "it_happened", "step": "1" }),
        json!({ "resolution": "it_happened", "step": 2, "billzId": "" }),
        json!({ "resolution": "it_happened", "step": 2, "billzId": "a/b" }),
        json!({ "resolution": "it_happened", "step": 2, "billzId": 7 }),
        json!({ "resolution": "give_up", "step": 2, "billzId": BILLZ_ORDER }),
        json!({ "resolution": "it_happened", "step": 2, "reason": "I saw it" }),
        json!([]),
    ] {
        let wish = resolve("it_happened", 2).body(&body);
        bench.send(&wish).await.problem(422, "invalid_body");
    }
    bench.send(&Trigger::of("admin-resolve-not-json")).await.problem(400, "not_json");
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&resolve("give_up", 2)).await.problem(404, "not_found");
    let nobodys = resolve("give_up", 2).at("/api/admin/billz/jobs/%20/resolve");
    bench.send(&nobodys).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let bench = payment_in_doubt().await;
    let wish = Trigger::of("admin-resolve");
    let first = bench.send(&wish).await;
    assert_eq!(first.header("idempotent-replay"), "");
    // Meanwhile the job is done.
    let mut held = bench.app.jobs.get(&PAYMENT.parse().unwrap()).await.unwrap().unwrap();
    held.job.succeed(ago(0));
    let cause = shared::stores::invoices::Cause::new("done".to_owned(), ago(0));
    bench.app.jobs.save(&mut held, &cause, Vec::new()).await.unwrap();
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(200), first.ok(200));
    let other = resolve("give_up", 2).keyed("decision-1");
    bench.send(&other).await.problem(422, "idempotency_key_reused");
    assert_eq!(bench.told(), ["billz_job.resumed", "billz_job.ended"]);
}
