//! Every file in `events/portmone-callback/` is answered as this says, by an instance in front of an empty table.

use sandbox::testbed::event_files;

use super::bench::Bench;

/// What is kept: the bill, what is said of it, how much, and by which interface.
type Kept = (&'static str, &'static str, Option<i64>, &'static str);

const FILES: [(&str, u16, &[Kept]); 28] = [
    ("rsp-ok", 200, &[("523", "paid", None, "direct")]),
    ("rsp-ok-base64", 200, &[("523", "paid", None, "direct")]),
    ("rsp-ok-with-certificate", 200, &[("523", "paid", None, "direct")]),
    ("rsp-fail", 200, &[("523", "failed", None, "direct")]),
    ("rsp-without-bill", 400, &[]),
    ("bills-as-documented", 200, &[("966666666", "paid", Some(12_035), "biller")]),
    ("bills-paid", 200, &[("523", "paid", Some(100), "biller")]),
    ("bills-paid-plain", 200, &[("523", "paid", Some(100), "biller")]),
    ("bills-of-2010", 200, &[("523", "paid", Some(100), "biller")]),
    ("bills-refunded", 200, &[("523", "refunded", Some(100), "biller")]),
    ("bills-two", 200, &[("523", "paid", Some(100), "biller"), ("524", "paid", Some(250), "biller")]),
    ("bills-rejected", 200, &[("523", "failed", Some(100), "biller")]),
    ("bills-other-status", 400, &[]),
    (
        "pay-orders",
        200,
        &[("14561", "paid", Some(12_035), "registry"), ("14562", "paid", Some(2_050), "registry")],
    ),
    ("requests", 200, &[]),
    ("json", 200, &[("523", "paid", None, "gateway")]),
    ("json-number", 200, &[("523", "paid", None, "gateway")]),
    ("json-without-bill", 400, &[]),
    ("token-missing", 401, &[]),
    ("token-wrong", 401, &[]),
    ("token-doubled", 401, &[]),
    ("doctype", 400, &[]),
    ("entity-bomb", 400, &[]),
    ("utf-16", 400, &[]),
    ("form-without-data", 400, &[]),
    ("unknown-root", 400, &[]),
    ("not-xml", 400, &[]),
    ("empty", 400, &[]),
];

#[test]
fn every_file_is_in_the_table() {
    event_files::hold(FILES.iter().map(|(name, ..)| *name));
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for (name, status, kept) in FILES {
        let bench = Bench::start().await;
        let answer = bench.deliver(name).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        if kept.is_empty() {
            bench.check_untouched();
            continue;
        }
        for (bill, outcome, minor, source) in kept {
            let reports = bench.bill(bill).await.reports;
            let [report] = &reports[..] else { panic!("{name}: {reports:?}") };
            let told = (report.outcome.as_str(), report.amount.map(|amount| amount.minor()));
            assert_eq!((told, report.source.as_str()), ((*outcome, *minor), *source), "{name}");
        }
        let mut events = bench.new_events();
        events.sort_unstable();
        let told = kept.iter().map(|(bill, ..)| format!("{bill}.1.0 portmone_bill.reported"));
        assert_eq!(events, told.collect::<Vec<String>>(), "{name}");
        let calls = bench.operations();
        let (reads, writes) = (bench.wire.count("GetItem"), bench.wire.count("PutItem"));
        assert_eq!((reads, writes, calls.len()), (kept.len(), kept.len(), 2 * kept.len()), "{name}");
    }
}
