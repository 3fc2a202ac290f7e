//! Choosing a channel: at most one payable code per channel, and none that we do not know of.

use jiff::Timestamp;

use super::attempt::{Attempt, Progress, Transaction};
use super::number::AttemptNumber;
use super::{Invoice, InvoiceState};
use crate::domain::payment_channel::PaymentChannel;

/// Most attempts to pay one invoice.
pub const MAX_ATTEMPTS: u8 = 20;

/// What has to be done so that the payer gets a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelChoice {
    /// The chosen channel has a code that can be paid.
    Ready(AttemptNumber),
    /// A new attempt is committed by this change: whoever commits it creates the transaction, once.
    Submit(AttemptNumber),
    /// An earlier attempt's end is unknown: ask the provider about it before anything else.
    Ask(AttemptNumber),
}

/// Why no code can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// It is not waiting for money.
    #[error("the invoice is {}", .0.as_str())]
    NotPending(InvoiceState),
    /// Its time is over.
    #[error("the invoice's time to pay is over")]
    PastDue,
    /// Too many codes were made for it already.
    #[error("more than {MAX_ATTEMPTS} payment codes were asked for this invoice")]
    TooManyAttempts,
    /// The channel does not take such an amount.
    #[error("the channel takes {minimum} to {maximum} rupiah")]
    AmountOutsideLimits {
        /// Smallest amount.
        minimum: i64,
        /// Largest amount.
        maximum: i64,
    },
}

impl Invoice {
    /// Chooses how to pay. Choosing the same channel again gives the same code.
    ///
    /// # Errors
    /// When the invoice cannot be paid (any more), or not through this channel.
    pub fn choose_channel(
        &mut self,
        channel: PaymentChannel,
        now: Timestamp,
    ) -> Result<ChannelChoice, ChoiceError> {
        if self.state() != InvoiceState::Pending {
            return Err(ChoiceError::NotPending(self.state()));
        }
        if now >= self.expires_at {
            return Err(ChoiceError::PastDue);
        }
        let (minimum, maximum) = channel.limits();
        if !(minimum..=maximum).contains(&self.order.amount.minor()) {
            return Err(ChoiceError::AmountOutsideLimits { minimum, maximum });
        }
        if let Some(unclear) = self.attempts.iter().find(|attempt| attempt.progress == Progress::Submitting) {
            return Ok(ChannelChoice::Ask(unclear.number));
        }
        let same = self.attempts.iter().find(|attempt| attempt.channel == channel && attempt.is_payable(now));
        if let Some(number) = same.map(|attempt| attempt.number) {
            self.chosen = Some(number);
            return Ok(ChannelChoice::Ready(number));
        }
        let last = self.attempts.last().map_or(0, |attempt| attempt.number.get());
        let number = last
            .checked_add(1)
            .filter(|next| *next <= MAX_ATTEMPTS)
            .and_then(AttemptNumber::new)
            .ok_or(ChoiceError::TooManyAttempts)?;
        self.attempts.push(Attempt { number, channel, submitted_at: now, progress: Progress::Submitting });
        self.chosen = Some(number);
        Ok(ChannelChoice::Submit(number))
    }

    /// Stores what the provider created. A payment that was reported first stays.
    pub fn transaction_created(&mut self, number: AttemptNumber, transaction: Transaction) {
        self.change_attempt(number, |progress| match progress {
            Progress::Submitting | Progress::Absent => Progress::Open(transaction),
            Progress::Paid(None) => Progress::Paid(Some(transaction)),
            Progress::Ended(None) => Progress::Ended(Some(transaction)),
            Progress::Open(_) | Progress::Paid(Some(_)) | Progress::Ended(Some(_)) | Progress::Refused(_) => {
                progress
            }
        });
    }

    /// Stores that the provider refused to create a transaction.
    pub fn transaction_refused(&mut self, number: AttemptNumber, reason: &str) {
        self.replace_submitting(number, Progress::Refused(reason.to_owned()));
    }

    /// Stores that the provider proved to know nothing of the attempt.
    pub fn transaction_absent(&mut self, number: AttemptNumber) {
        self.replace_submitting(number, Progress::Absent);
    }

    fn replace_submitting(&mut self, number: AttemptNumber, with: Progress) {
        self.change_attempt(number, |progress| if progress == Progress::Submitting { with } else { progress });
    }

    fn change_attempt(&mut self, number: AttemptNumber, change: impl FnOnce(Progress) -> Progress) {
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.number == number) {
            attempt.progress = change(attempt.progress.clone());
        }
    }
}
