//! Every file in `events/event-relay/` is answered as this says.

use std::collections::BTreeSet;

use super::bench::{Bench, event, folder, reason};

const PAID: &str = "INV-20261121-7K3M9QZX.4.0";
const REFUNDED: &str = "INV-20261121-7K3M9QZX.5.0";
const OTHER_PAID: &str = "INV-20261121-00000002.4.0";
const EXPIRED: &str = "INV-20261121-7K3M9QZX.5.0";
const EXPIRING: &str = "INV-20261121-7K3M9QZX.4.0";
const EXPIRING_WITHOUT_CODE: &str = "INV-20261121-7K3M9QZX.2.0";
const IN_QUESTION: &str = "INV-20261121-7K3M9QZX.6.0";
const ALSO_IN_QUESTION: &str = "INV-20261121-7K3M9QZX.4.1";
const BROKEN: &str = "INVOICE#INV-20261121-00000001";

const TASK: &str = "01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b";

/// What one file leads to.
struct Outcome {
    name: &'static str,
    /// Events the order service is told, in order.
    updates: &'static [&'static str],
    /// Events that customers and operators are told, in order, each with the name of its notice and whom.
    notices: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// Tasks to be made, with the attempt.
    tasks: &'static [(&'static str, u64)],
    /// Keys of the changes that are buried.
    buried: &'static [&'static str],
}

const CUSTOMER: Option<&str> = Some("user-1");
const CONFIRMED: (&str, &str, Option<&str>) = (PAID, "payment.confirmed", CUSTOMER);
const OTHER_CONFIRMED: (&str, &str, Option<&str>) = (OTHER_PAID, "payment.confirmed", CUSTOMER);

const FILES: [Outcome; 17] = [
    Outcome { name: "invoice-paid", updates: &[PAID], notices: &[CONFIRMED], tasks: &[], buried: &[] },
    Outcome { name: "invoice-refunded", updates: &[REFUNDED], notices: &[], tasks: &[], buried: &[] },
    Outcome {
        name: "invoice-expired",
        updates: &[],
        notices: &[(EXPIRED, "payment.expired", CUSTOMER)],
        tasks: &[],
        buried: &[],
    },
    Outcome {
        name: "invoice-expiring",
        updates: &[],
        notices: &[(EXPIRING, "payment.expiring", CUSTOMER)],
        tasks: &[],
        buried: &[],
    },
    Outcome {
        name: "invoice-expiring-without-code",
        updates: &[],
        notices: &[(EXPIRING_WITHOUT_CODE, "payment.expiring", CUSTOMER)],
        tasks: &[],
        buried: &[],
    },
    Outcome {
        name: "invoice-review-opened",
        updates: &[],
        notices: &[(IN_QUESTION, "payment.needs_review", None)],
        tasks: &[],
        buried: &[],
    },
    Outcome {
        name: "invoice-paid-in-question",
        updates: &[PAID],
        notices: &[CONFIRMED, (ALSO_IN_QUESTION, "payment.needs_review", None)],
        tasks: &[],
        buried: &[],
    },
    Outcome { name: "nothing-to-tell", updates: &[], notices: &[], tasks: &[], buried: &[] },
    Outcome { name: "removed", updates: &[], notices: &[], tasks: &[], buried: &[] },
    Outcome {
        name: "several-changes",
        updates: &[PAID, REFUNDED, OTHER_PAID],
        notices: &[CONFIRMED, OTHER_CONFIRMED],
        tasks: &[],
        buried: &[],
    },
    Outcome { name: "unreadable-outbox", updates: &[], notices: &[], tasks: &[], buried: &[BROKEN] },
    Outcome {
        name: "unreadable-among-others",
        updates: &[PAID, OTHER_PAID],
        notices: &[CONFIRMED, OTHER_CONFIRMED],
        tasks: &[],
        buried: &[BROKEN],
    },
    Outcome { name: "task-submitted", updates: &[], notices: &[], tasks: &[(TASK, 1)], buried: &[] },
    Outcome {
        name: "task-created",
        updates: &[],
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.3.0", "task.created", CUSTOMER)],
        tasks: &[],
        buried: &[],
    },
    Outcome {
        name: "task-failed",
        updates: &[],
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.3.0", "task.failed", CUSTOMER)],
        tasks: &[],
        buried: &[],
    },
    Outcome {
        name: "task-failed-panel-off",
        updates: &[],
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.2.0", "task.failed", CUSTOMER)],
        tasks: &[],
        buried: &[],
    },
    Outcome {
        name: "task-review-opened",
        updates: &[],
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.6.0", "task.needs_review", CUSTOMER)],
        tasks: &[],
        buried: &[],
    },
];

#[test]
fn every_file_is_in_the_table() {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let names: BTreeSet<String> =
        names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, FILES.iter().map(|file| file.name.to_owned()).collect());
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for Outcome { name, updates, notices, tasks, buried } in FILES {
        let bench = Bench::start().await;
        assert_eq!(bench.deliver(&event(name)).await, Vec::<String>::new(), "{name}");
        assert_eq!(bench.event_ids(), updates, "{name}");
        let notified = bench.notifications();
        let notified: Vec<_> = notified
            .iter()
            .map(|message| {
                let text = |place: &str| message.pointer(place).and_then(|text| text.as_str());
                (text("/id").unwrap(), text("/notice/event").unwrap(), text("/userId"))
            })
            .collect();
        assert_eq!(notified, notices, "{name}");
        let requested = bench.task_requests();
        let requested: Vec<_> = requested
            .iter()
            .map(|request| (request["taskId"].as_str().unwrap(), request["attempt"].as_u64().unwrap()))
            .collect();
        assert_eq!(requested, tasks, "{name}");
        let graves = bench.buried();
        assert_eq!(graves.len(), buried.len(), "{name}");
        for (grave, key) in graves.iter().zip(buried) {
            let body: serde_json::Value = serde_json::from_str(&grave.body).unwrap();
            assert_eq!(body["keys"]["pk"]["S"], *key, "{name}");
            assert_eq!(body["newImage"]["outbox"]["L"][0]["M"]["event"]["S"], "invoice.vanished", "{name}");
            assert!(reason(grave).starts_with("unreadable outbox: "), "{name}: {}", reason(grave));
            assert!(reason(grave).contains("invoice.vanished"), "{name}: {}", reason(grave));
        }
        let queues = [updates.is_empty(), notices.is_empty(), tasks.is_empty()];
        let requests = queues.iter().filter(|is_empty| !**is_empty).count() + buried.len();
        assert_eq!(bench.wire.calls().len(), requests, "{name}: one request for all events of a queue");
    }
}
