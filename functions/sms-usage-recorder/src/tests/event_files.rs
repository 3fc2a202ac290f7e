//! Every file of `events/sms-usage-recorder/` and what must come of it.

use sandbox::testbed::event_files;

use super::bench::{Bench, event};

/// What must come of one file.
struct Outcome {
    name: &'static str,
    /// Messages of user-1 and of user-2 that count.
    messages: (u64, u64),
    /// How the reasons of the buried messages begin.
    reasons: &'static [&'static str],
}

const FILES: &[Outcome] = &[
    Outcome { name: "sent", messages: (1, 0), reasons: &[] },
    Outcome { name: "many", messages: (1, 10), reasons: &[] },
    Outcome { name: "twice", messages: (1, 0), reasons: &[] },
    Outcome { name: "no-rate", messages: (0, 0), reasons: &["1 of 1 events do not count: msg-5 no_rate"] },
    Outcome {
        name: "some-without-rate",
        messages: (1, 0),
        reasons: &["1 of 2 events do not count: msg-5 no_rate"],
    },
    Outcome { name: "malformed", messages: (0, 0), reasons: &["malformed message: expected ident"] },
    Outcome {
        name: "malformed-among-others",
        messages: (2, 0),
        reasons: &["malformed message: missing field `eventId`"],
    },
];

#[test]
fn every_file_is_in_the_table() {
    event_files::hold(FILES.iter().map(|outcome| outcome.name));
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for Outcome { name, messages, reasons } in FILES {
        let bench = Bench::start().await;
        let answer = bench.handle(&event(name)).await;
        assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 0, "{name}");
        let open = (bench.open("user-1").await.0, bench.open("user-2").await.0);
        assert_eq!(open, *messages, "{name}");
        event_files::hold_reasons(name, &bench.reasons(), reasons);
    }
}
