//! A receipt is accepted, and its owner's phone is topped up once, though the message came twice.

use e2e::billing::text;
use e2e::stack::Stack;
use serde_json::json;

use crate::story::{Story, quoted, word};

/// Shows how a decision about a receipt becomes one paid bill at Portmone, one top-up, and words in a chat.
///
/// # Errors
/// When something does not happen.
pub async fn show(stack: &Stack, story: &mut Story) -> anyhow::Result<()> {
    let receipt = stack.new_receipt("uk").await?;
    story.catch_breath();
    tokio::try_join!(stack.decide_receipt(&receipt.accepted), stack.decide_receipt(&receipt.accepted))?;
    let bonus = stack.bonus_becomes(&receipt.id, "DONE").await?;
    let bill = stack.portmone_bill(&receipt).await?;
    let top_ups = stack.top_ups(&receipt.id).await?;
    anyhow::ensure!(bill["payments"] == 1 && top_ups.len() == 1, "not once: {bill}, {}", json!(top_ups));
    let facts = [
        format!("receipt {}, its decision on the queue twice; the phone in it is sealed", receipt.id),
        format!(
            "one bill at Portmone: {} for {}, paid {} time",
            word(&bill, "id"),
            word(&bill, "payeeName"),
            bill["payments"]
        ),
        format!(
            "one top-up at the telecom: {} {} for {}",
            top_ups[0]["amount"],
            word(&bonus, "currency"),
            word(&bonus, "recipient")
        ),
    ];
    story.done("A receipt is accepted: its bonus is billed, paid and topped up, once.", &facts);

    let late = json!({ "moves": false, "description": "Declined by the operator" });
    let sent = stack.portmone(&text(&bill, "id")?, "fail", &late).await?;
    let message = stack.chat_says(&receipt.person, "виплачено").await?;
    let state = stack.bonus(&receipt.id).await?.unwrap_or_default();
    let mut facts = vec![
        format!(
            "a report of failure comes late: answered {}, and the bonus stays {}",
            sent["deliveries"][0]["status"],
            word(&state, "state")
        ),
        String::new(),
    ];
    facts.extend(quoted(&message["text"]));
    story.done("The customer reads it in the chat, in their language.", &facts);
    Ok(())
}
