//! Each of the eleven kinds of job, done: what is at Billz, what is kept, what is told, and what it cost.

use serde_json::{Value, json};

use super::bench::{Bench, OPERATIONS, PAYMENTS};
use super::jobs::{
    KETTLE, PHONE, RICE, THREE, add_item, create_client, draft_of, empty_draft, job, known_client, of_order,
    pay, place, postponed, replied,
};

/// What the relay hears of a job that is done.
fn done() -> Vec<(String, String)> {
    vec![("billz_job.ended".to_owned(), "SUCCEEDED".to_owned())]
}

/// A bench whose function is logged in.
async fn logged_in() -> Bench {
    let bench = Bench::start().await;
    let nothing = of_order("GET_ORDER", "before-all", super::jobs::NO_ORDER);
    assert_eq!(bench.run(OPERATIONS, &nothing).await, "REFUSED");
    bench.begin();
    bench
}

/// Has a job done at the first try, with these calls to Billz and these requests to DynamoDB.
async fn costs(bench: &Bench, queue: &str, message: &Value, calls: &[&str], requests: &[&str]) {
    bench.put(queue, message);
    assert_eq!(bench.deliver(queue).await, Vec::<String>::new(), "{message}");
    assert_eq!(bench.calls(), calls, "{message}");
    assert_eq!(bench.requests(), requests, "{message}");
    let id = message["correlationId"].as_str().unwrap();
    assert_eq!(bench.state(id), "SUCCEEDED", "{message}: {}", bench.job(id));
    assert_eq!(bench.told(), done(), "{message}");
    assert_eq!(bench.buried(queue), [], "{message}");
    bench.wire.reset();
}

/// The calls of DynamoDB that a story names.
const READ: &str = "GetItem";
const WRITE: &str = "PutItem";
const TOGETHER: &str = "TransactWriteItems";

#[tokio::test]
async fn a_new_client_is_looked_for_and_made() {
    let bench = logged_in().await;
    let calls = ["GET /v1/client", "POST /v1/client"];
    let requests = [
        // The job, and the claim on the client.
        READ, READ, WRITE, // Pending.
        WRITE, // Who they are at Billz, in our own book; the end.
        READ, WRITE, WRITE,
    ];
    costs(&bench, OPERATIONS, &create_client("job-1"), &calls, &requests).await;
    let clients = bench.clients().await;
    assert_eq!(clients.len(), 1);
    assert_eq!(clients[0]["firstName"], "Malika");
    assert_eq!(clients[0]["lastName"], "Karimova");
    assert_eq!(bench.job("job-1")["progress"]["client"], clients[0]["id"]);
    let book = bench.aws.dynamodb.items("billz-orders");
    let in_book =
        |item: &&Value| item["sk"]["S"] == "CLIENT" && item["billz_client"]["S"] == clients[0]["id"];
    let known = book.iter().find(in_book).unwrap();
    assert!(!known.to_string().contains(&PHONE[1..]), "the number is a hash: {known}");
}

#[tokio::test]
async fn a_client_in_our_own_book_needs_no_call_at_all() {
    let bench = logged_in().await;
    let client = known_client(&bench).await;
    costs(&bench, OPERATIONS, &create_client("job-1"), &[], &[READ, READ, WRITE]).await;
    assert_eq!(
        (bench.job("job-1")["progress"]["client"].as_str(), bench.clients().await.len()),
        (Some(client.as_str()), 1)
    );
}

#[tokio::test]
async fn a_client_whom_billz_knows_is_looked_for_only() {
    let bench = logged_in().await;
    let malika = json!({ "firstName": "M.", "phoneNumber": PHONE });
    bench.control("PUT", "billz/clients/622c8993-9f82-45ae-a69d-63103d8506d5", &malika).await;
    let requests = [READ, READ, WRITE, READ, WRITE, WRITE];
    costs(&bench, OPERATIONS, &create_client("job-1"), &["GET /v1/client"], &requests).await;
    assert_eq!(bench.clients().await.len(), 1);
    assert_eq!(bench.job("job-1")["progress"]["client"], "622c8993-9f82-45ae-a69d-63103d8506d5");
}

