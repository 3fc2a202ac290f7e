//! Choosing a channel: no payable code that we do not know of, and no second one for a channel while
//! the first can be paid.

use jiff::Timestamp;

use super::attempt::{Attempt, Progress, Transaction};
use super::number::AttemptNumber;
use super::{Invoice, InvoiceState};
use crate::domain::payment_channel::PaymentChannel;

/// Most payment codes of one invoice. Attempts that brought none do not count.
pub const MAX_ATTEMPTS: usize = 20;

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
    /// Whether it can be paid at all.
    ///
    /// # Errors
    /// When it is not pending, or past due.
    pub fn check_payable(&self, now: Timestamp) -> Result<(), ChoiceError> {
        if self.state() != InvoiceState::Pending {
            return Err(ChoiceError::NotPending(self.state()));
        }
        if now >= self.expires_at {
            return Err(ChoiceError::PastDue);
        }
        Ok(())
    }

    /// Chooses how to pay. Choosing the same channel again gives the same code.
    ///
    /// # Errors
    /// When the invoice cannot be paid (any more), or not through this channel.
    pub fn choose_channel(
        &mut self,
        channel: PaymentChannel,
        now: Timestamp,
    ) -> Result<ChannelChoice, ChoiceError> {
        self.check_payable(now)?;
        let (minimum, maximum) = channel.limits();
        if !(minimum..=maximum).contains(&self.order.amount.minor()) {
            return Err(ChoiceError::AmountOutsideLimits { minimum, maximum });
        }
        let same = self.attempts.iter().find(|attempt| attempt.channel == channel && attempt.is_payable(now));
        if let Some(number) = same.map(|attempt| attempt.number) {
            self.chosen = Some(number);
            return Ok(ChannelChoice::Ready(number));
        }
        if let Some(unclear) = self.attempts.iter().find(|attempt| attempt.progress == Progress::Submitting) {
            return Ok(ChannelChoice::Ask(unclear.number));
        }
        let codes = self.attempts.iter().filter(|attempt| attempt.transaction().is_some()).count();
        if codes >= MAX_ATTEMPTS {
            return Err(ChoiceError::TooManyAttempts);
        }
        // A number is never used twice, not even a refused one: a refusal may have been misread.
        let last = self.attempts.last().map_or(0, |attempt| attempt.number.get());
        let next = last.checked_add(1).and_then(AttemptNumber::new);
        let number = next.ok_or(ChoiceError::TooManyAttempts)?;
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
        self.change_attempt(
            number,
            |progress| if progress == Progress::Submitting { with } else { progress },
        );
    }

    fn change_attempt(&mut self, number: AttemptNumber, change: impl FnOnce(Progress) -> Progress) {
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.number == number) {
            attempt.progress = change(attempt.progress.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invoice::examples::{
        LIFETIME_MINUTES, attempt, channel, invoice_being_submitted, invoice_with_code, invoice_with_codes,
        minute, new_invoice, number, order, paid_invoice, report, transaction,
    };
    use crate::domain::money::Money;
    use crate::domain::payment_report::ReportedStatus;

    fn invoice_of(rupiah: i64) -> Invoice {
        let number = number("INV-20261121-7K3M9QZX");
        Invoice::issue(number, order(Money::rupiah(rupiah)), minute(0), minute(LIFETIME_MINUTES)).unwrap()
    }

    fn progress(invoice: &Invoice) -> &Progress {
        &invoice.attempts.first().unwrap().progress
    }

    /// An invoice whose first attempt got that far.
    fn invoice_at(progress: Progress) -> Invoice {
        let mut invoice = invoice_being_submitted();
        invoice.attempts.first_mut().unwrap().progress = progress;
        invoice
    }

    #[test]
    fn the_first_choice_is_stored_before_the_provider_is_called() {
        let mut invoice = new_invoice();
        assert_eq!(invoice.choose_channel(channel("QRIS"), minute(1)), Ok(ChannelChoice::Submit(attempt(1))));
        let submitting = Attempt {
            number: attempt(1),
            channel: channel("QRIS"),
            submitted_at: minute(1),
            progress: Progress::Submitting,
        };
        assert_eq!(
            invoice,
            Invoice { attempts: vec![submitting], chosen: Some(attempt(1)), ..new_invoice() }
        );
    }

    #[test]
    fn a_second_click_asks_about_the_first_and_makes_nothing_new() {
        let mut invoice = invoice_being_submitted();
        for name in ["BCA_VA", "QRIS"] {
            assert_eq!(invoice.choose_channel(channel(name), minute(2)), Ok(ChannelChoice::Ask(attempt(1))));
        }
        assert_eq!(invoice, invoice_being_submitted());
    }

    #[test]
    fn the_same_channel_again_gives_the_same_code() {
        let mut invoice = invoice_with_code();
        assert_eq!(
            invoice.choose_channel(channel("BCA_VA"), minute(9)),
            Ok(ChannelChoice::Ready(attempt(1)))
        );
        assert_eq!(invoice, invoice_with_code());
    }

    #[test]
    fn switching_channels_and_back_gives_the_first_code_again() {
        let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
        assert_eq!(invoice.chosen, Some(attempt(2)));
        assert_eq!(
            invoice.choose_channel(channel("BCA_VA"), minute(9)),
            Ok(ChannelChoice::Ready(attempt(1)))
        );
        assert_eq!((invoice.chosen, invoice.attempts.len()), (Some(attempt(1)), 2));
        let live: Vec<_> = invoice.live_attempts().map(|attempt| attempt.channel.as_str()).collect();
        assert_eq!(live, ["BCA_VA", "QRIS"]);
    }

    #[test]
    fn a_new_code_is_made_once_the_old_one_has_ended() {
        let mut invoice = new_invoice();
        invoice.choose_channel(channel("DANA"), minute(1)).unwrap();
        invoice.transaction_created(attempt(1), transaction("R1", 60));
        let choice = |minutes| invoice.clone().choose_channel(channel("DANA"), minute(minutes));
        assert_eq!(choice(59), Ok(ChannelChoice::Ready(attempt(1))));
        assert_eq!(choice(60), Ok(ChannelChoice::Submit(attempt(2))));
    }

    #[test]
    fn a_code_that_is_over_refused_or_absent_is_not_offered_again() {
        let transaction = transaction("R1", LIFETIME_MINUTES);
        let over =
            [Progress::Ended(Some(transaction.clone())), Progress::Paid(Some(transaction)), Progress::Absent];
        for progress in over {
            let mut invoice = invoice_at(progress.clone());
            assert_eq!(
                invoice.choose_channel(channel("BCA_VA"), minute(2)),
                Ok(ChannelChoice::Submit(attempt(2)))
            );
            assert_eq!((self::progress(&invoice), invoice.chosen), (&progress, Some(attempt(2))));
        }
    }

    #[test]
    fn refusals_however_many_leave_room_for_a_code() {
        let mut invoice = new_invoice();
        for number in 1..=100 {
            let submitted = Ok(ChannelChoice::Submit(attempt(number)));
            assert_eq!(invoice.choose_channel(channel("BCA_VA"), minute(1)), submitted);
            invoice.transaction_refused(attempt(number), "channel is closed");
        }
        let next = Ok(ChannelChoice::Submit(attempt(101)));
        assert_eq!(invoice.choose_channel(channel("QRIS"), minute(2)), next);
    }

    #[test]
    fn a_code_that_is_ready_is_given_while_another_channels_is_in_doubt() {
        let mut invoice = invoice_with_code();
        let submitted = Ok(ChannelChoice::Submit(attempt(2)));
        assert_eq!(invoice.choose_channel(channel("QRIS"), minute(2)), submitted);
        let ready = Ok(ChannelChoice::Ready(attempt(1)));
        assert_eq!(invoice.choose_channel(channel("BCA_VA"), minute(3)), ready);
        let in_doubt = Ok(ChannelChoice::Ask(attempt(2)));
        assert_eq!(invoice.choose_channel(channel("DANA"), minute(3)), in_doubt);
    }

    #[test]
    fn an_amount_the_channel_does_not_take_is_refused_with_its_limits() {
        for (name, minimum, maximum) in [("BCA_VA", 10_000, 10_000_000), ("QRIS", 1_000, 5_000_000)] {
            let refused = Err(ChoiceError::AmountOutsideLimits { minimum, maximum });
            for (rupiah, fits) in [(minimum, true), (maximum, true), (1, false), (10_000_001, false)] {
                let mut invoice = invoice_of(rupiah);
                let expected = if fits { Ok(ChannelChoice::Submit(attempt(1))) } else { refused };
                assert_eq!(invoice.choose_channel(channel(name), minute(1)), expected, "{name} {rupiah}");
                assert_eq!(invoice.attempts.is_empty(), !fits);
            }
        }
    }

    #[test]
    fn no_code_is_made_when_the_time_to_pay_is_over() {
        let mut invoice = invoice_with_code();
        assert_eq!(invoice.choose_channel(channel("BCA_VA"), minute(1440)), Err(ChoiceError::PastDue));
        assert_eq!(invoice, invoice_with_code());
    }

    #[test]
    fn no_code_is_made_for_an_invoice_that_does_not_wait_for_money() {
        let mut cancelled = invoice_with_code();
        cancelled.cancel(minute(2)).unwrap();
        let mut doubtful = invoice_with_code();
        doubtful.settle(&report(7, ReportedStatus::Paid), minute(2));
        for mut invoice in [paid_invoice(), cancelled, doubtful] {
            let (before, state) = (invoice.clone(), invoice.state());
            assert_eq!(
                invoice.choose_channel(channel("QRIS"), minute(3)),
                Err(ChoiceError::NotPending(state))
            );
            assert_eq!(invoice, before);
        }
    }

    #[test]
    fn at_most_twenty_codes_are_made_and_the_last_can_still_be_shown() {
        let names: Vec<_> = PaymentChannel::all().map(PaymentChannel::as_str).take(MAX_ATTEMPTS).collect();
        let mut invoice = invoice_with_codes(&names);
        let full = invoice.clone();
        assert_eq!(invoice.choose_channel(channel("ALFAMIDI"), minute(2)), Err(ChoiceError::TooManyAttempts));
        assert_eq!(invoice, full);
        let last = channel(names.last().unwrap());
        assert_eq!(invoice.choose_channel(last, minute(2)), Ok(ChannelChoice::Ready(attempt(20))));
    }

    #[test]
    fn the_providers_answer_is_stored_and_never_reopens_what_is_over() {
        let (created, other) = (transaction("R1", LIFETIME_MINUTES), transaction("X1", LIFETIME_MINUTES));
        let refused = Progress::Refused("channel is closed".to_owned());
        let cases = [
            (Progress::Submitting, Progress::Open(created.clone())),
            (Progress::Absent, Progress::Open(created.clone())),
            (Progress::Paid(None), Progress::Paid(Some(created.clone()))),
            (Progress::Ended(None), Progress::Ended(Some(created.clone()))),
            (Progress::Open(other.clone()), Progress::Open(other.clone())),
            (Progress::Paid(Some(other.clone())), Progress::Paid(Some(other.clone()))),
            (Progress::Ended(Some(other.clone())), Progress::Ended(Some(other))),
            (refused.clone(), refused),
        ];
        for (before, after) in cases {
            let mut invoice = invoice_at(before.clone());
            invoice.transaction_created(attempt(1), created.clone());
            assert_eq!(progress(&invoice), &after, "from {before:?}");
        }
    }

    #[test]
    fn only_what_was_being_submitted_turns_out_refused_or_absent() {
        let transaction = transaction("R1", LIFETIME_MINUTES);
        let kept = [
            Progress::Open(transaction.clone()),
            Progress::Paid(Some(transaction.clone())),
            Progress::Paid(None),
            Progress::Ended(Some(transaction)),
            Progress::Ended(None),
        ];
        for before in kept {
            let mut invoice = invoice_at(before.clone());
            invoice.transaction_refused(attempt(1), "Invalid signature");
            invoice.transaction_absent(attempt(1));
            assert_eq!(progress(&invoice), &before);
        }
        let (mut refused, mut absent) = (invoice_being_submitted(), invoice_being_submitted());
        refused.transaction_refused(attempt(1), "Invalid signature");
        absent.transaction_absent(attempt(1));
        assert_eq!(progress(&refused), &Progress::Refused("Invalid signature".to_owned()));
        assert_eq!(progress(&absent), &Progress::Absent);
    }

    #[test]
    fn an_answer_about_an_attempt_never_made_changes_nothing() {
        let mut invoice = invoice_being_submitted();
        invoice.transaction_created(attempt(2), transaction("R2", LIFETIME_MINUTES));
        invoice.transaction_refused(attempt(2), "Invalid signature");
        invoice.transaction_absent(attempt(2));
        assert_eq!(invoice, invoice_being_submitted());
    }
}
