//! Billz, or we, say no: what was done is undone, the reason names the product, and another job may try.

use futures::future::join;
use serde_json::{Value, json};

use super::bench::{Bench, OPERATIONS, PAYMENTS, TIME, handle_by};
use super::jobs::{
    KETTLE, NO_ORDER, RICE, SAMOVAR, THREE, add_item, draft_of, empty_draft, job, of_order, pay, place,
    postponed,
};

/// Why a job was refused.
fn refusal(bench: &Bench, id: &str) -> Value {
    assert_eq!(bench.state(id), "REFUSED", "{}", bench.job(id));
    bench.job(id)["standing"]["refusal"].clone()
}

fn told_once(bench: &Bench) {
    assert_eq!(bench.told(), [("billz_job.ended".to_owned(), "REFUSED".to_owned())]);
}

#[tokio::test]
async fn a_product_out_of_stock_anywhere_in_an_order_undoes_the_order_and_is_named() {
    for (place_of_it, product) in [RICE, SAMOVAR, KETTLE].into_iter().enumerate() {
        let bench = Bench::start().await;
        let mut products = THREE;
        products[place_of_it].1 = 101;
        bench.put(OPERATIONS, &place("job-1", "12345", &products, 0));
        assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
        let refused = refusal(&bench, "job-1");
        assert_eq!((&refused["code"], &refused["product"]), (&json!("out_of_stock"), &json!(product)));
        told_once(&bench);
        let orders = bench.orders().await;
        assert_eq!((orders.len(), &orders[0]["state"]), (1, &json!("deleted")));
        assert_eq!(orders[0]["items"].as_array().unwrap().len(), place_of_it, "nothing follows a refusal");
        assert_eq!(bench.order_record("12345")["stage"], "REFUSED");
        // Another job may place it, as another order.
        bench.put(OPERATIONS, &place("job-2", "12345", &THREE, 0));
        assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
        assert_eq!(bench.state("job-2"), "SUCCEEDED", "{}", bench.job("job-2"));
        let record = bench.order_record("12345");
        assert_eq!((&record["stage"], &record["job"]), (&json!("PLACED"), &json!("job-2")));
        assert_eq!((bench.live_orders().await.len(), bench.clients().await.len()), (1, 1));
    }
}

#[tokio::test]
async fn stock_that_goes_between_the_items_and_the_postponing_undoes_the_order() {
    let bench = Bench::start().await;
    bench
        .fault(json!({ "operation": "postpone", "fault": "refuse", "parameters": { "error_code": 20016 } }))
        .await;
    bench.put(OPERATIONS, &place("job-1", "12345", &THREE, 0));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(refusal(&bench, "job-1")["code"], "out_of_stock");
    assert_eq!(
        (bench.live_orders().await, bench.order_record("12345")["stage"].clone()),
        (vec![], json!("REFUSED"))
    );
}

#[tokio::test]
async fn an_order_that_costs_something_else_at_billz_is_returned_and_deleted() {
    let bench = Bench::start().await;
    bench.stock(KETTLE, "127049.99", 2).await;
    bench.put(OPERATIONS, &place("job-1", "12345", &[(KETTLE, 1)], 0));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    let refused = refusal(&bench, "job-1");
    assert_eq!(refused["code"], "wrong_total");
    assert_eq!(refused["reason"], "the order costs 127049.99 at Billz, and not 127050.00");
    let calls = bench.calls();
    let last: Vec<&str> = calls.iter().rev().take(3).map(String::as_str).collect();
    assert_eq!(
        last,
        ["DELETE /v2/order", "POST /v2/order/return-postpone", "POST /v2/order/create_postpone"]
    );
    assert_eq!(bench.orders().await[0]["state"], "deleted");
}

#[tokio::test]
async fn a_deployment_that_does_not_look_at_totals_places_it() {
    let bench = Bench::with(super::deployed::Setup { check_totals: false, ..super::deployed::USUAL }).await;
    bench.stock(KETTLE, "127049.99", 2).await;
    assert_eq!(bench.run(OPERATIONS, &place("job-1", "12345", &[(KETTLE, 1)], 0)).await, "SUCCEEDED");
}

#[tokio::test]
async fn a_payment_of_another_sum_is_refused_before_it_is_made_and_another_job_may_pay() {
    let bench = Bench::start().await;
    let order = postponed(&bench).await;
    assert_eq!(bench.run(PAYMENTS, &pay("job-1", &order, 69_999)).await, "REFUSED");
    let refused = refusal(&bench, "job-1");
    assert_eq!((&refused["code"], bench.calls()), (&json!("wrong_total"), vec!["GET /v2/order".to_owned()]));
    assert_eq!(bench.run(PAYMENTS, &pay("job-2", &order, 70_000)).await, "SUCCEEDED");
    assert_eq!(bench.orders().await[0]["state"], "completed");
}

