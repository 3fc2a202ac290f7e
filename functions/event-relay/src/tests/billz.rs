//! Jobs at Billz: who asked is answered, the staff is told of orders and of trouble, decided ones are gone on with.

use serde_json::{Value, json};
use shared::domain::billz::job::{BillzJob, Claim, Pending};
use shared::domain::billz::operation::{OperationKind, Park, Refusal};
use shared::domain::billz::review::{Decided, Decision};
use shared::domain::identifier::NotificationId;
use shared::queues::billz_job::MAX_CORRELATION_ID;
use shared::stores::billz_jobs::HeldJob;

use super::bench::Bench;
use super::billz_jobs::{CLIENT, NUMBER, ORDER, asked_for, cause, done, now, seen, told};

fn reply(job: &str, kind: &str, state: &str, result: &Value, refusal: &Value) -> Value {
    json!({
        "version": 1,
        "id": format!("{job}.1.0"),
        "correlationId": job,
        "type": kind,
        "state": state,
        "result": result,
        "refusal": refusal,
    })
}

fn notice(job: &str, event: &str, fields: &Value) -> Value {
    json!({
        "version": 1,
        "id": format!("{job}.1.0"),
        "correlationId": format!("cause-of-{job}"),
        "userId": null,
        "notice": { "event": event, "data": fields },
    })
}

fn changed(fields: &Value) -> Option<(&'static str, Value)> {
    Some(("billz.order_changed", fields.clone()))
}

