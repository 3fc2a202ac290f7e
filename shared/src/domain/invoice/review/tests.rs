//! What each decision does to each invoice.

use super::{Decision, MAX_REASON_LENGTH, Review, ReviewError};
use crate::domain::invoice::attempt::Progress;
use crate::domain::invoice::event::InvoiceEvent;
use crate::domain::invoice::examples::{
    PRICE, attempt, channel, event, invoice_with_code, invoice_with_codes, minute, of_amount, of_transaction,
    paid_invoice, reference, report, review, sent, transaction,
};
use crate::domain::invoice::settle::Settlement;
use crate::domain::invoice::{Invoice, InvoiceState, Payment, Standing};
use crate::domain::money::Money;
use crate::domain::payment_report::PaymentReport;
use crate::domain::payment_report::ReportedStatus::{Expired, Paid, Refunded};

const BOTH: [&str; 2] = ["BCA_VA", "QRIS"];

fn payment(text: &str, name: &str, amount: Money, at_minute: i64) -> Payment {
    let (reference, channel) = (reference(text), Some(channel(name)));
    Payment { reference, channel, amount, paid_at: minute(at_minute) }
}

/// Expired, then paid at minute 1500.
fn paid_too_late() -> Invoice {
    let mut invoice = invoice_with_code();
    invoice.settle(&report(1, Expired), minute(1440));
    invoice.settle(&report(1, Paid), minute(1500));
    invoice
}

/// Paid by `R2`, then by `R1`.
fn paid_twice() -> Invoice {
    let mut invoice = invoice_with_codes(&BOTH);
    invoice.settle(&report(2, Paid), minute(5));
    sent(&mut invoice);
    invoice.settle(&report(1, Paid), minute(6));
    invoice
}

/// Decides, and checks what every decision leaves: the question closed and the decision kept. Its outbox
/// holds what the decision tells.
fn decided(mut invoice: Invoice, decision: Decision) -> Invoice {
    sent(&mut invoice);
    let before = invoice.clone();
    assert_eq!(invoice.state(), InvoiceState::NeedsReview);
    assert_eq!(invoice.decide(review(decision)), Ok(()));
    let reviews = [before.reviews, vec![review(decision)]].concat();
    assert_eq!((&invoice.open_review, &invoice.reviews), (&None, &reviews));
    assert_eq!((&invoice.reports, &invoice.attempts), (&before.reports, &before.attempts));
    invoice
}

fn refused(mut invoice: Invoice, review: Review, error: ReviewError) {
    let before = invoice.clone();
    assert_eq!(invoice.decide(review), Err(error));
    assert_eq!(invoice, before);
}

#[test]
fn every_decision_has_a_name_of_its_own() {
    assert_eq!(Decision::ALL.map(Decision::as_str), ["accept_payment", "money_returned", "dismiss"]);
}

#[test]
fn nothing_is_decided_where_nothing_is_asked() {
    for decision in Decision::ALL {
        for invoice in [invoice_with_code(), paid_invoice()] {
            refused(invoice, review(decision), ReviewError::NothingToDecide);
        }
    }
}

#[test]
fn saying_again_what_was_decided_changes_nothing_and_saying_otherwise_is_refused() {
    for first in Decision::ALL {
        let closed = decided(paid_too_late(), first);
        let mut again = closed.clone();
        let later = Review { decided_at: minute(2_000), reason: " Seen  ".to_owned(), ..review(first) };
        let same = Review { reason: format!(" {}\n", review(first).reason), ..later.clone() };
        assert_eq!(again.decide(same), Ok(()));
        assert_eq!(again, closed);
        refused(closed.clone(), later, ReviewError::NothingToDecide);
        let somebody_else = Review { decided_by: "admin-2".parse().unwrap(), ..review(first) };
        refused(closed.clone(), somebody_else, ReviewError::NothingToDecide);
        for other in Decision::ALL.into_iter().filter(|other| *other != first) {
            refused(closed.clone(), review(other), ReviewError::NothingToDecide);
        }
    }
}

