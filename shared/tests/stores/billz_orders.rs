//! Orders at Billz: what is stored of them, and which job may pay one.

use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use serde_json::{Value, json};
use shared::domain::billz::order::{NewOrder, OrderDetails, OrderRecord, OrderStage, PaidOrder};
use shared::domain::billz::work::Work;
use shared::domain::identifier::{BillzOrderId, JobId};
use shared::domain::money::{Currency, Money};
use shared::queues::billz_job::{BillzMessage, parse};
use shared::stores::billz_orders::pointer::PaymentClaim;
use shared::stores::billz_orders::{HeldOrder, changed, new_order};
use shared::stores::table::{Change, Expected, StoreError};

use crate::setup::{Stores, minute, stores};

const GOOD: &str = include_str!("../fixtures/billz_jobs/good.json");

/// The order of one of the messages that the parser's tests know.
fn order_of(what: &str) -> NewOrder {
    let messages: Vec<serde_json::Value> = serde_json::from_str(GOOD).unwrap();
    let message = messages.iter().find(|message| message["what"] == what).unwrap();
    match parse(&message["message"].to_string()) {
        Ok(BillzMessage::Job { work: Work::PlaceOrder(order), .. }) => *order,
        other => panic!("{other:?}"),
    }
}

fn record(order: NewOrder) -> OrderRecord {
    OrderRecord {
        order,
        job: "job-1".parse().unwrap(),
        created_at: minute(0),
        stage: OrderStage::Placing,
        billz_order: None,
        billz_number: None,
        billz_client: None,
        postponed_at: None,
        paid: None,
    }
}

fn placed(order: NewOrder) -> OrderRecord {
    OrderRecord {
        stage: OrderStage::Placed,
        billz_order: Some(billz_order()),
        billz_number: Some("213945".to_owned()),
        billz_client: Some("client-1".parse().unwrap()),
        postponed_at: Some(minute(1)),
        paid: Some(PaidOrder { amount: Money::new(10_000_000, Currency::Uzs), at: minute(2) }),
        ..record(order)
    }
}

fn billz_order() -> BillzOrderId {
    "38c3920a-ffdd-4233-a823-8af3266f5f4f".parse().unwrap()
}

fn job(id: &str) -> JobId {
    id.parse().unwrap()
}

async fn insert(stores: &Stores, record: &OrderRecord) -> Result<(), StoreError> {
    stores
        .billz_table
        .commit(vec![Change::Put(new_order(record, minute(0)).unwrap(), Expected::Absent)])
        .await
}

