//! What each report does to each invoice.

mod ends;
mod refunds;

use super::{Disagreement, MAX_REPORTS, ReceivedReport, Settlement};
use crate::domain::invoice::attempt::Progress;
use crate::domain::invoice::event::InvoiceEvent;
use crate::domain::invoice::examples::{
    LIFETIME_MINUTES, PRICE, attempt, channel, event, expired, invoice_being_submitted, invoice_with_code,
    invoice_with_codes, minute, new_invoice, of_amount, of_transaction, paid_invoice, question, reference,
    report, sent, transaction,
};
use crate::domain::invoice::{Invoice, InvoiceState, Payment, Standing};
use crate::domain::money::{Currency, Money};
use crate::domain::payment_report::ReportedStatus::{Expired, Failed, Paid, Refunded, Unpaid};
use crate::domain::payment_report::{PaymentReport, ReportSource};

fn payment(text: &str, name: &str) -> Payment {
    Payment { reference: reference(text), channel: Some(channel(name)), amount: PRICE, paid_at: minute(4) }
}

fn progress(invoice: &Invoice, number: u8) -> &Progress {
    &invoice.attempt(attempt(number)).unwrap().progress
}

fn code() -> Progress {
    Progress::Open(transaction("R1", LIFETIME_MINUTES))
}

fn paid_code() -> Progress {
    Progress::Paid(Some(transaction("R1", LIFETIME_MINUTES)))
}

fn expired_invoice() -> Invoice {
    let mut invoice = invoice_with_code();
    assert_eq!(invoice.settle(&report(1, Expired), minute(1440)), Settlement::Expired);
    assert_eq!(sent(&mut invoice), [expired(1440)]);
    invoice
}

/// The last report kept, which must be `report` and have come at `at_minute`.
fn kept(invoice: &Invoice, report: &PaymentReport, at_minute: i64) -> Option<Disagreement> {
    let kept = invoice.reports.last().unwrap();
    let disagreement = kept.disagreement;
    let expected = ReceivedReport {
        attempt: report.merchant_ref.attempt,
        reference: report.reference.clone(),
        status: report.status,
        amount: report.amount,
        source: report.source,
        received_at: minute(at_minute),
        disagreement,
        raw: report.raw.clone(),
    };
    assert_eq!(kept, &expected);
    disagreement
}

/// Applies a report that must be kept as a disagreement and move nothing. The operators are told of it
/// when it opens a question, and nobody else.
fn disagrees(invoice: &mut Invoice, report: &PaymentReport, disagreement: Disagreement) {
    let before = invoice.clone();
    assert_eq!(invoice.settle(report, minute(2000)), Settlement::Disagrees(disagreement));
    assert_eq!(kept(invoice, report, 2000), Some(disagreement));
    assert_eq!(invoice.reports[..before.reports.len()], before.reports);
    assert_eq!(invoice.standing, before.standing);
    let is_first = before.open_review.is_none() && invoice.open_review.is_some();
    let told: Vec<_> = is_first.then(|| question(report, disagreement)).into_iter().collect();
    assert_eq!(invoice.outbox, [before.outbox, told].concat());
    let after = invoice.clone();
    assert_eq!(invoice.settle(report, minute(2001)), Settlement::AlreadyKnown);
    assert_eq!(invoice, &after);
}

fn review_opened_at(invoice: &Invoice) -> Option<jiff::Timestamp> {
    invoice.open_review.as_ref().map(|review| review.opened_at)
}

#[test]
fn a_payment_settles_the_invoice_and_the_order_is_told() {
    let mut invoice = invoice_with_code();
    let report = report(1, Paid);
    assert_eq!(invoice.settle(&report, minute(5)), Settlement::Settled);
    assert_eq!(invoice.standing, Standing::Paid(payment("R1", "BCA_VA")));
    assert_eq!(invoice.outbox, [InvoiceEvent::Paid(event("R1", PRICE, minute(4)))]);
    assert_eq!(progress(&invoice, 1), &paid_code());
    assert_eq!(kept(&invoice, &report, 5), None);
    assert_eq!((invoice.reports.len(), invoice.open_review), (1, None));
}

#[test]
fn a_payment_without_a_time_counts_from_when_we_heard_of_it() {
    let mut invoice = invoice_with_code();
    invoice.settle(&PaymentReport { paid_at: None, ..report(1, Paid) }, minute(5));
    assert_eq!(invoice.payment().map(|payment| payment.paid_at), Some(minute(5)));
    assert_eq!(invoice.outbox, [InvoiceEvent::Paid(event("R1", PRICE, minute(5)))]);
}

#[test]
fn the_same_payment_reported_fifty_times_and_asked_about_changes_nothing() {
    let mut invoice = paid_invoice();
    let inquiry = PaymentReport { source: ReportSource::Inquiry, raw: "{}".to_owned(), ..report(1, Paid) };
    for again in std::iter::repeat_n(report(1, Paid), 50).chain([inquiry]) {
        assert_eq!(invoice.settle(&again, minute(6)), Settlement::AlreadyKnown);
    }
    assert_eq!(invoice, paid_invoice());
}

