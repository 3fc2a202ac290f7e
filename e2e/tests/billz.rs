//! Jobs at Billz, on the deployed stack: sent as services send them, done once, shown and decided about.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::answer::Answer;
use e2e::billing::text;
use e2e::billz::{CASH, job, new_phone, order};
use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::stack::Stack;
use e2e::wait;
use http::Method;
use serde_json::{Value, json};

/// The group that is told what concerns the staff.
const OPERATORS: i64 = -1_001_234_567_890;

/// Waits until the staff's group has a message with both marks.
async fn staff_is_told(stack: &Stack, mark: &str, other: &str) -> Value {
    wait::until("the staff's message", ARRIVAL_TIMEOUT, async || {
        let found = stack.chat(OPERATORS, mark).await?;
        Ok(found
            .into_iter()
            .find(|message| message["text"].as_str().is_some_and(|text| text.contains(other))))
    })
    .await
    .unwrap()
}

/// A job that wants its reply.
fn asking(stack: &Stack, kind: &str, payload: &Value) -> Value {
    let mut job = job(kind, payload);
    job["replyQueue"] = format!("{}-billz-replies", stack.file.stack).into();
    job
}

async fn record(stack: &Stack, order: &str) -> Value {
    let request = stack.service_request(Method::GET, &format!("/internal/billz/orders/{order}"));
    Answer::to(request).await.unwrap().ok().unwrap()
}

#[tokio::test]
async fn an_order_is_placed_and_paid_once_however_often_it_is_asked_for() {
    let stack = Stack::alone().unwrap();
    stack.put_cash().await.unwrap();
    let (rice, kettle) =
        (stack.new_product(35_000, 100).await.unwrap(), stack.new_product(127_050, 2).await.unwrap());
    let wanted = order(&[(&rice, 2, 35_000), (&kettle, 1, 127_050)], 7_050);
    let number = text(&wanted, "orderID").unwrap();
    let place = asking(&stack, "PLACE_ORDER", &wanted);
    stack.send_job(&place).await.unwrap();
    let placed = stack.job_becomes(&place, "SUCCEEDED").await.unwrap();
    let result = &placed["result"];
    let billz_id = text(result, "billzOrderId").unwrap();
    assert_eq!((&result["productsAdded"], &placed["orderId"]), (&json!(2), &json!(number)), "{placed}");

    let there = stack.shop_order(&billz_id).await.unwrap();
    assert_eq!((&there["state"], &there["totalPrice"]), (&json!("active"), &json!(190_000)), "{there}");
    let items = there["items"].as_array().unwrap();
    let items: Vec<_> =
        items.iter().map(|item| (item["productId"].clone(), item["quantity"].clone())).collect();
    assert_eq!(items, [(json!(rice), json!(2)), (json!(kettle), json!(1))]);
    assert_eq!(there["customerId"], result["billzClientId"]);
    assert!(there["comment"].as_str().unwrap().contains(&number), "{there}");
    let path = format!("billz/clients/{}", text(result, "billzClientId").unwrap());
    let client = stack.control(Method::GET, &path, &Value::Null).await.unwrap();
    assert_eq!((&client["firstName"], &client["lastName"]), (&json!("Malika"), &json!("Test")));

    let reply = stack.reply_to(&place).await.unwrap();
    assert_eq!((&reply["state"], &reply["result"]), (&json!("SUCCEEDED"), result), "{reply}");
    let told = staff_is_told(&stack, &number, "placed").await;
    let words = told["text"].as_str().unwrap();
    assert!(words.contains("190") && words.contains("Malika") && words.contains(&billz_id), "{words}");
    let kept = record(&stack, &number).await;
    assert_eq!(
        (&kept["state"], &kept["billzId"], &kept["isPaid"]),
        (&json!("PLACED"), &json!(billz_id), &json!(false))
    );

    let wanted = json!({ "orderId": billz_id, "cardId": CASH, "totalPrice": 190_000 });
    let pay = asking(&stack, "MAKE_PAYMENT", &wanted);
    stack.send_job(&pay).await.unwrap();
    let paid = stack.job_becomes(&pay, "SUCCEEDED").await.unwrap();
    assert_eq!(paid["result"]["alreadyPaid"], false, "{paid}");
    assert_eq!(stack.reply_to(&pay).await.unwrap()["result"], paid["result"]);
    staff_is_told(&stack, &billz_id, "paid").await;
    let kept = record(&stack, &number).await;
    assert_eq!((&kept["isPaid"], &kept["paidAmount"]), (&json!(true), &json!(190_000)), "{kept}");

    let calls = stack.billz_calls().await.unwrap();
    for repeated in [&place, &pay, &place, &pay] {
        stack.send_job(repeated).await.unwrap();
        let reply = stack.reply_to(repeated).await.unwrap();
        assert_eq!(reply["state"], "SUCCEEDED", "{reply}");
    }
    assert_eq!(stack.billz_calls().await.unwrap(), calls, "nobody asked Billz for anything");
    let there = stack.shop_order(&billz_id).await.unwrap();
    assert_eq!((&there["state"], &there["paidAmount"]), (&json!("completed"), &json!(190_000)));
    assert_eq!(there["payments"].as_array().unwrap().len(), 1, "{there}");
    let left = stack.control(Method::GET, &format!("billz/products/{rice}"), &Value::Null).await.unwrap();
    assert_eq!(left["stock"], 98);
}

