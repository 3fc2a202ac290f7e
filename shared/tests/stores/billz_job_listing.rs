//! The list of jobs at Billz: whatever is asked for, over months and in whatever pages, the pages together are the
//! filtered list.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use serde_json::json;
use shared::domain::billz::job::{BillzJob, JobState};
use shared::domain::billz::operation::Refusal;
use shared::domain::billz::work::{JobKind, Work};
use shared::stores::billz_jobs::listing::Filter;
use shared::stores::billz_jobs::{BillzJobs, HeldJob};
use shared::stores::table::StoreError;

use crate::setup::{Stores, cause, stores};

/// The instants of the jobs: around the ends of months, two in the same millisecond, and one long ago.
const INSTANTS: [&str; 7] = [
    "2026-11-21T07:59:59.9994Z",
    "2026-11-21T07:59:59.9991Z",
    "2026-11-01T00:00:00Z",
    "2026-10-31T23:59:59.999Z",
    "2026-08-15T00:00:00Z",
    "2026-05-01T00:00:00Z",
    "2026-04-30T23:59:59.999Z",
];

fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn jobs(stores: &Stores) -> BillzJobs {
    BillzJobs::new(stores.billz_table.clone())
}

/// A job of that number: every fifth of another kind, every state in turn.
async fn hold(stores: &Stores, number: usize, at: Timestamp) -> BillzJob {
    let id = format!("job-{number:02}").parse().unwrap();
    let order = || "order-1".parse().unwrap();
    let work = if number.is_multiple_of(5) {
        Work::GetOrder { order: order() }
    } else {
        Work::CancelPostpone { order: order() }
    };
    let mut job = BillzJob::receive(id, &work, "print".to_owned(), "{}".to_owned(), at);
    let end = at + SignedDuration::from_secs(1);
    match JobState::ALL[number % 6] {
        JobState::Received => job.release(),
        JobState::Running => {}
        JobState::Succeeded => job.succeed(end),
        JobState::Refused => job.end_refused(Refusal::new(Refusal::REFUSED, "no"), end),
        JobState::NeedsReview => job.review("nobody knows".to_owned(), end),
        JobState::Dead => job.give_up("no answer".to_owned(), end),
    }
    let mut held = HeldJob::new(job);
    jobs(stores).save(&mut held, &cause(), Vec::new()).await.unwrap();
    held.job
}

/// Jobs at all instants, newest first; the last is older than what is listed without a state.
async fn filled(stores: &Stores) -> Vec<BillzJob> {
    let mut all = Vec::new();
    for number in 0..42 {
        let at = INSTANTS[number % 7].parse().unwrap();
        all.push(hold(stores, number, at).await);
    }
    all.sort_by_key(|job| std::cmp::Reverse((job.created_at.as_millisecond(), job.id.to_string())));
    all
}

async fn pages(stores: &Stores, filter: &Filter, limit: u8) -> Vec<BillzJob> {
    let (mut shown, mut after) = (Vec::new(), None);
    for _ in 0..100 {
        let (jobs, next) = jobs(stores).list(filter, after.as_ref(), limit, now()).await.unwrap();
        assert!(jobs.len() <= usize::from(limit));
        shown.extend(jobs);
        let Some(next) = next else { return shown };
        assert!(after.is_none_or(|after| next < after), "the list does not go on");
        after = Some(next);
    }
    panic!("the list never ends");
}

#[tokio::test]
async fn every_page_by_page_list_is_the_filtered_list() {
    let stores = stores().await;
    let all = filled(&stores).await;
    let oldest: Timestamp = INSTANTS[5].parse().unwrap();
    let mut lists = 0;
    for state in JobState::ALL.map(Some).into_iter().chain([None]) {
        for kind in [None, Some(JobKind::GetOrder), Some(JobKind::CancelPostpone), Some(JobKind::PlaceOrder)]
        {
            let wanted = |job: &&BillzJob| {
                let is_listed = state.is_some() || job.created_at >= oldest;
                is_listed
                    && state.is_none_or(|state| job.state() == state)
                    && kind.is_none_or(|kind| job.kind == kind)
            };
            let expected: Vec<BillzJob> = all.iter().filter(wanted).cloned().collect();
            for limit in [1, 4, 100] {
                assert_eq!(
                    pages(&stores, &Filter { state, kind }, limit).await,
                    expected,
                    "{state:?} {kind:?}"
                );
            }
            lists += usize::from(!expected.is_empty());
        }
    }
    assert_eq!(lists, 21, "lists that hold something");
}

#[tokio::test]
async fn an_empty_list_of_all_months_ends_at_once() {
    let stores = stores().await;
    let (found, next) = jobs(&stores).list(&Filter::default(), None, 20, now()).await.unwrap();
    assert_eq!((found, next), (Vec::new(), None));
    assert_eq!(stores.wire.count("Query"), 7);
}

#[tokio::test]
async fn jobs_that_come_between_two_pages_are_neither_shown_nor_in_the_way() {
    let stores = stores().await;
    let all = filled(&stores).await;
    let filter = Filter::default();
    let (first, next) = jobs(&stores).list(&filter, None, 5, now()).await.unwrap();
    hold(&stores, 90, now()).await;
    let (second, _) = jobs(&stores).list(&filter, next.as_ref(), 5, now()).await.unwrap();
    assert_eq!([first, second].concat(), all[..10]);
}

#[tokio::test]
async fn a_corrupt_job_is_an_error_that_names_it() {
    let stores = stores().await;
    hold(&stores, 1, now()).await;
    let mut item = stores.dynamodb.item(BILLZ_ORDERS, "JOB#job-01", "JOB").unwrap();
    item["kind"]["S"] = json!("NONSENSE");
    stores.dynamodb.put(BILLZ_ORDERS, &item);
    match jobs(&stores).list(&Filter::default(), None, 5, now()).await {
        Err(StoreError::Corrupt { key, .. }) => assert_eq!(key, "JOB#job-01"),
        other => panic!("{other:?}"),
    }
}