#[test]
fn that_nothing_happened_yet_is_no_news() {
    for mut invoice in [new_invoice(), invoice_with_code(), paid_invoice(), expired_invoice()] {
        let before = invoice.clone();
        assert_eq!(invoice.settle(&report(1, Unpaid), minute(5)), Settlement::AlreadyKnown);
        assert_eq!(invoice, before);
    }
}

#[test]
fn a_payment_reported_before_the_code_was_stored_lands_and_the_code_is_stored_later() {
    let mut invoice = invoice_being_submitted();
    assert_eq!(invoice.settle(&report(1, Paid), minute(5)), Settlement::Settled);
    assert_eq!(invoice.standing, Standing::Paid(payment("R1", "BCA_VA")));
    assert_eq!(progress(&invoice, 1), &Progress::Paid(None));
    invoice.transaction_created(attempt(1), transaction("R1", LIFETIME_MINUTES));
    assert_eq!(progress(&invoice, 1), &paid_code());
    assert_eq!(sent(&mut invoice).len(), 1);
}

#[test]
fn a_payment_of_an_attempt_thought_absent_or_refused_settles() {
    let (mut absent, mut refused) = (invoice_being_submitted(), invoice_being_submitted());
    absent.transaction_absent(attempt(1));
    refused.transaction_refused(attempt(1), "channel is closed");
    for mut invoice in [absent, refused] {
        assert_eq!(invoice.settle(&report(1, Paid), minute(5)), Settlement::Settled);
        assert_eq!(invoice.standing, Standing::Paid(payment("R1", "BCA_VA")));
        assert_eq!(progress(&invoice, 1), &Progress::Paid(None));
    }
}

#[test]
fn a_code_given_up_for_another_still_settles_by_its_own_channel() {
    let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
    assert_eq!(invoice.settle(&report(1, Paid), minute(5)), Settlement::Settled);
    assert_eq!(invoice.standing, Standing::Paid(payment("R1", "BCA_VA")));
    let live: Vec<_> = invoice.live_attempts().map(|attempt| attempt.number).collect();
    assert_eq!(live, [attempt(2)]);
}

#[test]
fn another_amount_or_currency_is_left_to_a_person_and_the_code_counts_as_used() {
    let euro = PaymentReport { amount: Money::new(150_000, Currency::Eur), ..report(1, Paid) };
    for other in [of_amount(report(1, Paid), 149_999), of_amount(report(1, Paid), 150_001), euro] {
        let mut invoice = invoice_with_code();
        disagrees(&mut invoice, &other, Disagreement::AmountDiffers);
        assert_eq!(
            (invoice.state(), review_opened_at(&invoice)),
            (InvoiceState::NeedsReview, Some(minute(2000)))
        );
        assert_eq!(progress(&invoice, 1), &paid_code());
    }
}

#[test]
fn the_right_payment_settles_while_another_is_in_question() {
    for right in [report(1, Paid), report(2, Paid)] {
        let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
        let short = of_amount(report(1, Paid), 100);
        disagrees(&mut invoice, &short, Disagreement::AmountDiffers);
        assert_eq!(invoice.settle(&right, minute(2002)), Settlement::Settled);
        assert_eq!(invoice.payment().map(|payment| &payment.reference), Some(&right.reference));
        assert_eq!(invoice.state(), InvoiceState::NeedsReview);
        let paid = InvoiceEvent::Paid(event(right.reference.as_str(), PRICE, minute(4)));
        assert_eq!(sent(&mut invoice), [question(&short, Disagreement::AmountDiffers), paid]);
    }
}

#[test]
fn a_payment_later_reported_with_another_amount_stays_and_is_left_to_a_person() {
    let mut invoice = paid_invoice();
    disagrees(&mut invoice, &of_amount(report(1, Paid), 1), Disagreement::AmountDiffers);
    assert_eq!(invoice.state(), InvoiceState::NeedsReview);
}

#[test]
fn a_testers_payment_of_nothing_is_kept_and_disturbs_nobody() {
    let test = PaymentReport { paid_at: None, ..of_amount(report(1, Paid), 0) };
    let mut invoice = invoice_with_code();
    disagrees(&mut invoice, &test, Disagreement::AmountDiffers);
    assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::Pending, &code()));
    assert_eq!(invoice.settle(&report(1, Paid), minute(2003)), Settlement::Settled);
    assert_eq!((invoice.state(), invoice.outbox.len()), (InvoiceState::Paid, 1));
}