#[tokio::test]
async fn an_order_goes_through_every_other_kind_of_job() {
    let stack = Stack::open().unwrap();
    let product = stack.new_product(20_000, 10).await.unwrap();
    let person = json!({ "clientPhone": new_phone(), "clientFirstName": "Malika", "clientLastName": "Test" });
    let client = text(&stack.do_job("CREATE_CLIENT", &person).await.unwrap(), "billzClientId").unwrap();
    let again = text(&stack.do_job("CREATE_CLIENT", &person).await.unwrap(), "billzClientId").unwrap();
    assert_eq!(client, again, "a person is one client");
    let made = stack.do_job("CREATE_ORDER", &json!({})).await.unwrap();
    let order = text(&made, "billzOrderId").unwrap();
    let named = json!({ "orderId": order });
    let with = |fields: Value| {
        let mut payload = named.clone();
        payload.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        payload
    };
    let item = with(json!({ "productId": product, "qty": 1.5 }));
    stack.do_job("ADD_ITEM", &item).await.unwrap();
    stack.do_job("ADD_CLIENT", &with(json!({ "customerId": client }))).await.unwrap();
    stack.do_job("CREATE_DISCOUNT", &with(json!({ "amount": 5_000, "totalPrice": 30_000 }))).await.unwrap();
    let comment = json!({ "comment": "Order 12345 - Tashkent" });
    stack.do_job("POSTPONE_ORDER", &with(comment)).await.unwrap();
    let there = stack.shop_order(&order).await.unwrap();
    assert_eq!((&there["state"], &there["customerId"]), (&json!("active"), &json!(client)), "{there}");
    assert_eq!((&there["totalQuantity"], &there["totalPrice"]), (&json!(1.5), &json!(25_000)), "{there}");

    let shown = stack.do_job("GET_ORDER", &named).await.unwrap();
    assert_eq!(shown["billzOrderId"], json!(order), "{shown}");
    assert!(shown["order"].to_string().contains("25000"), "{shown}");
    stack.do_job("CANCEL_POSTPONE", &named).await.unwrap();
    assert_eq!(stack.shop_order(&order).await.unwrap()["state"], "draft");
    stack.do_job("DELETE_ORDER", &named).await.unwrap();
    assert_eq!(stack.shop_order(&order).await.unwrap()["state"], "deleted");
}

#[tokio::test]
async fn an_order_that_is_not_in_stock_is_refused_and_leaves_nothing_behind() {
    let stack = Stack::open().unwrap();
    let (there, short) =
        (stack.new_product(1_000, 5).await.unwrap(), stack.new_product(2_000, 1).await.unwrap());
    let wanted = order(&[(&there, 1, 1_000), (&short, 2, 2_000)], 0);
    let place = job("PLACE_ORDER", &wanted);
    stack.send_job(&place).await.unwrap();
    let refused = stack.job_becomes(&place, "REFUSED").await.unwrap();
    assert_eq!(
        (&refused["refusal"]["code"], &refused["refusal"]["product"]),
        (&json!("out_of_stock"), &json!(short))
    );
    let draft = text(&refused, "billzOrderId").unwrap();
    assert_eq!(stack.shop_order(&draft).await.unwrap()["state"], "deleted");
    let number = text(&wanted, "orderID").unwrap();
    assert_eq!(record(&stack, &number).await["state"], "REFUSED");
    staff_is_told(&stack, &number, &short).await;
}

