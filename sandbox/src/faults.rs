//! Misbehaviour on request: a queue of faults, each for one operation of one party and so many times.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::party::Party;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// A refusal in the party's own form; nothing is done.
    Refuse,
    /// Too many requests; nothing is done.
    Limit,
    /// No answer until the caller gives up; nothing is done.
    Hang,
    /// The connection is dropped; nothing is done.
    CutBefore,
    /// It is done, and the connection is dropped.
    CutAfter,
    /// It is done, and the answer comes late.
    Slow,
    /// It is done, and the answer is not what the party answers.
    Garbage,
    /// A 5xx; nothing is done.
    ServerError,
}

impl FaultKind {
    /// The name in the control API and in the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Limit => "limit",
            Self::Hang => "hang",
            Self::CutBefore => "cut_before",
            Self::CutAfter => "cut_after",
            Self::Slow => "slow",
            Self::Garbage => "garbage",
            Self::ServerError => "server_error",
        }
    }
}

/// A fault that is waiting for its requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fault {
    pub(crate) party: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) fault: FaultKind,
    /// How many requests it is still for.
    pub(crate) times: u32,
    /// How late a slow answer is.
    pub(crate) delay_ms: u64,
    /// The status of a refusal, of garbage or of a server error, where the usual one is not wanted.
    pub(crate) status: Option<u16>,
    /// The words of a refusal, where the usual ones are not wanted.
    pub(crate) message: Option<String>,
    /// What Telegram, Billz, Sippy and Portmone say besides in a refusal, like `migrate_to_chat_id`, `error_code`,
    /// `faultCode` and `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<Value>,
    /// When a limited caller is told to come back.
    pub(crate) retry_after_seconds: u64,
    /// Whether the request is acted on before the fault shows.
    pub(crate) acts: bool,
}

/// Every fault that is waiting.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.lock().push(fault);
    }

    /// The oldest fault for this operation, one time fewer.
    pub(crate) fn take(&self, party: Party, operation: &str) -> Option<Fault> {
        let mut waiting = self.lock();
        let matches = |fault: &Fault| fault.party == party.name() && fault.operation == operation;
        let place = waiting.iter().position(matches)?;
        waiting[place].times -= 1;
        let fault = waiting[place].clone();
        if fault.times == 0 {
            waiting.remove(place);
        }
        Some(fault)
    }

    pub(crate) fn waiting(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    pub(crate) fn reset(&self) {
        self.lock().clear();
    }
}
