//! Sends a job for Billz, as one of the company's services does: here, the payment of an order.
//!
//! `cargo run -p ops --example send_billz_job -- <queue URL> <Billz order> <card> <soum> <correlation id>`, with AWS's
//! usual variables (and `AWS_ENDPOINT_URL` for the emulated one) in the environment.
//!
//! Sent again with the same correlation id, it is the same job: nothing is paid twice. So a sender that does not know
//! whether its message was taken sends it again.

use std::io::Write as _;

use anyhow::Context as _;
use aws_sdk_sqs::Client;
use jiff::Timestamp;
use shared::domain::identifier::{BillzOrderId, CardId, JobId};
use shared::domain::money::{Currency, Money};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config;
use shared::queues::billz_job::sent::{JobMessage, MakePayment, Wanted};

/// The message that asks for the payment of an order.
fn payment(order: &BillzOrderId, card: &CardId, total: Money, id: &JobId, now: Timestamp) -> JobMessage {
    let payment = MakePayment { order_id: order.into(), card_id: card.into(), total_price: total.into() };
    JobMessage {
        wanted: Wanted::MakePayment(payment),
        correlation_id: id.into(),
        timestamp: u64::try_from(now.as_millisecond()).ok(),
        // The result can be asked for at GET /internal/billz/jobs/{correlationId}, too.
        reply_queue: None,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [queue, order, card, soum, id] = arguments.as_slice() else {
        anyhow::bail!("wanted: <queue URL> <Billz order> <card> <soum> <correlation id>");
    };
    let total = Money::from_decimal(soum, Currency::Uzs)?;
    let message = payment(&order.parse()?, &card.parse()?, total, &id.parse()?, Timestamp::now());
    let client = Client::new(&sdk_config(HttpClients::new(None)?.aws)?);
    let body = serde_json::to_string(&message)?;
    let sent = client.send_message().queue_url(queue).message_body(&body).send().await;
    let sent = sent.context("the queue may or may not have taken the message: send it again")?;
    writeln!(std::io::stdout(), "{} is message {}", id, sent.message_id().unwrap_or("without an id"))?;
    Ok(())
}
