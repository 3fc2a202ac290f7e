//! A change is committed against the version it was decided on, or decided anew.

use std::cell::Cell;

use sandbox::testbed::dynamodb::{condition_failed, throttled, transaction_conflict};
use shared::domain::invoice::settle::Settlement;
use shared::domain::invoice::{Invoice, InvoiceState};
use shared::domain::payment_report::ReportedStatus;
use shared::retry::{Retry, Verdict};
use shared::stores::table::StoreError;

use crate::setup::{NUMBER, cause, minute, new_invoice, report, stores, with_code};

fn number() -> shared::domain::invoice::number::InvoiceNumber {
    NUMBER.parse().unwrap()
}

fn cancel(invoice: &mut Invoice) {
    invoice.cancel(minute(5)).unwrap();
}

#[tokio::test]
async fn a_change_costs_one_read_and_one_write() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    stores.wire.reset();
    let changed = stores.invoices.change(&number(), &cause(), cancel).await.unwrap().unwrap();
    assert_eq!(changed.invoice.state(), InvoiceState::Cancelled);
    assert_eq!(stores.read(NUMBER).await, changed.invoice);
    assert_eq!(
        (stores.wire.count("GetItem"), stores.wire.count("PutItem")),
        (2, 1),
        "a read is the test's own"
    );
    assert_eq!(stores.item()["version"]["N"], "2");
}

#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    stores.wire.reset();
    let changed = stores.invoices.change(&number(), &cause(), |_| "looked").await.unwrap().unwrap();
    assert_eq!((changed.outcome, changed.invoice), ("looked", new_invoice()));
    let operations: Vec<String> = stores.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(operations, ["GetItem"]);
}

#[tokio::test]
async fn an_invoice_that_is_not_there_is_not_decided_about() {
    let stores = stores().await;
    let decide = |_: &mut Invoice| panic!("decided about nothing");
    assert!(stores.invoices.change::<()>(&number(), &cause(), decide).await.unwrap().is_none());
}

#[tokio::test]
async fn after_a_conflict_it_is_decided_anew_but_not_for_ever() {
    for (conflicts, decisions) in [(1, 2), (2, 3), (3, 3)] {
        let stores = stores().await;
        stores.hold(new_invoice()).await;
        stores.wire.answer_next("PutItem", conflicts, condition_failed());
        let decided = Cell::new(0);
        let decide = |invoice: &mut Invoice| {
            decided.set(decided.get() + 1);
            cancel(invoice);
        };
        let changed = stores.invoices.change(&number(), &cause(), decide).await;
        assert_eq!(decided.get(), decisions);
        if conflicts < 3 {
            assert_eq!(changed.unwrap().unwrap().invoice.state(), InvoiceState::Cancelled);
        } else {
            let error = changed.unwrap_err();
            assert!(matches!(error, StoreError::Conflict), "{error}");
            assert_eq!(error.retry(), Retry::Safe { after: None });
            assert_eq!(stores.read(NUMBER).await, new_invoice());
        }
    }
}

