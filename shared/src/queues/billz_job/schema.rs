//! What senders can read: `docs/billz/*.schema.json`, written from the code, and as strict as the parser in as far as
//! a schema can be.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sent::sent_order::{OrderNumber, PlaceOrder, ProductName, SentClient, SentProduct};
use super::sent::value::{Id, Phone, SentQuantity};
use super::sent::{
    AddClient, AddItem, CreateClient, CreateDiscount, CreateOrder, JobMessage, MakePayment, NamedOrder,
    PostponeOrder, Wanted,
};
use super::tests::{BAD, BadMessage, GOOD, GoodMessage};
use super::{BillzMessage, parse};
use crate::domain::billz::quantity::Quantity;
use crate::domain::billz::work::JobKind;
use crate::domain::identifier::{BillzOrderId, JobId};
use crate::domain::money::{Currency, Money};
use crate::queues::billz_reply::{BillzReply, ReplyRefusal, VERSION};
use crate::queues::checked_in_schema::{hold, of_written};

fn jobs_schema() -> jsonschema::Validator {
    jsonschema::validator_for(&of_written::<JobMessage>()).unwrap()
}

#[test]
fn the_checked_in_schemas_are_what_the_code_says() {
    hold("billz/jobs.schema.json", &of_written::<JobMessage>());
    hold("billz/reply.schema.json", &of_written::<BillzReply>());
}

#[test]
fn the_schema_takes_every_message_that_is_a_job() {
    let schema = jobs_schema();
    for GoodMessage { what, message } in serde_json::from_str::<Vec<GoodMessage>>(GOOD).unwrap() {
        let faults: Vec<String> =
            schema.iter_errors(&value(message.get())).map(|error| error.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{what}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_job_where_a_schema_can() {
    let schema = jobs_schema();
    for BadMessage { reason, schema_refuses, message } in
        serde_json::from_str::<Vec<BadMessage>>(BAD).unwrap()
    {
        let is_refused = !schema.is_valid(&value(message.get()));
        assert_eq!(is_refused, schema_refuses, "{reason}: {message}");
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn id(text: &str) -> Id {
    Id::from(&text.parse::<BillzOrderId>().unwrap())
}

fn soum(whole: i64) -> Money {
    Money::new(whole * 100, Currency::Uzs)
}

fn quantity(text: &str) -> SentQuantity {
    text.parse::<Quantity>().unwrap().into()
}

fn phone() -> Phone {
    Phone::from(&"+998900000001".parse().unwrap())
}

fn placed() -> PlaceOrder {
    let product = SentProduct {
        id: Some(id("product-1")),
        product_id: None,
        qty: quantity("0.250"),
        name: Some(ProductName::ByLanguage(BTreeMap::from([("uz".to_owned(), "Piyola".into())]))),
        sku: None,
        bar_code: None,
        image_url: None,
        color: None,
        size: None,
        sub_total_price: None,
        discount_amount: None,
        total_price: None,
    };
    PlaceOrder {
        order_id: OrderNumber::Number(12345),
        products: vec![product],
        sub_total_price: soum(70_000).into(),
        discount_amount: Some(soum(0).into()),
        total_price: soum(70_000).into(),
        client_id_sys: None,
        client_info: Some(SentClient { phone: phone(), first_name: "Aziza".into(), last_name: None }),
        employee_id: None,
        region: Some("Tashkent".into()),
        order_type: None,
        payment_method: None,
        store_id: None,
        store_external_id: None,
        store: None,
        delivery_status: None,
        delivery_sub_total_price: None,
        delivery_address: None,
        delivery_time: None,
        delivery_comment: None,
        comment: None,
        more: BTreeMap::from([("utm_store_source".to_owned(), json!("bot"))]),
    }
}

/// One message of each kind, in Rust.
fn sent() -> Vec<Wanted> {
    let order = || NamedOrder { order_id: id("order-1") };
    let client = CreateClient {
        client_phone: phone(),
        client_first_name: "Aziza".into(),
        client_last_name: None,
        client_id_sys: Some(id("client-1")),
    };
    let item = AddItem {
        order_id: id("order-1"),
        product_id: id("product-1"),
        qty: quantity("2"),
        employee_id: None,
    };
    let payment =
        MakePayment { order_id: id("order-1"), card_id: id("cash"), total_price: soum(70_000).into() };
    vec![
        Wanted::CreateClient(client),
        Wanted::CreateOrder(CreateOrder::default()),
        Wanted::AddItem(item),
        Wanted::AddClient(AddClient { order_id: id("order-1"), customer_id: id("client-1") }),
        Wanted::PostponeOrder(PostponeOrder { order_id: id("order-1"), comment: Some("soon".into()) }),
        Wanted::CancelPostpone(order()),
        Wanted::CreateDiscount(CreateDiscount {
            order_id: id("order-1"),
            amount: soum(1).into(),
            total_price: soum(2).into(),
        }),
        Wanted::MakePayment(payment),
        Wanted::DeleteOrder(order()),
        Wanted::GetOrder(order()),
        Wanted::PlaceOrder(Box::new(placed())),
    ]
}

#[test]
fn what_is_written_in_rust_is_read_and_is_what_the_schema_says() {
    let schema = jobs_schema();
    let id: JobId = "job-1".parse().unwrap();
    let mut kinds = Vec::new();
    for wanted in sent() {
        let message = JobMessage {
            wanted,
            correlation_id: (&id).into(),
            timestamp: Some(1_795_248_000_000),
            reply_queue: Some("paydesk-billz-replies".to_owned()),
        };
        let body = serde_json::to_string(&message).unwrap();
        assert!(schema.is_valid(&value(&body)), "{body}");
        match parse(&body) {
            Ok(BillzMessage::Job { id: read, work, .. }) if read == id => kinds.push(work.kind()),
            other => panic!("{body}: {other:?}"),
        }
    }
    assert_eq!(kinds, JobKind::ALL);
}

#[test]
fn a_reply_is_what_the_schema_says() {
    let schema = jsonschema::validator_for(&of_written::<BillzReply>()).unwrap();
    let result = serde_json::value::to_raw_value(&json!({ "billzOrderId": "order-1" })).unwrap();
    let done = BillzReply {
        version: VERSION,
        id: "job-1.3.0".to_owned(),
        correlation_id: "job-1".to_owned(),
        kind: "PLACE_ORDER".to_owned(),
        state: "SUCCEEDED".to_owned(),
        result: Some(result),
        refusal: None,
    };
    let product = Some("product-1".to_owned());
    let refusal = ReplyRefusal { code: "out_of_stock".to_owned(), reason: "none left".to_owned(), product };
    let refused = BillzReply { result: None, refusal: Some(refusal), ..done.clone() };
    for reply in [done, refused] {
        let reply = serde_json::to_value(&reply).unwrap();
        assert!(schema.is_valid(&reply), "{reply}");
    }
    assert!(!schema.is_valid(&json!({ "version": 1 })));
}