async fn read(stores: &Stores, id: &str) -> HeldOrder {
    stores.billz_orders.get(&id.parse().unwrap()).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_order_as_it_is_stored() {
    let stores = stores().await;
    insert(&stores, &placed(order_of("a whole order, as much as can be"))).await.unwrap();
    insta::assert_json_snapshot!(stores.dynamodb.item(BILLZ_ORDERS, "ORDER#A-17", "ORDER").unwrap());
}

#[tokio::test]
async fn orders_are_read_as_they_were_written() {
    let stores = stores().await;
    assert_eq!(stores.billz_orders.get(&"A-17".parse().unwrap()).await.unwrap(), None);
    for (place, what) in [
        "a whole order, as much as can be",
        "a whole order, as services send it",
        "a whole order, as little as can be",
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("order-{place}");
        let order = NewOrder { id: id.parse().unwrap(), ..order_of(what) };
        let (first, last) = (record(order.clone()), placed(order));
        insert(&stores, &first).await.unwrap();
        assert_eq!(read(&stores, &id).await, HeldOrder { record: first, version: 1 }, "{what}");
        stores.billz_table.commit(vec![changed(&last, 1, minute(1)).unwrap()]).await.unwrap();
        assert_eq!(read(&stores, &id).await, HeldOrder { record: last, version: 2 }, "{what}");
    }
}

#[tokio::test]
async fn an_order_of_which_nothing_is_at_billz_is_not_kept_for_ever() {
    let stores = stores().await;
    let order = || order_of("a whole order, as services send it");
    insert(&stores, &record(order())).await.unwrap();
    let of_90_days = 90 * 24 * 60 * 60;
    let ends = [
        (OrderStage::Placed, None),
        (OrderStage::Deleted, Some(minute(1).as_second() + of_90_days)),
        (OrderStage::Placing, None),
        (OrderStage::Refused, Some(minute(3).as_second() + of_90_days)),
        (OrderStage::Placing, None),
    ];
    for (at, (stage, end)) in (0..).zip(ends) {
        let record = OrderRecord { stage, ..record(order()) };
        let version = u64::try_from(at).unwrap() + 1;
        stores.billz_table.commit(vec![changed(&record, version, minute(at)).unwrap()]).await.unwrap();
        let item = stores.dynamodb.item(BILLZ_ORDERS, "ORDER#12345", "ORDER").unwrap();
        let expected = end.map_or(Value::Null, |end| json!({ "N": end.to_string() }));
        assert_eq!(item["ttl"], expected, "{stage:?}");
    }
}

#[tokio::test]
async fn an_order_that_another_job_places_is_not_written_over() {
    let stores = stores().await;
    let ours = record(order_of("a whole order, as services send it"));
    let theirs = OrderRecord { job: job("job-2"), ..ours.clone() };
    insert(&stores, &ours).await.unwrap();
    assert!(matches!(insert(&stores, &theirs).await, Err(StoreError::Conflict)));
    for version in [0, 2] {
        let change = changed(&theirs, version, minute(1)).unwrap();
        let written = stores.billz_table.commit(vec![change]).await;
        assert!(matches!(written, Err(StoreError::Conflict)), "version {version}");
    }
    assert_eq!(read(&stores, "12345").await.record, ours);
}

#[tokio::test]
async fn as_much_as_a_message_can_say_fits_into_an_item() {
    let stores = stores().await;
    let order = order_of("a whole order, as much as can be");
    let document = format!(r#"{{"images":"{}"}}"#, "x".repeat(190 * 1024));
    let order = NewOrder { details: OrderDetails { document, ..order.details.clone() }, ..order };
    insert(&stores, &record(order.clone())).await.unwrap();
    assert_eq!(read(&stores, "A-17").await.record.order, order);
}

#[tokio::test]
async fn an_order_that_breaks_a_rule_is_corrupt() {
    let stores = stores().await;
    insert(&stores, &placed(order_of("a whole order, as services send it"))).await.unwrap();
    let whole = stores.dynamodb.item(BILLZ_ORDERS, "ORDER#12345", "ORDER").unwrap();
    for (name, value) in [
        ("stage", json!({ "S": "LOST" })),
        ("currency", json!({ "S": "XXX" })),
        ("products", json!({ "L": [] })),
        ("billz_order", json!({ "S": "a/b" })),
        ("paid_at", json!({ "NULL": true })),
    ] {
        let mut broken = whole.clone();
        broken[name] = value;
        stores.dynamodb.put(BILLZ_ORDERS, &broken);
        let error = stores.billz_orders.get(&"12345".parse().unwrap()).await.unwrap_err();
        assert!(matches!(&error, StoreError::Corrupt { key, .. } if key == "ORDER#12345"), "{name}: {error}");
    }
}

#[tokio::test]
async fn of_all_jobs_that_want_to_pay_an_order_one_may() {
    let stores = stores().await;
    let (order, jobs) = (billz_order(), ["job-1", "job-2", "job-3"].map(job));
    let claim = |place: usize| stores.billz_orders.claim_payment(&order, &jobs[place]);
    let (one, two, three) = tokio::join!(claim(0), claim(1), claim(2));
    let claims = [one.unwrap(), two.unwrap(), three.unwrap()];
    let winner = claims.iter().position(|claim| *claim == PaymentClaim::Ours).unwrap();
    let taken = PaymentClaim::Taken { by: jobs[winner].clone() };
    assert_eq!(claims.iter().filter(|claim| **claim == taken).count(), 2, "{claims:?}");
    assert_eq!(claim(winner).await.unwrap(), PaymentClaim::Ours, "again");
}

#[tokio::test]
async fn a_payment_that_was_not_made_may_be_made_by_another_job() {
    let stores = stores().await;
    let orders = &stores.billz_orders;
    let taken = PaymentClaim::Taken { by: job("job-1") };
    orders.claim_payment(&billz_order(), &job("job-1")).await.unwrap();
    orders.release_payment(&billz_order(), &job("job-2")).await.unwrap();
    assert_eq!(orders.claim_payment(&billz_order(), &job("job-2")).await.unwrap(), taken);
    orders.release_payment(&billz_order(), &job("job-1")).await.unwrap();
    assert_eq!(orders.claim_payment(&billz_order(), &job("job-2")).await.unwrap(), PaymentClaim::Ours);
}

#[tokio::test]
async fn a_lost_answer_to_a_claim_of_a_payment_does_not_take_it_away() {
    let stores = stores().await;
    stores.wire.drop_answer_of(2);
    let claim = stores.billz_orders.claim_payment(&billz_order(), &job("job-1")).await.unwrap();
    assert_eq!(claim, PaymentClaim::Ours);
}

#[tokio::test]
async fn an_order_is_found_by_its_id_at_billz_and_keeps_who_pays_it() {
    let stores = stores().await;
    stores.billz_orders.claim_payment(&billz_order(), &job("job-1")).await.unwrap();
    let mut held = stores.billz_orders.pointer(&billz_order()).await.unwrap();
    assert_eq!((held.version, held.pointer.order.clone()), (1, None));
    held.pointer.order = Some("12345".parse().unwrap());
    stores.billz_table.commit(vec![held.changed().unwrap()]).await.unwrap();
    let found = stores.billz_orders.pointer(&billz_order()).await.unwrap();
    assert_eq!((found.version, &found.pointer), (2, &held.pointer));
    assert_eq!(found.pointer.payment_job, Some(job("job-1")));
    let late = stores.billz_table.commit(vec![held.changed().unwrap()]).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
}
