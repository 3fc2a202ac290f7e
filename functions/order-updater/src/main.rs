//! Tells the order service that an order is paid, or that its money went back.
//!
//! Trigger: the queue `order-updates`. Safe to run twice: yes, each event has a key and the order
//! service acts once for it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod handler;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::{settings, startup::Startup};
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &start().await.context("order-updater cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(handler::handle(app, event.payload).await)
    }))
    .await
}

async fn start() -> anyhow::Result<handler::App> {
    let startup = Startup::begin()?;
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let queue = Queue::new(sqs.clone(), settings::required("QUEUE_URL")?);
    let dead_letters = Queue::new(sqs, settings::required("DEAD_LETTER_QUEUE_URL")?);
    let (secrets, caller) = (startup.secrets()?, Caller::new(startup.http));
    let base_url = settings::required("ORDER_SERVICE_BASE_URL")?;
    let orders = Refreshed::new(handler::order_service(&secrets, &caller, &base_url).await?);
    let batch = SqsBatch { queue, dead_letters, delays: handler::DELAYS };
    Ok(handler::App { batch, caller, base_url, secrets, orders, metrics: Metrics::new("order-updater") })
}
