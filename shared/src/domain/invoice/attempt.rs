//! One attempt to pay an invoice: one transaction at the provider.

use jiff::{SignedDuration, Timestamp};

use super::number::AttemptNumber;
use crate::domain::identifier::Reference;
use crate::domain::money::Money;
use crate::domain::payment_channel::PaymentChannel;

/// A code shown to a payer may end this much before the invoice and still count as living as long.
///
/// Tripay shortens a requested expiry silently (a 24 h request on a 24 h channel came back a minute
/// short), so equality would be too strict.
const ROUNDING_OF_EXPIRY: SignedDuration = SignedDuration::from_mins(5);

/// How long after its code's end an attempt is still asked about.
const ASKED_AFTER_END: SignedDuration = SignedDuration::from_hours(48);

/// An attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counted from 1.
    pub number: AttemptNumber,
    /// The channel the payer chose.
    pub channel: PaymentChannel,
    /// When we set out to create the transaction.
    pub submitted_at: Timestamp,
    /// How far it got.
    pub progress: Progress,
}

/// How far an attempt got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The provider may or may not have created the transaction.
    Submitting,
    /// The code can be paid.
    Open(Transaction),
    /// Paid. Without details when the report of the payment came before the answer that had them.
    Paid(Option<Transaction>),
    /// Ended unpaid, by the provider's word.
    Ended(Option<Transaction>),
    /// The provider proved to know nothing of it after its settling delay.
    Absent,
    /// The provider refused to create it.
    Refused(String),
}

impl Progress {
    /// The name in the API and in stored invoices.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Submitting => "SUBMITTING",
            Self::Open(_) => "OPEN",
            Self::Paid(_) => "PAID",
            Self::Ended(_) => "ENDED",
            Self::Absent => "ABSENT",
            Self::Refused(_) => "REFUSED",
        }
    }

    /// Whether the provider may hold something that can be, or was, paid.
    pub fn may_bring_money(&self) -> bool {
        match self {
            Self::Submitting | Self::Open(_) => true,
            Self::Paid(_) | Self::Ended(_) | Self::Absent | Self::Refused(_) => false,
        }
    }
}

/// What the provider created: the code the customer pays with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// The provider's reference.
    pub reference: Reference,
    /// Account number or code to type in at the bank or the till.
    pub code: Option<String>,
    /// Where the customer is sent, for channels that need it.
    pub url: Option<String>,
    /// The provider's own page for this payment, good for every channel.
    pub checkout_url: Option<String>,
    /// The content of the QR code.
    pub qr_string: Option<String>,
    /// A picture of the QR code.
    pub qr_image_url: Option<String>,
    /// What the customer has to pay, fees they bear included.
    pub amount_to_pay: Money,
    /// Until when the code can be paid, by the provider's word.
    pub expires_at: Timestamp,
    /// How to pay, for people.
    pub instructions: Vec<Instruction>,
}

/// Steps to pay one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The way, such as "Internet Banking".
    pub title: String,
    /// The steps; they may hold simple HTML tags of the provider's.
    pub steps: Vec<String>,
}

impl Attempt {
    /// What the provider created, as far as we were told.
    pub fn transaction(&self) -> Option<&Transaction> {
        match &self.progress {
            Progress::Open(transaction) => Some(transaction),
            Progress::Paid(transaction) | Progress::Ended(transaction) => transaction.as_ref(),
            Progress::Submitting | Progress::Absent | Progress::Refused(_) => None,
        }
    }

    /// Whether its code can be paid at `now`.
    pub fn is_payable(&self, now: Timestamp) -> bool {
        matches!(&self.progress, Progress::Open(transaction) if now < transaction.expires_at)
    }

    /// Whether its code is known to have been made to live as long as the invoice does.
    ///
    /// Some channels' codes live an hour only; their end says nothing about the invoice. Nor does
    /// the end of a code we were never told of.
    pub fn lives_as_long_as(&self, invoice_expires_at: Timestamp) -> bool {
        self.transaction().is_some_and(|transaction| {
            let rest = invoice_expires_at.duration_since(transaction.expires_at);
            rest <= ROUNDING_OF_EXPIRY
        })
    }

    /// Whether the provider is to be asked about it in a sweep that looks after `since`, up to `until`.
    ///
    /// A callback may be lost, so every live attempt is asked about: every 5 minutes in its first
    /// hour, when most payments come, every 10 minutes up to 6 hours, then every 15 minutes. One
    /// whose creation is in doubt is asked about every time.
    pub fn is_to_be_asked(&self, since: Timestamp, until: Timestamp) -> bool {
        if self.progress == Progress::Submitting {
            return true;
        }
        if self.transaction().is_some_and(|code| until.duration_since(code.expires_at) > ASKED_AFTER_END) {
            return false;
        }
        let age = until.duration_since(self.submitted_at).as_secs();
        let interval: i64 = match age {
            ..3_600 => 300,
            3_600..21_600 => 600,
            21_600.. => 900,
        };
        let asked_by = |at: Timestamp| at.duration_since(self.submitted_at).as_secs().div_euclid(interval);
        asked_by(until) > asked_by(since)
    }

