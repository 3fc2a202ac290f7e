//! Somebody's SMS are counted, billed by the daily run, and charged to their account at the switch.

use e2e::answer::Answer;
use e2e::billing::text;
use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::sms::{RUN_TIMEOUT, yesterdays};
use e2e::stack::Stack;
use e2e::wait;
use http::Method;
use serde_json::{Value, json};

use crate::story::{Story, quoted, word};

/// Shows how messages become a bill, and the bill a debit.
///
/// # Errors
/// When something does not happen.
pub async fn show(stack: &Stack, story: &mut Story) -> anyhow::Result<()> {
    let sender = stack.new_sender(&json!({ "rateDeckId": "standard" })).await?;
    let person = &sender.person;
    story.catch_breath();
    let wish = json!({ "userId": person.id, "to": "+380671234567", "text": "Ваш код: 4711", "messages": 40 });
    let price = stack.service_request(Method::POST, "/internal/sms/price").json(&wish);
    let price = Answer::to(price).await?.ok()?;
    let cost = price["rate"]["price"].to_string();
    let sent: Vec<Value> = (0..40).map(|_| yesterdays(person, &cost)).collect();
    // Whoever reports a message twice pays once.
    stack.use_sms(&sent).await?;
    let again = stack.use_sms(&sent[..10]).await?;
    let facts = [
        format!(
            "{} {} each, by the longest prefix, {}",
            cost,
            word(&price, "currency"),
            price["rate"]["prefix"]
        ),
        format!(
            "40 messages yesterday; 10 of them reported twice, {} of those counted again",
            again["counted"]
        ),
    ];
    story.done("A service asks what a message costs, and reports those it has sent.", &facts);

    stack.run_now("daily").await?;
    stack.run_now("daily").await?;
    let bill = stack.sms_bill_becomes(person, "PAID", RUN_TIMEOUT).await?;
    let there = stack.switch_account(&sender).await?;
    let payments = there["payments"].as_array().map_or(0, Vec::len);
    anyhow::ensure!(payments == 1, "there are {payments} payments: {there}");
    let debit = &there["payments"][0];
    let facts = [
        format!(
            "the daily run, fired twice: one bill, {} {}",
            word(&bill, "billNumber"),
            word(&bill, "state")
        ),
        format!("one debit of {} {}: \"{}\"", debit["amount"], word(debit, "currency"), word(debit, "notes")),
        format!("the account at the switch: {} {}", there["balance"], word(&there, "currency")),
    ];
    story.done(
        "Its schedule fires: the day is closed into a bill, and the bill is charged at the switch.",
        &facts,
    );

    let mail = wait::until("the mail", ARRIVAL_TIMEOUT, async || {
        Ok(stack.mails(&person.email, "SMS").await?.into_iter().next_back())
    })
    .await?;
    let mut facts = vec![text(&mail, "subject")?, String::new()];
    facts.extend(quoted(&mail["text"]));
    story.done("The customer is told.", &facts);
    Ok(())
}
