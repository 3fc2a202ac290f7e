//! Brings updates to the webhook, one lane after the other, and follows what its answer says.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Method, Request, Response};
use hyper::body::Bytes;

use super::replies::follow;
use super::updates::{Attempt, Lane, Written};
use crate::outgoing;
use crate::party::Party;
use crate::world::World;

/// The header that proves an update to the webhook.
pub const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// Delivers an update and what stands before it in its lane, until it was tried once or is stuck behind a failure.
/// What is still due afterwards goes on by itself.
pub(crate) async fn deliver_once(world: &Arc<World>, number: u64) {
    let Some(lane) = world.telegram().updates.find(number).map(|update| update.lane()) else { return };
    loop {
        let mut news = world.telegram().updates.news();
        if is_over(world, number) {
            break;
        }
        if !try_first(world, lane).await && news.changed().await.is_err() {
            // The sandbox was reset meanwhile.
            return;
        }
    }
    tokio::spawn(deliver_due(Arc::clone(world), lane));
}

fn is_over(world: &World, number: u64) -> bool {
    let telegram = world.telegram();
    telegram.webhook.url.is_empty() || telegram.updates.is_tried_or_on_hold(number, world.clock.now_ms())
}

/// Delivers what is due, in the background.
pub(crate) fn catch_up(world: &Arc<World>) {
    let due = world.telegram().updates.due_lanes(world.clock.now_ms());
    for lane in due {
        tokio::spawn(deliver_due(Arc::clone(world), lane));
    }
}

async fn deliver_due(world: Arc<World>, lane: Lane) {
    while try_first(&world, lane).await {}
}

/// Tries the first update of a lane once; `false` where none is due, or another is at it.
async fn try_first(world: &Arc<World>, lane: Lane) -> bool {
    let now_ms = world.clock.now_ms();
    let (number, written, url, secret, timeout) = {
        let mut telegram = world.telegram();
        let (url, secret) = (telegram.webhook.url.clone(), telegram.webhook.secret.clone());
        if url.is_empty() {
            return false;
        }
        let Some((number, written)) = telegram.updates.take_due(lane, now_ms) else { return false };
        let timeout = Duration::from_millis(telegram.updates.settings.answer_timeout_ms);
        (number, written, url, secret, timeout)
    };
    let (at, began) = (world.clock.now_text(), Instant::now());
    let answer = send(world, &written, &url, secret.as_deref(), timeout).await;
    let mut attempt = Attempt { at, status: None, error: None, ms: began.elapsed().as_millis(), reply: None };
    let now_ms = world.clock.now_ms();
    let mut telegram = world.telegram();
    let mut retry_after = None;
    match answer {
        Ok(response) => {
            let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
            retry_after = header(RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok());
            attempt.status = Some(response.status().as_u16());
            if response.status().is_success() {
                let content_type = header(CONTENT_TYPE).unwrap_or_default();
                let about = (written.chat, written.id);
                attempt.reply = follow(&mut telegram, about, content_type, response.body(), now_ms);
            }
        }
        Err(reason) => attempt.error = Some(reason),
    }
    telegram.updates.settle(number, attempt, retry_after, now_ms);
    true
}

/// One `POST` as Telegram makes it, written down as what was sent.
async fn send(
    world: &World,
    written: &Written,
    url: &str,
    secret: Option<&str>,
    timeout: Duration,
) -> Result<Response<Bytes>, String> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(CONTENT_TYPE, "application/json")
        .header("accept-encoding", "gzip, deflate")
        .header("connection", "keep-alive");
    if let Some(secret) = secret {
        request = request.header(SECRET_HEADER, secret);
    }
    let request = request.body(Bytes::from(written.body.clone())).map_err(|error| error.to_string())?;
    outgoing::send(world, (Party::Telegram, "update"), request, timeout).await
}
