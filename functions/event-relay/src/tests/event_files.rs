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

const BILL: &str = "SMS-20261122-10000000";
const RECEIPT: &str = "receipt-1";
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
    /// What of a job at Billz is passed on.
    billz: Billz,
    /// What is to be billed or charged: the field of the message, and what it names.
    sms: &'static [(&'static str, &'static str)],
    /// What is passed on of bonuses.
    bonuses: Bonuses,
    /// Keys of the changes that are buried.
    buried: &'static [&'static str],
}

/// What is passed on of a job at Billz.
struct Billz {
    /// Events that who asked is answered with, each with the job's state.
    replies: &'static [(&'static str, &'static str)],
    /// Payments to be gone on with.
    payments: &'static [&'static str],
    /// Other jobs to be gone on with.
    operations: &'static [&'static str],
}

/// What is passed on of bonuses.
struct Bonuses {
    /// What is to be looked at: the field of the message, and what it names.
    work: &'static [(&'static str, &'static str)],
    /// What analytics counts: the event, and what happened.
    counted: &'static [(&'static str, &'static str)],
}

const NO_BONUSES: Bonuses = Bonuses { work: &[], counted: &[] };

const NO_BILLZ: Billz = Billz { replies: &[], payments: &[], operations: &[] };

/// What a file leads to that tells nobody anything.
const NOTHING: Outcome = Outcome {
    name: "",
    updates: &[],
    notices: &[],
    tasks: &[],
    billz: NO_BILLZ,
    sms: &[],
    bonuses: NO_BONUSES,
    buried: &[],
};

/// A file that tells the user of a bonus, and counts its payout.
const fn payout(
    name: &'static str,
    notices: &'static [(&'static str, &'static str, Option<&'static str>)],
    counted: &'static [(&'static str, &'static str)],
) -> Outcome {
    Outcome { name, notices, bonuses: Bonuses { work: &[], counted }, ..NOTHING }
}

const CUSTOMER: Option<&str> = Some("user-1");
const CONFIRMED: (&str, &str, Option<&str>) = (PAID, "payment.confirmed", CUSTOMER);
const OTHER_CONFIRMED: (&str, &str, Option<&str>) = (OTHER_PAID, "payment.confirmed", CUSTOMER);

