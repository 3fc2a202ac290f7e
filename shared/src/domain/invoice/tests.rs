//! Issuing and ending invoices.

use super::examples::{
    LIFETIME_MINUTES, PRICE, attempt, channel, expired, invoice_being_submitted, invoice_with_code,
    invoice_with_codes, minute, new_invoice, order, paid_invoice, report, transaction,
};
use super::*;
use crate::domain::money::Currency;
use crate::domain::payment_report::ReportedStatus;

fn issued(amount: Money) -> Result<Invoice, IssueError> {
    Invoice::issue(new_invoice().number, order(amount), minute(0), minute(LIFETIME_MINUTES))
}

/// A paid, an expired and a cancelled invoice, and one that waits for a person.
fn invoices_that_do_not_wait_for_money() -> Vec<(Invoice, InvoiceState)> {
    let mut expired = invoice_with_code();
    expired.expire(minute(LIFETIME_MINUTES)).unwrap();
    let mut cancelled = invoice_with_code();
    cancelled.cancel(minute(2)).unwrap();
    let mut refunded = paid_invoice();
    refunded.settle(&report(1, ReportedStatus::Refunded), minute(6));
    let mut doubtful = invoice_with_code();
    doubtful.settle(&report(2, ReportedStatus::Paid), minute(6));
    vec![
        (paid_invoice(), InvoiceState::Paid),
        (expired, InvoiceState::Expired),
        (cancelled, InvoiceState::Cancelled),
        (refunded, InvoiceState::Refunded),
        (doubtful, InvoiceState::NeedsReview),
    ]
}

#[test]
fn a_new_invoice_waits_for_the_money_of_its_order() {
    let invoice = issued(PRICE).unwrap();
    assert_eq!(invoice.order, order(PRICE));
    assert_eq!((invoice.created_at, invoice.expires_at), (minute(0), minute(1440)));
    assert_eq!((&invoice.standing, invoice.state()), (&Standing::Pending, InvoiceState::Pending));
    assert_eq!((invoice.payment(), invoice.chosen_attempt()), (None, None));
    assert_eq!(invoice.live_attempts().count(), 0);
    assert_eq!((invoice.attempts, invoice.reports, invoice.reviews, invoice.outbox), Default::default());
}

#[test]
fn an_order_that_costs_nothing_is_not_invoiced() {
    for amount in [0, -1, i64::MIN] {
        assert_eq!(issued(Money::rupiah(amount)), Err(IssueError::NothingToPay), "{amount}");
    }
    assert!(issued(Money::rupiah(1)).is_ok());
}

#[test]
fn an_order_in_a_currency_tripay_does_not_collect_is_not_invoiced() {
    for currency in [Currency::Uzs, Currency::Uah, Currency::Usd, Currency::Eur] {
        let refused = issued(Money::new(150_000, currency)).unwrap_err();
        assert_eq!(refused, IssueError::CurrencyNotCollected(currency));
        assert!(refused.to_string().contains(currency.code()), "{refused}");
    }
}

#[test]
fn every_state_has_a_name_of_its_own() {
    let names: std::collections::HashSet<_> = InvoiceState::ALL.map(InvoiceState::as_str).into();
    assert_eq!(names.len(), InvoiceState::ALL.len());
}

#[test]
fn what_a_provider_knows_an_attempt_by_names_the_invoice() {
    assert_eq!(new_invoice().merchant_ref(attempt(3)).to_string(), "INV-20261121-7K3M9QZX-3");
}

#[test]
fn an_invoice_expires_when_its_time_is_over_and_not_before() {
    let mut invoice = invoice_with_code();
    let before = invoice.clone();
    assert!(!invoice.is_due(minute(1439)));
    assert_eq!(invoice.expire(minute(1439)), Err(EndError::NotDue));
    assert_eq!(invoice, before);
    assert!(invoice.is_due(minute(1440)));
    assert_eq!(invoice.expire(minute(1440)), Ok(()));
    let (standing, outbox) = (Standing::Expired { at: minute(1440) }, vec![expired(1440)]);
    assert_eq!(invoice, Invoice { standing, outbox, ..before });
    assert!(!invoice.is_due(minute(1441)));
}

#[test]
fn a_code_that_outlives_the_end_of_its_invoice_is_still_asked_about() {
    let mut expired = invoice_with_code();
    expired.expire(minute(1440)).unwrap();
    let mut cancelled = invoice_with_code();
    cancelled.cancel(minute(2)).unwrap();
    for invoice in [expired, cancelled] {
        let live: Vec<_> = invoice.live_attempts().map(|attempt| attempt.number).collect();
        assert_eq!(live, [attempt(1)]);
    }
}

