//! `GET /internal/billz/jobs`, `GET /internal/billz/jobs/{correlationId}`, and the same for operators.

use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::billz::job::BillzJob;
use shared::domain::billz::operation::{Answer, OperationKind, OrderView, Park, Refusal};
use shared::domain::money::{Currency, Money};

use super::bench::{BILLZ_ORDER, Bench, PAYMENT, PLACING, ago, later};

fn ids(page: &Value) -> Vec<String> {
    let id = |item: &Value| item["correlationId"].as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(id).collect()
}

fn list(query: &str) -> Trigger {
    Trigger::of("jobs").query(query)
}

fn one(id: &str) -> Trigger {
    Trigger::of("job").at(&format!("/internal/billz/jobs/{id}"))
}

fn seen() -> Answer {
    Answer::Order(Some(OrderView {
        number: Some("213945".to_owned()),
        park: Park::Active,
        total: Some(Money::new(6_500_000, Currency::Uzs)),
        quantity: None,
        document: r#"{"id":"5fffc042","total_price":65000.10}"#.to_owned(),
    }))
}

/// A job of each state, the oldest first: one a second.
async fn of_each_state(bench: &Bench) {
    let at = ago(600);
    bench.job("cancel-postpone", "received", at, BillzJob::release).await;
    bench.job("make-payment", "running", later(at, 1), |_| {}).await;
    let looked = |job: &mut BillzJob| {
        job.learn(OperationKind::ReadOrder, seen());
        job.succeed(later(at, 9));
    };
    bench.job("get-order", "succeeded", later(at, 2), looked).await;
    let mut refusal = Refusal::new(Refusal::OUT_OF_STOCK, "not enough products in stock");
    refusal.product = Some("product-1".to_owned());
    bench.job("place-order", "refused", later(at, 3), |job| job.end_refused(refusal, later(at, 9))).await;
    let doubt = |job: &mut BillzJob| job.review("nobody knows".to_owned(), later(at, 9));
    bench.job("delete-order", "needs_review", later(at, 4), doubt).await;
    bench
        .job("add-item", "dead", later(at, 5), |job| job.give_up("no answer".to_owned(), later(at, 9)))
        .await;
}

#[tokio::test]
async fn a_job_in_doubt_is_shown_with_its_evidence_and_nothing_of_its_message() {
    let bench = Bench::start().await;
    let at = ago(120);
    bench.payment_in_doubt(at).await;
    let shown = bench.send(&Trigger::of("job")).await.ok(200);
    let expected = json!({
        "correlationId": PAYMENT, "type": "MAKE_PAYMENT", "state": "NEEDS_REVIEW", "step": 2,
        "createdAt": at.to_string(), "endedAt": null,
        "pendingOperation": "pay", "pendingSince": later(at, 1).to_string(),
        "reviewSince": later(at, 60).to_string(),
        "evidence": "no answer to pay; the order is shown as active", "reason": null, "refusal": null,
        "result": null, "orderId": BILLZ_ORDER, "billzOrderId": BILLZ_ORDER, "total": 65000, "currency": "UZS",
    });
    assert_eq!(shown, expected);
    let page = json!({ "items": [expected], "nextCursor": null });
    assert_eq!(bench.send(&Trigger::of("jobs-of-a-type")).await.ok(200), page);
    assert_eq!(bench.send(&Trigger::of("admin-job")).await.ok(200), shown, "operators see the same");
    assert_eq!(bench.send(&Trigger::of("admin-jobs")).await.ok(200), page);
}

#[tokio::test]
async fn who_buys_is_not_shown() {
    let bench = Bench::start().await;
    bench.draft_in_doubt(ago(120)).await;
    let shown = bench.send(&one(PLACING)).await;
    assert_eq!((&shown.body["orderId"], &shown.body["total"]), (&json!("12345"), &json!(190_000)));
    assert_eq!((&shown.body["step"], &shown.body["pendingOperation"]), (&json!(3), &json!("create_order")));
    for secret in ["998901112233", "Malika", "Karimova", "Main Street", "Rice"] {
        assert!(bench.stored(PLACING).to_string().contains(secret), "{secret} is there to be shown");
        assert!(!shown.text.contains(secret), "{secret}: {}", shown.text);
    }
}

#[tokio::test]
async fn each_state_is_shown_with_what_belongs_to_it() {
    let bench = Bench::start().await;
    of_each_state(&bench).await;
    let nothing = Value::Null;
    for (id, reason, refusal, evidence) in [
        ("received", nothing.clone(), nothing.clone(), nothing.clone()),
        ("running", nothing.clone(), nothing.clone(), nothing.clone()),
        ("succeeded", nothing.clone(), nothing.clone(), nothing.clone()),
        (
            "refused",
            nothing.clone(),
            json!({ "code": "out_of_stock", "reason": "not enough products in stock", "product": "product-1" }),
            nothing.clone(),
        ),
        ("needs_review", nothing.clone(), nothing.clone(), json!("nobody knows")),
        ("dead", json!("no answer"), nothing.clone(), nothing.clone()),
    ] {
        let shown = bench.send(&one(id)).await.ok(200);
        assert_eq!(shown["state"], id.to_uppercase());
        assert_eq!(
            (&shown["reason"], &shown["refusal"], &shown["evidence"]),
            (&reason, &refusal, &evidence),
            "{id}"
        );
        let has_ended = ["succeeded", "refused", "dead"].contains(&id);
        assert_eq!(shown["endedAt"].is_string(), has_ended, "{id}");
    }
}

