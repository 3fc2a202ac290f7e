//! Every file in `events/tripay-callback/` is answered as this says, by an instance that waits for the
//! payment of the invoice they name.

use sandbox::testbed::event_files;

use super::bench::{Bench, NUMBER};

/// What an event leads to.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// The invoice is in this state and kept the report, with this disagreement.
    Changed(&'static str, Option<&'static str>),
    /// Nothing is written: it tells nothing new.
    Known,
    /// It is listed for a person, beside the invoices.
    Unmatched,
    /// Nothing is even called.
    Untouched,
}

const FILES: [(&str, u16, Outcome); 23] = [
    ("paid", 200, Outcome::Changed("PAID", None)),
    ("paid-base64", 200, Outcome::Changed("PAID", None)),
    ("paid-internal-path", 200, Outcome::Changed("PAID", None)),
    ("paid-with-customer-fee", 200, Outcome::Changed("PAID", None)),
    ("note-as-php-writes-it", 200, Outcome::Changed("PAID", None)),
    ("failed", 200, Outcome::Changed("PENDING", None)),
    ("expired", 200, Outcome::Changed("EXPIRED", None)),
    ("unpaid", 200, Outcome::Known),
    ("refunded", 200, Outcome::Changed("NEEDS_REVIEW", Some("refund_without_payment"))),
    ("other-amount", 200, Outcome::Changed("NEEDS_REVIEW", Some("amount_differs"))),
    ("other-reference", 200, Outcome::Changed("NEEDS_REVIEW", Some("reference_differs"))),
    ("unknown-attempt", 200, Outcome::Changed("NEEDS_REVIEW", Some("unknown_attempt"))),
    ("test-zero-amount", 200, Outcome::Changed("PENDING", Some("amount_differs"))),
    ("unknown-invoice", 200, Outcome::Unmatched),
    ("foreign-merchant-ref", 200, Outcome::Unmatched),
    ("test-null-ids", 200, Outcome::Untouched),
    ("forged-body", 401, Outcome::Untouched),
    ("re-serialised", 401, Outcome::Untouched),
    ("signature-missing", 401, Outcome::Untouched),
    ("signature-doubled", 401, Outcome::Untouched),
    ("signature-upper-case", 401, Outcome::Untouched),
    ("wrong-event", 400, Outcome::Untouched),
    ("not-a-report", 400, Outcome::Untouched),
];

#[test]
fn every_file_is_in_the_table() {
    event_files::hold(FILES.iter().map(|(name, ..)| *name));
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for (name, status, outcome) in FILES {
        let bench = Bench::with_code().await;
        let answer = bench.deliver(name).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert_eq!(answer.body["success"], status == 200, "{name}");
        check(&bench, name, outcome).await;
    }
}

async fn check(bench: &Bench, name: &str, outcome: Outcome) {
    let (invoice, item) = (bench.invoice().await, bench.item());
    let reads_and_writes = (bench.wire.count("GetItem"), bench.wire.count("PutItem"));
    let calls = bench.operations().len();
    assert_eq!(calls, reads_and_writes.0 + reads_and_writes.1, "{name}: {:?}", bench.operations());
    match outcome {
        Outcome::Changed(state, disagreement) => {
            assert_eq!(reads_and_writes, (1, 1), "{name}");
            assert_eq!(item["version"]["N"], "2", "{name}");
            assert_eq!(item["gsi2pk"]["S"], format!("STATE#{state}"), "{name}");
            let kept = &item["reports"]["L"][0]["M"];
            assert_eq!(kept["disagreement"]["S"].as_str(), disagreement, "{name}");
            assert_eq!(kept["raw"]["S"], raw(name).as_str(), "{name}");
            let told = match state {
                "PAID" => vec![format!("{NUMBER}.2.0 invoice.paid")],
                "EXPIRED" => vec![format!("{NUMBER}.2.0 invoice.expired")],
                "NEEDS_REVIEW" => vec![format!("{NUMBER}.2.0 invoice.review_opened")],
                _ => Vec::new(),
            };
            assert_eq!(bench.new_events(), told, "{name}");
        }
        Outcome::Known | Outcome::Unmatched | Outcome::Untouched => {
            assert_eq!(invoice, super::bench::invoice_with_code(), "{name}");
            assert_eq!(item["version"]["N"], "1", "{name}");
            assert_eq!(bench.new_events(), Vec::<String>::new(), "{name}");
        }
    }
    let unmatched: Vec<String> = bench.unmatched().await.into_iter().map(|report| report.raw).collect();
    match outcome {
        Outcome::Unmatched => assert_eq!(unmatched, [raw(name)], "{name}"),
        Outcome::Changed(..) | Outcome::Known | Outcome::Untouched => {
            assert_eq!(unmatched, Vec::<String>::new(), "{name}");
        }
    }
    match outcome {
        Outcome::Changed(..) => {}
        Outcome::Known => assert_eq!(reads_and_writes, (1, 0), "{name}"),
        Outcome::Unmatched => assert!(reads_and_writes.0 <= 1 && reads_and_writes.1 == 1, "{name}"),
        Outcome::Untouched => assert_eq!(calls, 0, "{name}"),
    }
}

/// The report that a file carries.
fn raw(name: &str) -> String {
    // `paid-base64` carries the same report as `paid`.
    let event = event_files::event(if name == "paid-base64" { "paid" } else { name });
    event["body"].as_str().unwrap().to_owned()
}
