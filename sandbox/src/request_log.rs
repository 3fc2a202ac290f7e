//! What the parties were asked and what they answered, in order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use serde::Serialize;

use crate::party::Party;

/// The oldest entries are forgotten beyond this many.
const MOST_ENTRIES: usize = 20_000;

/// One request to a party, or one callback of a party.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// Its place since the last reset, from 1.
    pub(crate) number: u64,
    pub(crate) at: String,
    pub(crate) party: &'static str,
    pub(crate) operation: String,
    /// `received` or `sent`.
    pub(crate) direction: &'static str,
    pub(crate) method: String,
    /// Path and query, or the whole URL of a callback.
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) request_body: String,
    /// The fault that was played.
    pub(crate) fault: Option<&'static str>,
    /// `null` while it is open, and where no answer went out or came in.
    pub(crate) status: Option<u16>,
    pub(crate) response_body: Option<String>,
    pub(crate) duration_ms: Option<u128>,
}

/// The log.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    seen: u64,
    kept: VecDeque<Entry>,
}

impl RequestLog {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down the beginning of an exchange; answers its number.
    pub(crate) fn open(&self, mut entry: Entry) -> u64 {
        let mut entries = self.lock();
        entries.seen += 1;
        entry.number = entries.seen;
        entries.kept.push_back(entry);
        if entries.kept.len() > MOST_ENTRIES {
            entries.kept.pop_front();
        }
        entries.seen
    }

    /// Writes down how an exchange ended.
    pub(crate) fn close(&self, number: u64, status: Option<u16>, body: Option<String>, duration_ms: u128) {
        let mut entries = self.lock();
        if let Some(entry) = entries.kept.iter_mut().rfind(|entry| entry.number == number) {
            entry.status = status;
            entry.response_body = body;
            entry.duration_ms = Some(duration_ms);
        }
    }

    /// The entries of one party, or of all.
    pub(crate) fn entries(&self, party: Option<Party>, operation: Option<&str>) -> Vec<Entry> {
        let wanted = |entry: &&Entry| {
            party.is_none_or(|party| entry.party == party.name())
                && operation.is_none_or(|operation| entry.operation == operation)
        };
        self.lock().kept.iter().filter(wanted).cloned().collect()
    }

    pub(crate) fn reset(&self) {
        *self.lock() = Entries::default();
    }
}

/// The headers as the log keeps them: credentials are named, not shown.
pub(crate) fn loggable(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let shown = match name.as_str() {
                "authorization"
                | "x-internal-api-key"
                | "x-api-key"
                | "cookie"
                | "x-telegram-bot-api-secret-token"
                | "x-portmone-token" => "(present)".to_owned(),
                _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            };
            (name.as_str().to_owned(), shown)
        })
        .collect()
}
