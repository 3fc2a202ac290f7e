//! Reminding the customer of an invoice whose time runs out soon: once, and only of one that can be paid.

use jiff::{SignedDuration, Timestamp};

use super::{Invoice, InvoiceState};

/// An invoice is reminded of when it lives at least this many lead times: a reminder right after the
/// making would help nobody.
const LEAST_LEAD_TIMES: i64 = 3;

/// Whether the customer is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminder {
    /// Now, by this change.
    Given,
    /// Not now: too early, too late, for the second time, or of nothing that waits for money.
    NotDue,
}

impl Invoice {
    /// Whether the customer is to be reminded `lead_time` before the end. Never for a lead time of 0.
    pub fn is_to_be_reminded(&self, now: Timestamp, lead_time: SignedDuration) -> bool {
        let lifetime = self.expires_at.duration_since(self.created_at);
        let shortest = lead_time.as_secs().saturating_mul(LEAST_LEAD_TIMES);
        self.state() == InvoiceState::Pending
            && self.reminded_at.is_none()
            && now < self.expires_at
            && self.expires_at.duration_since(now) <= lead_time
            && lifetime.as_secs() >= shortest
    }

    /// Reminds the customer, if that is due.
    pub fn remind(&mut self, now: Timestamp, lead_time: SignedDuration) -> Reminder {
        if !self.is_to_be_reminded(now, lead_time) {
            return Reminder::NotDue;
        }
        self.reminded_at = Some(now);
        self.tell_expiring(now);
        Reminder::Given
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invoice::event::{ExpiringEvent, InvoiceEvent, PayableCode};
    use crate::domain::invoice::examples::{
        LIFETIME_MINUTES, PRICE, attempt, channel, invoice_being_submitted, invoice_with_code,
        invoice_with_codes, minute, new_invoice, of_amount, order, paid_invoice, report, sent, transaction,
    };
    use crate::domain::money::Money;
    use crate::domain::payment_report::ReportedStatus;

    const LEAD_MINUTES: i64 = 120;
    /// The first minute at which a reminder is due.
    const DUE: i64 = LIFETIME_MINUTES - LEAD_MINUTES;

    fn lead() -> SignedDuration {
        SignedDuration::from_mins(LEAD_MINUTES)
    }

    fn not_reminded(mut invoice: Invoice, minutes: i64, lead_time: SignedDuration) {
        let before = invoice.clone();
        assert!(!invoice.is_to_be_reminded(minute(minutes), lead_time), "{before:?}");
        assert_eq!(invoice.remind(minute(minutes), lead_time), Reminder::NotDue, "{before:?}");
        assert_eq!(invoice, before);
    }

    /// What a reminder at `minutes` says.
    fn reminder(mut invoice: Invoice, minutes: i64) -> ExpiringEvent {
        assert!(invoice.is_to_be_reminded(minute(minutes), lead()));
        assert_eq!(invoice.remind(minute(minutes), lead()), Reminder::Given);
        assert_eq!(invoice.reminded_at, Some(minute(minutes)));
        match sent(&mut invoice).as_slice() {
            [InvoiceEvent::Expiring(event)] => event.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reminder_says_how_to_pay_and_until_when() {
        let mut invoice = invoice_being_submitted();
        let fee_included = Money::rupiah(154_250);
        let mut created = transaction("R1", LIFETIME_MINUTES);
        (created.amount_to_pay, created.qr_image_url) =
            (fee_included, Some("https://tripay.co.id/qr/R1".to_owned()));
        invoice.transaction_created(attempt(1), created.clone());
        let expected = ExpiringEvent {
            order: order(PRICE).id,
            customer: order(PRICE).customer,
            amount: fee_included,
            expires_at: minute(LIFETIME_MINUTES),
            code: Some(PayableCode {
                checkout_url: created.checkout_url,
                code: created.code,
                qr_image_url: created.qr_image_url,
            }),
        };
        assert_eq!(reminder(invoice, DUE), expected);
    }

    #[test]
    fn a_reminder_shows_the_code_that_was_chosen_last_and_none_that_cannot_be_paid() {
        let url = |event: ExpiringEvent| event.code.map(|code| code.checkout_url.unwrap());
        let mut two = invoice_with_codes(&["BCA_VA", "QRIS"]);
        assert_eq!(url(reminder(two.clone(), DUE)).unwrap(), "https://tripay.co.id/checkout/R2");
        two.choose_channel(channel("BCA_VA"), minute(9)).unwrap();
        assert_eq!(url(reminder(two.clone(), DUE)).unwrap(), "https://tripay.co.id/checkout/R1");
        two.settle(&report(1, ReportedStatus::Failed), minute(10));
        let mut ended_early = invoice_being_submitted();
        ended_early.transaction_created(attempt(1), transaction("R1", DUE));
        for invoice in [new_invoice(), invoice_being_submitted(), two, ended_early] {
            let event = reminder(invoice, DUE);
            assert_eq!((event.code, event.amount), (None, PRICE));
        }
    }

    #[test]
    fn a_reminder_is_due_from_its_lead_time_before_the_end_until_the_end() {
        not_reminded(invoice_with_code(), DUE - 1, lead());
        for minutes in [DUE, LIFETIME_MINUTES - 1] {
            assert_eq!(reminder(invoice_with_code(), minutes).expires_at, minute(LIFETIME_MINUTES));
        }
        for minutes in [LIFETIME_MINUTES, LIFETIME_MINUTES + 1] {
            not_reminded(invoice_with_code(), minutes, lead());
        }
    }

    #[test]
    fn nobody_is_reminded_twice() {
        let mut invoice = invoice_with_code();
        invoice.remind(minute(DUE), lead());
        sent(&mut invoice);
        for minutes in [DUE, DUE + 1, LIFETIME_MINUTES - 1] {
            not_reminded(invoice.clone(), minutes, lead());
        }
    }

    #[test]
    fn an_invoice_that_lives_shorter_than_three_lead_times_is_not_reminded_of() {
        let longest = SignedDuration::from_mins(LIFETIME_MINUTES / 3);
        assert!(invoice_with_code().is_to_be_reminded(minute(LIFETIME_MINUTES - 1), longest));
        for too_long in [longest + SignedDuration::from_secs(1), SignedDuration::MAX] {
            not_reminded(invoice_with_code(), LIFETIME_MINUTES - 1, too_long);
        }
    }

    #[test]
    fn without_a_lead_time_nobody_is_reminded() {
        for lead_time in [SignedDuration::ZERO, SignedDuration::from_mins(-120), SignedDuration::MIN] {
            for minutes in [0, LIFETIME_MINUTES - 1, LIFETIME_MINUTES, LIFETIME_MINUTES + 60] {
                not_reminded(invoice_with_code(), minutes, lead_time);
            }
        }
    }

    #[test]
    fn only_of_an_invoice_that_waits_for_money_somebody_is_reminded() {
        let mut expired = invoice_with_code();
        expired.settle(&report(1, ReportedStatus::Expired), minute(DUE));
        let mut cancelled = invoice_with_code();
        cancelled.cancel(minute(2)).unwrap();
        let mut refunded = paid_invoice();
        refunded.settle(&report(1, ReportedStatus::Refunded), minute(6));
        let mut doubtful = invoice_with_code();
        doubtful.settle(&of_amount(report(1, ReportedStatus::Paid), 100), minute(6));
        for invoice in [paid_invoice(), expired, cancelled, refunded, doubtful] {
            not_reminded(invoice, DUE, lead());
        }
    }

    #[test]
    fn a_reminder_changes_nothing_else_and_what_comes_later_is_told_as_ever() {
        let mut invoice = invoice_with_code();
        invoice.remind(minute(DUE), lead());
        let reminded_at = Some(minute(DUE));
        assert_eq!(sent(&mut invoice).len(), 1);
        assert_eq!(invoice, Invoice { reminded_at, ..invoice_with_code() });
        invoice.settle(&report(1, ReportedStatus::Paid), minute(DUE + 1));
        assert!(matches!(sent(&mut invoice).as_slice(), [InvoiceEvent::Paid(_)]));
    }
}
