//! What Tripay knows of its merchant: transactions in the order they were made, settings, and reports that are
//! to be sent again.

use std::collections::BTreeSet;
use std::net::IpAddr;

use rand::Rng;

use super::channels::{Channel, Terms};
use super::credentials::Side;
use super::reports::DueReport;
use super::transaction::Transaction;
use crate::options::{FeeBearer, Options};

const LETTERS_AND_DIGITS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// So that references have six digits from the start.
const FIRST_SEQUENCE: u32 = 100_001;

/// What the merchant has set in its member area.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where reports go unless the transaction says otherwise.
    pub(crate) callback_url: Option<String>,
    pub(crate) fee_bearer: FeeBearer,
    /// Who may call production; `None` is anyone.
    pub(crate) allowed_addresses: Option<Vec<IpAddr>>,
}

/// The books.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) settings: Settings,
    pub(crate) switched_off: BTreeSet<String>,
    pub(crate) transactions: Vec<Transaction>,
    /// Reports that were not accepted, waiting for their next delivery.
    pub(crate) due: Vec<DueReport>,
    next_sequence: u32,
}

impl Books {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            settings: Settings {
                callback_url: options.tripay_callback_url.clone(),
                fee_bearer: options.fee_bearer,
                allowed_addresses: None,
            },
            switched_off: BTreeSet::new(),
            transactions: Vec::new(),
            due: Vec::new(),
            next_sequence: FIRST_SEQUENCE,
        }
    }

    pub(crate) fn terms(&self, channel: &Channel) -> Terms {
        Terms { fee_bearer: self.settings.fee_bearer, is_active: !self.switched_off.contains(channel.code) }
    }

    /// A reference nobody has: prefix, merchant code, a growing number, five letters or digits.
    pub(crate) fn next_reference(&mut self, side: Side) -> String {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let mut random = rand::rng();
        let suffix: String = (0..5)
            .map(|_place| char::from(LETTERS_AND_DIGITS[random.random_range(0..LETTERS_AND_DIGITS.len())]))
            .collect();
        format!("{}{}{sequence}{suffix}", side.reference_prefix(), side.credentials().merchant_code)
    }

    pub(crate) fn find(&self, reference: &str) -> Option<&Transaction> {
        self.transactions.iter().find(|transaction| transaction.reference == reference)
    }

    pub(crate) fn find_mut(&mut self, reference: &str) -> Option<&mut Transaction> {
        self.transactions.iter_mut().find(|transaction| transaction.reference == reference)
    }

    /// Expires what is due; answers the references.
    pub(crate) fn expire_due(&mut self, now: i64) -> Vec<String> {
        let mut expired = Vec::new();
        for transaction in &mut self.transactions {
            if transaction.expire_if_due(now) {
                expired.push(transaction.reference.clone());
            }
        }
        expired
    }
}

/// Fifteen digits, as sandbox codes of banks and stores have.
pub(crate) fn random_pay_code() -> String {
    let mut random = rand::rng();
    (0..15).map(|place| random.random_range(if place == 0 { 1..10 } else { 0..10 }).to_string()).collect()
}
