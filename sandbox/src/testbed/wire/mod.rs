//! A wire that every outside call of a test runs through: it counts, keeps and breaks them.
//!
//! One [`Wire`] has any number of taps, each an HTTP proxy in front of one upstream. All taps share one
//! counter and one script, so "the third outside call" means the third of all, whoever it was for.

pub mod failure;
mod passage;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;
use tokio::sync::watch;

use super::listen_anywhere;
use crate::connections::Listening;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is still on its way.
    Open,
    /// The upstream's answer was passed on.
    Answered,
    /// The wire answered by itself, as scripted; the upstream saw nothing.
    Scripted,
    /// The upstream acted, and its answer was dropped.
    AnswerDropped,
    /// The connection was dropped; the upstream saw nothing.
    RequestDropped,
    /// The upstream gave no answer of its own.
    NoUpstream,
}

/// One outside call, as it was seen.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its place among all calls since the last reset, from 1.
    pub number: usize,
    /// The name of the tap it came through.
    pub tap: String,
    /// `POST`, `GET` …
    pub method: String,
    /// The path and the query, as the caller wrote them.
    pub path: String,
    /// The whole `X-Amz-Target`, like `DynamoDB_20120810.PutItem`.
    pub target: Option<String>,
    /// The caller's headers.
    pub headers: HeaderMap,
    /// The caller's body.
    pub request_body: Bytes,
    /// The upstream's or the script's status, also where the caller never saw it.
    pub status: Option<u16>,
    /// The upstream's or the script's body, also where the caller never saw it.
    pub response_body: Bytes,
    /// What became of it.
    pub fate: Fate,
}

impl Call {
    /// `PutItem` for an AWS call, `POST /transaction/create` for any other.
    #[must_use]
    pub fn operation(&self) -> String {
        match &self.target {
            Some(target) => target.rsplit('.').next().unwrap_or(target).to_owned(),
            None => format!("{} {}", self.method, self.path.split('?').next().unwrap_or(&self.path)),
        }
    }

    /// The body of the request as JSON, `null` where it is not JSON.
    #[must_use]
    pub fn request_json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.request_body).unwrap_or_default()
    }

    /// The body of the answer as JSON, `null` where it is not JSON.
    #[must_use]
    pub fn response_json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.response_body).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
enum Step {
    DropAnswer,
    DropRequest,
    Answer(StatusCode, String),
    Hold(watch::Sender<Hold>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    Waiting,
    Reached,
    Released,
}

/// An answer that is held back until the test lets it go.
#[derive(Debug)]
pub struct HeldAnswer {
    state: watch::Sender<Hold>,
}

impl HeldAnswer {
    /// Waits until the upstream has acted and its answer is at the wire.
    pub async fn reached(&self) {
        wait_for(&self.state, Hold::Reached).await;
    }

    /// Lets the answer go on to the caller. Dropping the value does the same.
    pub fn release(self) {}
}

impl Drop for HeldAnswer {
    fn drop(&mut self) {
        self.state.send_replace(Hold::Released);
    }
}

async fn wait_for(state: &watch::Sender<Hold>, wanted: Hold) {
    let mut changes = state.subscribe();
    changes.wait_for(|reached| *reached >= wanted).await.expect("this function holds a sender");
}

#[derive(Debug)]
struct Rule {
    matching: String,
    times: usize,
    status: StatusCode,
    body: String,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Call>,
    steps: HashMap<usize, Step>,
    rules: Vec<Rule>,
    dead_after: Option<usize>,
    /// Counts resets, so that a call that outlives one does not write into another's place.
    round: u64,
}

/// The wire. Clones are the same wire; its taps end with the last of them.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    state: Arc<Mutex<State>>,
    taps: Arc<Mutex<Vec<Listening>>>,
}

impl Wire {
    /// A wire with no taps, that breaks nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a proxy in front of `upstream_url` (a path in it is kept) and answers the URL to call instead.
    pub async fn tap(&self, name: &str, upstream_url: &str) -> String {
        let (state, name) = (Arc::clone(&self.state), name.to_owned());
        let upstream = upstream_url.trim_end_matches('/').to_owned();
        let listening = listen_anywhere(move |request| {
            let (state, name, upstream) = (Arc::clone(&state), name.clone(), upstream.clone());
            async move { passage::pass(&state, &name, &upstream, request).await }
        })
        .await;
        let url = listening.url();
        lock(&self.taps).push(listening);
        url
    }

    /// Lets the upstream act on the `number`-th call since the last reset, then drops its answer.
    pub fn drop_answer_of(&self, number: usize) {
        lock(&self.state).steps.insert(number, Step::DropAnswer);
    }

    /// Drops the `number`-th call before the upstream sees it.
    pub fn drop_request(&self, number: usize) {
        lock(&self.state).steps.insert(number, Step::DropRequest);
    }

    /// The caller dies at its `number`-th call: the upstream acts on it, its answer is dropped, and every later
    /// call is dropped unseen, an SDK's own retries included, until [`Wire::revive`].
    pub fn crash_at(&self, number: usize) {
        let mut state = lock(&self.state);
        state.steps.insert(number, Step::DropAnswer);
        state.dead_after = Some(number);
    }

    /// Ends what [`Wire::crash_at`] began; answers whether the crash had happened.
    pub fn revive(&self) -> bool {
        let mut state = lock(&self.state);
        match state.dead_after.take() {
            Some(number) => {
                state.steps.remove(&number);
                state.calls.len() >= number
            }
            None => false,
        }
    }

    /// Answers the `number`-th call by itself; the upstream sees nothing.
    pub fn answer(&self, number: usize, status: u16, body: &str) {
        let status = StatusCode::from_u16(status).expect("a status code");
        lock(&self.state).steps.insert(number, Step::Answer(status, body.to_owned()));
    }

    /// Answers the next `times` calls that match by itself. `matching` is the end of an `X-Amz-Target`
    /// (`PutItem`) or a part of a path (`/transaction/create`).
    pub fn answer_next(&self, matching: &str, times: usize, (status, body): (u16, String)) {
        let status = StatusCode::from_u16(status).expect("a status code");
        lock(&self.state).rules.push(Rule { matching: matching.to_owned(), times, status, body });
    }

    /// Holds the answer of the `number`-th call back until it is released.
    #[must_use]
    pub fn hold_answer_of(&self, number: usize) -> HeldAnswer {
        let (state, _) = watch::channel(Hold::Waiting);
        lock(&self.state).steps.insert(number, Step::Hold(state.clone()));
        HeldAnswer { state }
    }

    /// Every call since the last reset, in the order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.state).calls.clone()
    }

    /// How many calls of `operation` there were (see [`Call::operation`]).
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        lock(&self.state).calls.iter().filter(|call| call.operation() == operation).count()
    }

    /// Forgets the calls and the script: the next call is number 1.
    pub fn reset(&self) {
        let mut state = lock(&self.state);
        let round = state.round.wrapping_add(1);
        *state = State { round, ..State::default() };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