    /// Ends the attempt, keeping what is known of the transaction.
    pub(super) fn end(&mut self, ending: fn(Option<Transaction>) -> Progress) {
        self.progress = ending(self.transaction().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invoice::examples::{LIFETIME_MINUTES, attempt, channel, minute, transaction};

    fn at(progress: Progress) -> Attempt {
        Attempt { number: attempt(1), channel: channel("BCA_VA"), submitted_at: minute(1), progress }
    }

    fn every_progress() -> [Progress; 8] {
        let transaction = transaction("R1", 60);
        [
            Progress::Submitting,
            Progress::Open(transaction.clone()),
            Progress::Paid(Some(transaction.clone())),
            Progress::Paid(None),
            Progress::Ended(Some(transaction)),
            Progress::Ended(None),
            Progress::Absent,
            Progress::Refused("channel is closed".to_owned()),
        ]
    }

    #[test]
    fn only_an_open_code_can_be_paid_and_only_until_it_ends() {
        for progress in every_progress() {
            let is_open = matches!(progress, Progress::Open(_));
            let attempt = at(progress);
            assert_eq!(attempt.is_payable(minute(59)), is_open, "{attempt:?}");
            assert!(!attempt.is_payable(minute(60)), "{attempt:?}");
        }
    }

    #[test]
    fn the_provider_is_asked_about_what_may_still_be_paid() {
        let asked: Vec<_> = every_progress()
            .iter()
            .filter(|progress| progress.may_bring_money())
            .map(Progress::as_str)
            .collect();
        assert_eq!(asked, ["SUBMITTING", "OPEN"]);
    }

    #[test]
    fn an_ended_attempt_keeps_what_the_provider_created() {
        let mut attempt = at(Progress::Open(transaction("R1", 60)));
        attempt.end(Progress::Ended);
        assert_eq!(attempt.progress, Progress::Ended(Some(transaction("R1", 60))));
        attempt.end(Progress::Paid);
        assert_eq!(attempt.transaction(), Some(&transaction("R1", 60)));
    }

    #[test]
    fn a_code_a_few_minutes_short_lives_as_long_as_its_invoice() {
        let lives = |minutes| {
            at(Progress::Open(transaction("R1", minutes))).lives_as_long_as(minute(LIFETIME_MINUTES))
        };
        assert_eq!([1441, 1440, 1435].map(lives), [true; 3]);
        assert_eq!([1434, 60].map(lives), [false; 2]);
    }

    /// How many seconds lie between one question about an open code and the next, for sweeps every
    /// 5 minutes of which the first ends at `first_age` seconds.
    fn gaps_between_questions(first_age: i64) -> Vec<(i64, i64)> {
        let attempt = at(Progress::Open(transaction("R1", LIFETIME_MINUTES)));
        let second = |age| attempt.submitted_at.checked_add(SignedDuration::from_secs(age)).unwrap();
        let sweeps: Vec<i64> = (first_age..86_400).step_by(300).collect();
        let is_asked = |pair: &&[i64]| attempt.is_to_be_asked(second(pair[0]), second(pair[1]));
        let asked: Vec<i64> = sweeps.windows(2).filter(is_asked).map(|pair| pair[1]).collect();
        asked.windows(2).map(|pair| (pair[1], pair[1].saturating_sub(pair[0]))).collect()
    }

    #[test]
    fn an_open_code_is_asked_about_often_at_first_and_seldom_later_but_always() {
        for first_age in -299..=0 {
            let gaps = gaps_between_questions(first_age);
            for (age, gap) in &gaps {
                let longest = if *age < 3_600 {
                    300
                } else if *age < 21_600 {
                    600
                } else {
                    900
                };
                assert!(*gap <= longest, "{gap} s at {age} s, sweeps from {first_age} s");
            }
            assert!((112..=116).contains(&gaps.len()), "{} questions a day", gaps.len());
        }
    }

    #[test]
    fn after_missed_sweeps_and_at_the_very_first_one_every_live_attempt_is_asked_about() {
        let attempt = at(Progress::Open(transaction("R1", LIFETIME_MINUTES)));
        for until in [6, 61, 600, 2000] {
            assert!(attempt.is_to_be_asked(Timestamp::UNIX_EPOCH, minute(until)));
            let missed = minute(until).checked_sub(SignedDuration::from_mins(15)).unwrap();
            assert!(attempt.is_to_be_asked(missed, minute(until)));
        }
    }

    #[test]
    fn an_attempt_in_doubt_is_asked_about_in_every_sweep() {
        let attempt = at(Progress::Submitting);
        assert!(attempt.is_to_be_asked(minute(2000), minute(2000)));
        assert!(!at(Progress::Absent).is_to_be_asked(minute(2000), minute(2000)));
    }

    #[test]
    fn of_a_code_we_were_never_told_it_is_not_known_how_long_it_lives() {
        for progress in [Progress::Submitting, Progress::Ended(None), Progress::Absent] {
            assert!(!at(progress).lives_as_long_as(minute(LIFETIME_MINUTES)));
        }
    }
}
