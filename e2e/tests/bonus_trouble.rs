//! Bonuses where something goes wrong: refusals, lost answers, forged callbacks, decisions that nobody can read.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::answer::Answer;
use e2e::billing::text;
use e2e::bonuses::{OPERATORS_CHAT, PAYOUT_TIMEOUT, PHONE, Receipt};
use e2e::stack::Stack;
use e2e::wait;
use http::Method;
use serde_json::{Value, json};

/// Where Portmone's reports come in.
const CALLBACK: &str = "/webhooks/portmone";

async fn break_next(stack: &Stack, operation: &str, fault: &str) {
    let wish = json!({ "party": "portmone", "operation": operation, "fault": fault });
    stack.fault(&wish).await.unwrap();
}

/// A bonus whose payment was neither answered nor reported in time, as a person finds it.
async fn given_to_a_person(stack: &Stack, receipt: &Receipt, fault: &str) -> Value {
    break_next(stack, "bills.pay", fault).await;
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    stack.bonus_becomes(&receipt.id, "PAYING").await.unwrap();
    wait::until("a person being asked", PAYOUT_TIMEOUT, async || {
        stack.watch_bonuses().await?;
        Ok(stack.bonus(&receipt.id).await?.filter(|bonus| bonus["state"] == "NEEDS_REVIEW"))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_payment_that_nobody_tells_of_is_a_persons_question_and_is_made_once() {
    let stack = Stack::alone().unwrap();
    let receipt = stack.new_receipt("uk").await.unwrap();
    let asked = given_to_a_person(&stack, &receipt, "cut_after").await;
    assert_eq!(asked["question"]["about"], "payment", "{asked}");
    assert!(!text(&asked["question"], "evidence").unwrap().is_empty(), "{asked}");
    stack.chat_says(&receipt.person, "затримується").await.unwrap();
    wait::until("the operators being told", PAYOUT_TIMEOUT, async || {
        Ok(stack.chat(OPERATORS_CHAT, &receipt.id).await?.into_iter().next())
    })
    .await
    .unwrap();

    let step = asked["step"].as_u64().unwrap();
    let late = json!({ "step": step - 1, "resolution": "it_happened" });
    let late = stack.decide_bonus(&receipt.id, "resolve", &late).await.unwrap();
    assert_eq!((late.status.as_u16(), late.code()), (409, "not_open"), "{}", late.body);
    let seen = json!({ "step": step, "resolution": "it_happened" });
    stack.decide_bonus(&receipt.id, "resolve", &seen).await.unwrap().ok().unwrap();
    let bonus = stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    assert_eq!((&bonus["paidBy"], &bonus["payments"]), (&json!("person"), &json!(1)), "{bonus}");
    // The same again, under another key: it is decided already.
    stack.decide_bonus(&receipt.id, "resolve", &seen).await.unwrap().ok().unwrap();
    assert_eq!(stack.portmone_bill(&receipt).await.unwrap()["payments"], 1);
    assert_eq!(stack.top_ups(&receipt.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_payment_that_a_person_did_not_find_is_made_again_for_the_same_bill() {
    let stack = Stack::alone().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    let asked = given_to_a_person(&stack, &receipt, "cut_before").await;
    assert_eq!(stack.portmone_bill(&receipt).await.unwrap()["payments"], 0);
    let not_found = json!({ "step": asked["step"], "resolution": "it_did_not_happen" });
    stack.decide_bonus(&receipt.id, "resolve", &not_found).await.unwrap().ok().unwrap();
    let bonus = stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    assert_eq!((&bonus["paidBy"], &bonus["payments"]), (&json!("answer"), &json!(2)), "{bonus}");
    let bill = stack.portmone_bill(&receipt).await.unwrap();
    assert_eq!((&bill["payments"], &bill["id"]), (&json!(1), &bonus["billId"]), "{bill}");
    assert_eq!(stack.top_ups(&receipt.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_portmone_refuses_is_told_and_tried_again_by_a_person() {
    let stack = Stack::alone().unwrap();
    let receipt = stack.new_receipt("uk").await.unwrap();
    break_next(&stack, "bills.create", "refuse").await;
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    let refused = stack.bonus_becomes(&receipt.id, "REFUSED").await.unwrap();
    assert_eq!(
        (&refused["refusal"]["by"], &refused["billId"]),
        (&json!("portmone"), &Value::Null),
        "{refused}"
    );
    stack.chat_says(&receipt.person, "не вдалося").await.unwrap();
    let manual =
        stack.get("/api/admin/bonuses?bucket=manual&limit=100", &stack.file.tokens.admin).await.unwrap();
    let manual = manual.ok().unwrap();
    let listed = manual["items"].as_array().unwrap().iter().any(|one| one["receiptId"] == *receipt.id);
    assert!(listed, "{manual}");

    let retry = json!({ "step": refused["step"] });
    stack.decide_bonus(&receipt.id, "retry", &retry).await.unwrap().ok().unwrap();
    stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    assert_eq!(stack.portmone_bill(&receipt).await.unwrap()["payments"], 1);
    assert_eq!(stack.top_ups(&receipt.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bill_whose_answer_is_lost_is_made_again_and_one_of_the_two_is_paid() {
    let stack = Stack::alone().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    break_next(&stack, "bills.create", "cut_after").await;
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    let waiting = wait::until("the bonus waiting", PAYOUT_TIMEOUT, async || {
        let bonus = stack.bonus(&receipt.id).await?;
        Ok(bonus.filter(|bonus| bonus["state"] == "CREATED" && bonus["reason"].is_string()))
    })
    .await
    .unwrap();
    let retry = json!({ "step": waiting["step"] });
    stack.decide_bonus(&receipt.id, "retry", &retry).await.unwrap().ok().unwrap();
    let bonus = stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    let bills = stack.portmone_bills(&receipt).await.unwrap();
    let paid: Vec<_> = bills.iter().filter(|bill| bill["payments"] != 0).collect();
    assert_eq!((bills.len(), paid.len()), (2, 1), "{bills:?}");
    assert_eq!((&paid[0]["payments"], &paid[0]["id"]), (&json!(1), &bonus["billId"]));
    assert_eq!(stack.top_ups(&receipt.id).await.unwrap().len(), 1);
}

/// What Portmone's callback is answered.
async fn callback(stack: &Stack, token: Option<&str>, kind: &str, body: &str) -> Answer {
    let request = stack.request(Method::POST, CALLBACK).header("content-type", kind).body(body.to_owned());
    let request = match token {
        Some(token) => request.header("x-portmone-token", token),
        None => request,
    };
    Answer::to(request).await.unwrap()
}

#[tokio::test]
async fn a_forged_or_hostile_callback_changes_nothing() {
    let stack = Stack::alone().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    break_next(&stack, "bills.pay", "cut_before").await;
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    let bonus = stack.bonus_becomes(&receipt.id, "PAYING").await.unwrap();
    let bill = text(&bonus, "billId").unwrap();
    for token in ["bad", "missing"] {
        let wish = json!({ "token": token, "moves": false });
        let sent = stack.portmone(&bill, "ok", &wish).await.unwrap();
        assert_eq!(sent["deliveries"][0]["status"], 401, "{sent}");
    }
    let wish = json!({ "SecretId": format!("{}/portmone", stack.file.stack) });
    let secret = stack.aws("secretsmanager", "secretsmanager.GetSecretValue", &wish).await.unwrap();
    let secret: Value = serde_json::from_str(&text(&secret, "SecretString").unwrap()).unwrap();
    let token = secret["webhookToken"].as_str();
    let bomb = format!(
        "<!DOCTYPE rsp [<!ENTITY a \"{}\">]><rsp status=\"ok\"><bill id=\"{bill}\">&a;</bill></rsp>",
        "a".repeat(64)
    );
    let deep = format!("{}{}", "<rsp>".repeat(10_000), "</rsp>".repeat(10_000));
    for body in [&bomb, &deep, "", "{}", "<html/>"] {
        let status = callback(&stack, token, "text/xml", body).await.status.as_u16();
        assert_eq!(status, 400, "{}", &body[..body.len().min(80)]);
    }
    let bonus = stack.bonus(&receipt.id).await.unwrap().unwrap();
    assert!(bonus["state"] == "PAYING" || bonus["state"] == "NEEDS_REVIEW", "{bonus}");
    let reports = stack.exchanges(&format!("receiptId={}", receipt.id)).await.unwrap();
    assert!(reports.iter().all(|one| one["method"] != "report"), "{reports:?}");
}

#[tokio::test]
async fn a_report_on_a_bill_that_no_bonus_has_is_kept_for_a_person() {
    let stack = Stack::open().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    // Below the numbers that the sandbox gives.
    let bill = (receipt.person.chat % 50_000_000 + 1_000).to_string();
    let strangers = json!({ "payeeId": "2065", "contractNumber": PHONE, "amount": 1 });
    stack.control(Method::PUT, &format!("portmone/bills/{bill}"), &strangers).await.unwrap();
    let sent = stack.portmone(&bill, "ok", &json!({ "dialect": "bills" })).await.unwrap();
    assert_eq!(sent["deliveries"][0]["accepted"], true, "{sent}");
    let path = "/api/admin/portmone/unmatched-reports?limit=100";
    let kept = wait::until("the report being listed", PAYOUT_TIMEOUT, async || {
        let part = stack.get(path, &stack.file.tokens.admin).await?.ok()?;
        Ok(part["items"].as_array().into_iter().flatten().find(|one| one["billId"] == *bill).cloned())
    })
    .await
    .unwrap();
    assert_eq!(kept["reports"][0]["outcome"], "paid", "{kept}");
    assert!(!kept.to_string().contains(&PHONE[2..]), "{kept}");
}

#[tokio::test]
async fn a_receipt_that_earns_nothing_has_no_bonus_and_an_unreadable_decision_is_a_dead_letter() {
    let stack = Stack::alone().unwrap();
    while !stack.take_messages("receipt-decisions-dlq").await.unwrap().is_empty() {}
    let receipt = stack.new_receipt("en").await.unwrap();
    let rejected = json!({ "receipt_id": receipt.id, "status": "rejected", "reason": "daily_limit" });
    let mut without_phone = receipt.accepted.clone();
    without_phone.as_object_mut().unwrap().remove("msisdn");
    let other = stack.new_receipt("en").await.unwrap();
    for decision in [&rejected, &without_phone, &other.accepted] {
        stack.decide_receipt(decision).await.unwrap();
    }
    stack.bonus_becomes(&other.id, "DONE").await.unwrap();
    let letter = wait::until("the dead letter", PAYOUT_TIMEOUT, async || {
        Ok(stack.take_messages("receipt-decisions-dlq").await?.into_iter().next())
    })
    .await
    .unwrap();
    let reason = letter["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
    assert!(reason.contains("msisdn"), "{reason}");
    assert!(stack.bonus(&receipt.id).await.unwrap().is_none());
    assert_eq!(stack.portmone_bills(&receipt).await.unwrap(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_number_without_an_operator_is_refused_and_told() {
    let stack = Stack::open().unwrap();
    let mut receipt = stack.new_receipt("uk").await.unwrap();
    receipt.accepted["msisdn"] = json!(stack.seal("380441234567").await.unwrap());
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    let refused = stack.bonus_becomes(&receipt.id, "REFUSED").await.unwrap();
    assert_eq!(
        (&refused["refusal"]["by"], &refused["refusal"]["code"]),
        (&json!("paydesk"), &json!("no_payee"))
    );
    stack.chat_says(&receipt.person, "не вдалося").await.unwrap();
    let retry = json!({ "step": refused["step"] });
    let again = stack.decide_bonus(&receipt.id, "retry", &retry).await.unwrap();
    assert_eq!((again.status.as_u16(), again.code()), (409, "not_open"), "{}", again.body);
}
