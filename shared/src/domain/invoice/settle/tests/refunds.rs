//! Money that went back.

use super::{code, disagrees, expired_invoice, kept, paid_code, payment, progress, review_opened_at};
use crate::domain::invoice::event::InvoiceEvent;
use crate::domain::invoice::examples::{
    PRICE, event, invoice_with_code, invoice_with_codes, minute, of_amount, paid_invoice, question, report,
    review, sent,
};
use crate::domain::invoice::review::Decision;
use crate::domain::invoice::settle::{Disagreement, Settlement};
use crate::domain::invoice::{InvoiceState, Standing};
use crate::domain::money::Money;
use crate::domain::payment_report::ReportedStatus::{Paid, Refunded};

fn refunded(text: &str, name: &str, at: i64) -> Standing {
    Standing::Refunded { payment: payment(text, name), at: minute(at) }
}

#[test]
fn a_refund_of_the_payment_is_told_once() {
    let mut invoice = paid_invoice();
    assert_eq!(invoice.settle(&report(1, Refunded), minute(9)), Settlement::Refunded);
    assert_eq!(invoice.standing, refunded("R1", "BCA_VA", 9));
    assert_eq!(sent(&mut invoice), [InvoiceEvent::Refunded(event("R1", PRICE, minute(9)))]);
    assert_eq!((kept(&invoice, &report(1, Refunded), 9), invoice.state()), (None, InvoiceState::Refunded));
    let after = invoice.clone();
    for known in [report(1, Refunded), report(1, Paid)] {
        assert_eq!(invoice.settle(&known, minute(10)), Settlement::AlreadyKnown);
        assert_eq!(invoice, after);
    }
}

#[test]
fn a_refund_that_overtakes_its_payment_asks_a_person_and_the_order_is_told_of_neither() {
    let mut invoice = invoice_with_code();
    disagrees(&mut invoice, &report(1, Refunded), Disagreement::RefundWithoutPayment);
    assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::NeedsReview, &paid_code()));
    let asked = question(&report(1, Refunded), Disagreement::RefundWithoutPayment);
    assert_eq!(sent(&mut invoice), [asked]);
    assert_eq!(invoice.settle(&report(1, Paid), minute(2002)), Settlement::Refunded);
    assert_eq!((&invoice.standing, &invoice.outbox), (&refunded("R1", "BCA_VA", 2002), &vec![]));
    assert_eq!(kept(&invoice, &report(1, Paid), 2002), None);
    assert_eq!(review_opened_at(&invoice), Some(minute(2000)));
}

#[test]
fn a_refund_of_a_payment_that_was_not_accepted_asks_a_person() {
    let mut invoice = expired_invoice();
    invoice.settle(&report(1, Paid), minute(1500));
    disagrees(&mut invoice, &report(1, Refunded), Disagreement::RefundWithoutPayment);
    assert_eq!(invoice.state(), InvoiceState::NeedsReview);
}

#[test]
fn a_refund_of_another_amount_is_not_believed_not_even_of_nothing() {
    for rupiah in [0, 149_999] {
        let mut invoice = paid_invoice();
        disagrees(&mut invoice, &of_amount(report(1, Refunded), rupiah), Disagreement::AmountDiffers);
        assert_eq!(invoice.state(), InvoiceState::NeedsReview);
        assert_eq!(invoice.settle(&report(1, Refunded), minute(2002)), Settlement::Refunded);
    }
}

#[test]
fn a_testers_refund_of_nothing_does_not_hide_the_real_one() {
    let mut invoice = invoice_with_code();
    disagrees(&mut invoice, &of_amount(report(1, Refunded), 0), Disagreement::RefundWithoutPayment);
    assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::Pending, &code()));
    assert_eq!(invoice.settle(&report(1, Paid), minute(2002)), Settlement::Settled);
    assert_eq!(invoice.settle(&report(1, Refunded), minute(2003)), Settlement::Refunded);
}

#[test]
fn a_refund_of_a_second_payment_leaves_the_first() {
    let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
    invoice.settle(&report(1, Paid), minute(5));
    invoice.settle(&report(2, Paid), minute(6));
    disagrees(&mut invoice, &report(2, Refunded), Disagreement::RefundWithoutPayment);
    assert_eq!(invoice.standing, Standing::Paid(payment("R1", "BCA_VA")));
}

#[test]
fn a_payment_by_another_code_after_a_refund_is_left_to_a_person() {
    let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
    invoice.settle(&report(1, Paid), minute(5));
    invoice.settle(&report(1, Refunded), minute(6));
    disagrees(&mut invoice, &report(2, Paid), Disagreement::PaidTwice);
    assert_eq!(invoice.standing, refunded("R1", "BCA_VA", 6));
    assert_eq!(invoice.state(), InvoiceState::NeedsReview);
}

#[test]
fn a_refund_of_another_transaction_does_not_touch_the_payment_of_this_one() {
    let mut invoice = invoice_with_code();
    disagrees(&mut invoice, &report(9, Refunded), Disagreement::UnknownAttempt);
    sent(&mut invoice);
    assert_eq!(invoice.settle(&report(1, Paid), minute(2002)), Settlement::Settled);
    assert_eq!(sent(&mut invoice), [InvoiceEvent::Paid(event("R1", PRICE, minute(4)))]);
}

#[test]
fn a_payment_that_was_accepted_short_is_not_the_full_one_reported_later() {
    let mut invoice = invoice_with_code();
    invoice.settle(&of_amount(report(1, Paid), 100), minute(5));
    invoice.decide(review(Decision::AcceptPayment)).unwrap();
    sent(&mut invoice);
    disagrees(&mut invoice, &report(1, Paid), Disagreement::AmountDiffers);
    disagrees(&mut invoice, &report(1, Refunded), Disagreement::AmountDiffers);
    assert_eq!(invoice.payment().map(|payment| payment.amount), Some(Money::rupiah(100)));
}
