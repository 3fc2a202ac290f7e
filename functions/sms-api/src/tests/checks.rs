//! `POST /internal/sms/check`: what blocks, what does not, and what happens when billing is in trouble.

use serde_json::{Value, json};

use super::bench::{Bench, ago, trigger};

async fn check(bench: &Bench, wish: Value) -> Value {
    bench.send(&trigger("check").body(&wish)).await.ok(200)
}

#[tokio::test]
async fn somebody_of_whom_nothing_is_known_may_send() {
    let bench = Bench::start().await;
    assert_eq!(
        bench.send(&trigger("check")).await.ok(200),
        json!({
            "shouldCreateBilling": false, "shouldBlock": false,
            "currentUsage": { "totalCost": 0, "totalMessages": 0, "currency": "USD" },
        })
    );
}

#[tokio::test]
async fn once_warm_it_costs_one_read() {
    let bench = Bench::start().await;
    bench.with_deck("user-1").await;
    let wish = json!({ "userId": "user-1", "to": "+998901234567", "text": "Hi" });
    check(&bench, wish.clone()).await;
    bench.wire.reset();
    check(&bench, wish).await;
    assert_eq!((bench.wire.count("GetItem"), bench.wire.calls().len()), (1, 1));
}

#[tokio::test]
async fn bills_that_wait_for_approval_block_and_only_where_approval_is_wanted() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "autoProcessing": false })).await;
    let wish = json!({ "userId": "user-1", "totalCost": 0.05 });
    assert_eq!(check(&bench, wish.clone()).await["shouldBlock"], false);
    let number = bench.bill("user-1", 5_000_000, ago(60), |_| {}).await;
    let blocked = check(&bench, wish.clone()).await;
    assert_eq!((&blocked["shouldBlock"], &blocked["shouldCreateBilling"]), (&json!(true), &json!(false)));
    assert_eq!(blocked["reason"], "User has pending billings that require manual approval");
    let campaign =
        json!({ "userId": "user-1", "totalCost": 0.05, "messageType": "campaign", "campaignId": "c-1" });
    assert_eq!(check(&bench, campaign).await["shouldBlock"], false);
    let cancel = trigger("bill-cancel").at(&format!("/api/admin/sms/billing/{number}/cancel"));
    bench.send(&cancel).await.ok(200);
    assert_eq!(check(&bench, wish).await["shouldBlock"], false);
}

#[tokio::test]
async fn a_limit_that_is_reached_makes_a_bill_and_blocks_nobody() {
    let bench = Bench::start().await;
    bench
        .set("user-1", json!({ "billingFrequency": "threshold", "maxAmount": 2.5, "maxMessages": 10 }))
        .await;
    bench.report("e-1", "user-1", 2, "1").await;
    let below = check(&bench, json!({ "userId": "user-1", "totalCost": 0.49 })).await;
    assert_eq!((&below["shouldCreateBilling"], &below["reason"]), (&json!(false), &Value::Null));
    assert_eq!(below["currentUsage"], json!({ "totalCost": 2, "totalMessages": 2, "currency": "USD" }));
    let reached = check(&bench, json!({ "userId": "user-1", "totalCost": 0.5 })).await;
    assert_eq!((&reached["shouldCreateBilling"], &reached["shouldBlock"]), (&json!(true), &json!(false)));
    assert_eq!(reached["reason"], "Threshold reached: $2.50/2.5 or 3/10 messages");
    let by_count = check(&bench, json!({ "userId": "user-1", "messageCount": 8, "totalCost": 0 })).await;
    assert_eq!(by_count["reason"], "Threshold reached: $2.00/2.5 or 10/10 messages");
    bench.set("user-2", json!({ "billingFrequency": "threshold", "maxAmount": 1, "currency": "EUR" })).await;
    let euro = check(&bench, json!({ "userId": "user-2", "totalCost": 1 })).await;
    assert_eq!(euro["reason"], "Threshold reached: EUR 1.00/1 or 1/1000 messages");
    bench.set("user-2", json!({ "billingFrequency": "threshold", "maxAmount": 1, "active": false })).await;
    assert_eq!(
        check(&bench, json!({ "userId": "user-2", "totalCost": 1 })).await["shouldCreateBilling"],
        false
    );
}

#[tokio::test]
async fn where_no_cost_is_told_it_is_reckoned_and_where_none_can_be_that_is_said() {
    let bench = Bench::start().await;
    bench.send(&trigger("deck-put")).await.ok(200);
    let limits = json!({ "billingFrequency": "threshold", "maxAmount": 0.08, "rateDeckId": "standard" });
    bench.set("user-1", limits).await;
    let one = json!({ "userId": "user-1", "to": "+998901234567", "text": "a".repeat(160) });
    assert_eq!(check(&bench, one).await["shouldCreateBilling"], false);
    let two = json!({ "userId": "user-1", "to": "+998901234567", "text": "a".repeat(161) });
    assert_eq!(check(&bench, two).await["reason"], "Threshold reached: $0.08/0.08 or 1/1000 messages");
    let nowhere = check(&bench, json!({ "userId": "user-1", "to": "+15551234567" })).await;
    assert_eq!((&nowhere["isPriced"], &nowhere["shouldBlock"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn when_billing_is_in_trouble_messages_are_let_through_and_that_is_told() {
    let through = json!({ "shouldCreateBilling": false, "shouldBlock": false, "degraded": true });
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "autoProcessing": false })).await;
    bench.bill("user-1", 5_000_000, ago(60), |_| {}).await;
    let denied = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer_next("GetItem", 1, (400, denied.to_string()));
    assert_eq!(bench.send(&trigger("check")).await.ok(200), through);
    let mut account = bench.aws.dynamodb.item("sms-billing", "SMS_ACCOUNT#user-1", "SMS_ACCOUNT").unwrap();
    account["awaiting_approval"] = json!({ "S": "many" });
    bench.aws.dynamodb.put("sms-billing", &account);
    assert_eq!(bench.send(&trigger("check")).await.ok(200), through);
}

#[tokio::test]
async fn a_store_that_takes_too_long_blocks_nobody() {
    let bench = Bench::start().await;
    bench.send(&trigger("check")).await.ok(200);
    bench.wire.reset();
    let held = bench.wire.hold_answer_of(1);
    let answer = bench.send(&trigger("check")).await.ok(200);
    assert_eq!((&answer["degraded"], &answer["shouldBlock"]), (&json!(true), &json!(false)));
    held.release();
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let bench = Bench::start().await;
    for wish in [
        json!({}),
        json!({ "userId": "a b" }),
        json!({ "userId": "user-1", "messageCount": 0 }),
        json!({ "userId": "user-1", "totalCost": -1 }),
        json!({ "userId": "user-1", "totalCost": "1" }),
        json!({ "userId": "user-1", "messageType": "bulk" }),
        json!({ "userId": "user-1", "to": "x" }),
    ] {
        bench.send(&trigger("check").body(&wish)).await.problem(422, "invalid_body");
    }
    bench.send(&trigger("check-unknown-field")).await.problem(422, "invalid_body");
    assert_eq!(bench.wire.calls().len(), 0);
}