#[test]
fn another_transaction_under_our_reference_is_left_to_a_person_and_the_code_stays() {
    let mut invoice = invoice_with_code();
    disagrees(&mut invoice, &of_transaction(report(1, Paid), "X1"), Disagreement::ReferenceDiffers);
    assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::NeedsReview, &code()));
    let mut unmoved = invoice_with_code();
    disagrees(&mut unmoved, &of_transaction(report(1, Expired), "X1"), Disagreement::ReferenceDiffers);
    assert_eq!((unmoved.state(), progress(&unmoved, 1)), (InvoiceState::Pending, &code()));
}

#[test]
fn a_report_of_an_attempt_never_made_is_kept_and_asks_a_person_where_money_moved() {
    let states = [Paid, Refunded, Expired, Failed].map(|status| {
        let mut invoice = invoice_with_code();
        disagrees(&mut invoice, &report(2, status), Disagreement::UnknownAttempt);
        assert_eq!(invoice.attempts, invoice_with_code().attempts);
        invoice.state()
    });
    let (asked, not_asked) = (InvoiceState::NeedsReview, InvoiceState::Pending);
    assert_eq!(states, [asked, asked, not_asked, not_asked]);
}

#[test]
fn a_payment_after_expiry_is_left_to_a_person() {
    let mut ended = expired_invoice();
    disagrees(&mut ended, &report(1, Paid), Disagreement::PaidAfterExpiry);
    let mut overdue = invoice_with_code();
    overdue.expire(minute(1441)).unwrap();
    assert_eq!(sent(&mut overdue), [expired(1440)], "the time it had, not when that was found");
    disagrees(&mut overdue, &report(1, Paid), Disagreement::PaidAfterExpiry);
    for (invoice, at) in [(ended, minute(1440)), (overdue, minute(1441))] {
        assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::NeedsReview, &paid_code()));
        assert_eq!(invoice.standing, Standing::Expired { at });
    }
}

#[test]
fn a_payment_after_cancellation_is_left_to_a_person() {
    let mut invoice = invoice_with_code();
    invoice.cancel(minute(3)).unwrap();
    disagrees(&mut invoice, &report(1, Paid), Disagreement::PaidAfterCancellation);
    assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::NeedsReview, &paid_code()));
}

#[test]
fn a_second_payment_by_another_code_is_left_to_a_person_and_the_order_is_told_once() {
    let mut invoice = invoice_with_codes(&["BCA_VA", "QRIS"]);
    assert_eq!(invoice.settle(&report(2, Paid), minute(5)), Settlement::Settled);
    assert_eq!(sent(&mut invoice), [InvoiceEvent::Paid(event("R2", PRICE, minute(4)))]);
    disagrees(&mut invoice, &report(1, Paid), Disagreement::PaidTwice);
    assert_eq!(invoice.standing, Standing::Paid(payment("R2", "QRIS")));
    assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::NeedsReview, &paid_code()));
}

#[test]
fn a_payment_is_not_undone_by_a_later_end_and_nobody_is_asked() {
    for status in [Expired, Failed] {
        let mut invoice = paid_invoice();
        disagrees(&mut invoice, &report(1, status), Disagreement::EndedAfterPayment);
        assert_eq!((invoice.state(), progress(&invoice, 1)), (InvoiceState::Paid, &paid_code()));
    }
}

#[test]
fn further_questions_join_the_one_that_is_open() {
    let mut invoice = invoice_with_code();
    invoice.settle(&of_amount(report(1, Paid), 100), minute(7));
    disagrees(&mut invoice, &of_transaction(report(1, Paid), "X1"), Disagreement::ReferenceDiffers);
    assert_eq!((review_opened_at(&invoice), invoice.reports.len()), (Some(minute(7)), 2));
}

#[test]
fn the_trail_is_limited_but_money_is_always_kept() {
    let mut invoice = invoice_with_code();
    for count in 0..MAX_REPORTS {
        invoice.settle(&of_transaction(report(1, Expired), &format!("X{count}")), minute(7));
    }
    let full = invoice.clone();
    assert_eq!(full.reports.len(), MAX_REPORTS);
    for _ in 0..2 {
        let one_more = invoice.settle(&of_transaction(report(1, Expired), "Y"), minute(8));
        assert_eq!(one_more, Settlement::Disagrees(Disagreement::ReferenceDiffers));
        assert_eq!(invoice, full);
    }
    disagrees(&mut invoice, &of_transaction(report(1, Paid), "Z"), Disagreement::ReferenceDiffers);
    assert_eq!(invoice.state(), InvoiceState::NeedsReview);
    assert_eq!(invoice.settle(&report(1, Paid), minute(2002)), Settlement::Settled);
    assert_eq!(kept(&invoice, &report(1, Paid), 2002), None);
}

#[test]
fn every_disagreement_has_a_name_of_its_own() {
    let names: std::collections::HashSet<_> = Disagreement::ALL.map(Disagreement::as_str).into();
    assert_eq!(names.len(), Disagreement::ALL.len());
}
