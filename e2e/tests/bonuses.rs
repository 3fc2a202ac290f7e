//! Bonuses on the deployed stack: an accepted receipt is one bill, paid once, and one top-up; Portmone's reports settle
//! what its answers left open.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::answer::Answer;
use e2e::billing::text;
use e2e::bonuses::{OPERATORS_CHAT, PAYOUT_TIMEOUT, PHONE, Receipt};
use e2e::stack::Stack;
use e2e::wait;
use futures::future::try_join_all;
use http::Method;
use serde_json::{Value, json};

/// Everything that was sent to analytics about a receipt. Takes away what is about others: for a test that has the stack
/// alone.
async fn analytics_of(stack: &Stack, receipt: &Receipt, wanted: usize) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    wait::until("the events for analytics", PAYOUT_TIMEOUT, async || {
        for message in stack.take_messages("analytics").await? {
            let event: Value = serde_json::from_str(&text(&message, "Body")?)?;
            if event["payload"]["receipt_id"] == *receipt.id {
                found.push(event);
            }
        }
        Ok((found.len() >= wanted).then_some(()))
    })
    .await
    .unwrap();
    found
}

/// That a receipt was paid for once: one bill, one payment, one top-up of its phone by 1 UAH.
async fn is_paid_once(stack: &Stack, receipt: &Receipt) -> Value {
    let bill = stack.portmone_bill(receipt).await.unwrap();
    assert_eq!((&bill["state"], &bill["payments"]), (&json!("paid"), &json!(1)), "{bill}");
    assert_eq!((&bill["payeeId"], &bill["contractNumber"]), (&json!("2065"), &json!(PHONE)), "{bill}");
    let top_ups = stack.top_ups(&receipt.id).await.unwrap();
    let [top_up] = &top_ups[..] else { panic!("{top_ups:?}") };
    assert_eq!((&top_up["msisdn"], &top_up["key"]), (&json!(PHONE), &json!(receipt.id)), "{top_up}");
    assert_eq!((&top_up["amount"], &top_up["currency"]), (&json!(1), &json!("UAH")), "{top_up}");
    bill
}

#[tokio::test]
async fn an_accepted_receipt_is_paid_once_however_often_it_comes() {
    let stack = Stack::alone().unwrap();
    while !stack.take_messages("analytics").await.unwrap().is_empty() {}
    let receipt = stack.new_receipt("uk").await.unwrap();
    // The same three times at once, and each with a seal of its own, as the receipt system may.
    let mut messages = vec![receipt.accepted.clone(); 3];
    for message in &mut messages[1..] {
        message["msisdn"] = json!(stack.seal(PHONE).await.unwrap());
    }
    try_join_all(messages.iter().map(|message| stack.decide_receipt(message))).await.unwrap();
    let bonus = stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    assert_eq!((&bonus["amount"], &bonus["currency"]), (&json!(1), &json!("UAH")), "{bonus}");
    assert_eq!((&bonus["payments"], &bonus["paidBy"]), (&json!(1), &json!("answer")), "{bonus}");

    stack.decide_receipt(&receipt.accepted).await.unwrap();
    stack.watch_bonuses().await.unwrap();
    let bill = is_paid_once(&stack, &receipt).await;
    assert_eq!(bonus["billId"], bill["id"]);
    let path = format!("/internal/bonuses/{}", receipt.id);
    let short = Answer::to(stack.service_request(Method::GET, &path)).await.unwrap().ok().unwrap();
    assert_eq!((&short["payoutStatus"], &short["billId"]), (&json!("success"), &bill["id"]), "{short}");

    let events = analytics_of(&stack, &receipt, 2).await;
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"payout_initiated") && kinds.contains(&"payout_success"), "{kinds:?}");
    let payload = &events[0]["payload"];
    assert_eq!((&payload["bonus_id"], &payload["bill_id"]), (&json!(receipt.id), &bill["id"]), "{payload}");
    stack.chat_says(&receipt.person, "Ваш бонус уже в дорозі").await.unwrap();
    stack.chat_says(&receipt.person, "Ваш бонус виплачено").await.unwrap();
    stack.told_everything(&receipt.person, &["telegram"]).await.unwrap();
    let seen = stack.chat(receipt.person.chat, "бонус").await.unwrap();
    assert_eq!(seen.len(), 2, "{seen:?}");
    let whole = PHONE.trim_start_matches("38");
    assert!(!json!(seen).to_string().contains(whole), "the number is masked: {seen:?}");
}

#[tokio::test]
async fn a_payment_whose_answer_is_lost_is_settled_by_portmones_report_in_each_of_its_dialects() {
    let stack = Stack::alone().unwrap();
    for dialect in ["rsp", "bills", "json", "pay_orders"] {
        let receipt = stack.new_receipt("en").await.unwrap();
        stack
            .fault(&json!({ "party": "portmone", "operation": "bills.pay", "fault": "cut_after" }))
            .await
            .unwrap();
        stack.decide_receipt(&receipt.accepted).await.unwrap();
        let bonus = stack.bonus_becomes(&receipt.id, "PAYING").await.unwrap();
        let bill = text(&bonus, "billId").unwrap();
        assert_eq!(stack.top_ups(&receipt.id).await.unwrap(), Vec::<Value>::new(), "nobody knows yet");

        let sent = stack.portmone(&bill, "ok", &json!({ "dialect": dialect, "times": 3 })).await.unwrap();
        let deliveries = sent["deliveries"].as_array().unwrap();
        assert!(deliveries.iter().all(|one| one["accepted"] == true), "{dialect}: {sent}");
        let bonus = stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
        assert_eq!(
            (&bonus["paidBy"], &bonus["payments"]),
            (&json!("report"), &json!(1)),
            "{dialect}: {bonus}"
        );
        is_paid_once(&stack, &receipt).await;
        stack.chat_says(&receipt.person, "Your bonus was paid").await.unwrap();
    }
}

