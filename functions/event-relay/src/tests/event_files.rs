//! Every file in `events/event-relay/` is answered as this says.

use std::collections::BTreeSet;

use super::bench::{Bench, event, folder, reason};

const PAID: &str = "INV-20261121-7K3M9QZX.4.0";
const REFUNDED: &str = "INV-20261121-7K3M9QZX.5.0";
const OTHER_PAID: &str = "INV-20261121-00000002.4.0";

/// The events that are sent, in order, and the keys of the changes that are buried.
const FILES: [(&str, &[&str], &[&str]); 7] = [
    ("invoice-paid", &[PAID], &[]),
    ("invoice-refunded", &[REFUNDED], &[]),
    ("nothing-to-tell", &[], &[]),
    ("removed", &[], &[]),
    ("several-changes", &[PAID, REFUNDED, OTHER_PAID], &[]),
    ("unreadable-outbox", &[], &["INVOICE#INV-20261121-00000001"]),
    ("unreadable-among-others", &[PAID, OTHER_PAID], &["INVOICE#INV-20261121-00000001"]),
];

#[test]
fn every_file_is_in_the_table() {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let names: BTreeSet<String> =
        names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, FILES.iter().map(|(name, ..)| (*name).to_owned()).collect());
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for (name, sent, buried) in FILES {
        let bench = Bench::start().await;
        assert_eq!(bench.deliver(&event(name)).await, Vec::<String>::new(), "{name}");
        assert_eq!(bench.event_ids(), sent, "{name}");
        let graves = bench.buried();
        assert_eq!(graves.len(), buried.len(), "{name}");
        for (grave, key) in graves.iter().zip(buried) {
            let body: serde_json::Value = serde_json::from_str(&grave.body).unwrap();
            assert_eq!(body["keys"]["pk"]["S"], *key, "{name}");
            assert_eq!(body["newImage"]["outbox"]["L"][0]["M"]["event"]["S"], "invoice.vanished", "{name}");
            assert!(reason(grave).starts_with("unreadable outbox: "), "{name}: {}", reason(grave));
            assert!(reason(grave).contains("invoice.vanished"), "{name}: {}", reason(grave));
        }
        let requests = usize::from(!sent.is_empty()) + buried.len();
        assert_eq!(bench.wire.calls().len(), requests, "{name}: one request for all events");
    }
}