#[test]
fn a_decision_needs_a_reason_of_a_length_people_read() {
    let with = |decision, reason: &str| Review { reason: reason.to_owned(), ..review(decision) };
    for decision in Decision::ALL {
        for reason in ["", " \n\t ", &"x".repeat(MAX_REASON_LENGTH + 1)] {
            refused(paid_too_late(), with(decision, reason), ReviewError::ReasonMissing);
        }
        let longest = "я".repeat(MAX_REASON_LENGTH);
        let mut invoice = paid_too_late();
        assert_eq!(invoice.decide(with(decision, &format!("  {longest}\n"))), Ok(()));
        assert_eq!(invoice.reviews, [with(decision, &longest)]);
    }
}

#[test]
fn a_late_payment_can_be_accepted_and_the_order_is_told() {
    let mut invoice = decided(paid_too_late(), Decision::AcceptPayment);
    assert_eq!(invoice.standing, Standing::Paid(payment("R1", "BCA_VA", PRICE, 1500)));
    assert_eq!(sent(&mut invoice), [InvoiceEvent::Paid(event("R1", PRICE, minute(1500)))]);
    assert_eq!(invoice.settle(&report(1, Refunded), minute(4000)), Settlement::Refunded);
    assert_eq!(sent(&mut invoice), [InvoiceEvent::Refunded(event("R1", PRICE, minute(4000)))]);
}

#[test]
fn a_late_payment_can_be_given_back_and_nobody_is_told() {
    let mut invoice = decided(paid_too_late(), Decision::MoneyReturned);
    let given_back = payment("R1", "BCA_VA", PRICE, 1500);
    assert_eq!(invoice.standing, Standing::Refunded { payment: given_back, at: minute(3000) });
    assert_eq!(invoice.settle(&report(1, Refunded), minute(4000)), Settlement::AlreadyKnown);
    assert_eq!(invoice.outbox, []);
}

#[test]
fn a_dismissed_question_leaves_the_invoice_as_it_stood() {
    let cancelled = {
        let mut invoice = invoice_with_code();
        invoice.cancel(minute(3)).unwrap();
        invoice.settle(&report(1, Paid), minute(5));
        invoice
    };
    for before in [paid_too_late(), cancelled, paid_twice()] {
        let after = decided(before.clone(), Decision::Dismiss);
        assert_eq!((after.standing, after.outbox), (before.standing, vec![]));
    }
}

#[test]
fn a_payment_of_another_amount_or_transaction_is_accepted_as_it_came() {
    let (short, foreign) = (of_amount(report(1, Paid), 100), of_transaction(report(1, Paid), "X1"));
    for (unfitting, text, amount) in [(short, "R1", Money::rupiah(100)), (foreign, "X1", PRICE)] {
        let mut invoice = invoice_with_code();
        invoice.settle(&unfitting, minute(5));
        let mut invoice = decided(invoice, Decision::AcceptPayment);
        assert_eq!(invoice.standing, Standing::Paid(payment(text, "BCA_VA", amount, 5)));
        assert_eq!(sent(&mut invoice), [InvoiceEvent::Paid(event(text, amount, minute(5)))]);
        let other = of_amount(unfitting.clone(), 150_001);
        assert!(matches!(invoice.clone().settle(&other, minute(3500)), Settlement::Disagrees(_)), "{text}");
        let refund = PaymentReport { status: Refunded, ..unfitting };
        assert_eq!(invoice.settle(&refund, minute(4000)), Settlement::Refunded, "{text}");
    }
}

#[test]
fn a_payment_of_an_attempt_never_made_can_be_accepted_and_its_channel_is_not_known() {
    let mut invoice = invoice_with_code();
    invoice.settle(&report(9, Paid), minute(5));
    let mut invoice = decided(invoice, Decision::AcceptPayment);
    let unknown = Payment { channel: None, ..payment("R9", "BCA_VA", PRICE, 5) };
    assert_eq!(invoice.standing, Standing::Paid(unknown));
    assert_eq!(invoice.settle(&report(9, Refunded), minute(4000)), Settlement::Refunded);
}