#[tokio::test]
async fn what_somebody_else_committed_meanwhile_is_decided_upon() {
    let stores = stores().await;
    let invoice = stores.hold(with_code(new_invoice(), "BCA_VA")).await;
    assert_eq!(invoice.state(), InvoiceState::Pending);
    stores.wire.reset();
    let held = stores.wire.hold_answer_of(1);
    let (first, second) = (cause(), cause());
    let paid = report(ReportedStatus::Paid, 150_000);
    let number = number();
    let slow = stores.invoices.change(&number, &first, |invoice| invoice.settle(&paid, minute(6)));
    let fast = async {
        held.reached().await;
        let settle = |invoice: &mut Invoice| invoice.settle(&paid, minute(5));
        let changed = stores.invoices.change(&number, &second, settle).await.unwrap().unwrap();
        held.release();
        changed.outcome
    };
    let (slow, fast) = futures::join!(slow, fast);
    assert_eq!((slow.unwrap().unwrap().outcome, fast), (Settlement::AlreadyKnown, Settlement::Settled));
    assert_eq!(stores.item()["version"]["N"], "2");
    assert_eq!(stores.item()["outbox"]["L"].as_array().unwrap().len(), 1, "the event is there once");
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_known_again() {
    let stores = stores().await;
    stores.hold(with_code(new_invoice(), "BCA_VA")).await;
    stores.wire.reset();
    stores.wire.drop_answer_of(2);
    let paid = report(ReportedStatus::Paid, 150_000);
    let settle = |invoice: &mut Invoice| invoice.settle(&paid, minute(5));
    let changed = stores.invoices.change(&number(), &cause(), settle).await.unwrap().unwrap();
    assert_eq!(changed.outcome, Settlement::Settled, "not AlreadyKnown");
    assert_eq!((stores.wire.count("PutItem"), stores.wire.count("GetItem")), (2, 2));
    assert_eq!(stores.item()["version"]["N"], "2");
    assert_eq!(stores.item()["outbox"]["L"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn many_equal_reports_at_once_settle_once() {
    let stores = stores().await;
    stores.hold(with_code(new_invoice(), "BCA_VA")).await;
    let (number, cause, paid) = (number(), cause(), report(ReportedStatus::Paid, 150_000));
    let settle = |invoice: &mut Invoice| invoice.settle(&paid, minute(5));
    let all = (0..20).map(|_| stores.invoices.change(&number, &cause, settle));
    let outcomes: Vec<_> = futures::future::join_all(all).await;
    let settled = |one: &Result<Option<_>, StoreError>| {
        matches!(one, Ok(Some(shared::stores::invoices::Changed { outcome: Settlement::Settled, .. })))
    };
    assert_eq!(outcomes.iter().filter(|one| settled(one)).count(), 1, "{outcomes:?}");
    assert_eq!(stores.item()["version"]["N"], "2");
}

#[tokio::test]
async fn events_stay_on_the_item_until_the_next_change_and_have_ids_of_their_version() {
    let stores = stores().await;
    stores.hold(with_code(new_invoice(), "BCA_VA")).await;
    for (status, version, event) in
        [(ReportedStatus::Paid, 2, "invoice.paid"), (ReportedStatus::Refunded, 3, "invoice.refunded")]
    {
        let settle = |invoice: &mut Invoice| invoice.settle(&report(status, 150_000), minute(6));
        stores.invoices.change(&number(), &cause(), settle).await.unwrap().unwrap();
        let item = stores.item();
        let events = item["outbox"]["L"].as_array().unwrap();
        assert_eq!(events.len(), 1, "{item}");
        assert_eq!(events[0]["M"]["id"]["S"], format!("{NUMBER}.{version}.0"));
        assert_eq!(events[0]["M"]["event"]["S"], event);
        assert!(stores.read(NUMBER).await.outbox.is_empty(), "a loaded invoice has told everything");
    }
}

#[tokio::test]
async fn a_passing_weakness_of_the_store_is_overcome_or_may_be_tried_again() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    stores.wire.answer_next("PutItem", 1, throttled());
    stores.invoices.change(&number(), &cause(), cancel).await.unwrap().unwrap();
    assert_eq!(stores.read(NUMBER).await.state(), InvoiceState::Cancelled);
    stores.wire.answer_next("GetItem", 9, throttled());
    let error = stores.invoices.get(&number()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert_eq!(error.retry(), Retry::Safe { after: None });
}

#[tokio::test]
async fn a_write_that_meets_a_transaction_is_decided_anew() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    stores.wire.answer_next("PutItem", 2, transaction_conflict());
    stores.invoices.change(&number(), &cause(), cancel).await.unwrap().unwrap();
    assert_eq!(stores.item()["version"]["N"], "2");
}

#[tokio::test]
async fn what_breaks_the_stores_rules_is_never_tried_again_and_what_is_not_allowed_may_be_later() {
    let stores = stores().await;
    let later = Retry::Safe { after: None };
    for (code, retry, words) in [
        ("ValidationException", Retry::Never, "the store refused the request"),
        ("AccessDeniedException", later, "the store is unavailable"),
        ("ResourceNotFoundException", later, "the store is unavailable"),
    ] {
        let body =
            format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"the reason"}}"#);
        stores.wire.reset();
        stores.wire.answer_next("GetItem", 1, (400, body));
        let error = stores.invoices.check().await.unwrap_err();
        assert_eq!(error.retry(), retry, "{code}");
        assert_eq!(error.to_string(), format!("{words}: {code}: the reason"));
        assert_eq!(stores.wire.calls().len(), 1, "{code} was repeated");
    }
}
