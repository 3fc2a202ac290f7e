//! Reports that fit: each changes the invoice once, however often and whenever it comes.

use futures::future::join_all;
use sandbox::testbed::event_files::event;
use shared::domain::invoice::attempt::Progress;
use shared::domain::invoice::number::AttemptNumber;
use shared::domain::invoice::{InvoiceState, Standing};
use shared::stores::invoices::Invoices;

use super::bench::{
    Bench, NUMBER, REFERENCE, acknowledged, answer, cause, invoice_being_submitted, request, transaction,
};
use crate::handler::handle;

#[tokio::test]
async fn fifty_equal_callbacks_at_once_are_one_payment() {
    let bench = Bench::with_code().await;
    let paid = event("paid");
    let answers = join_all((0..50).map(|_| bench.send(request(&paid)))).await;
    assert_eq!(answers, vec![acknowledged(); 50]);

    let invoice = bench.invoice().await;
    assert_eq!((invoice.state(), invoice.reports.len()), (InvoiceState::Paid, 1));
    assert_eq!(bench.item()["version"]["N"], "2");
    assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.paid")]);
}

#[tokio::test]
async fn equal_callbacks_at_many_instances_are_one_payment() {
    let bench = Bench::with_code().await;
    let apps = join_all((0..5).map(|_| bench.another_app())).await;
    let paid = event("paid");
    let answers = join_all(apps.iter().map(|app| handle(app, request(&paid)))).await;
    assert!(answers.into_iter().all(|response| answer(response) == acknowledged()));
    assert_eq!(bench.invoice().await.reports.len(), 1);
    assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.paid")]);
}

#[tokio::test]
async fn a_payment_is_stored_with_what_the_order_service_has_to_know() {
    let bench = Bench::with_code().await;
    let mut paid = event("paid");
    paid["headers"]["x-correlation-id"] = "checkout-4711".into();
    assert_eq!(bench.send(request(&paid)).await, acknowledged());

    let payment = bench.invoice().await.payment().cloned().unwrap();
    assert_eq!((payment.reference.as_str(), payment.amount.minor()), (REFERENCE, 150_000));
    assert_eq!(payment.paid_at.to_string(), "2026-11-21T08:04:00Z");
    let told = &bench.item()["outbox"]["L"][0]["M"];
    assert_eq!(told["event"]["S"], "invoice.paid");
    assert_eq!(told["correlation_id"]["S"], "checkout-4711");
    assert_eq!(told["order_id"]["S"], "order-1");
    assert_eq!(told["user_id"]["S"], "user-1");
    assert_eq!(told["amount_minor"]["N"], "150000");
    assert_eq!(told["reference"]["S"], REFERENCE);
    assert_eq!(told["at"]["S"], "2026-11-21T08:04:00Z");
}

#[tokio::test]
async fn a_callback_costs_one_read_and_one_write_and_a_repeated_one_a_read() {
    let bench = Bench::with_code().await;
    bench.deliver("paid").await;
    assert_eq!(bench.operations(), ["GetItem", "PutItem"]);
    bench.wire.reset();
    assert_eq!(bench.deliver("paid").await, acknowledged());
    assert_eq!(bench.operations(), ["GetItem"]);
    assert_eq!(bench.item()["version"]["N"], "2");
}

#[tokio::test]
async fn a_callback_before_the_answer_of_create_was_stored_settles() {
    let bench = Bench::start().await;
    bench.store(invoice_being_submitted()).await;
    assert_eq!(bench.deliver("paid").await, acknowledged());

    let invoice = bench.invoice().await;
    let first = AttemptNumber::new(1).unwrap();
    assert_eq!(invoice.state(), InvoiceState::Paid);
    assert_eq!(invoice.attempt(first).unwrap().progress, Progress::Paid(None));
    assert_eq!(bench.new_events(), [format!("{NUMBER}.2.0 invoice.paid")]);

    // Whoever asked for the code stores the answer now: the payment stays, and nothing is told again.
    let invoices: &Invoices = &bench.app.invoices;
    let cause = cause();
    let stored = invoices.change(&invoice.number, &cause, |invoice| {
        invoice.transaction_created(first, transaction());
    });
    stored.await.unwrap().unwrap();
    let invoice = bench.invoice().await;
    assert_eq!(invoice.attempt(first).unwrap().progress, Progress::Paid(Some(transaction())));
    assert!(matches!(invoice.standing, Standing::Paid(_)));
    assert_eq!(bench.new_events(), Vec::<String>::new());
    assert_eq!(bench.deliver("paid").await, acknowledged());
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refund_after_the_payment_is_told_once() {
    let bench = Bench::with_code().await;
    for case in ["paid", "refunded", "refunded", "paid"] {
        assert_eq!(bench.deliver(case).await, acknowledged(), "{case}");
    }
    let invoice = bench.invoice().await;
    assert_eq!((invoice.state(), invoice.reports.len()), (InvoiceState::Refunded, 2));
    assert_eq!(
        bench.new_events(),
        [format!("{NUMBER}.2.0 invoice.paid"), format!("{NUMBER}.3.0 invoice.refunded")]
    );
    assert_eq!(bench.item()["outbox"]["L"][0]["M"]["event"]["S"], "invoice.refunded");
}
