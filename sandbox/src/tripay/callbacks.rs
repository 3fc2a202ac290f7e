//! Sends reports to the merchant, writes down what each delivery got, and sends again what was not accepted.
//!
//! A delivery is accepted when the answer is 2xx and its body says `"success": true`. Redirects are not
//! followed. What was not accepted is due again after the retry delay of the options, by the sandbox's clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use http::{Method, Request, Response};
use hyper::body::Bytes;

use super::reports::{Delivery, DueReport, Report, Wording};
use super::transaction::Status;
use crate::outgoing;
use crate::party::Party;
use crate::world::World;

const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);

/// Delivers a report for the first time.
pub(crate) async fn deliver(world: &Arc<World>, report: Report) -> Delivery {
    deliver_again(world, report, 1).await
}

async fn deliver_again(world: &Arc<World>, report: Report, attempt: u32) -> Delivery {
    let mut delivery = Delivery {
        attempt,
        at: world.clock.now_text(),
        url: report.url.clone(),
        request_body: report.body.clone(),
        status: None,
        body: None,
        error: None,
        ms: 0,
        accepted: false,
    };
    let began = Instant::now();
    match &report.url {
        None => delivery.error = Some("no callback URL is set".to_owned()),
        Some(url) => match send(world, &report, url).await {
            Ok(response) => {
                let says_success = |body: &[u8]| {
                    let document: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
                    document["success"] == true
                };
                delivery.accepted = response.status().is_success() && says_success(response.body());
                delivery.status = Some(response.status().as_u16());
                delivery.body = Some(String::from_utf8_lossy(response.body()).into_owned());
            }
            Err(reason) => delivery.error = Some(reason),
        },
    }
    delivery.ms = began.elapsed().as_millis();
    write_down(world, report, &delivery);
    delivery
}

async fn send(world: &World, report: &Report, url: &str) -> Result<Response<Bytes>, String> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header("content-type", "application/json")
        .header("accept", "*/*")
        .header("user-agent", "Tripay Callback (sandbox)")
        .header("x-callback-event", &report.event);
    for signature in &report.signatures {
        request = request.header("x-callback-signature", signature);
    }
    let request = request.body(Bytes::from(report.body.clone())).map_err(|error| error.to_string())?;
    outgoing::send(world, (Party::Tripay, "callback"), request, DELIVERY_TIMEOUT).await
}

fn write_down(world: &World, report: Report, delivery: &Delivery) {
    let retry_at = world.clock.now_seconds().saturating_add(world.options.callback_retry_seconds);
    let mut books = world.tripay();
    if let Some(transaction) = report.about.as_deref().and_then(|reference| books.find_mut(reference)) {
        transaction.deliveries.push(delivery.clone());
    }
    let was_tried = report.url.is_some();
    if was_tried && !delivery.accepted && delivery.attempt <= world.options.callback_retries {
        books.due.push(DueReport { report, attempt: delivery.attempt + 1, due_at: retry_at });
    }
}

/// What a look at the clock led to.
#[derive(Debug, Default)]
pub(crate) struct CaughtUp {
    /// References of transactions that expired.
    pub(crate) expired: Vec<String>,
    /// What was sent: reports of expiry, and reports that were due again.
    pub(crate) deliveries: Vec<Delivery>,
}

/// Does all that is due: transactions expire and are reported, reports that were not accepted are sent again.
pub(crate) async fn catch_up(world: &Arc<World>) -> CaughtUp {
    advance(world, 0, Sending::On).await
}

/// Whether what happens is reported to the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    On,
    Off,
}

/// Moves the clock, then does all that is due.
pub(crate) async fn advance(world: &Arc<World>, seconds: i64, sending: Sending) -> CaughtUp {
    let (expired, to_send) = {
        // The clock moves under the lock, so that nobody else can take what this movement made due.
        let mut books = world.tripay();
        world.clock.advance(seconds);
        let now = world.clock.now_seconds();
        let expired = books.expire_due(now);
        let (due, waiting) = books.due.drain(..).partition(|due: &DueReport| due.due_at <= now);
        books.due = waiting;
        let default_url = books.settings.callback_url.as_deref();
        let reports = expired.iter().filter_map(|reference| books.find(reference)).map(|transaction| {
            let report = Report::about(transaction, &Wording::of(Status::Expired), default_url);
            DueReport { report, attempt: 1, due_at: now }
        });
        let to_send: Vec<DueReport> = reports.chain(due).collect();
        (expired, to_send)
    };
    let to_send = if sending == Sending::On { to_send } else { Vec::new() };
    let deliveries = to_send.into_iter().map(|due| deliver_again(world, due.report, due.attempt));
    CaughtUp { expired, deliveries: join_all(deliveries).await }
}
