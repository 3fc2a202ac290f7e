//! Jobs at Billz as their senders ask for them, and what the stream of their table says of them.

use jiff::Timestamp;
use serde_json::Value;
use shared::domain::billz::job::BillzJob;
use shared::domain::billz::operation::{OrderView, Park};
use shared::domain::billz::work::Work;
use shared::queues::billz_job::{BillzMessage, parse};
use shared::stores::billz_jobs::HeldJob;
use shared::stores::invoices::Cause;

use super::bench::{Bench, folder};

pub const ORDER: &str = "5fffc042-afe5-48bf-8203-eb72b27500da";
pub const NUMBER: &str = "213945";
pub const CLIENT: &str = "622c8993-9f82-45ae-a69d-63103d8506d5";
pub const REPLIES: &str = "paydesk-billz-replies";

pub fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

pub fn cause(correlation_id: &str) -> Cause {
    Cause { correlation_id: correlation_id.to_owned(), now: now() }
}

/// The job that a file of `events/billz-consumer/` asks for, with an answer wanted. It is being done.
pub fn asked_for(file: &str) -> (BillzJob, Work) {
    let path = folder().join("../billz-consumer").join(file).with_extension("json");
    let event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let body = event["Records"][0]["body"].as_str().unwrap();
    let BillzMessage::Job { id, work, fingerprint, .. } = parse(body).unwrap() else { panic!("{body}") };
    let job = BillzJob::receive(id, &work, fingerprint, body.to_owned(), now());
    (job.replying_to(Some(REPLIES.to_owned())), work)
}

/// The job of a file, with everything at Billz that its kind makes there.
pub fn done(file: &str) -> BillzJob {
    let (mut job, _) = asked_for(file);
    match file {
        "create-order" | "place-order" => {
            job.progress.order = Some(ORDER.parse().unwrap());
            job.progress.order_number = Some(NUMBER.to_owned());
        }
        "create-client" => job.progress.client = Some(CLIENT.parse().unwrap()),
        "add-item" => job.progress.lines_added = 1,
        "get-order" => job.progress.seen = Some(seen(&format!("{{\"id\":\"{ORDER}\",\"total\":65000.50}}"))),
        "make-payment" => {
            job.progress.seen = Some(seen("{}"));
            job.progress.order_number = Some(NUMBER.to_owned());
            job.progress.paid = true;
        }
        _ => {}
    }
    if file == "place-order" {
        job.progress.lines_added = 2;
        job.subject.customer = Some("Malika Karimova".to_owned());
    }
    job
}

pub fn seen(document: &str) -> OrderView {
    let park = Park::Active;
    OrderView { number: None, park, total: None, quantity: None, document: document.to_owned() }
}

/// What the stream says once these jobs are stored, each for the first time.
pub async fn stored(bench: &Bench, jobs: Vec<BillzJob>) -> Value {
    for job in jobs {
        let cause = cause(&format!("cause-of-{}", job.id));
        bench.jobs().save(&mut HeldJob::new(job), &cause, Vec::new()).await.unwrap();
    }
    bench.aws.dynamodb.new_billz_event().unwrap()
}

/// Has the jobs told from the stream of their table.
pub async fn told(jobs: Vec<BillzJob>) -> Bench {
    let bench = Bench::start().await;
    let changes = stored(&bench, jobs).await;
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!((bench.buried().len(), bench.updates().len(), bench.task_requests().len()), (0, 0, 0));
    bench
}