#[test]
fn an_invoice_can_be_cancelled_and_cancelling_again_changes_nothing() {
    let mut invoice = invoice_with_code();
    let before = invoice.clone();
    assert_eq!(invoice.cancel(minute(2)), Ok(()));
    let cancelled = Invoice { standing: Standing::Cancelled { at: minute(2) }, ..before };
    assert_eq!(invoice, cancelled);
    assert_eq!(invoice.cancel(minute(3)), Ok(()));
    assert_eq!(invoice, cancelled);
}

#[test]
fn nothing_that_stopped_waiting_expires() {
    for (mut invoice, state) in invoices_that_do_not_wait_for_money() {
        let before = invoice.clone();
        assert_eq!(invoice.state(), state);
        assert!(!invoice.is_due(minute(9999)), "{state:?}");
        assert_eq!(invoice.expire(minute(9999)), Err(EndError::NotPending(state)));
        assert_eq!(invoice, before);
    }
}

#[test]
fn nothing_that_stopped_waiting_can_be_cancelled() {
    for (mut invoice, state) in invoices_that_do_not_wait_for_money() {
        let before = invoice.clone();
        let expected =
            if state == InvoiceState::Cancelled { Ok(()) } else { Err(EndError::NotPending(state)) };
        assert_eq!(invoice.cancel(minute(9999)), expected);
        assert_eq!(invoice, before);
    }
}

#[test]
fn a_cancelled_invoice_that_money_came_for_is_not_cancelled_again() {
    let mut invoice = invoice_with_code();
    invoice.cancel(minute(2)).unwrap();
    invoice.settle(&report(1, ReportedStatus::Paid), minute(5));
    assert_eq!(invoice.cancel(minute(6)), Err(EndError::NotPending(InvoiceState::NeedsReview)));
}

#[test]
fn no_invoice_ends_while_a_code_is_just_being_made() {
    let mut invoice = invoice_being_submitted();
    let before = invoice.clone();
    assert_eq!(invoice.expire(minute(2000)), Err(EndError::CodeBeingMade));
    assert_eq!(invoice.cancel(minute(2000)), Err(EndError::CodeBeingMade));
    assert_eq!(invoice, before);
    assert!(invoice.is_due(minute(2000)));
}

#[test]
fn an_invoice_can_end_once_it_is_known_what_became_of_the_code() {
    let mut created = invoice_being_submitted();
    created.transaction_created(attempt(1), transaction("R1", LIFETIME_MINUTES));
    let mut refused = invoice_being_submitted();
    refused.transaction_refused(attempt(1), "channel is closed");
    let mut absent = invoice_being_submitted();
    absent.transaction_absent(attempt(1));
    for mut invoice in [created, refused, absent] {
        assert_eq!(invoice.clone().cancel(minute(2)), Ok(()));
        assert_eq!(invoice.expire(minute(1440)), Ok(()));
    }
}

#[test]
fn the_payer_is_shown_the_attempt_that_was_chosen_last() {
    let mut invoice = invoice_with_code();
    invoice.choose_channel(channel("QRIS"), minute(2)).unwrap();
    assert_eq!(invoice.chosen_attempt().map(|chosen| chosen.number), Some(attempt(2)));
    assert_eq!(invoice.attempt(attempt(3)), None);
}

#[test]
fn an_invoice_is_watched_while_money_may_come() {
    let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
    assert!(invoice.is_watched());
    invoice.settle(&report(1, ReportedStatus::Paid), minute(3));
    assert!(invoice.is_watched(), "the other channel's code can still be paid");
    invoice.settle(&report(2, ReportedStatus::Expired), minute(4));
    assert!(!invoice.is_watched());
}

#[test]
fn an_invoice_the_provider_was_silent_about_ends_all_the_same() {
    let mut invoice = invoice_being_submitted();
    assert_eq!(invoice.expire(minute(LIFETIME_MINUTES)), Err(EndError::CodeBeingMade));
    assert_eq!(invoice.clone().expire_unanswered(minute(1)), Err(EndError::NotDue));
    assert_eq!(invoice.expire_unanswered(minute(LIFETIME_MINUTES)), Ok(()));
    assert_eq!((invoice.state(), &invoice.outbox), (InvoiceState::Expired, &vec![expired(1440)]));
    assert!(!invoice.is_watched());
}