#[test]
fn an_invoice_paid_already_stays_paid_by_what_paid_it() {
    for decision in Decision::ALL {
        let invoice = decided(paid_twice(), decision);
        assert_eq!((&invoice.standing, &invoice.outbox), (&paid_twice().standing, &vec![]));
        assert_eq!(invoice.state(), InvoiceState::Paid);
    }
}

#[test]
fn without_a_payment_there_is_nothing_to_accept_or_give_back_and_the_question_can_be_dismissed() {
    let mut invoice = invoice_with_code();
    invoice.settle(&report(1, Refunded), minute(5));
    for decision in [Decision::AcceptPayment, Decision::MoneyReturned] {
        refused(invoice.clone(), review(decision), ReviewError::NoPaymentInQuestion);
    }
    let mut invoice = decided(invoice, Decision::Dismiss);
    assert_eq!(invoice.state(), InvoiceState::Pending);
    assert!(invoice.choose_channel(channel("BCA_VA"), minute(6)).is_ok());
}

#[test]
fn money_that_went_back_is_not_accepted() {
    let mut invoice = paid_too_late();
    invoice.settle(&report(1, Refunded), minute(1600));
    refused(invoice.clone(), review(Decision::AcceptPayment), ReviewError::NoPaymentInQuestion);
    let invoice = decided(invoice, Decision::MoneyReturned);
    assert_eq!((invoice.state(), invoice.outbox), (InvoiceState::Refunded, vec![]));
}

#[test]
fn a_testers_refund_of_nothing_does_not_keep_a_payment_from_being_accepted() {
    let mut invoice = paid_too_late();
    invoice.settle(&of_amount(report(1, Refunded), 0), minute(1600));
    assert_eq!(decided(invoice, Decision::AcceptPayment).outbox.len(), 1);
}

#[test]
fn a_refund_that_did_not_fit_its_payment_is_told_once_a_person_confirms_it() {
    for rupiah in [0, 149_999] {
        let mut invoice = paid_invoice();
        invoice.settle(&of_amount(report(1, Refunded), rupiah), minute(9));
        assert_eq!(decided(invoice.clone(), Decision::Dismiss).state(), InvoiceState::Paid);
        let mut invoice = decided(invoice, Decision::MoneyReturned);
        assert_eq!(sent(&mut invoice), [InvoiceEvent::Refunded(event("R1", PRICE, minute(3000)))]);
        assert_eq!(invoice.state(), InvoiceState::Refunded);
    }
}

#[test]
fn a_refund_of_the_first_payment_is_not_confirmed_by_giving_a_second_one_back() {
    let mut at_once = paid_twice();
    at_once.settle(&of_amount(report(2, Refunded), 1), minute(9));
    let mut earlier = invoice_with_codes(&BOTH);
    earlier.settle(&report(1, Paid), minute(5));
    earlier.settle(&of_amount(report(1, Refunded), 1), minute(6));
    let mut earlier = decided(earlier, Decision::Dismiss);
    earlier.settle(&report(2, Paid), minute(7));
    for invoice in [at_once, earlier] {
        let standing = invoice.standing.clone();
        assert_eq!(decided(invoice, Decision::MoneyReturned).standing, standing);
    }
}

#[test]
fn only_what_is_in_question_now_says_whether_the_payment_went_back() {
    let mut settled_question = decided(paid_twice(), Decision::Dismiss);
    settled_question.settle(&of_amount(report(2, Refunded), 1), minute(4000));
    assert_eq!(decided(settled_question, Decision::MoneyReturned).state(), InvoiceState::Refunded);
    let mut settled_refund = paid_invoice();
    settled_refund.settle(&of_amount(report(1, Refunded), 1), minute(9));
    let mut settled_refund = decided(settled_refund, Decision::Dismiss);
    settled_refund.settle(&report(9, Refunded), minute(4000));
    assert_eq!(decided(settled_refund, Decision::MoneyReturned).standing, paid_invoice().standing);
}