#[tokio::test]
async fn an_empty_draft_is_made_and_says_whose_it_is() {
    let bench = logged_in().await;
    let create = job("CREATE_ORDER", "job-1", json!({ "shopId": "whatever" }));
    costs(&bench, OPERATIONS, &create, &["POST /v2/order"], &[READ, WRITE, WRITE]).await;
    let orders = bench.orders().await;
    assert_eq!(orders.len(), 1);
    let order = (&orders[0]["state"], &orders[0]["comment"], &orders[0]["items"]);
    assert_eq!(order, (&json!("draft"), &json!("Paydesk job-1"), &json!([])));
    let progress = &bench.job("job-1")["progress"];
    assert_eq!((&progress["order"], &progress["order_number"]), (&orders[0]["id"], &orders[0]["number"]));
}

#[tokio::test]
async fn an_item_is_added_with_its_seller() {
    let bench = logged_in().await;
    let draft = empty_draft(&bench).await;
    let mut add = add_item("job-1", &draft, RICE, 2);
    add["payload"]["employeeID"] = "90219ac7-88b7-43f6-bed9-5c6761aefa71".into();
    let whole = bench.wire.calls().len();
    assert_eq!(whole, 0);
    bench.put(OPERATIONS, &add);
    bench.deliver(OPERATIONS).await;
    let call = bench.wire.calls().into_iter().find(|call| call.tap == "billz").unwrap();
    assert_eq!(call.request_json()["seller_ids"], json!(["90219ac7-88b7-43f6-bed9-5c6761aefa71"]));
    assert_eq!(
        (bench.calls(), bench.requests()),
        (
            vec!["POST /v2/order-product".to_owned()],
            vec![READ.to_owned(), WRITE.to_owned(), WRITE.to_owned()]
        )
    );
    assert_eq!((bench.state("job-1").as_str(), bench.told()), ("SUCCEEDED", done()));
    let items = bench.orders().await[0]["items"].clone();
    assert_eq!((items.as_array().unwrap().len(), &items[0]["productId"]), (1, &json!(RICE)));
    assert_eq!(items[0]["quantity"], json!(2));
}

#[tokio::test]
async fn a_client_is_attached() {
    let bench = logged_in().await;
    let client = known_client(&bench).await;
    let draft = empty_draft(&bench).await;
    let attach = job("ADD_CLIENT", "job-1", json!({ "orderId": draft, "customerId": client }));
    let calls = ["PUT /v2/order-customer-new"];
    costs(&bench, OPERATIONS, &attach, &calls, &[READ, WRITE]).await;
    assert_eq!(bench.orders().await[0]["customerId"], client.as_str());
}

#[tokio::test]
async fn an_order_is_postponed() {
    let bench = logged_in().await;
    let draft = draft_of(&bench, 2).await;
    let postpone = job("POSTPONE_ORDER", "job-1", json!({ "orderId": draft, "comment": "till Friday" }));
    // Beside the job: whether the order is one of ours.
    let requests = [READ, WRITE, READ, WRITE];
    costs(&bench, OPERATIONS, &postpone, &["POST /v2/order/create_postpone"], &requests).await;
    let order = &bench.orders().await[0];
    assert_eq!((&order["state"], &order["comment"]), (&json!("active"), &json!("till Friday")));
}

#[tokio::test]
async fn a_postponed_order_is_returned() {
    let bench = logged_in().await;
    let order = postponed(&bench).await;
    let cancel = of_order("CANCEL_POSTPONE", "job-1", &order);
    let requests = [READ, WRITE, READ, WRITE];
    costs(&bench, OPERATIONS, &cancel, &["POST /v2/order/return-postpone"], &requests).await;
    assert_eq!(bench.orders().await[0]["state"], "draft");
}

#[tokio::test]
async fn a_discount_sets_what_is_left() {
    let bench = logged_in().await;
    let draft = draft_of(&bench, 2).await;
    let payload = json!({ "orderId": draft, "amount": 5000.5, "totalPrice": 70000 });
    let discount = job("CREATE_DISCOUNT", "job-1", payload);
    costs(&bench, OPERATIONS, &discount, &["POST /v2/order-manual-discount"], &[READ, WRITE]).await;
    assert_eq!(bench.orders().await[0]["totalPrice"], json!(64999.5));
}

