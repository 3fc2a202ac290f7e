//! What is booked at the switch, in our words.

use jiff::Timestamp;

use crate::domain::money::Money;
use crate::domain::sms::switch_account::SwitchAccount;

/// A debit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debit<'a> {
    /// The account.
    pub account: SwitchAccount,
    /// How much. More than nothing.
    pub amount: Money,
    /// Our own number of what is paid, without a space: the notes begin with it.
    pub reference: &'a str,
    /// What people read behind it. All of the notes have 255 characters: the rest is cut.
    pub words: &'a str,
}

/// An account at the switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name there.
    pub username: String,
    /// The code of the currency it is kept in.
    pub base_currency: String,
    /// The code of the currency it is paid in, if it says one.
    pub payment_currency: Option<String>,
    /// What the account has, never more: fractions of a minor unit are cut. Less than nothing where it owes. None
    /// when it is kept in a currency that Paydesk does not count in.
    pub balance: Option<Money>,
    /// Whether it is blocked.
    pub is_blocked: bool,
}

/// A payment that the switch has booked, or tried to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The switch's number of it.
    pub id: i64,
    /// When, where the switch says it in a way that is known.
    pub at: Option<Timestamp>,
    /// How much, without its sign: the switch does not say which one a debit has. None when it is in no currency of
    /// ours, or has fractions of a minor unit: then it is no debit of ours.
    pub amount: Option<Money>,
    /// Amount and currency in the switch's own words, for people.
    pub amount_as_told: String,
    /// The notes, as far as the switch kept them.
    pub notes: String,
    /// Whether it was booked.
    pub outcome: PaymentOutcome,
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// It is booked.
    Booked,
    /// It is not.
    Failed,
    /// The switch does not say; of a plain debit it need not.
    Untold,
}

impl Payment {
    /// Whether its notes have our reference in them, as a word.
    pub fn names(&self, reference: &str) -> bool {
        self.notes.split_whitespace().any(|word| word == reference)
    }
}
