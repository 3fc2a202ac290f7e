//! SMS billing on the deployed stack: usage becomes bills by the runs of the schedules, each bill one debit at the switch.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::answer::Answer;
use e2e::billing::text;
use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::people::Person;
use e2e::sms::{ASKING_TIMEOUT, RUN_TIMEOUT, Sender, todays, yesterdays};
use e2e::stack::Stack;
use e2e::wait;
use http::Method;
use serde_json::{Value, json};

/// The payments of somebody's account at the switch: kind, amount, notes.
async fn payments(stack: &Stack, sender: &Sender) -> Vec<Value> {
    stack.switch_account(sender).await.unwrap()["payments"].as_array().unwrap().clone()
}

/// Waits until somebody's mail mentions both marks.
async fn mail_says(stack: &Stack, person: &Person, mark: &str, other: &str) -> Value {
    wait::until(&format!("the mail about {mark}"), ARRIVAL_TIMEOUT, async || {
        let mails = stack.mails(&person.email, mark).await?;
        Ok(mails.into_iter().find(|mail| mail["text"].as_str().is_some_and(|text| text.contains(other))))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_day_is_billed_and_debited_once_however_often_its_run_is_fired() {
    let stack = Stack::open().unwrap();
    let sender = stack.new_sender(&json!({})).await.unwrap();
    let person = &sender.person;
    let sent = [yesterdays(person, "0.0375"), yesterdays(person, "1.2"), yesterdays(person, "0.0125")];
    let told = stack.use_sms(&sent).await.unwrap();
    let results: Vec<_> = told["results"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(results, ["counted"; 3], "{told}");
    let told = stack.use_sms(&sent[..1]).await.unwrap();
    assert_eq!(told["results"][0]["outcome"], "repeated", "{told}");

    // Twice at once, as EventBridge Scheduler may.
    tokio::try_join!(stack.fire("daily"), stack.fire("daily")).unwrap();
    let bill = stack.sms_bill_becomes(person, "PAID", RUN_TIMEOUT).await.unwrap();
    let number = text(&bill, "billNumber").unwrap();
    assert_eq!((&bill["totalMessages"], &bill["currency"]), (&json!(3), &json!("USD")), "{bill}");
    let there = payments(&stack, &sender).await;
    let [debit] = &there[..] else { panic!("{there:?}") };
    assert_eq!((&debit["kind"], &debit["amount"]), (&json!("debit"), &json!(1.25)), "{debit}");
    assert!(debit["notes"].as_str().unwrap().starts_with(&number), "{debit}");
    assert_eq!(stack.switch_account(&sender).await.unwrap()["balance"], 98.75);
    mail_says(&stack, person, "1.25", "3 messages").await;

    stack.run_now("daily").await.unwrap();
    stack.run_now("watch").await.unwrap();
    let late = yesterdays(person, "2.5");
    stack.use_sms(&[late]).await.unwrap();
    let summary = stack.get("/api/user/billing-summary", &person.token).await.unwrap().ok().unwrap();
    let open = &summary["summary"]["currentUsage"];
    assert_eq!(
        (&open["totalMessages"], &open["totalCost"]),
        (&json!(1), &json!(2.5)),
        "late, so the next bill's"
    );
    assert_eq!(stack.sms_bills(person).await.unwrap().len(), 1);
    assert_eq!(payments(&stack, &sender).await.len(), 1);
    let history = stack.get("/api/user/billing-history", &person.token).await.unwrap().ok().unwrap();
    assert_eq!(history["items"][0]["billNumber"], json!(number), "{history}");
}

#[tokio::test]
async fn a_debit_whose_answer_is_lost_is_found_at_the_switch_and_not_made_again() {
    let stack = Stack::alone().unwrap();
    let sender = stack.new_sender(&json!({})).await.unwrap();
    stack.use_sms(&[yesterdays(&sender.person, "3.5")]).await.unwrap();
    let lost = json!({ "party": "sippy", "operation": "accountDebit", "fault": "cut_after" });
    stack.fault(&lost).await.unwrap();
    stack.run_now("daily").await.unwrap();
    stack.sms_bill_becomes(&sender.person, "CHARGING", RUN_TIMEOUT).await.unwrap();
    // Whoever is asked about it again and again asks the switch when its time has come, and never debits.
    let paid = wait::until("the debit being found", ASKING_TIMEOUT, async || {
        stack.run_now("watch").await?;
        let bills = stack.sms_bills(&sender.person).await?;
        Ok(bills.into_iter().find(|bill| bill["state"] == "PAID"))
    })
    .await
    .unwrap();
    let there = payments(&stack, &sender).await;
    let [debit] = &there[..] else { panic!("{there:?}") };
    assert_eq!(paid["sippyTransactionId"].to_string().trim_matches('"'), debit["iPayment"].to_string());
    assert_eq!(stack.switch_account(&sender).await.unwrap()["balance"], 96.5);
}

#[tokio::test]
async fn a_charge_that_the_switch_refuses_is_told_and_made_when_it_can_be() {
    let stack = Stack::open().unwrap();
    let sender = stack.new_sender(&json!({})).await.unwrap();
    stack.put_switch_account(&sender, &json!({ "blocked": true })).await.unwrap();
    stack.use_sms(&[yesterdays(&sender.person, "4.25")]).await.unwrap();
    stack.run_now("daily").await.unwrap();
    let failed = stack.sms_bill_becomes(&sender.person, "FAILED", RUN_TIMEOUT).await.unwrap();
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(text(&failed, "failureReason").unwrap().contains("blocked"), "{failed}");
    assert_eq!(payments(&stack, &sender).await, Vec::<Value>::new());
    // Why is for operators: it is in the switch's words.
    let mail = mail_says(&stack, &sender.person, "4.25", "could not charge").await;
    assert!(!text(&mail, "text").unwrap().contains("blocked"), "{mail}");

    stack.put_switch_account(&sender, &json!({ "blocked": false })).await.unwrap();
    let wish = json!({ "billingId": failed["_id"] });
    stack.decide_sms("billing", &wish).await.unwrap().ok().unwrap();
    stack.sms_bill_becomes(&sender.person, "PAID", RUN_TIMEOUT).await.unwrap();
    assert_eq!(payments(&stack, &sender).await.len(), 1);
}

#[tokio::test]
async fn who_reaches_a_limit_is_billed_at_once() {
    let stack = Stack::open().unwrap();
    let settings = json!({ "billingFrequency": "threshold", "maxAmount": 10, "notificationThreshold": 5 });
    let sender = stack.new_sender(&settings).await.unwrap();
    let person = &sender.person;
    stack.use_sms(&[todays(person, "6")]).await.unwrap();
    mail_says(&stack, person, "6.00", "10.00").await;
    let check = stack.check_sms(person, "3.99").await.unwrap();
    assert_eq!((&check["shouldBlock"], &check["shouldCreateBilling"]), (&json!(false), &json!(false)));
    let check = stack.check_sms(person, "4").await.unwrap();
    assert_eq!((&check["shouldBlock"], &check["shouldCreateBilling"]), (&json!(false), &json!(true)));
    assert_eq!(check["reason"], "Threshold reached: $10.00/10 or 2/1000 messages", "{check}");
    assert!(stack.sms_bills(person).await.unwrap().is_empty());

    stack.use_sms(&[todays(person, "4")]).await.unwrap();
    stack.sms_bill_becomes(person, "PAID", RUN_TIMEOUT).await.unwrap();
    let there = payments(&stack, &sender).await;
    let [debit] = &there[..] else { panic!("{there:?}") };
    assert_eq!(debit["amount"], 10);
}

#[tokio::test]
async fn who_has_a_bill_that_waits_for_approval_sends_nothing_until_it_is_decided() {
    let stack = Stack::open().unwrap();
    let sender = stack.new_sender(&json!({ "autoProcessing": false })).await.unwrap();
    let person = &sender.person;
    stack.use_sms(&[yesterdays(person, "7.5")]).await.unwrap();
    stack.run_now("daily").await.unwrap();
    let waiting = stack.sms_bill_becomes(person, "PENDING", RUN_TIMEOUT).await.unwrap();
    assert_eq!(payments(&stack, &sender).await, Vec::<Value>::new());
    let check = stack.check_sms(person, "1").await.unwrap();
    let reason = json!("User has pending billings that require manual approval");
    assert_eq!((&check["shouldBlock"], &check["reason"]), (&json!(true), &reason), "{check}");

    let path = format!("billing/{}/cancel", text(&waiting, "billNumber").unwrap());
    let user = stack.request(Method::POST, &format!("/api/admin/sms/{path}")).bearer_auth(&person.token);
    assert_eq!(Answer::to(user.json(&json!({ "reason": "no" }))).await.unwrap().status.as_u16(), 403);
    stack.decide_sms("billing/process-pending", &json!({})).await.unwrap().ok().unwrap();
    stack.sms_bill_becomes(person, "PAID", RUN_TIMEOUT).await.unwrap();
    assert_eq!(payments(&stack, &sender).await.len(), 1);
    assert_eq!(stack.check_sms(person, "1").await.unwrap()["shouldBlock"], false);
}

/// Asks for a run over HTTP, with this secret.
async fn cron(stack: &Stack, wish: &str, secret: &str) -> Answer {
    let request = stack.request(Method::POST, &format!("/api/cron/process-sms-billing?{wish}"));
    Answer::to(request.bearer_auth(secret)).await.unwrap()
}

#[tokio::test]
async fn a_run_over_http_wants_the_cron_secret_and_a_dry_one_changes_nothing() {
    let stack = Stack::alone().unwrap();
    let secret = &stack.file.cron_secret;
    let sender = stack.new_sender(&json!({})).await.unwrap();
    let person = &sender.person;
    stack.use_sms(&[yesterdays(person, "8.75")]).await.unwrap();
    for wrong in ["", "somebody-elses", &stack.file.internal_api_key, &stack.file.tokens.admin] {
        assert_eq!(cron(&stack, "type=daily", wrong).await.status.as_u16(), 401);
    }
    assert_eq!(cron(&stack, "type=hourly", secret).await.status.as_u16(), 422);

    let mut mine = None;
    let mut cursor = String::new();
    while mine.is_none() {
        let part = cron(&stack, &format!("type=daily&dryRun=true{cursor}"), secret).await.ok().unwrap();
        mine = part["items"].as_array().unwrap().iter().find(|item| item["userId"] == person.id).cloned();
        cursor = match part["nextCursor"].as_str() {
            Some(next) => format!("&cursor={next}"),
            None => break,
        };
    }
    let mine = mine.expect("who is due is shown");
    assert_eq!((&mine["amount"], &mine["currency"]), (&json!(8.75), &json!("USD")), "{mine}");
    assert_eq!(stack.sms_bills(person).await.unwrap(), Vec::<Value>::new());
    assert_eq!(payments(&stack, &sender).await, Vec::<Value>::new());

    let begun = cron(&stack, "type=daily", secret).await;
    assert_eq!(begun.status.as_u16(), 202, "{}", begun.body);
    stack.sms_bill_becomes(person, "PAID", RUN_TIMEOUT).await.unwrap();
    assert_eq!(payments(&stack, &sender).await.len(), 1);
}

#[tokio::test]
async fn the_runs_are_scheduled_in_utc_with_the_time_that_they_are_scheduled_for() {
    let stack = Stack::open().unwrap();
    for (run, expression) in [
        ("daily", "cron(0 2 * * ? *)"),
        ("weekly", "cron(0 3 ? * MON *)"),
        ("monthly", "cron(0 4 1 * ? *)"),
        ("watch", "rate(5 minutes)"),
    ] {
        let schedule = stack.schedule(run).await.unwrap();
        assert_eq!(schedule["ScheduleExpression"], expression, "{run}");
        assert_eq!(
            (&schedule["State"], &schedule["FlexibleTimeWindow"]["Mode"]),
            (&json!("ENABLED"), &json!("OFF"))
        );
        let input: Value = serde_json::from_str(schedule["Target"]["Input"].as_str().unwrap()).unwrap();
        let wanted = json!({ "version": 1, "run": run, "scheduledAt": "<aws.scheduler.scheduled-time>" });
        assert_eq!(input, wanted, "{run}");
        assert!(schedule["Target"]["Arn"].as_str().unwrap().contains("sms-billing-cron"), "{run}");
    }
}

#[tokio::test]
async fn usage_costs_what_the_rate_deck_says_and_a_dead_letter_names_what_is_wrong() {
    let stack = Stack::alone().unwrap();
    while !stack.take_messages("sms-usage-dlq").await.unwrap().is_empty() {}
    let sender = stack.new_sender(&json!({ "rateDeckId": "standard" })).await.unwrap();
    let person = &sender.person;
    let mut event = yesterdays(person, "1");
    let fields = event.as_object_mut().unwrap();
    for field in ["cost", "country", "prefix"] {
        fields.remove(field);
    }
    fields.insert("to".to_owned(), json!("+380441234567"));
    let wish = json!({ "userId": person.id, "to": "+380441234567", "segments": 1, "messages": 1 });
    let price = stack.service_request(Method::POST, "/internal/sms/price").json(&wish);
    let price = Answer::to(price).await.unwrap().ok().unwrap();
    for body in [event.to_string(), r#"{"eventId":"sms-1"}"#.to_owned()] {
        let wish = json!({ "QueueUrl": stack.file.queues["sms-usage"], "MessageBody": body });
        stack.aws("sqs", "AmazonSQS.SendMessage", &wish).await.unwrap();
    }
    let open = wait::until("the usage being counted", ARRIVAL_TIMEOUT, async || {
        let answer = stack.get("/api/user/billing-summary", &person.token).await?.ok()?;
        let open = answer["summary"]["currentUsage"].clone();
        Ok((open["totalMessages"] == 1).then_some(open))
    })
    .await
    .unwrap();
    assert_eq!(open["totalCost"], price["total"], "{price}");
    let letter = wait::until("the dead letter", ARRIVAL_TIMEOUT, async || {
        Ok(stack.take_messages("sms-usage-dlq").await?.into_iter().next())
    })
    .await
    .unwrap();
    assert_eq!(letter["Body"], r#"{"eventId":"sms-1"}"#);
    let reason = letter["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
    assert!(reason.contains("userId"), "{reason}");
}
