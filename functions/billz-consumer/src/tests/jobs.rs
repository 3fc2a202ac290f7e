//! Jobs as other functions send them, and what the stories are about.

use serde_json::{Value, json};

use super::bench::{Bench, OPERATIONS};

/// Costs 35,000 soum; there are 100.
pub const RICE: &str = "2ce40c63-4527-4898-a975-7c30c255fd50";
/// Costs 280,000 soum; there are 5.
pub const SAMOVAR: &str = "90219ac7-88b7-43f6-bed9-5c6761aefa72";
/// Costs 127,050 soum; there are 2.
pub const KETTLE: &str = "3e5d7f90-1b2c-4d3e-8f4a-5b6c7d8e9f01";
/// A product and how many of it, in an order of three products that costs 477,050 soum.
pub const THREE: [(&str, u64); 3] = [(RICE, 2), (SAMOVAR, 1), (KETTLE, 1)];
/// The buyer's number.
pub const PHONE: &str = "+998901112233";
/// An order at Billz that is not there.
pub const NO_ORDER: &str = "5fffc042-afe5-48bf-8203-eb72b27500da";

/// A job.
pub fn job(kind: &str, id: &str, payload: Value) -> Value {
    json!({ "type": kind, "payload": payload, "correlationId": id, "timestamp": 1_795_248_003_000_u64 })
}

/// A job whose sender wants to be told.
pub fn replied(mut job: Value) -> Value {
    job["replyQueue"] = super::bench::REPLIES.into();
    job
}

/// `CREATE_CLIENT`
pub fn create_client(id: &str) -> Value {
    let client = json!({ "clientPhone": PHONE, "clientFirstName": "Malika", "clientLastName": "Karimova" });
    job("CREATE_CLIENT", id, client)
}

/// A job that needs no more than an order.
pub fn of_order(kind: &str, id: &str, order: &str) -> Value {
    job(kind, id, json!({ "orderId": order }))
}

/// `ADD_ITEM`
pub fn add_item(id: &str, order: &str, product: &str, quantity: u64) -> Value {
    job("ADD_ITEM", id, json!({ "orderId": order, "productId": product, "qty": quantity }))
}

/// `MAKE_PAYMENT` in cash.
pub fn pay(id: &str, order: &str, total: u64) -> Value {
    job("MAKE_PAYMENT", id, json!({ "orderId": order, "cardId": "cash", "totalPrice": total }))
}

/// `PLACE_ORDER` of the order `order`, by Malika.
pub fn place(id: &str, order: &str, products: &[(&str, u64)], discount: u64) -> Value {
    let price = |product: &str| match product {
        RICE => 35_000,
        SAMOVAR => 280_000,
        _ => 127_050,
    };
    let subtotal: u64 = products.iter().map(|(product, quantity)| price(product) * quantity).sum();
    let lines = products.iter().map(|(product, quantity)| {
        json!({ "ID": product, "qty": quantity, "name": "Thing", "sku": "SKU-1", "barCode": "47800" })
    });
    let payload = json!({
        "orderID": order,
        "products": lines.collect::<Vec<_>>(),
        "subTotalPrice": subtotal,
        "discountAmount": discount,
        "totalPrice": subtotal - discount,
        "clientIdSys": "client-7",
        "clientInfo": { "phone": PHONE, "firstName": "Malika", "lastName": "Karimova" },
        "region": "Tashkent",
        "deliveryAddress": { "street": "Navoi 17", "city": "Tashkent" },
    });
    job("PLACE_ORDER", id, payload)
}

/// A draft with some rice in it; its id at Billz. The story begins after it.
pub async fn draft_of(bench: &Bench, quantity: u64) -> String {
    let draft = empty_draft(bench).await;
    let added = bench.run(OPERATIONS, &add_item("before-item", &draft, RICE, quantity)).await;
    assert_eq!(added, "SUCCEEDED");
    bench.begin();
    draft
}

/// A draft with nothing in it; its id at Billz. The story begins after it.
pub async fn empty_draft(bench: &Bench) -> String {
    assert_eq!(bench.run(OPERATIONS, &job("CREATE_ORDER", "before-draft", json!({}))).await, "SUCCEEDED");
    bench.begin();
    bench.job("before-draft")["progress"]["order"].as_str().unwrap().to_owned()
}

/// A postponed order of two rice, which is 70,000 soum; its id at Billz. The story begins after it.
pub async fn postponed(bench: &Bench) -> String {
    let draft = draft_of(bench, 2).await;
    let done = bench.run(OPERATIONS, &of_order("POSTPONE_ORDER", "before-postpone", &draft)).await;
    assert_eq!(done, "SUCCEEDED");
    bench.begin();
    draft
}

/// A client at Billz that our own book knows too. The story begins after it.
pub async fn known_client(bench: &Bench) -> String {
    assert_eq!(bench.run(OPERATIONS, &create_client("before-client")).await, "SUCCEEDED");
    bench.begin();
    bench.job("before-client")["progress"]["client"].as_str().unwrap().to_owned()
}
