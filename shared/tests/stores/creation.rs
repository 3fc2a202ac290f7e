//! One order has one invoice, however often and however parallel it is asked for.

use sandbox::testbed::dynamodb::{INVOICES, transaction_cancelled};
use shared::retry::{Retry, Verdict};
use shared::stores::invoices::Creation;
use shared::stores::table::StoreError;

use crate::setup::{NUMBER, cause, invoice, minute, new_invoice, stores};

fn other_invoice() -> shared::domain::invoice::Invoice {
    invoice("INV-20261121-AAAAAAAA", "order-1", "user-1", minute(1))
}

#[tokio::test]
async fn a_created_invoice_is_read_as_it_was_made() {
    let stores = stores().await;
    let made = stores.hold(new_invoice()).await;
    assert_eq!(made, new_invoice());
    assert_eq!(stores.read(NUMBER).await, made);
    assert_eq!(stores.invoices.for_order(&"order-1".parse().unwrap()).await.unwrap(), Some(made));
    assert_eq!(stores.invoices.for_order(&"order-2".parse().unwrap()).await.unwrap(), None);
    assert_eq!(stores.invoices.get(&"INV-20261121-BBBBBBBB".parse().unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn a_second_invoice_for_an_order_is_the_first() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    let again = stores.invoices.create(other_invoice(), &cause()).await.unwrap();
    assert!(matches!(again, Creation::Existing(existing) if existing == new_invoice()));
    assert_eq!(stores.dynamodb.items(INVOICES).len(), 2, "the invoice and its order's marker");
}

#[tokio::test]
async fn of_many_creations_at_once_one_creates() {
    let stores = stores().await;
    let numbers: Vec<String> = (0..8).map(|index| format!("INV-20261121-AAAAAAA{index}")).collect();
    let (invoices, cause) = (&stores.invoices, &cause());
    let creations = futures::future::join_all(numbers.iter().map(|number| async move {
        invoices.create(invoice(number, "order-1", "user-1", minute(0)), cause).await.unwrap()
    }))
    .await;
    let created: Vec<_> = creations.iter().filter(|one| matches!(one, Creation::Created(_))).collect();
    assert_eq!(created.len(), 1, "{creations:?}");
    let [Creation::Created(first)] = created[..] else { panic!("{created:?}") };
    for one in &creations {
        let (Creation::Created(invoice) | Creation::Existing(invoice)) = one;
        assert_eq!(invoice, first);
    }
    assert_eq!(stores.dynamodb.items(INVOICES).len(), 2);
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_finds_its_own_invoice() {
    let stores = stores().await;
    stores.wire.drop_answer_of(1);
    let creation = stores.invoices.create(new_invoice(), &cause()).await.unwrap();
    let (Creation::Created(invoice) | Creation::Existing(invoice)) = creation;
    assert_eq!(invoice, new_invoice());
    assert_eq!(stores.dynamodb.items(INVOICES).len(), 2);
}

#[tokio::test]
async fn a_number_that_another_order_has_is_a_conflict_and_nothing_is_written() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    let taken = invoice(NUMBER, "order-2", "user-2", minute(0));
    let error = stores.invoices.create(taken, &cause()).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict), "{error}");
    assert_eq!(stores.read(NUMBER).await, new_invoice());
    assert_eq!(stores.dynamodb.items(INVOICES).len(), 2);
}

#[tokio::test]
async fn a_transaction_that_meets_another_may_be_tried_again() {
    let stores = stores().await;
    stores.wire.answer_next("TransactWriteItems", 1, transaction_cancelled(&["None", "TransactionConflict"]));
    let error = stores.invoices.create(new_invoice(), &cause()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Safe { after: None });
    assert_eq!(stores.dynamodb.items(INVOICES), Vec::<serde_json::Value>::new());
}
