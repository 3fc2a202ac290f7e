//! `GET /internal/billz/orders/{orderId}`.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::billz::job::BillzJob;
use shared::domain::billz::order::{NewOrder, OrderRecord, OrderStage, PaidOrder};
use shared::domain::billz::work::Work;
use shared::domain::money::{Currency, Money};
use shared::stores::billz_jobs::HeldJob;
use shared::stores::billz_orders::changed;
use shared::stores::invoices::Cause;

use super::bench::{BILLZ_ORDER, Bench, PLACING, ago, later, sample};

/// The order of the sample event of the consumer.
fn sample_order() -> NewOrder {
    match sample("place-order") {
        (Work::PlaceOrder(order), _) => *order,
        (other, _) => panic!("{other:?}"),
    }
}

/// An order just after its job came.
fn placing(at: Timestamp) -> OrderRecord {
    OrderRecord {
        order: sample_order(),
        job: PLACING.parse().unwrap(),
        created_at: at,
        stage: OrderStage::Placing,
        billz_order: None,
        billz_number: None,
        billz_client: None,
        postponed_at: None,
        paid: None,
    }
}

/// Keeps an order, in the transaction of its job, as the consumer does.
async fn keep(bench: &Bench, record: &OrderRecord) {
    let (work, body) = sample("place-order");
    let job = BillzJob::receive(record.job.clone(), &work, "print".to_owned(), body, record.created_at);
    let cause = Cause::new("placed".to_owned(), record.created_at);
    let order = changed(record, 0, record.created_at).unwrap();
    bench.app.jobs.save(&mut HeldJob::new(job), &cause, vec![order]).await.unwrap();
}

#[tokio::test]
async fn an_order_is_shown_by_the_names_of_its_senders_to_the_last_tiyin() {
    let bench = Bench::start().await;
    let at = ago(600);
    let amount = |minor| Money::new(minor, Currency::Uzs);
    let mut record = OrderRecord {
        stage: OrderStage::Placed,
        billz_order: Some(BILLZ_ORDER.parse().unwrap()),
        billz_number: Some("213945".to_owned()),
        billz_client: Some("client-1".parse().unwrap()),
        postponed_at: Some(later(at, 10)),
        paid: Some(PaidOrder { amount: amount(19_000_010), at: later(at, 20) }),
        ..placing(at)
    };
    record.order.total = amount(19_000_010);
    keep(&bench, &record).await;
    let answer = bench.send(&Trigger::of("order")).await;
    for number in [
        r#""totalPrice":190000.1,"#,
        r#""paidAmount":190000.1,"#,
        r#""subTotalPrice":197050,"#,
        r#""discountAmount":7050,"#,
        r#""deliverySubTotalPrice":20000,"#,
        r#""qty":2,"#,
        r#""latitude":41.2995"#,
    ] {
        assert!(answer.text.contains(number), "{number}: {}", answer.text);
    }
    let mut shown = answer.ok(200);
    let other_fields = shown["otherFields"].take();
    let products = shown["products"].take();
    assert_eq!(
        shown,
        json!({
            "orderID": "12345", "correlationId": PLACING, "state": "PLACED", "createdAt": at.to_string(),
            "billzId": BILLZ_ORDER, "orderNumber": "213945", "billzClientId": "client-1",
            "isPostPonement": true, "postPonementDate": later(at, 10).to_string(),
            "isPaid": true, "paidAmount": 190000.1, "datePaid": later(at, 20).to_string(),
            "subTotalPrice": 197050, "discountAmount": 7050, "totalPrice": 190000.1,
            "deliverySubTotalPrice": 20000, "products": null,
            "clientInfo": { "phone": "+998901112233", "firstName": "Malika", "lastName": "Karimova" },
            "clientIdSys": "64a7b8c9d5e6f7890abcdef2", "deliveryStatus": "pending",
            "deliveryAddress": {
                "street": "Main Street 123", "city": "Tashkent", "postalCode": null, "fullAddress": null,
                "apartment": "5A", "floor": "2", "entrance": "A", "intercom": null, "landmark": null,
            },
            "deliveryTime": null, "deliveryComment": null, "comment": null, "region": "Tashkent",
            "orderType": null, "paymentMethod": "online", "storeId": "store-1",
            "storeExternalID": "5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10", "store": "Main Store",
            "otherFields": null,
        })
    );
    assert_eq!(
        products[0],
        json!({
            "ID": "2ce40c63-4527-4898-a975-7c30c255fd50", "productID": "prod-1", "qty": 2, "name": "Guruch",
            "sku": "SKU-1", "barCode": "4780000000017", "imageUrl": "https://shop.example.com/rice.jpg",
            "COLOR": null, "SIZE": null, "employeeID": null,
            "subTotalPrice": 70000, "discountAmount": 0, "totalPrice": 70000,
        })
    );
    assert_eq!((&products[1]["productID"], &products[1]["totalPrice"]), (&json!("prod-3"), &json!(127_050)));
    assert_eq!(other_fields["employeeName"], "Sample Seller");
    assert_eq!(other_fields["coordinates"]["accuracy"], 10);
}

#[tokio::test]
async fn an_order_is_shown_as_soon_as_its_job_came_and_in_every_stage() {
    for (stage, name) in OrderStage::ALL.into_iter().zip(["PLACING", "PLACED", "REFUSED", "DELETED"]) {
        let bench = Bench::start().await;
        let mut record = OrderRecord { stage, ..placing(ago(60)) };
        record.order.details.document = String::new();
        record.order.client = None;
        keep(&bench, &record).await;
        let shown = bench.send(&Trigger::of("order")).await.ok(200);
        assert_eq!((&shown["state"], &shown["billzId"]), (&json!(name), &Value::Null));
        assert_eq!((&shown["isPaid"], &shown["paidAmount"]), (&json!(false), &json!(0)));
        assert_eq!((&shown["clientInfo"], &shown["otherFields"]), (&Value::Null, &Value::Null));
        assert_eq!(
            shown["products"][0]["productID"], shown["products"][0]["ID"],
            "where its sender knows no other name"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_corrupt_is_an_error() {
    let bench = Bench::start().await;
    for id in ["12345", "...", "%20", "%3Cb%3E", &"x".repeat(129)] {
        let at = format!("/internal/billz/orders/{id}");
        bench.send(&Trigger::of("order").at(&at)).await.problem(404, "not_found");
    }
    keep(&bench, &placing(ago(60))).await;
    let mut item = bench.aws.dynamodb.item(BILLZ_ORDERS, "ORDER#12345", "ORDER").unwrap();
    item["stage"]["S"] = json!("NONSENSE");
    bench.aws.dynamodb.put(BILLZ_ORDERS, &item);
    bench.send(&Trigger::of("order")).await.problem(500, "internal_error");
}
