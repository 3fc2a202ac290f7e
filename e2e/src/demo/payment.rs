//! An order is paid through Tripay, and its customer hears of it.

use std::time::Duration;

use e2e::billing::text;
use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::sandbox::ORDER_AMOUNT;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::{Value, json};

use crate::story::{Story, quoted, rupiah, word};

/// The channel that the customer of the demo likes.
const CHANNEL: &str = "BCA_VA";
/// The customer's Telegram chat.
pub const CHAT: i64 = 700_000_001;
/// The customer's id and address.
const CUSTOMER: (&str, &str) = ("user-1", "user-1@example.com");
/// How long a callback may take to be settled.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(20);

/// What can be looked at afterwards.
pub struct Seen {
    /// Tripay's page of the payment.
    pub checkout: String,
    /// The email's id.
    pub mail: String,
}

/// Shows how an order is paid, and who is told. Answers where that can be looked at.
///
/// # Errors
/// When something does not happen.
pub async fn show(stack: &Stack, story: &mut Story) -> anyhow::Result<Seen> {
    // Told where they linked a chat last: whoever tried the bot as this customer may have linked another one.
    stack.link_chat(CUSTOMER.0, CHAT).await?;
    story.catch_breath();
    let order = stack.new_order(CUSTOMER.0).await?;
    story.done(
        "A customer orders coffee.",
        &[format!("order {order} of user-1, {}", rupiah(&json!(ORDER_AMOUNT)))],
    );

    let made = stack.create_invoice(&order).await?;
    let invoice = text(&made, "id")?;
    let facts = [
        format!("invoice {invoice}, {}, {}", word(&made, "state"), rupiah(&made["amount"])),
        format!("payable until {}", word(&made, "expiresAt")),
    ];
    story.done("Paydesk asks the order service what it costs, and issues the invoice.", &facts);

    let channels = made["channels"].as_array().cloned().unwrap_or_default();
    let facts: Vec<String> = channels.iter().map(channel_line).collect();
    story.done("These are the ways to pay it, by Tripay's word, with their fees.", &facts);

    let paid_how = stack.pay_invoice(&invoice, CHANNEL).await?;
    let payment = &paid_how["payment"];
    let reference = text(payment, "reference")?;
    let checkout = text(payment, "checkoutUrl")?;
    let facts = [
        format!("payment code {} for {}", word(payment, "code"), rupiah(&payment["amountToPay"])),
        format!("Tripay's reference {reference}, ours {}", word(payment, "merchantRef")),
        format!("checkout page {checkout}"),
    ];
    story.done(&format!("The customer chooses {CHANNEL}; Tripay makes a payment code."), &facts);

    let answer = stack.tripay(&reference, "pay", &json!({})).await?;
    let delivery = &answer["deliveries"][0];
    story.done(
        "The customer pays at the bank. Tripay sends the signed callback.",
        &[format!("POST {}", word(delivery, "url"))],
    );
    if delivery["accepted"] != true {
        anyhow::bail!(
            "the callback was not accepted: {delivery}\nThe log of tripay-callback says why (see below)."
        );
    }
    let facts = [format!("HTTP {} {}", delivery["status"], word(delivery, "body"))];
    story.done("Paydesk verifies its signature, stores it, and only then acknowledges.", &facts);

    let paid = wait::until("the invoice becomes PAID", SETTLE_TIMEOUT, async || {
        let seen = stack.invoice(&invoice).await?;
        Ok((seen["state"] == "PAID").then_some(seen))
    })
    .await?;
    let facts = [format!("invoice {invoice}, {} at {}", word(&paid, "state"), word(&paid, "paidAt"))];
    story.done("The invoice is paid.", &facts);

    let told = stack.order_becomes(&order, "PAID").await?;
    let key = word(&told["updates"][0], "idempotencyKey");
    let facts = [
        "the change went through the table's stream, event-relay, the queue and order-updater".to_owned(),
        format!("order {order}, {}, told once under the key {key}", word(&told, "status")),
    ];
    story.done("The order service is told.", &facts);
    let mail = show_messages(stack, story, &invoice).await?;
    Ok(Seen { checkout, mail })
}

/// Shows what the customer got by email and Telegram about this invoice; answers the email's id.
async fn show_messages(stack: &Stack, story: &mut Story, invoice: &str) -> anyhow::Result<String> {
    let (_, address) = CUSTOMER;
    let mail = wait::until("the customer's email", ARRIVAL_TIMEOUT, async || {
        Ok(stack.mails(address, invoice).await?.into_iter().next_back())
    })
    .await?;
    let mut facts = vec![
        format!("from    {}", word(&mail, "from")),
        format!("to      {}", mail["to"][0].as_str().unwrap_or(address)),
        format!("subject {}", word(&mail, "subject")),
        String::new(),
    ];
    facts.extend(quoted(&mail["text"]));
    story.done("The customer gets an email, in Indonesian, as the user service says.", &facts);

    let message = wait::until("the customer's Telegram message", ARRIVAL_TIMEOUT, async || {
        Ok(stack.chat(CHAT, invoice).await?.into_iter().next_back())
    })
    .await?;
    let facts: Vec<String> = quoted(&message["text"]).collect();
    story.done(&format!("And a Telegram message, in chat {CHAT}."), &facts);
    text(&mail, "id")
}

fn channel_line(channel: &Value) -> String {
    let (name, what) = (word(channel, "channel"), word(channel, "name"));
    let customer = rupiah(&channel["customerFee"]);
    let merchant = rupiah(&channel["merchantFee"]);
    format!("{name:<16} {what:<26} fee: customer {customer}, merchant {merchant}")
}
