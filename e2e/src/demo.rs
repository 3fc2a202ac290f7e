//! `make demo`: the main job on the local stack, step by step, in plain words.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use e2e::billing::text;
use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::sandbox::ORDER_AMOUNT;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::{Value, json};

/// The channel that the customer of the demo likes.
const CHANNEL: &str = "BCA_VA";
/// Steps that are shown.
const STEPS: usize = 10;
/// The customer's id, address and Telegram chat.
const CUSTOMER: (&str, &str, i64) = ("user-1", "user-1@example.com", 700_000_001);
/// How long a callback may take to be settled.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(20);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match show().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ndemo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn show() -> anyhow::Result<()> {
    let stack = Stack::open()?;
    let mut story = Story { step: 0, began: Instant::now(), step_began: Instant::now() };
    println!("\nAn order is paid through Tripay, on this machine.\n");
    let health = stack.request(http::Method::GET, "/health").send().await;
    if let Err(error) = health {
        let url = &stack.file.api_url;
        anyhow::bail!("the API at {url} does not answer ({error}).\nRun `make up`, then `make demo` again.");
    }
    tell(&stack, &mut story).await
}

/// Tells a person what happens, and how long it took.
struct Story {
    step: usize,
    began: Instant,
    step_began: Instant,
}

impl Story {
    fn done(&mut self, what: &str, facts: &[String]) {
        self.step += 1;
        let took = self.step_began.elapsed().as_millis();
        println!("{}/{STEPS}  {what}  ({took} ms)", self.step);
        for fact in facts {
            println!("       {fact}");
        }
        self.step_began = Instant::now();
    }
}

async fn tell(stack: &Stack, story: &mut Story) -> anyhow::Result<()> {
    story.step_began = Instant::now();
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
    println!("\nDone in {} ms. To look around:", story.began.elapsed().as_millis());
    places(stack, &checkout, &mail);
    Ok(())
}

/// Shows what the customer got by email and Telegram about this invoice; answers the email's id.
async fn show_messages(stack: &Stack, story: &mut Story, invoice: &str) -> anyhow::Result<String> {
    let (_, address, chat) = CUSTOMER;
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
        Ok(stack.chat(chat, invoice).await?.into_iter().next_back())
    })
    .await?;
    let facts: Vec<String> = quoted(&message["text"]).collect();
    story.done(&format!("And a Telegram message, in chat {chat}."), &facts);
    text(&mail, "id")
}

/// A message's lines, set off from what is said about it.
fn quoted(message: &Value) -> impl Iterator<Item = String> {
    message
        .as_str()
        .unwrap_or_default()
        .trim_end()
        .lines()
        .map(|line| format!("| {line}").trim_end().to_owned())
}

fn places(stack: &Stack, checkout: &str, mail: &str) {
    let (api, sandbox) = (&stack.file.api_url, &stack.file.sandbox_url);
    println!("  checkout page   {checkout}");
    println!("  all of Tripay's transactions, to pay others by hand   {sandbox}/");
    println!("  this email, as a mail program shows it   {sandbox}/mail/{mail}");
    println!("  the customer's chat                      {sandbox}/telegram/chats/{}", CUSTOMER.2);
    println!("  health          curl {api}/health");
    println!("  logs            .local/log/ (aws.log has the functions' lines)");
    println!("  the deployment  make doctor\n");
}

fn channel_line(channel: &Value) -> String {
    let (name, what) = (word(channel, "channel"), word(channel, "name"));
    let customer = rupiah(&channel["customerFee"]);
    let merchant = rupiah(&channel["merchantFee"]);
    format!("{name:<16} {what:<26} fee: customer {customer}, merchant {merchant}")
}

/// A text of a document for a person.
fn word(document: &Value, field: &str) -> String {
    document[field].as_str().unwrap_or("-").to_owned()
}

/// An amount as people in Indonesia write it.
fn rupiah(amount: &Value) -> String {
    let digits = amount.as_i64().map_or_else(|| "-".to_owned(), |amount| amount.to_string());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    format!("Rp {text}")
}