/// Waits until so many reports on a receipt's bill were heard.
async fn reports_heard(stack: &Stack, receipt: &Receipt, wanted: usize) -> Vec<Value> {
    wait::until("the report being heard", PAYOUT_TIMEOUT, async || {
        let all = stack.exchanges(&format!("receiptId={}", receipt.id)).await?;
        let reports: Vec<Value> = all.into_iter().filter(|one| one["method"] == "report").collect();
        Ok((reports.len() >= wanted).then_some(reports))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_success_is_final_and_repeated_reports_are_acknowledged() {
    let stack = Stack::open().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    let bill = text(&stack.portmone_bill(&receipt).await.unwrap(), "id").unwrap();
    let wish = json!({ "times": 4, "concurrent": true });
    let sent = stack.portmone(&bill, "ok", &wish).await.unwrap();
    assert!(sent["deliveries"].as_array().unwrap().iter().all(|one| one["accepted"] == true), "{sent}");
    reports_heard(&stack, &receipt, 1).await;

    let wish = json!({ "moves": false, "code": "p123", "description": "Declined by the operator" });
    let sent = stack.portmone(&bill, "fail", &wish).await.unwrap();
    assert_eq!(sent["deliveries"][0]["accepted"], true, "{sent}");
    assert_eq!(reports_heard(&stack, &receipt, 2).await.len(), 2, "a repeated report is one");
    assert_eq!(stack.bonus(&receipt.id).await.unwrap().unwrap()["state"], "DONE");
    is_paid_once(&stack, &receipt).await;
    stack.told_everything(&receipt.person, &["telegram"]).await.unwrap();
    let failed = stack.chat(receipt.person.chat, "could not be paid").await.unwrap();
    assert_eq!(failed, Vec::<Value>::new());
}

#[tokio::test]
async fn a_payment_that_portmone_gives_back_is_a_refund_and_tells_the_operators() {
    let stack = Stack::open().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    let bill = text(&stack.portmone_bill(&receipt).await.unwrap(), "id").unwrap();
    let sent = stack.portmone(&bill, "refund", &json!({ "dialect": "bills", "times": 2 })).await.unwrap();
    assert!(sent["deliveries"].as_array().unwrap().iter().all(|one| one["accepted"] == true), "{sent}");
    let bonus = stack.bonus_becomes(&receipt.id, "REFUNDED").await.unwrap();
    assert_eq!(bonus["paidBy"], "answer", "{bonus}");
    wait::until("the operators being told", PAYOUT_TIMEOUT, async || {
        Ok(stack.chat(OPERATORS_CHAT, &receipt.id).await?.into_iter().next())
    })
    .await
    .unwrap();
    // The receipt is still not paid for again.
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    stack.watch_bonuses().await.unwrap();
    assert_eq!(stack.portmone_bills(&receipt).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_said_is_found_by_receipt_bill_and_chat_without_passwords_and_numbers() {
    let stack = Stack::open().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    let bonus = stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    let bill = text(&bonus, "billId").unwrap();
    let (by_receipt, by_bill) = (format!("receiptId={}", receipt.id), format!("billId={bill}"));
    let by_chat = format!("telegramId={}", receipt.person.chat);
    for (whose, wanted) in [
        (&by_receipt, &["bills.create", "bills.pay", "top-up"][..]),
        (&by_bill, &["bills.pay", "top-up"]),
        (&by_chat, &["bills.create", "bills.pay", "top-up"]),
    ] {
        let found = stack.exchanges(whose).await.unwrap();
        let mut methods: Vec<_> = found.iter().map(|one| one["method"].as_str().unwrap()).collect();
        // A bill is known when it has been made: what made it may be found by it, too.
        methods.retain(|method| wanted.contains(method));
        methods.sort_unstable();
        assert_eq!(methods, wanted, "{whose}: {found:?}");
        assert!(
            found.iter().all(|one| one["answer"].is_string() && one["answeredAt"].is_string()),
            "{found:?}"
        );
        let all = json!(found).to_string();
        assert!(all.contains("password=***") && all.contains("billId"), "{all}");
        for secret in ["sandbox-portmone-password", "sandbox-telecom", &PHONE[2..], &PHONE[5..]] {
            assert!(!all.contains(secret), "{whose} shows {secret}: {all}");
        }
    }
    let user = stack.get(&format!("/api/admin/portmone/exchanges?{by_receipt}"), &receipt.person.token).await;
    assert_eq!(user.unwrap().status.as_u16(), 403);
    let both = format!("/api/admin/portmone/exchanges?{by_receipt}&{by_bill}");
    assert_eq!(stack.get(&both, &stack.file.tokens.admin).await.unwrap().status.as_u16(), 422);
}

#[tokio::test]
async fn what_is_due_is_looked_at_every_five_minutes() {
    let stack = Stack::open().unwrap();
    let path = format!("/schedules/{}-bonus-watch", stack.file.stack);
    let schedule = stack.aws_get("scheduler", &path).await.unwrap();
    assert_eq!(schedule["ScheduleExpression"], "rate(5 minutes)");
    assert_eq!(
        (&schedule["State"], &schedule["FlexibleTimeWindow"]["Mode"]),
        (&json!("ENABLED"), &json!("OFF"))
    );
    let input: Value = serde_json::from_str(schedule["Target"]["Input"].as_str().unwrap()).unwrap();
    assert_eq!(input, json!({ "version": 1, "run": "watch" }));
    assert!(schedule["Target"]["Arn"].as_str().unwrap().contains("bonus-consumer"));
    assert_eq!(stack.watch_bonuses().await.unwrap()["complete"], true);
}
