//! Another service has an order placed and paid at Billz, the point of sale.

use e2e::billing::text;
use e2e::billz::{CASH, job, order};
use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::{Value, json};

use crate::story::{Story, quoted, word};

/// The group that is told what concerns the staff.
const OPERATORS: i64 = -1_001_234_567_890;

/// Shows how an order gets from a queue to Billz, and how it is paid there.
///
/// # Errors
/// When something does not happen.
pub async fn show(stack: &Stack, story: &mut Story) -> anyhow::Result<()> {
    stack.put_cash().await?;
    let rice = stack.new_product(35_000, 100).await?;
    story.catch_breath();
    let mut place = job("PLACE_ORDER", &order(&[(&rice, 2, 35_000)], 5_000));
    place["replyQueue"] = format!("{}-billz-replies", stack.file.stack).into();
    stack.send_job(&place).await?;
    let facts = [
        format!(
            "{} {}, two for 35000 soum each, 5000 off",
            word(&place, "type"),
            word(&place, "correlationId")
        ),
        "on the queue billz-operations; payments have a queue of their own".to_owned(),
    ];
    story.done("A service of the company puts an order on a queue, as a job.", &facts);

    let placed = stack.job_becomes(&place, "SUCCEEDED").await?;
    let billz_id = text(&placed["result"], "billzOrderId")?;
    let there = stack.shop_order(&billz_id).await?;
    let facts = [
        format!("job {}, {} calls that act but once", word(&placed, "state"), placed["step"]),
        format!(
            "order {} at Billz, {}, until {}",
            word(&there, "number"),
            word(&there, "state"),
            word(&there, "futureTime")
        ),
        format!("{} items, {} UZS", there["totalQuantity"], there["totalPrice"]),
    ];
    story.done(
        "It is done at Billz step by step, each step kept before the next: client, draft, items, discount.",
        &facts,
    );

    let reply = stack.reply_to(&place).await?;
    let told = staff_message(stack, &text(&placed, "orderId")?).await?;
    let mut facts =
        vec![format!("billz-replies: {} {}", word(&reply, "state"), reply["result"]), String::new()];
    facts.extend(quoted(&told["text"]));
    story.done("Its sender is answered, and the staff's Telegram group is told.", &facts);

    let amount = there["totalPrice"].clone();
    let pay = job("MAKE_PAYMENT", &json!({ "orderId": billz_id, "cardId": CASH, "totalPrice": amount }));
    // Whoever sends a job twice pays once.
    for _ in 0..2 {
        stack.send_job(&pay).await?;
    }
    stack.job_becomes(&pay, "SUCCEEDED").await?;
    let there = stack.shop_order(&billz_id).await?;
    let payments = there["payments"].as_array().map_or(0, Vec::len);
    anyhow::ensure!(payments == 1, "the order has {payments} payments: {there}");
    let facts = [
        format!(
            "sent twice, made once: {payments} payment, {} UZS, order {}",
            there["paidAmount"],
            word(&there, "state")
        ),
        format!("Billz's orders and stock: {}/billz", stack.file.sandbox_url),
    ];
    story.done("It is paid: the order is read, its sum compared, then paid.", &facts);
    Ok(())
}

async fn staff_message(stack: &Stack, number: &str) -> anyhow::Result<Value> {
    wait::until("the staff's message", ARRIVAL_TIMEOUT, async || {
        Ok(stack.chat(OPERATORS, number).await?.into_iter().next_back())
    })
    .await
}
