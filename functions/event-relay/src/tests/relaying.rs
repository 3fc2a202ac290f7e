//! What changes of invoices lead to.

use serde_json::json;
use shared::domain::identifier::Reference;
use shared::domain::invoice::Invoice;
use shared::domain::money::Money;
use shared::domain::order::Order;
use shared::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};
use shared::stores::invoices::Cause;

use super::bench::{Bench, event_id, paid_invoices, sequence_number};

fn invoice() -> Invoice {
    let order = Order {
        id: "order-1".parse().unwrap(),
        customer: "user-1".parse().unwrap(),
        amount: Money::rupiah(150_000),
        items: Vec::new(),
    };
    let made_at = "2026-11-21T08:00:00Z".parse().unwrap();
    let expires_at = "2026-11-22T08:00:00Z".parse().unwrap();
    let mut invoice =
        Invoice::issue("INV-20261121-7K3M9QZX".parse().unwrap(), order, made_at, expires_at).unwrap();
    invoice.choose_channel("QRIS".parse().unwrap(), made_at).unwrap();
    invoice
}

fn report(invoice: &Invoice, status: ReportedStatus) -> PaymentReport {
    let reference: Reference = "DEV-T9999100001AB3DE".parse().unwrap();
    PaymentReport {
        merchant_ref: invoice.merchant_ref(invoice.chosen.unwrap()),
        reference,
        status,
        amount: Money::rupiah(150_000),
        paid_at: Some("2026-11-21T08:04:00Z".parse().unwrap()),
        source: ReportSource::Callback,
        raw: "{}".to_owned(),
    }
}

/// Stores an invoice, its payment and its refund, as the other functions do.
async fn live_a_whole_life(bench: &Bench) {
    let (invoice, invoices) = (invoice(), bench.invoices());
    let cause = |id: &str, at: &str| Cause { correlation_id: id.to_owned(), now: at.parse().unwrap() };
    invoices.create(invoice.clone(), &cause("creation", "2026-11-21T08:00:00Z")).await.unwrap();
    let steps = [
        (ReportedStatus::Paid, cause("payment-1", "2026-11-21T08:05:00Z")),
        (ReportedStatus::Refunded, cause("refund-1", "2026-11-25T02:00:00Z")),
    ];
    for (status, cause) in steps {
        let settle = |invoice: &mut Invoice| invoice.settle(&report(invoice, status), cause.now);
        invoices.change(&invoice.number, &cause, settle).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn what_the_stream_tells_reaches_the_order_service_s_queue() {
    let bench = Bench::start().await;
    live_a_whole_life(&bench).await;
    let changes = bench.aws.dynamodb.new_stream_event().unwrap();
    assert_eq!(
        changes["Records"].as_array().unwrap().len(),
        4,
        "the invoice, its order's marker, two changes"
    );

    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    let update = |event_id: &str, correlation_id: &str, status: &str, at: &str| {
        json!({
            "version": 1,
            "eventId": event_id,
            "correlationId": correlation_id,
            "orderId": "order-1",
            "status": status,
            "reference": "DEV-T9999100001AB3DE",
            "amountMinor": 150_000,
            "currency": "IDR",
            "at": at,
        })
    };
    let paid = update("INV-20261121-7K3M9QZX.2.0", "payment-1", "PAID", "2026-11-21T08:04:00Z");
    let refunded = update("INV-20261121-7K3M9QZX.3.0", "refund-1", "REFUNDED", "2026-11-25T02:00:00Z");
    assert_eq!(bench.updates(), [paid, refunded]);
    assert_eq!(bench.buried().len(), 0);
}

#[tokio::test]
async fn a_change_that_comes_twice_is_the_same_event_twice() {
    let bench = Bench::start().await;
    live_a_whole_life(&bench).await;
    let changes = bench.aws.dynamodb.new_stream_event().unwrap();
    for _ in 0..2 {
        assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    }
    let updates = bench.updates();
    assert_eq!(updates.len(), 4);
    assert_eq!(updates[..2], updates[2..]);
}

#[tokio::test]
async fn changes_without_events_cost_no_request() {
    let bench = Bench::start().await;
    bench
        .invoices()
        .create(invoice(), &Cause { correlation_id: "creation".to_owned(), now: invoice().created_at })
        .await
        .unwrap();
    let changes = bench.aws.dynamodb.new_stream_event().unwrap();
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn more_events_than_a_request_takes_go_in_several_in_order() {
    let bench = Bench::start().await;
    assert_eq!(bench.deliver(&paid_invoices(25)).await, Vec::<String>::new());
    assert_eq!(bench.event_ids(), (0..25).map(event_id).collect::<Vec<_>>());
    assert_eq!(bench.notified_ids(), bench.event_ids());
    for queue in ["order-updates", "notifications"] {
        assert_eq!(bench.batch_sizes(queue), [10, 10, 5], "{queue}");
    }
}

#[tokio::test]
async fn all_events_of_one_change_are_sent_and_reported_under_its_number() {
    let bench = Bench::start().await;
    let mut change = paid_invoices(1);
    let events = &mut change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"];
    let mut second = events[0].clone();
    second["M"]["id"]["S"] = "INV-20261121-00000000.4.1".into();
    events.as_array_mut().unwrap().push(second);

    bench.wire.answer_next("SendMessageBatch", 3, (500, "{}".to_owned()));
    assert_eq!(bench.deliver(&change).await, [sequence_number(0)]);
    let both = [event_id(0), "INV-20261121-00000000.4.1".to_owned()];
    assert_eq!((bench.event_ids().len(), bench.notified_ids()), (0, both.to_vec()));
    assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
    assert_eq!(bench.event_ids(), both);
    assert_eq!(bench.notified_ids(), [both.clone(), both].concat(), "who had it gets it again");
}
