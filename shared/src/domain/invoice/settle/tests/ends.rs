//! Codes that ended unpaid.

use super::{kept, paid_code, progress};
use crate::domain::invoice::attempt::Progress;
use crate::domain::invoice::event::InvoiceEvent;
use crate::domain::invoice::examples::{
    LIFETIME_MINUTES, attempt, channel, expired, invoice_being_submitted, invoice_with_code,
    invoice_with_codes, minute, of_amount, report, review, sent, transaction,
};
use crate::domain::invoice::review::Decision;
use crate::domain::invoice::settle::Settlement;
use crate::domain::invoice::{Invoice, InvoiceState, Standing};
use crate::domain::payment_report::ReportedStatus::{Expired, Failed, Paid};

#[test]
fn the_end_of_the_only_code_ends_an_invoice_it_lived_as_long_as() {
    let mut invoice = invoice_with_code();
    assert_eq!(invoice.settle(&report(1, Expired), minute(1440)), Settlement::Expired);
    assert_eq!(invoice.standing, Standing::Expired { at: minute(1440) });
    assert_eq!(progress(&invoice, 1), &Progress::Ended(Some(transaction("R1", LIFETIME_MINUTES))));
    assert_eq!(kept(&invoice, &report(1, Expired), 1440), None);
    assert_eq!((invoice.open_review, invoice.outbox), (None, vec![expired(1440)]));
}

#[test]
fn the_end_of_a_short_lived_code_leaves_the_invoice_waiting() {
    let mut invoice = invoice_being_submitted();
    invoice.transaction_created(attempt(1), transaction("R1", 60));
    assert_eq!(invoice.settle(&report(1, Expired), minute(61)), Settlement::AttemptEnded);
    assert_eq!(progress(&invoice, 1), &Progress::Ended(Some(transaction("R1", 60))));
    assert_eq!((&invoice.standing, kept(&invoice, &report(1, Expired), 61)), (&Standing::Pending, None));
    assert!(invoice.choose_channel(channel("BCA_VA"), minute(62)).is_ok());
}

#[test]
fn the_end_of_a_code_we_were_never_told_of_leaves_the_invoice_waiting() {
    let mut absent = invoice_being_submitted();
    absent.transaction_absent(attempt(1));
    for mut invoice in [invoice_being_submitted(), absent] {
        assert_eq!(invoice.settle(&report(1, Expired), minute(61)), Settlement::AttemptEnded);
        assert_eq!((&invoice.standing, progress(&invoice, 1)), (&Standing::Pending, &Progress::Ended(None)));
        invoice.transaction_created(attempt(1), transaction("R1", 60));
        assert_eq!(progress(&invoice, 1), &Progress::Ended(Some(transaction("R1", 60))));
        assert_eq!(invoice.settle(&report(1, Paid), minute(62)), Settlement::Settled);
    }
}

#[test]
fn of_two_codes_the_end_of_the_later_one_ends_the_invoice() {
    for order in [[1, 2], [2, 1]] {
        let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
        let ends = order.map(|number| invoice.settle(&report(number, Expired), minute(1440)));
        assert_eq!(ends, [Settlement::AttemptEnded, Settlement::Expired]);
        assert_eq!((invoice.state(), invoice.live_attempts().count()), (InvoiceState::Expired, 0));
        assert_eq!(invoice.outbox, [expired(1440)]);
    }
}

#[test]
fn the_end_of_a_code_leaves_the_invoice_waiting_while_another_is_being_made() {
    let mut invoice = invoice_with_code();
    invoice.choose_channel(channel("QRIS"), minute(1430)).unwrap();
    assert_eq!(invoice.settle(&report(1, Expired), minute(1440)), Settlement::AttemptEnded);
    assert_eq!(invoice.state(), InvoiceState::Pending);
}

#[test]
fn a_failed_payment_ends_its_code_only() {
    let mut invoice = invoice_with_code();
    assert_eq!(invoice.settle(&report(1, Failed), minute(5)), Settlement::AttemptEnded);
    assert_eq!((invoice.state(), invoice.live_attempts().count()), (InvoiceState::Pending, 0));
    let failed = invoice.clone();
    assert_eq!(invoice.settle(&report(1, Expired), minute(1440)), Settlement::AlreadyKnown);
    assert_eq!(invoice, failed);
}

#[test]
fn a_payment_of_a_code_said_to_have_failed_settles_while_the_invoice_waits() {
    let mut invoice = invoice_with_code();
    invoice.settle(&report(1, Failed), minute(5));
    assert_eq!(invoice.settle(&report(1, Paid), minute(6)), Settlement::Settled);
    assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::Paid, &paid_code()));
}

#[test]
fn the_codes_of_an_ended_invoice_end_one_by_one() {
    let (mut expired, mut cancelled) = (invoice_with_code(), invoice_with_code());
    expired.expire(minute(1440)).unwrap();
    cancelled.cancel(minute(3)).unwrap();
    for mut invoice in [expired, cancelled] {
        let standing = invoice.standing.clone();
        assert_eq!(invoice.settle(&report(1, Expired), minute(1441)), Settlement::AttemptEnded);
        assert_eq!((&invoice.standing, invoice.live_attempts().count()), (&standing, 0));
    }
}

#[test]
fn a_code_that_ends_a_little_before_its_invoice_is_told_as_the_end_it_was() {
    let mut invoice = invoice_with_code();
    assert_eq!(invoice.settle(&report(1, Expired), minute(1437)), Settlement::Expired);
    assert_eq!(sent(&mut invoice), [expired(1437)]);
}

/// Paid short at minute 5, and then the code that could still be paid ended.
fn ended_in_question() -> Invoice {
    let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
    invoice.settle(&of_amount(report(1, Paid), 100), minute(5));
    assert!(matches!(sent(&mut invoice).as_slice(), [InvoiceEvent::ReviewOpened(_)]));
    assert_eq!(invoice.settle(&report(2, Expired), minute(1440)), Settlement::Expired);
    invoice
}

#[test]
fn an_end_is_not_told_while_money_is_in_question_but_once_that_is_dismissed() {
    let mut invoice = ended_in_question();
    assert_eq!((invoice.state(), &invoice.outbox), (InvoiceState::NeedsReview, &vec![]));
    invoice.decide(review(Decision::Dismiss)).unwrap();
    assert_eq!((invoice.state(), sent(&mut invoice)), (InvoiceState::Expired, vec![expired(1440)]));

    invoice.settle(&of_amount(report(2, Paid), 200), minute(1500));
    assert!(matches!(sent(&mut invoice).as_slice(), [InvoiceEvent::ReviewOpened(_)]));
    invoice.decide(review(Decision::Dismiss)).unwrap();
    assert_eq!(invoice.outbox, [], "once is enough");
}

#[test]
fn an_end_that_a_person_undid_is_never_told() {
    for (decision, state) in
        [(Decision::AcceptPayment, InvoiceState::Paid), (Decision::MoneyReturned, InvoiceState::Refunded)]
    {
        let mut invoice = ended_in_question();
        invoice.decide(review(decision)).unwrap();
        assert_eq!(invoice.state(), state);
        assert!(!sent(&mut invoice).iter().any(|event| matches!(event, InvoiceEvent::Expired(_))));
    }
}