#[tokio::test]
async fn a_job_that_cannot_be_read_is_buried_with_the_field_that_is_wrong() {
    let stack = Stack::alone().unwrap();
    while !stack.take_messages("billz-operations-dlq").await.unwrap().is_empty() {}
    let order = "5fffc042-afe5-48bf-8203-eb72b27500da";
    let negative = job("ADD_ITEM", &json!({ "orderId": order, "productId": order, "qty": -1 }));
    let unknown = job("REFUND_ORDER", &json!({ "orderId": order }));
    let mut elsewhere = job("GET_ORDER", &json!({ "orderId": order }));
    elsewhere["replyQueue"] = "somebody-elses-queue".into();
    for (bad, field) in [(&negative, "payload.qty"), (&unknown, "type"), (&elsewhere, "replyQueue")] {
        stack.send_job(bad).await.unwrap();
        let letter = wait::until("the dead letter", ARRIVAL_TIMEOUT, async || {
            Ok(stack.take_messages("billz-operations-dlq").await?.into_iter().next())
        })
        .await
        .unwrap();
        assert_eq!(letter["Body"], bad.to_string());
        let reason = letter["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
        assert!(reason.contains(&format!("{field}: ")), "{field}: {reason}");
    }
    let shown = stack.job_becomes(&negative, "DEAD").await.unwrap();
    assert!(shown["reason"].as_str().unwrap().contains("payload.qty"), "{shown}");
    assert_eq!(stack.billz_job(&unknown).await.unwrap().status.as_u16(), 404, "of no kind, so no job");
}

#[tokio::test]
async fn a_payment_whose_answer_is_lost_is_asked_about_and_not_made_again() {
    let stack = Stack::alone().unwrap();
    stack.put_cash().await.unwrap();
    let order = stack.place_small_order().await.unwrap();
    let lost = json!({ "party": "billz", "operation": "pay", "fault": "cut_after" });
    stack.fault(&lost).await.unwrap();
    let pay = job("MAKE_PAYMENT", &json!({ "orderId": order, "cardId": CASH, "totalPrice": 2_000 }));
    stack.send_job(&pay).await.unwrap();
    let paid = stack.job_becomes(&pay, "SUCCEEDED").await.unwrap();
    assert_eq!(paid["result"]["alreadyPaid"], false, "{paid}");
    let there = stack.shop_order(&order).await.unwrap();
    assert_eq!(
        (&there["state"], there["payments"].as_array().unwrap().len()),
        (&json!("completed"), 1),
        "{there}"
    );
}

#[tokio::test]
async fn a_payment_that_billz_does_not_show_waits_for_a_person_and_is_made_by_their_word() {
    let stack = Stack::alone().unwrap();
    let (admin, user) = (&stack.file.tokens.admin, &stack.file.tokens.user);
    stack.put_cash().await.unwrap();
    let order = stack.place_small_order().await.unwrap();
    let lost = json!({ "party": "billz", "operation": "pay", "fault": "cut_before" });
    stack.fault(&lost).await.unwrap();
    let wanted = json!({ "orderId": order, "cardId": CASH, "totalPrice": 2_000 });
    let pay = asking(&stack, "MAKE_PAYMENT", &wanted);
    stack.send_job(&pay).await.unwrap();
    let open = stack.job_becomes(&pay, "NEEDS_REVIEW").await.unwrap();
    assert_eq!(open["pendingOperation"], "pay", "{open}");
    assert!(!open["evidence"].as_str().unwrap().is_empty());
    assert_eq!(stack.reply_to(&pay).await.unwrap()["state"], "NEEDS_REVIEW");
    staff_is_told(&stack, &text(&pay, "correlationId").unwrap(), "needs you").await;
    let listed =
        stack.get("/api/admin/billz/jobs?state=needs_review&type=MAKE_PAYMENT", admin).await.unwrap();
    let listed = listed.ok().unwrap();
    assert!(
        listed["items"].as_array().unwrap().iter().any(|job| job["correlationId"] == pay["correlationId"])
    );

    let wish = json!({ "resolution": "it_did_not_happen", "step": open["step"] });
    assert_eq!(stack.resolve_job(&pay, user, &wish).await.unwrap().status.as_u16(), 403);
    let late = json!({ "resolution": "it_did_not_happen", "step": 7 });
    assert_eq!(stack.resolve_job(&pay, admin, &late).await.unwrap().code(), "not_open");
    assert_eq!(stack.shop_order(&order).await.unwrap()["payments"], json!([]));
    let resolved = stack.resolve_job(&pay, admin, &wish).await.unwrap();
    assert_eq!(resolved.status.as_u16(), 200, "{}", resolved.body);
    let again = stack.resolve_job(&pay, admin, &wish).await.unwrap();
    assert_eq!((again.status.as_u16(), &again.headers["idempotent-replay"]), (200, &"true".parse().unwrap()));
    assert_eq!(stack.job_becomes(&pay, "SUCCEEDED").await.unwrap()["refusal"], Value::Null);
    assert_eq!(stack.reply_to(&pay).await.unwrap()["state"], "SUCCEEDED");
    let there = stack.shop_order(&order).await.unwrap();
    assert_eq!(
        (&there["state"], there["payments"].as_array().unwrap().len()),
        (&json!("completed"), 1),
        "{there}"
    );
}

#[tokio::test]
async fn a_payment_is_made_while_other_jobs_wait() {
    let stack = Stack::alone().unwrap();
    stack.put_cash().await.unwrap();
    let order = stack.place_small_order().await.unwrap();
    let client = |number: usize| {
        job(
            "CREATE_CLIENT",
            &json!({ "clientPhone": new_phone(), "clientFirstName": format!("Client {number}") }),
        )
    };
    let bulk: Vec<Value> = (0..20).map(client).collect();
    for one in &bulk {
        stack.send_job(one).await.unwrap();
    }
    let pay = job("MAKE_PAYMENT", &json!({ "orderId": order, "cardId": CASH, "totalPrice": 2_000 }));
    stack.send_job(&pay).await.unwrap();
    let ended = |job: &Value| job["endedAt"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let paid_at = ended(&stack.job_becomes(&pay, "SUCCEEDED").await.unwrap());
    let mut after = 0;
    for one in &bulk {
        let done = stack.job_becomes(one, "SUCCEEDED").await.unwrap();
        after += usize::from(ended(&done) > paid_at);
    }
    assert!(after >= 5, "the payment waited for all but {after} of 20 other jobs");
}

#[tokio::test]
async fn jobs_and_payment_methods_are_for_services_and_decisions_for_administrators() {
    let stack = Stack::open().unwrap();
    let (admin, user) = (&stack.file.tokens.admin, &stack.file.tokens.user);
    stack.put_cash().await.unwrap();
    for path in ["jobs", "jobs/nothing", "cards", "cards/cash", "orders/nothing", "health"] {
        let path = format!("/internal/billz/{path}");
        for key in [None, Some("somebody-elses-key")] {
            let mut request = stack.request(Method::GET, &path).bearer_auth(admin);
            if let Some(key) = key {
                request = request.header("x-internal-api-key", key);
            }
            assert_eq!(Answer::to(request).await.unwrap().status.as_u16(), 401, "{path}");
        }
        let status = Answer::to(stack.service_request(Method::GET, &path)).await.unwrap().status.as_u16();
        assert_eq!(status, if path.ends_with("nothing") { 404 } else { 200 }, "{path}");
    }
    let path = "/api/admin/billz/jobs";
    let by_service = stack.service_request(Method::GET, path);
    assert_eq!(Answer::to(by_service).await.unwrap().status.as_u16(), 401);
    assert_eq!(stack.get(path, user).await.unwrap().status.as_u16(), 403);
    assert_eq!(stack.get(path, admin).await.unwrap().status.as_u16(), 200);

    let health = Answer::to(stack.service_request(Method::GET, "/internal/billz/health")).await.unwrap().body;
    assert_ne!(health["status"], "disabled", "{health}");
    for queue in ["payments", "operations"] {
        assert!(health[queue]["messages"]["waiting"].is_u64(), "{health}");
    }
    let pan = json!({ "id": "visa", "name": "4111 1111 1111 1111", "externalId": CASH });
    let refused =
        Answer::to(stack.service_request(Method::PUT, "/internal/billz/cards").json(&pan)).await.unwrap();
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "card_number"));
}