#[tokio::test]
async fn what_billz_showed_of_an_order_is_in_the_job_to_the_last_digit_and_not_in_lists() {
    let bench = Bench::start().await;
    of_each_state(&bench).await;
    let shown = bench.send(&one("succeeded")).await;
    assert!(shown.text.contains(r#""order":{"id":"5fffc042","total_price":65000.10}"#), "{}", shown.text);
    let listed = bench.send(&list("state=succeeded")).await.ok(200);
    assert_eq!(listed["items"][0]["result"], json!({ "billzOrderId": BILLZ_ORDER, "orderNumber": "213945" }));
}

#[tokio::test]
async fn a_list_is_of_all_or_of_one_state_or_one_type_newest_first() {
    let bench = Bench::start().await;
    of_each_state(&bench).await;
    let all = ["dead", "needs_review", "refused", "succeeded", "running", "received"];
    for (query, expected) in [
        ("", all.to_vec()),
        ("limit=100", all.to_vec()),
        ("state=NEEDS_REVIEW", vec!["needs_review"]),
        ("state=Dead", vec!["dead"]),
        ("type=GET_ORDER", vec!["succeeded"]),
        ("type=make_payment", vec!["running"]),
        ("type=CREATE_CLIENT", vec![]),
        ("state=refused&type=PLACE_ORDER", vec!["refused"]),
        ("state=refused&type=GET_ORDER", vec![]),
    ] {
        for case in ["jobs", "admin-jobs"] {
            let page = bench.send(&Trigger::of(case).query(query)).await.ok(200);
            assert_eq!(
                (ids(&page), &page["nextCursor"]),
                (expected.iter().map(|id| (*id).to_owned()).collect(), &Value::Null),
                "{query}"
            );
        }
    }
}

#[tokio::test]
async fn pages_hold_every_job_once_while_others_come() {
    let bench = Bench::start().await;
    let at = ago(600);
    for number in 0..5 {
        bench.job("make-payment", &format!("job-{number}"), later(at, number), BillzJob::release).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&list(&format!("limit=2{cursor}"))).await.ok(200);
        seen.extend(ids(&page));
        bench.job("make-payment", &format!("later-{}", seen.len()), ago(0), BillzJob::release).await;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["job-4", "job-3", "job-2", "job-1", "job-0"]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let bench = Bench::start().await;
    for number in 0..3 {
        bench.job("make-payment", &format!("job-{number}"), later(ago(60), number), BillzJob::release).await;
    }
    let page = bench.send(&list("state=RECEIVED&limit=1")).await.ok(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    for query in [
        format!("cursor={cursor}"),
        format!("state=DEAD&cursor={cursor}"),
        format!("state=RECEIVED&type=MAKE_PAYMENT&cursor={cursor}"),
        format!("state=RECEIVED&cursor={}", cursor.replace('A', "B") + "A"),
        "state=RECEIVED&cursor=".to_owned(),
        "state=RECEIVED&cursor=JOB".to_owned(),
    ] {
        bench.send(&list(&query)).await.problem(422, "invalid_cursor");
    }
    let next = bench.send(&list(&format!("state=received&limit=1&cursor={cursor}"))).await.ok(200);
    assert_eq!(ids(&next), ["job-1"]);
}

#[tokio::test]
async fn unknown_and_impossible_parameters_are_refused_and_cost_no_request_to_aws() {
    let bench = Bench::start().await;
    for query in ["state=", "state=open", "type=", "type=PAY", "limit=0", "limit=101", "limit=x", "page=2"] {
        bench.send(&list(query)).await.problem(422, "invalid_parameter");
        bench.send(&Trigger::of("admin-jobs").query(query)).await.problem(422, "invalid_parameter");
    }
    let refused = bench.send(&list("state=open")).await.problem(422, "invalid_parameter");
    let states = "the states are RECEIVED, RUNNING, SUCCEEDED, REFUSED, NEEDS_REVIEW, DEAD";
    assert_eq!(refused.body["detail"], states);
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_corrupt_is_an_error() {
    let bench = Bench::start().await;
    for id in ["sample-make-payment", "x", "...", "%20", "%3Cb%3E", &"x".repeat(129)] {
        bench.send(&one(id)).await.problem(404, "not_found");
        let at = format!("/api/admin/billz/jobs/{id}");
        bench.send(&Trigger::of("admin-job").at(&at)).await.problem(404, "not_found");
    }
    bench.payment_in_doubt(ago(120)).await;
    let mut item = bench.stored(PAYMENT);
    item["pending"]["M"]["operation"]["S"] = json!("NONSENSE");
    bench.aws.dynamodb.put(BILLZ_ORDERS, &item);
    for case in ["job", "jobs", "admin-job", "admin-jobs", "admin-resolve"] {
        bench.send(&Trigger::of(case)).await.problem(500, "internal_error");
    }
    assert_eq!(bench.stored(PAYMENT), item);
}
