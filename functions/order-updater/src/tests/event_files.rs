//! Every file in `events/order-updater/` is answered as this says.

use std::collections::BTreeSet;

use super::bench::{Bench, event, folder, reason};

const PAID: &str = "INV-20261121-7K3M9QZX.4.0";
const REFUNDED: &str = "INV-20261121-7K3M9QZX.5.0";
const OTHER_PAID: &str = "INV-20261121-00000002.4.0";

/// What a file leads to.
struct Outcome {
    name: &'static str,
    /// The keys that take effect at `order-1`.
    first: &'static [&'static str],
    /// The keys that take effect at `order-3`.
    third: &'static [&'static str],
    /// How the reasons begin of what is buried.
    reasons: &'static [&'static str],
}

const FILES: [Outcome; 7] = [
    Outcome { name: "paid", first: &[PAID], third: &[], reasons: &[] },
    Outcome { name: "refunded", first: &[REFUNDED], third: &[], reasons: &[] },
    Outcome { name: "paid-twice", first: &[PAID], third: &[], reasons: &[] },
    Outcome {
        name: "unknown-order",
        first: &[],
        third: &[],
        reasons: &["orders payment-status: the order service refused (HTTP 404)"],
    },
    Outcome { name: "unknown-version", first: &[], third: &[], reasons: &["version 2 is unknown"] },
    Outcome {
        name: "malformed",
        first: &[],
        third: &[],
        reasons: &["malformed message: expected ident at line 1 column 2"],
    },
    Outcome {
        name: "malformed-among-others",
        first: &[PAID],
        third: &[OTHER_PAID],
        reasons: &["malformed message: missing field `eventId`"],
    },
];

#[test]
fn every_file_is_in_the_table() {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let names: BTreeSet<String> =
        names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, FILES.iter().map(|outcome| outcome.name.to_owned()).collect());
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for Outcome { name, first, third, reasons } in FILES {
        let bench = Bench::start().await;
        let answer = bench.handle(&event(name)).await;
        assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 0, "{name}");
        assert_eq!(bench.keys("order-1").await, first, "{name}");
        assert_eq!(bench.keys("order-3").await, third, "{name}");
        let buried = bench.buried();
        assert_eq!(buried.len(), reasons.len(), "{name}");
        for (grave, expected) in buried.iter().zip(reasons) {
            assert!(reason(grave).starts_with(expected), "{name}: {}", reason(grave));
        }
    }
}