#[tokio::test]
async fn a_payment_that_billz_calls_wrong_is_refused_and_another_job_may_pay() {
    let bench = Bench::start().await;
    let order = postponed(&bench).await;
    bench
        .fault(json!({ "operation": "pay", "fault": "refuse", "parameters": { "error_code": 20020 } }))
        .await;
    assert_eq!(bench.run(PAYMENTS, &pay("job-1", &order, 70_000)).await, "REFUSED");
    assert_eq!(refusal(&bench, "job-1")["code"], "wrong_total");
    assert_eq!(bench.run(PAYMENTS, &pay("job-2", &order, 70_000)).await, "SUCCEEDED");
    assert_eq!(bench.orders().await[0]["payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_order_that_is_not_there_is_refused_by_every_kind() {
    let bench = Bench::start().await;
    let jobs = [
        of_order("GET_ORDER", "job-1", NO_ORDER),
        of_order("DELETE_ORDER", "job-2", NO_ORDER),
        of_order("POSTPONE_ORDER", "job-3", NO_ORDER),
        of_order("CANCEL_POSTPONE", "job-4", NO_ORDER),
        add_item("job-5", NO_ORDER, RICE, 1),
        job("CREATE_DISCOUNT", "job-6", json!({ "orderId": NO_ORDER, "amount": 1, "totalPrice": 2 })),
        job("ADD_CLIENT", "job-7", json!({ "orderId": NO_ORDER, "customerId": NO_ORDER })),
        pay("job-8", NO_ORDER, 70_000),
    ];
    for message in jobs {
        bench.begin();
        bench.put(OPERATIONS, &message);
        assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new(), "{message}");
        let id = message["correlationId"].as_str().unwrap();
        assert_eq!(refusal(&bench, id)["code"], "order_unknown", "{message}");
        told_once(&bench);
    }
}

#[tokio::test]
async fn an_unknown_product_and_an_unknown_client_are_refused_in_billz_s_words() {
    let bench = Bench::start().await;
    let draft = empty_draft(&bench).await;
    assert_eq!(bench.run(OPERATIONS, &add_item("job-1", &draft, NO_ORDER, 1)).await, "REFUSED");
    let refused = refusal(&bench, "job-1");
    assert_eq!((&refused["code"], &refused["product"]), (&json!("refused"), &json!(NO_ORDER)));
    assert_eq!(refused["reason"], "product not found");
    let attach = job("ADD_CLIENT", "job-2", json!({ "orderId": draft, "customerId": NO_ORDER }));
    assert_eq!(bench.run(OPERATIONS, &attach).await, "REFUSED");
    assert_eq!(refusal(&bench, "job-2")["reason"], "customer not found");
}

#[tokio::test]
async fn a_payment_method_that_is_not_there_or_off_is_refused_and_nothing_is_paid() {
    let bench = Bench::start().await;
    let order = postponed(&bench).await;
    bench.keep_card("off", sandbox::billz::CARD_PAYMENT_TYPE_ID, false).await;
    for (id, card) in [("job-1", "nobody-s"), ("job-2", "off")] {
        let mut message = pay(id, &order, 70_000);
        message["payload"]["cardId"] = card.into();
        assert_eq!(bench.run(PAYMENTS, &message).await, "REFUSED");
        assert_eq!(refusal(&bench, id)["code"], "card_unknown");
    }
    assert!(!bench.calls().contains(&"POST /v2/order-payment".to_owned()));
    assert_eq!(bench.run(PAYMENTS, &pay("job-3", &order, 70_000)).await, "SUCCEEDED");
}

#[tokio::test]
async fn a_client_whom_nobody_described_is_refused_before_anything_is_made() {
    let bench = Bench::start().await;
    let mut message = place("job-1", "12345", &THREE, 0);
    message["payload"].as_object_mut().unwrap().remove("clientInfo");
    assert_eq!(bench.run(OPERATIONS, &message).await, "REFUSED");
    assert_eq!(refusal(&bench, "job-1")["code"], "client_unknown");
    assert_eq!((bench.calls(), bench.orders().await.len()), (vec![], 0));
    assert_eq!(bench.order_record("12345")["stage"], "REFUSED");
}

#[tokio::test]
async fn of_two_jobs_that_place_one_order_one_after_the_other_one_does() {
    let bench = Bench::start().await;
    assert_eq!(bench.run(OPERATIONS, &place("job-1", "12345", &THREE, 0)).await, "SUCCEEDED");
    bench.begin();
    assert_eq!(bench.run(OPERATIONS, &place("job-2", "12345", &THREE, 0)).await, "REFUSED");
    let refused = refusal(&bench, "job-2");
    assert_eq!(refused["code"], "order_taken");
    assert!(refused["reason"].as_str().unwrap().contains("job-1"), "{refused}");
    assert_eq!((bench.calls(), bench.orders().await.len()), (vec![], 1));
    assert_eq!(bench.order_record("12345")["job"], "job-1");
}

/// Hands each message to an instance of its own, at the same time.
async fn at_once(bench: &Bench, queue: &str, messages: [Value; 2]) {
    let (first, second) = (bench.another().await, bench.another().await);
    bench.put(queue, &messages[0]);
    let here = bench.aws.sqs.deliver_at_most(queue, 1).unwrap();
    bench.put(queue, &messages[1]);
    let there = bench.aws.sqs.deliver_at_most(queue, 1).unwrap();
    let (one, other) = join(handle_by(&first, &here, TIME), handle_by(&second, &there, TIME)).await;
    bench.aws.sqs.settle(queue, &here, &one);
    bench.aws.sqs.settle(queue, &there, &other);
    bench.deliver_all().await;
}

/// The states of two jobs, in the order of the alphabet.
fn states(bench: &Bench) -> [String; 2] {
    let mut states = ["job-1", "job-2"].map(|id| bench.state(id));
    states.sort();
    states
}

#[tokio::test]
async fn of_two_jobs_that_place_one_order_at_once_one_does() {
    let bench = Bench::start().await;
    let messages = [place("job-1", "12345", &THREE, 0), place("job-2", "12345", &THREE, 0)];
    at_once(&bench, OPERATIONS, messages).await;
    assert_eq!(states(&bench), ["REFUSED", "SUCCEEDED"]);
    assert_eq!((bench.orders().await.len(), bench.clients().await.len()), (1, 1));
}

#[tokio::test]
async fn of_two_jobs_that_pay_one_order_at_once_one_does() {
    let bench = Bench::start().await;
    let order = postponed(&bench).await;
    at_once(&bench, PAYMENTS, [pay("job-1", &order, 70_000), pay("job-2", &order, 70_000)]).await;
    let paid = bench.calls().iter().filter(|call| *call == "POST /v2/order-payment").count();
    assert_eq!((paid, bench.orders().await[0]["payments"].as_array().unwrap().len()), (1, 1));
    let states = states(&bench);
    // The other was refused, or found the order paid.
    assert!(states == ["REFUSED", "SUCCEEDED"] || states == ["SUCCEEDED", "SUCCEEDED"], "{states:?}");
}

#[tokio::test]
async fn an_order_that_is_paid_is_paid_by_no_later_job() {
    let bench = Bench::start().await;
    let order = postponed(&bench).await;
    assert_eq!(bench.run(PAYMENTS, &pay("job-1", &order, 70_000)).await, "SUCCEEDED");
    bench.begin();
    assert_eq!(bench.run(PAYMENTS, &pay("job-2", &order, 70_000)).await, "SUCCEEDED");
    assert_eq!(bench.calls(), ["GET /v2/order"], "it is looked at");
    let events = bench.events();
    assert_eq!(events[0]["was_paid_already"], true);
    assert_eq!(bench.orders().await[0]["payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn two_jobs_that_make_one_client_at_once_make_one() {
    let bench = Bench::start().await;
    let messages = [place("job-1", "12345", &THREE, 0), place("job-2", "12346", &[(RICE, 1)], 0)];
    at_once(&bench, OPERATIONS, messages).await;
    assert_eq!(states(&bench), ["SUCCEEDED", "SUCCEEDED"]);
    let orders = bench.orders().await;
    assert_eq!((orders.len(), bench.clients().await.len()), (2, 1));
    assert_eq!(orders[0]["customerId"], orders[1]["customerId"]);
}

#[tokio::test]
async fn what_cannot_be_undone_is_left_to_a_person() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "delete_order", "fault": "refuse" })).await;
    let id = "job-1";
    bench.put(OPERATIONS, &place(id, "12345", &[(RICE, 1), (KETTLE, 3)], 0));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(bench.state(id), "NEEDS_REVIEW");
    assert!(
        bench.job(id)["standing"]["reason"].as_str().unwrap().starts_with("Billz refused delete_order: ")
    );
    assert_eq!(bench.order_record("12345")["stage"], "PLACING", "nobody else places it meanwhile");
    bench.decide(OPERATIONS, id, shared::domain::billz::review::Decision::ItDidNotHappen).await;
    bench.deliver_all().await;
    assert_eq!(refusal(&bench, id)["product"], KETTLE);
    assert_eq!(bench.live_orders().await.len(), 0);
}

#[tokio::test]
async fn an_item_that_is_refused_stays_out_of_the_order_of_its_sender() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 1).await;
    assert_eq!(bench.run(OPERATIONS, &add_item("job-1", &draft, KETTLE, 3)).await, "REFUSED");
    assert_eq!(refusal(&bench, "job-1")["product"], KETTLE);
    let order = &bench.orders().await[0];
    assert_eq!((&order["state"], order["items"].as_array().unwrap().len()), (&json!("draft"), 1));
}