/// A job's file, its kind, what comes of it, and what the staff is told.
type Outcome = (&'static str, &'static str, Value, Option<(&'static str, Value)>);

/// One of each kind.
fn outcomes() -> [Outcome; 11] {
    let at_billz = json!({ "billzOrderId": ORDER });
    let known = |status: &str| json!({ "order": ORDER, "status": status });
    let made = json!({ "billzOrderId": ORDER, "orderNumber": NUMBER });
    let placed = json!({ "billzOrderId": ORDER, "orderNumber": NUMBER, "productsAdded": 2 });
    let paid = json!({ "billzOrderId": ORDER, "orderNumber": NUMBER, "alreadyPaid": false });
    let shown = json!({ "billzOrderId": ORDER, "order": { "id": ORDER, "total": 65000.50 } });
    let by_number = |status: &str| json!({ "order": NUMBER, "status": status, "billzId": ORDER });
    let with = |mut fields: Value, more: &[(&str, Value)]| {
        for (name, value) in more {
            fields[*name] = value.clone();
        }
        fields
    };
    let sum = |minor: i64| [("amount", json!(minor)), ("currency", json!("UZS"))];
    let told_of_placed = with(
        json!({ "order": "12345", "status": "placed", "customer": "Malika Karimova", "billzId": ORDER, "billzNumber": NUMBER }),
        &sum(19_000_000),
    );
    let told_of_paid = with(by_number("paid"), &sum(6_500_000));
    [
        ("create-client", "CREATE_CLIENT", json!({ "billzClientId": CLIENT }), None),
        ("create-order", "CREATE_ORDER", made, changed(&by_number("created"))),
        ("add-item", "ADD_ITEM", with(at_billz.clone(), &[("productsAdded", json!(1))]), None),
        ("add-client", "ADD_CLIENT", at_billz.clone(), None),
        ("postpone-order", "POSTPONE_ORDER", at_billz.clone(), changed(&known("postponed"))),
        ("cancel-postpone", "CANCEL_POSTPONE", at_billz.clone(), changed(&known("returned"))),
        ("create-discount", "CREATE_DISCOUNT", at_billz.clone(), None),
        ("make-payment", "MAKE_PAYMENT", paid, changed(&told_of_paid)),
        ("delete-order", "DELETE_ORDER", at_billz, changed(&known("deleted"))),
        ("get-order", "GET_ORDER", shown, None),
        ("place-order", "PLACE_ORDER", placed, changed(&told_of_placed)),
    ]
}

#[tokio::test]
async fn every_kind_of_job_that_is_done_is_answered_and_the_staff_is_told_of_orders() {
    for (file, kind, result, staff) in outcomes() {
        let mut job = done(file);
        job.succeed(now());
        let bench = told(vec![job]).await;
        let id = format!("sample-{file}");
        assert_eq!(bench.replies(), [reply(&id, kind, "SUCCEEDED", &result, &Value::Null)], "{file}");
        let staff: Vec<Value> = staff.iter().map(|(event, fields)| notice(&id, event, fields)).collect();
        assert_eq!(bench.notifications(), staff, "{file}");
        assert_eq!(bench.resumed(), (vec![], vec![]), "{file}");
    }
}

#[tokio::test]
async fn who_wants_no_answer_gets_none_and_the_staff_is_told_all_the_same() {
    let ends: [fn(&mut BillzJob); 4] = [
        |job| job.succeed(now()),
        |job| job.end_refused(Refusal::new(Refusal::REFUSED, "no"), now()),
        |job| job.give_up("Billz did not answer".to_owned(), now()),
        |job| job.review("Billz does not say".to_owned(), now()),
    ];
    for end in ends {
        let mut job = done("postpone-order").replying_to(None);
        end(&mut job);
        let bench = told(vec![job]).await;
        assert_eq!((bench.replies().len(), bench.notifications().len()), (0, 1));
    }
}

#[tokio::test]
async fn a_refused_job_is_told_with_its_reason_and_its_product() {
    let (mut job, _) = asked_for("place-order");
    let product = "2ce40c63-4527-4898-a975-7c30c255fd50";
    let refusal = Refusal {
        code: Refusal::OUT_OF_STOCK.to_owned(),
        reason: "<b>not enough</b>".to_owned(),
        product: Some(product.to_owned()),
    };
    job.progress.order = Some(ORDER.parse().unwrap());
    job.end_refused(refusal, now());
    let bench = told(vec![job]).await;
    let refusal = json!({ "code": "out_of_stock", "reason": "<b>not enough</b>", "product": product });
    let expected = reply("sample-place-order", "PLACE_ORDER", "REFUSED", &Value::Null, &refusal);
    assert_eq!(bench.replies(), [expected]);
    let fields = json!({
        "job": "sample-place-order",
        "type": "PLACE_ORDER",
        "orderId": "12345",
        "billzId": ORDER,
        "reason": "<b>not enough</b>",
        "needsReview": false,
        "product": product,
    });
    assert_eq!(bench.notifications(), [notice("sample-place-order", "billz.failed", &fields)]);
}

#[tokio::test]
async fn a_dead_job_says_why() {
    let (mut job, _) = asked_for("create-client");
    job.give_up("Billz did not answer".to_owned(), now());
    let bench = told(vec![job]).await;
    let refusal = json!({ "code": "dead", "reason": "Billz did not answer", "product": null });
    let expected = reply("sample-create-client", "CREATE_CLIENT", "DEAD", &Value::Null, &refusal);
    assert_eq!(bench.replies(), [expected]);
    let fields = json!({
        "job": "sample-create-client",
        "type": "CREATE_CLIENT",
        "reason": "Billz did not answer",
        "needsReview": false,
    });
    assert_eq!(bench.notifications(), [notice("sample-create-client", "billz.failed", &fields)]);
}

#[tokio::test]
async fn a_job_that_waits_for_a_person_is_told_to_who_asked_and_to_who_decides() {
    let (mut job, _) = asked_for("make-payment");
    job.pending = Some(Pending { operation: OperationKind::Pay, since: now(), asked: 3 });
    job.review("Billz does not say whether it is paid".to_owned(), now());
    let bench = told(vec![job]).await;
    let expected = reply("sample-make-payment", "MAKE_PAYMENT", "NEEDS_REVIEW", &Value::Null, &Value::Null);
    assert_eq!(bench.replies(), [expected]);
    let fields = json!({
        "job": "sample-make-payment",
        "type": "MAKE_PAYMENT",
        "orderId": ORDER,
        "reason": "Billz does not say whether it is paid",
        "needsReview": true,
    });
    assert_eq!(bench.notifications(), [notice("sample-make-payment", "billz.failed", &fields)]);
}

#[tokio::test]
async fn an_order_that_somebody_else_paid_is_answered_as_such() {
    let (mut job, _) = asked_for("make-payment");
    job.progress.seen = Some(seen("{}"));
    job.progress.seen.as_mut().unwrap().park = Park::Completed;
    job.succeed(now());
    let bench = told(vec![job]).await;
    assert_eq!(bench.replies()[0]["result"], json!({ "billzOrderId": ORDER, "alreadyPaid": true }));
}

#[tokio::test]
async fn a_number_in_an_order_is_answered_as_billz_wrote_it() {
    let mut job = done("get-order");
    job.progress.seen = Some(seen(r#"{"total":100000000000000000.10,"count":1e2}"#));
    job.succeed(now());
    let bench = told(vec![job]).await;
    let body = &bench.aws.sqs.messages("billz-replies")[0].body;
    assert!(body.contains(r#""order":{"total":100000000000000000.10,"count":1e2}"#), "{body}");
}

#[tokio::test]
async fn an_order_that_is_too_long_to_be_told_is_said_to_be() {
    let mut job = done("get-order");
    job.progress.seen = Some(seen(""));
    job.succeed(now());
    let bench = told(vec![job]).await;
    assert_eq!(bench.replies()[0]["result"], json!({ "billzOrderId": ORDER, "orderTooLong": true }));
}

#[tokio::test]
async fn a_job_that_is_asked_for_again_is_answered_again_and_the_staff_told_once() {
    let bench = Bench::start().await;
    let mut job = done("place-order");
    let fingerprint = job.fingerprint.clone();
    job.succeed(now());
    let id = job.id.clone();
    let jobs = bench.jobs();
    jobs.save(&mut HeldJob::new(job), &cause("first"), Vec::new()).await.unwrap();
    let claim = |job: &mut BillzJob| job.claim(Some(&fingerprint), now());
    let again = jobs.change(&id, &cause("again"), claim).await.unwrap().unwrap();
    assert_eq!(again.outcome, Claim::Ended);
    let changes = bench.aws.dynamodb.new_billz_event().unwrap();
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    let replies = bench.replies();
    let ids = ["sample-place-order.1.0", "sample-place-order.2.0"];
    assert_eq!(replies.iter().map(|reply| reply["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    assert_eq!(replies[0]["result"], replies[1]["result"]);
    assert_eq!(bench.notified_ids(), [ids[0]]);
}

#[tokio::test]
async fn a_decided_job_is_gone_on_with_where_its_kind_is_done() {
    let bench = Bench::start().await;
    let jobs = bench.jobs();
    for file in ["make-payment", "place-order", "create-client"] {
        let (mut job, _) = asked_for(file);
        let id = job.id.clone();
        job.review("nobody knows".to_owned(), now());
        jobs.save(&mut HeldJob::new(job), &cause("run"), Vec::new()).await.unwrap();
        let decide = |job: &mut BillzJob| job.decide(job.step, Decision::ItDidNotHappen);
        let decided = jobs.change(&id, &cause("press"), decide).await.unwrap().unwrap();
        assert_eq!(decided.outcome, Decided::Done);
    }
    let changes = bench.aws.dynamodb.new_billz_event().unwrap();
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    let others = ["sample-place-order", "sample-create-client"].map(str::to_owned);
    assert_eq!(bench.resumed(), (vec!["sample-make-payment".to_owned()], others.to_vec()));
    // Of the decision nobody is told but who goes on.
    assert_eq!((bench.replies().len(), bench.notifications().len()), (3, 3));
}

#[tokio::test]
async fn a_job_s_name_may_have_points_in_it_and_be_long() {
    let long = "j.9.0-".repeat(MAX_CORRELATION_ID).split_off(5 * MAX_CORRELATION_ID);
    assert_eq!(long.len(), MAX_CORRELATION_ID);
    for name in ["a.b.c", "2026.11.21", "v1.2", long.as_str()] {
        let (mut job, _) = asked_for("make-payment");
        job.id = name.parse().unwrap();
        job.review("nobody knows".to_owned(), now());
        job.decide(job.step, Decision::ItDidNotHappen);
        let bench = told(vec![job]).await;
        assert_eq!(bench.resumed(), (vec![name.to_owned()], vec![]));
        assert_eq!(bench.replies()[0]["correlationId"], name);
        let notice = &bench.notifications()[0];
        assert_eq!(
            (&notice["id"], &notice["notice"]["data"]["job"]),
            (&json!(format!("{name}.1.0")), &json!(name))
        );
        // As long as a job's name may be, it still leaves room for what makes it the event's.
        assert!(notice["id"].as_str().unwrap().parse::<NotificationId>().is_ok(), "{name}");
    }
}
