//! What Billz shows an order to cost, beside what its sender wants: no payment and no placed order without both agreeing.

use super::asking::Finding;
use super::operation::{Answer, Operation, OperationKind, OrderView, Park, Refusal};
use super::running::{Next, Progress, Rules};
use super::work::Work;
use crate::domain::money::{Currency, Money};

const STRICT: Rules = Rules { check_totals: true };

fn soum(amount: i64) -> Money {
    Money::new(amount.saturating_mul(100), Currency::Uzs)
}

fn view(park: Park, total: Option<Money>) -> OrderView {
    OrderView { number: None, park, total, quantity: None, document: String::new() }
}

fn payment() -> Work {
    Work::MakePayment { order: "o-1".parse().unwrap(), card: "cash".parse().unwrap(), total: soum(100) }
}

fn next_of_payment(seen: OrderView) -> Next {
    let progress =
        Progress { seen: Some(seen), payment_type: Some("pt-1".parse().unwrap()), ..Progress::default() };
    progress.next(&payment(), &"job-1".parse().unwrap(), STRICT)
}

#[test]
fn only_the_sum_that_billz_shows_is_paid() {
    for park in [Park::Draft, Park::Active, Park::Expired, Park::Other(String::new())] {
        let Next::Call(Operation::Pay { amount, .. }) = next_of_payment(view(park.clone(), Some(soum(100))))
        else {
            panic!("{park:?} is not paid");
        };
        assert_eq!(amount, soum(100));
        for total in [Some(soum(99)), Some(soum(0)), None] {
            let Next::Refused(refusal) = next_of_payment(view(park.clone(), total)) else {
                panic!("{park:?} of {total:?} is paid");
            };
            assert_eq!(refusal.code, Refusal::WRONG_TOTAL);
        }
    }
}

#[test]
fn what_is_paid_already_is_paid_by_nobody_whatever_it_cost() {
    for total in [Some(soum(100)), Some(soum(99)), None] {
        assert_eq!(next_of_payment(view(Park::Completed, total)), Next::Succeeded);
    }
}

#[test]
fn what_an_order_shows_about_a_lost_call_is_what_it_shows_for_certain() {
    let progress = Progress::default();
    let order: Work = Work::PostponeOrder { order: "o-1".parse().unwrap(), comment: String::new() };
    let other = || Park::Other("новое".to_owned());
    let judge = |lost, park| progress.judge(&order, lost, Answer::Order(Some(view(park, None))));
    for (lost, done, not_done) in [
        (OperationKind::Postpone, Park::Active, Park::Draft),
        (OperationKind::ReturnToDraft, Park::Draft, Park::Active),
    ] {
        assert!(matches!(judge(lost, done), Finding::Happened(_)), "{lost:?}");
        assert_eq!(judge(lost, not_done), Finding::Absent, "{lost:?}");
        for park in [Park::Expired, Park::Completed, other()] {
            assert!(matches!(judge(lost, park.clone()), Finding::Unclear(_)), "{lost:?} {park:?}");
        }
    }
    assert_eq!(judge(OperationKind::Pay, Park::Completed), Finding::Happened(Answer::Done));
    for park in [Park::Draft, Park::Active, Park::Expired, other()] {
        assert!(matches!(judge(OperationKind::Pay, park.clone()), Finding::Unclear(_)), "{park:?}");
    }
    assert_eq!(judge(OperationKind::DeleteDraft, Park::Draft), Finding::Absent);
    let gone = progress.judge(&order, OperationKind::DeleteDraft, Answer::Order(None));
    assert_eq!(gone, Finding::Happened(Answer::Done));
}