#[tokio::test]
async fn a_payment_looks_at_the_order_and_pays_it() {
    let bench = logged_in().await;
    let order = postponed(&bench).await;
    let calls = ["GET /v2/order", "POST /v2/order-payment"];
    let requests = [
        // The job; the payment method; the claim on the payment.
        READ, READ, READ, WRITE, // Pending; whether the order is one of ours; the end.
        WRITE, READ, WRITE,
    ];
    costs(&bench, PAYMENTS, &pay("job-1", &order, 70_000), &calls, &requests).await;
    let paid = &bench.orders().await[0];
    assert_eq!((&paid["state"], &paid["paidAmount"]), (&json!("completed"), &json!(70000)));
    let payments = paid["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1);
    assert_eq!(payments[0]["companyPaymentTypeId"], sandbox::billz::CASH_PAYMENT_TYPE_ID);
    let pointer = bench.item(&format!("BILLZ_ORDER#{order}"), "BILLZ_ORDER").unwrap();
    assert_eq!(pointer["payment_job"], "job-1");
}

#[tokio::test]
async fn a_draft_is_deleted() {
    let bench = logged_in().await;
    let draft = draft_of(&bench, 2).await;
    let delete = of_order("DELETE_ORDER", "job-1", &draft);
    costs(&bench, OPERATIONS, &delete, &["DELETE /v2/order"], &[READ, WRITE, READ, WRITE]).await;
    assert_eq!(bench.orders().await[0]["state"], "deleted");
}

#[tokio::test]
async fn a_postponed_order_is_returned_before_it_is_deleted() {
    let bench = logged_in().await;
    let order = postponed(&bench).await;
    let delete = of_order("DELETE_ORDER", "job-1", &order);
    let calls = ["DELETE /v2/order", "POST /v2/order/return-postpone", "DELETE /v2/order"];
    let requests = [READ, WRITE, WRITE, WRITE, READ, WRITE];
    costs(&bench, OPERATIONS, &delete, &calls, &requests).await;
    assert_eq!(bench.orders().await[0]["state"], "deleted");
}

#[tokio::test]
async fn an_order_is_looked_at_and_its_sender_gets_it_as_billz_shows_it() {
    let bench = logged_in().await;
    let order = postponed(&bench).await;
    bench.put(OPERATIONS, &replied(of_order("GET_ORDER", "job-1", &order)));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(
        (bench.calls(), bench.requests()),
        (vec!["GET /v2/order".to_owned()], vec![READ.to_owned(), WRITE.to_owned()])
    );
    let events = bench.events();
    assert_eq!((events.len(), &events[0]["reply_queue"]), (1, &json!(super::bench::REPLIES)));
    let shown: Value = serde_json::from_str(events[0]["document"].as_str().unwrap()).unwrap();
    assert_eq!((&shown["id"], &shown["park_status"]), (&json!(order), &json!("active")));
    assert_eq!(shown["order_detail"]["total_price"], json!(70000));
}

#[tokio::test]
async fn an_order_is_placed_for_a_new_client() {
    let bench = logged_in().await;
    let calls = [
        "GET /v1/client",
        "POST /v1/client",
        "POST /v2/order",
        "PUT /v2/order-customer-new",
        "POST /v2/order-product",
        "POST /v2/order-product",
        "POST /v2/order-product",
        "POST /v2/order-manual-discount",
        "POST /v2/order/create_postpone",
    ];
    let requests = [
        // The job, the order, and both taken; the claim on the client; pending.
        READ, READ, TOGETHER, READ, WRITE, WRITE, // In our book by number and by the sender's id.
        READ, WRITE, READ, WRITE, // The draft, the client, three products, the discount, postponed.
        WRITE, WRITE, WRITE, WRITE, WRITE, WRITE,
        WRITE, // The order, what is known by its id at Billz, and the end.
        READ, READ, TOGETHER,
    ];
    costs(&bench, OPERATIONS, &place("job-1", "12345", &THREE, 7050), &calls, &requests).await;
    let (orders, clients) = (bench.orders().await, bench.clients().await);
    assert_eq!((orders.len(), clients.len()), (1, 1));
    let order = &orders[0];
    assert_eq!((&order["state"], &order["totalPrice"]), (&json!("active"), &json!(470_000)));
    assert_eq!(
        (&order["comment"], &order["customerId"]),
        (&json!("Order 12345 - Tashkent"), &clients[0]["id"])
    );
    let lines: Vec<(&str, u64)> = order["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["productId"].as_str().unwrap(), line["quantity"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, THREE);
    let record = bench.order_record("12345");
    assert_eq!((&record["stage"], &record["job"]), (&json!("PLACED"), &json!("job-1")));
    assert_eq!((&record["billz_order"], &record["billz_client"]), (&order["id"], &clients[0]["id"]));
    let pointer =
        bench.item(&format!("BILLZ_ORDER#{}", order["id"].as_str().unwrap()), "BILLZ_ORDER").unwrap();
    assert_eq!(pointer["order_id"], "12345");
    let known = bench.item("SYSTEM_CLIENT#client-7", "SYSTEM_CLIENT").unwrap();
    assert_eq!(known["billz_client"], clients[0]["id"]);
}

#[tokio::test]
async fn an_order_of_a_known_client_costs_three_calls_and_one_for_each_product() {
    let bench = logged_in().await;
    known_client(&bench).await;
    let calls = [
        "POST /v2/order",
        "PUT /v2/order-customer-new",
        "POST /v2/order-product",
        "POST /v2/order-product",
        "POST /v2/order/create_postpone",
    ];
    let requests = [
        READ, READ, TOGETHER, READ, // The sender's id of the client.
        READ, WRITE, WRITE, WRITE, WRITE, WRITE, WRITE, READ, READ, TOGETHER,
    ];
    let two = [(RICE, 1), (KETTLE, 2)];
    costs(&bench, OPERATIONS, &place("job-1", "12345", &two, 0), &calls, &requests).await;
    assert_eq!(bench.orders().await[0]["totalPrice"], json!(289_100));
}

#[tokio::test]
async fn a_later_order_names_its_client_by_the_sender_s_own_id() {
    let bench = logged_in().await;
    assert_eq!(bench.run(OPERATIONS, &place("job-1", "12345", &THREE, 0)).await, "SUCCEEDED");
    let mut second = place("job-2", "12346", &[(RICE, 1)], 0);
    second["payload"].as_object_mut().unwrap().remove("clientInfo");
    assert_eq!(bench.run(OPERATIONS, &second).await, "SUCCEEDED");
    let orders = bench.orders().await;
    assert_eq!((orders.len(), &orders[1]["customerId"]), (2, &orders[0]["customerId"]));
}

#[tokio::test]
async fn what_becomes_of_a_placed_order_is_kept_beside_it() {
    let bench = logged_in().await;
    bench.run(OPERATIONS, &place("job-1", "12345", &THREE, 7050)).await;
    let order = bench.orders().await[0]["id"].as_str().unwrap().to_owned();
    assert!(bench.order_record("12345").get("postponed_at").is_some());
    assert_eq!(bench.run(OPERATIONS, &of_order("CANCEL_POSTPONE", "job-2", &order)).await, "SUCCEEDED");
    assert_eq!(bench.order_record("12345").get("postponed_at"), None);
    assert_eq!(bench.run(OPERATIONS, &of_order("POSTPONE_ORDER", "job-3", &order)).await, "SUCCEEDED");
    assert!(bench.order_record("12345").get("postponed_at").is_some());
    assert_eq!(bench.run(PAYMENTS, &pay("job-4", &order, 470_000)).await, "SUCCEEDED");
    let record = bench.order_record("12345");
    assert_eq!((&record["stage"], &record["paid_minor"]), (&json!("PLACED"), &json!(47_000_000)));
    bench.run(OPERATIONS, &place("job-5", "12346", &[(RICE, 1)], 0)).await;
    let other = bench.orders().await[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(bench.run(OPERATIONS, &of_order("DELETE_ORDER", "job-6", &other)).await, "SUCCEEDED");
    assert_eq!(bench.order_record("12346")["stage"], "DELETED");
}