const FILES: [Outcome; 37] = [
    Outcome { name: "invoice-paid", updates: &[PAID], notices: &[CONFIRMED], ..NOTHING },
    Outcome { name: "invoice-refunded", updates: &[REFUNDED], ..NOTHING },
    Outcome { name: "invoice-expired", notices: &[(EXPIRED, "payment.expired", CUSTOMER)], ..NOTHING },
    Outcome { name: "invoice-expiring", notices: &[(EXPIRING, "payment.expiring", CUSTOMER)], ..NOTHING },
    Outcome {
        name: "invoice-expiring-without-code",
        notices: &[(EXPIRING_WITHOUT_CODE, "payment.expiring", CUSTOMER)],
        ..NOTHING
    },
    Outcome {
        name: "invoice-review-opened",
        notices: &[(IN_QUESTION, "payment.needs_review", None)],
        ..NOTHING
    },
    Outcome {
        name: "invoice-paid-in-question",
        updates: &[PAID],
        notices: &[CONFIRMED, (ALSO_IN_QUESTION, "payment.needs_review", None)],
        ..NOTHING
    },
    Outcome { name: "nothing-to-tell", ..NOTHING },
    Outcome { name: "removed", ..NOTHING },
    Outcome {
        name: "several-changes",
        updates: &[PAID, REFUNDED, OTHER_PAID],
        notices: &[CONFIRMED, OTHER_CONFIRMED],
        ..NOTHING
    },
    Outcome { name: "unreadable-outbox", buried: &[BROKEN], ..NOTHING },
    Outcome {
        name: "unreadable-among-others",
        updates: &[PAID, OTHER_PAID],
        notices: &[CONFIRMED, OTHER_CONFIRMED],
        buried: &[BROKEN],
        ..NOTHING
    },
    Outcome { name: "task-submitted", tasks: &[(TASK, 1)], ..NOTHING },
    Outcome {
        name: "task-created",
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.3.0", "task.created", CUSTOMER)],
        ..NOTHING
    },
    Outcome {
        name: "task-failed",
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.3.0", "task.failed", CUSTOMER)],
        ..NOTHING
    },
    Outcome {
        name: "task-failed-panel-off",
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.2.0", "task.failed", CUSTOMER)],
        ..NOTHING
    },
    Outcome {
        name: "task-review-opened",
        notices: &[("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b.6.0", "task.needs_review", CUSTOMER)],
        ..NOTHING
    },
    Outcome {
        name: "billz-job-done",
        notices: &[("sample-place-order.9.0", "billz.order_changed", None)],
        billz: Billz { replies: &[("sample-place-order.9.0", "SUCCEEDED")], payments: &[], operations: &[] },
        ..NOTHING
    },
    Outcome {
        name: "billz-job-refused",
        notices: &[("sample-place-order.8.0", "billz.failed", None)],
        billz: Billz { replies: &[("sample-place-order.8.0", "REFUSED")], payments: &[], operations: &[] },
        ..NOTHING
    },
    Outcome {
        name: "billz-job-repeated",
        billz: Billz { replies: &[("sample-place-order.10.0", "SUCCEEDED")], payments: &[], operations: &[] },
        ..NOTHING
    },
    Outcome {
        name: "billz-job-resumed",
        billz: Billz { replies: &[], payments: &[], operations: &["sample-place-order"] },
        ..NOTHING
    },
    Outcome {
        name: "billz-payment-resumed",
        billz: Billz { replies: &[], payments: &["sample-make-payment"], operations: &[] },
        ..NOTHING
    },
    Outcome {
        name: "billz-payment-review-opened",
        notices: &[("sample-make-payment.4.0", "billz.failed", None)],
        billz: Billz {
            replies: &[("sample-make-payment.4.0", "NEEDS_REVIEW")],
            payments: &[],
            operations: &[],
        },
        ..NOTHING
    },
    Outcome {
        name: "sms-limit-reached",
        notices: &[("sms-user-1.1.1", "sms.threshold_reached", CUSTOMER)],
        sms: &[("limitOf", "user-1")],
        ..NOTHING
    },
    Outcome { name: "sms-charge-wanted", sms: &[("bill", BILL)], ..NOTHING },
    Outcome {
        name: "sms-bill-paid",
        notices: &[("SMS-20261122-10000000.2.0", "sms.billed", CUSTOMER)],
        ..NOTHING
    },
    Outcome {
        name: "sms-charge-failed",
        notices: &[("SMS-20261122-10000000.2.0", "sms.charge_failed", CUSTOMER)],
        ..NOTHING
    },
    Outcome {
        name: "sms-review-opened",
        notices: &[("SMS-20261122-10000000.2.0", "sms.needs_review", None)],
        ..NOTHING
    },
    Outcome {
        name: "portmone-bill-reported",
        bonuses: Bonuses { work: &[("bill", "523")], counted: &[] },
        ..NOTHING
    },
    Outcome {
        name: "bonus-wanted",
        bonuses: Bonuses { work: &[("bonus", RECEIPT)], counted: &[] },
        ..NOTHING
    },
    payout(
        "bonus-initiated",
        &[("receipt-1.2.0", "bonus.initiated", CUSTOMER)],
        &[("receipt-1.2.0", "payout_initiated")],
    ),
    payout(
        "bonus-succeeded",
        &[("receipt-1.2.0", "bonus.paid", CUSTOMER)],
        &[("receipt-1.2.0", "payout_success")],
    ),
    payout(
        "bonus-failed",
        &[("receipt-1.2.0", "bonus.failed", CUSTOMER)],
        &[("receipt-1.2.0", "payout_failure")],
    ),
    payout(
        "bonus-refused-by-paydesk",
        &[("receipt-1.1.0", "bonus.failed", CUSTOMER)],
        &[("receipt-1.1.0", "payout_failure")],
    ),
    payout(
        "bonus-timed-out",
        &[("receipt-1.2.0", "bonus.delayed", CUSTOMER), ("receipt-1.2.1", "bonus.needs_review", None)],
        &[("receipt-1.2.0", "payout_timeout")],
    ),
    payout("bonus-disagreed", &[("receipt-1.2.0", "bonus.needs_review", None)], &[]),
    payout(
        "bonus-refunded",
        &[("receipt-1.2.0", "bonus.needs_review", None)],
        &[("receipt-1.2.0", "payout_refunded")],
    ),
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
    for Outcome { name, updates, notices, tasks, billz, sms, bonuses, buried } in FILES {
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
        let replies = bench.replies();
        let replies: Vec<_> = replies
            .iter()
            .map(|reply| (reply["id"].as_str().unwrap(), reply["state"].as_str().unwrap()))
            .collect();
        assert_eq!(replies, billz.replies, "{name}");
        let (payments, operations) = bench.resumed();
        assert_eq!(payments, billz.payments, "{name}");
        assert_eq!(operations, billz.operations, "{name}");
        let charges = bench.sms_charges();
        let charges: Vec<_> = charges.iter().map(named).collect();
        assert_eq!(charges, sms, "{name}");
        let work = bench.bonus_work();
        let work: Vec<_> = work.iter().map(named).collect();
        assert_eq!(work, bonuses.work, "{name}");
        let counted = bench.analytics();
        let counted: Vec<_> = counted
            .iter()
            .map(|event| (event["id"].as_str().unwrap(), event["type"].as_str().unwrap()))
            .collect();
        assert_eq!(counted, bonuses.counted, "{name}");
        let graves = bench.buried();
        assert_eq!(graves.len(), buried.len(), "{name}");
        for (grave, key) in graves.iter().zip(buried) {
            let body: serde_json::Value = serde_json::from_str(&grave.body).unwrap();
            assert_eq!(body["keys"]["pk"]["S"], *key, "{name}");
            assert_eq!(body["newImage"]["outbox"]["L"][0]["M"]["event"]["S"], "invoice.vanished", "{name}");
            assert!(reason(grave).starts_with("unreadable outbox: "), "{name}: {}", reason(grave));
            assert!(reason(grave).contains("invoice.vanished"), "{name}: {}", reason(grave));
        }
        let jobs = [replies.len(), payments.len(), operations.len(), work.len(), counted.len()];
        let queues = [updates.len(), notices.len(), tasks.len(), charges.len()].into_iter().chain(jobs);
        let requests = queues.filter(|messages| *messages > 0).count() + buried.len();
        assert_eq!(bench.wire.calls().len(), requests, "{name}: one request for all events of a queue");
    }
}

/// Which field a message for who bills SMS, or pays bonuses, has, and what it names.
fn named(message: &serde_json::Value) -> (&str, &str) {
    let named = |field| message[field].as_str().map(|name| (field, name));
    named("limitOf").or_else(|| named("bill")).or_else(|| named("bonus")).unwrap()
}