#[test]
fn money_a_person_gave_back_is_not_accepted_later() {
    let mut invoice = decided(paid_too_late(), Decision::MoneyReturned);
    invoice.settle(&report(9, Refunded), minute(4000));
    refused(invoice, review(Decision::AcceptPayment), ReviewError::NoPaymentInQuestion);
}

#[test]
fn a_testers_payment_of_nothing_is_never_accepted() {
    let mut invoice = invoice_with_code();
    invoice.settle(&of_amount(report(1, Paid), 0), minute(5));
    invoice.settle(&report(9, Refunded), minute(6));
    for decision in [Decision::AcceptPayment, Decision::MoneyReturned] {
        refused(invoice.clone(), review(decision), ReviewError::NoPaymentInQuestion);
    }
}

#[test]
fn after_one_payment_was_given_back_another_can_still_pay_the_order() {
    let mut invoice = invoice_with_codes(&BOTH);
    invoice.settle(&of_amount(report(1, Paid), 100), minute(5));
    let mut invoice = decided(invoice, Decision::MoneyReturned);
    invoice.settle(&report(2, Paid), minute(4000));
    let mut invoice = decided(invoice, Decision::AcceptPayment);
    assert_eq!(invoice.standing, Standing::Paid(payment("R2", "QRIS", PRICE, 4000)));
    assert_eq!(sent(&mut invoice), [InvoiceEvent::Paid(event("R2", PRICE, minute(4000)))]);
}

#[test]
fn an_order_told_of_its_refund_is_never_told_of_another_payment() {
    let mut invoice = paid_twice();
    invoice.settle(&report(2, Refunded), minute(9));
    sent(&mut invoice);
    refused(invoice.clone(), review(Decision::AcceptPayment), ReviewError::NoPaymentInQuestion);
    for decision in [Decision::MoneyReturned, Decision::Dismiss] {
        let invoice = decided(invoice.clone(), decision);
        assert_eq!((invoice.state(), invoice.outbox), (InvoiceState::Refunded, vec![]));
    }
}

#[test]
fn of_two_payments_the_one_of_the_right_amount_is_accepted_or_else_the_latest() {
    let accepted = |amounts: [i64; 2]| {
        let mut invoice = invoice_with_codes(&BOTH);
        invoice.cancel(minute(3)).unwrap();
        for (number, rupiah) in [1, 2].into_iter().zip(amounts) {
            invoice.settle(&of_amount(report(number, Paid), rupiah), minute(number.into()));
        }
        decided(invoice, Decision::AcceptPayment).payment().unwrap().reference.to_string()
    };
    assert_eq!([accepted([150_000, 100]), accepted([100, 150_000])], ["R1", "R2"]);
    assert_eq!([accepted([150_000, 150_000]), accepted([100, 200])], ["R2", "R2"]);
}

#[test]
fn a_payment_in_question_now_is_accepted_before_one_that_was_decided_about() {
    let mut invoice = decided(paid_too_late(), Decision::Dismiss);
    invoice.settle(&of_transaction(of_amount(report(1, Paid), 100), "X1"), minute(4000));
    let invoice = decided(invoice, Decision::AcceptPayment);
    assert_eq!(invoice.payment().map(|payment| payment.amount), Some(Money::rupiah(100)));
}

#[test]
fn a_code_in_question_is_not_offered_again_after_the_question_was_dismissed() {
    let mut invoice = invoice_with_code();
    invoice.settle(&of_amount(report(1, Paid), 100), minute(5));
    let mut invoice = decided(invoice, Decision::Dismiss);
    let used = Some(transaction("R1", 1440));
    assert_eq!(invoice.attempt(attempt(1)).map(|first| &first.progress), Some(&Progress::Paid(used)));
    invoice.choose_channel(channel("BCA_VA"), minute(6)).unwrap();
    assert_eq!(invoice.chosen, Some(attempt(2)));
}
