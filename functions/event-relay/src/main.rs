//! Moves events from the outbox of changed items to the queues.
//!
//! Trigger: the streams of the tables that hold aggregates. Safe to run twice: yes, an event keeps its id.
//! Nothing else sends events.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod handler;
mod route;
mod task_route;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::metrics::Metrics;
use shared::lambda::{settings, startup::Startup};
use shared::queues::queue::Queue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = start().context("event-relay cannot start")?;
    let app = &app;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(handler::handle(app, event.payload).await)
    }))
    .await
}

fn start() -> anyhow::Result<handler::App> {
    let sqs = aws_sdk_sqs::Client::new(&Startup::begin()?.aws);
    Ok(handler::App {
        order_updates: Queue::new(sqs.clone(), settings::required("ORDER_UPDATES_QUEUE_URL")?),
        notifications: Queue::new(sqs.clone(), settings::required("NOTIFICATIONS_QUEUE_URL")?),
        support_tasks: Queue::new(sqs.clone(), settings::required("SUPPORT_TASKS_QUEUE_URL")?),
        dead_letters: Queue::new(sqs, settings::required("DEAD_LETTER_QUEUE_URL")?),
        metrics: Metrics::new("event-relay"),
    })
}
