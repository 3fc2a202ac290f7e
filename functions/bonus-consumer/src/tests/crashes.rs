//! The function dies, or loses an answer or a request, at each of its outside calls; then the queues deliver again, the
//! watch looks, Portmone reports what is true, and a person says what is true where nobody else can. Each bonus has one
//! bill that is paid, once, and is topped up once; and of each call that Portmone saw there is evidence.

use futures::StreamExt;
use futures::future::join_all;
use futures::stream::iter;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::bonus::deciding::Decision;
use shared::domain::bonus::report::ReportSource;

use super::bench::{Bench, RECEIPT};
use super::deployed::{Setup, USUAL};
use super::outside::{accepted, paid, report_of};
use super::trouble::unavailable;

/// What is to be broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// A receipt is accepted.
    Accept,
    /// The same where payouts are counted.
    Count,
    /// The bill is made, and was not paid yet.
    Pay,
    /// A payment without an answer is reported.
    Hear,
    /// The same by the gateway, which is asked.
    Ask,
    /// The bill is paid, and the phone not topped up yet.
    TopUp,
    /// Whoever made the bill is gone.
    Watch,
    /// A person said that a payment did not happen.
    PayAgain,
}

const STORIES: [Story; 8] = [
    Story::Accept,
    Story::Count,
    Story::Pay,
    Story::Hear,
    Story::Ask,
    Story::TopUp,
    Story::Watch,
    Story::PayAgain,
];

/// How the `n`-th call goes wrong.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Its answer is lost.
    AnswerLost,
    /// It never arrives.
    RequestLost,
    /// It is acted on, and then nothing works any more.
    Death,
}

const TROUBLES: [Trouble; 3] = [Trouble::AnswerLost, Trouble::RequestLost, Trouble::Death];

/// How many stories are told at the same time.
const AT_ONCE: usize = 20;
/// How often things are delivered and looked at until a story must have ended.
const MOST_ROUNDS: usize = 40;

impl Story {
    /// Everything up to what is broken off, in front of an instance that has just started.
    async fn begin(self) -> Bench {
        let counted = Setup { per_day: Some(5), per_user: Some(2), ..USUAL };
        let mut bench = Bench::with(if self == Self::Count { counted } else { USUAL }).await;
        match self {
            Self::Accept | Self::Count => {
                bench.put(&accepted(RECEIPT));
            }
            Self::Pay => bench.after_a_fault("bills.pay", "limit", 1).await,
            Self::Hear | Self::Ask => {
                bench.after_a_fault("bills.pay", "cut_after", 1).await;
                let source = if self == Self::Hear { ReportSource::Direct } else { ReportSource::Gateway };
                bench.report(&bench.bill_there().await, &report_of(paid(), None, source)).await;
            }
            Self::TopUp => {
                bench.telecom_fault("server_error").await;
                bench.accept(&accepted(RECEIPT)).await;
                bench.pass(SignedDuration::from_mins(1));
            }
            Self::Watch => bench.after_a_fault("bills.create", "cut_after", 1).await,
            Self::PayAgain => {
                bench.after_a_fault("bills.pay", "cut_before", 15).await;
                assert_eq!(bench.watch().await, 1);
                bench.decide(RECEIPT, Decision::ItDidNotHappen).await;
            }
        }
        bench.app = bench.another().await;
        bench.wire.reset();
        bench
    }

    /// Bills that nobody pays, because their answer was lost before it broke off.
    fn lost_bills(self) -> usize {
        usize::from(self == Self::Watch)
    }
}

impl Bench {
    /// A bonus of which a call met a fault, and so many minutes that passed since.
    async fn after_a_fault(&self, operation: &str, fault: &str, minutes: i64) {
        self.fault(json!({ "operation": operation, "fault": fault })).await;
        self.accept(&accepted(RECEIPT)).await;
        self.pass(SignedDuration::from_mins(minutes));
    }

    fn is_going_on(&self) -> bool {
        self.items("BONUS").iter().any(|bonus| bonus.get("gsi3pk").is_some())
    }

    /// Portmone reports each payment that it made.
    async fn tell_the_truth(&self) {
        for bill in self.bills_there().await.iter().filter(|bill| bill["payments"] != 0) {
            self.report(bill["id"].as_str().unwrap(), &report_of(paid(), Some(100), ReportSource::Biller))
                .await;
        }
    }

    /// A person looks, and says what is true.
    async fn answer_questions(&self) {
        let bonus = self.bonus(RECEIPT);
        let happened = match bonus["standing"]["question"].as_str() {
            None => return,
            Some("PAYMENT") => !self.payments().await.is_empty(),
            Some(_) => !self.top_ups().await.is_empty(),
        };
        self.decide(RECEIPT, if happened { Decision::ItHappened } else { Decision::ItDidNotHappen }).await;
    }

    /// Goes on until nobody has to look at anything any more, with time passing in between.
    async fn settle(&self) {
        for _ in 0..MOST_ROUNDS {
            self.relay();
            if !self.waiting().is_empty() {
                self.deliver().await;
                continue;
            }
            if !self.is_going_on() && self.standing(RECEIPT)["question"].is_null() {
                return;
            }
            self.answer_questions().await;
            self.tell_the_truth().await;
            self.pass_and_watch(SignedDuration::from_mins(20)).await;
        }
        panic!("it never ends: {:?} {}", self.waiting(), self.bonus(RECEIPT));
    }
}

/// What is true in the end, whatever went wrong, of a function that died so often.
async fn check_done(bench: &Bench, story: Story, deaths: usize, what: &str) {
    let bonus = bench.bonus(RECEIPT);
    assert_eq!(bonus["standing"]["state"], "DONE", "{what}: {bonus}");
    assert_eq!(bench.payments().await, [1], "{what}");
    let paid = bench.seen("portmone", "bills.pay").await;
    assert_eq!(paid.len(), 1, "{what}: {paid:?}");
    let (top_ups, bills) = (bench.top_ups().await, bench.items("PORTMONE_BILL"));
    assert_eq!((top_ups.len(), bills.len()), (1, 1), "{what}: {bills:?}");
    assert_eq!((&bills[0]["bill"], &bills[0]["bonus"]), (&bonus["bill"], &json!(RECEIPT)), "{what}");
    let made = bench.bills_there().await;
    assert!(made.len() <= 2 + story.lost_bills(), "{what}: {made:?}");
    check_evidence(bench, deaths, what).await;
    check_told(bench, what);
    assert_eq!((bench.waiting().len(), bench.buried()), (0, Vec::new()), "{what}");
    for count in bench.items("PAYOUTS") {
        assert_eq!(count["payouts"], 1, "{what}: {count}");
    }
}

/// Of each call that was seen there is an exchange. Each has its answer, or why there was none: only who dies takes that
/// of the call being made along.
async fn check_evidence(bench: &Bench, deaths: usize, what: &str) {
    let kept = bench.exchanges(RECEIPT);
    let numbers: Vec<u64> = kept.iter().map(|kept| kept["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=kept.len() as u64).collect::<Vec<_>>(), "{what}");
    assert_eq!(bench.bonus(RECEIPT)["exchanges"], json!(kept.len()), "{what}");
    for (party, operation) in [("portmone", "bills.create"), ("portmone", "bills.pay"), ("telecom", "top-up")]
    {
        let of_it: Vec<&Value> = kept.iter().filter(|kept| kept["method"] == operation).collect();
        let seen = bench.seen(party, operation).await.len();
        assert!(of_it.len() >= seen, "{what}: {operation} was seen {seen} times: {of_it:?}");
    }
    let is_unanswered = |kept: &&Value| kept["method"] != "report" && kept["answer"].is_null();
    let unanswered: Vec<&Value> = kept.iter().filter(is_unanswered).collect();
    assert!(unanswered.len() <= deaths, "{what}: {unanswered:?}");
    let said_paid = |kept: &&Value| kept["answer"].as_str().is_some_and(|it| it.contains("<status>paid"));
    assert!(kept.iter().filter(said_paid).all(|kept| kept["method"] == "bills.pay"), "{what}: {kept:?}");
}

/// Nobody was asked what became of a payment.
fn check_nobody_was_asked(bench: &Bench, what: &str) {
    let told = bench.told();
    assert!(!told.iter().any(|name| name == "bonus.review_opened"), "{what}: {told:?}");
}

/// Its user is told once that it is on its way and once that it is done, and nothing else.
fn check_told(bench: &Bench, what: &str) {
    let told = bench.told();
    let times = |event: &str| told.iter().filter(|name| *name == event).count();
    let (initiated, succeeded) = (times("bonus.initiated"), times("bonus.succeeded"));
    assert_eq!((initiated, succeeded), (1, 1), "{what}: {told:?}");
    let others = ["bonus.failed", "bonus.refunded", "bonus.disagreed"].map(times);
    assert_eq!(others, [0; 3], "{what}: {told:?}");
    assert_eq!(times("bonus.timed_out"), times("bonus.review_opened"), "{what}: {told:?}");
}

/// How many calls a story makes when nothing goes wrong.
async fn calls_of(story: Story) -> usize {
    let bench = story.begin().await;
    assert!(!bench.go_on_until_death(usize::MAX).await, "{story:?}");
    let calls = bench.wire.calls().len();
    assert_eq!(bench.state(RECEIPT), "DONE", "{story:?}");
    bench.settle().await;
    check_done(&bench, story, 0, &format!("{story:?}, nothing goes wrong")).await;
    calls
}

async fn check(story: Story, number: usize, trouble: Trouble) {
    let what = format!("{story:?} {trouble:?} {number}");
    let bench = Box::pin(story.begin()).await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => assert!(bench.go_on_until_death(number).await, "{what}"),
    }
    // An event that failed comes again; a watch that did is followed by the next one.
    if !matches!(trouble, Trouble::Death) {
        bench.go_on_until_death(usize::MAX).await;
    }
    Box::pin(bench.settle()).await;
    check_done(&bench, story, usize::from(matches!(trouble, Trouble::Death)), &what).await;
}

async fn break_each_call(story: Story) {
    let calls = Box::pin(calls_of(story)).await;
    assert!(calls > 2, "{story:?}");
    let all = (1..=calls).flat_map(|number| TROUBLES.map(|trouble| Box::pin(check(story, number, trouble))));
    iter(all).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn an_accepted_receipt_is_paid_once_whatever_goes_wrong() {
    break_each_call(Story::Accept).await;
}

#[tokio::test]
async fn a_counted_receipt_is_paid_and_counted_once_whatever_goes_wrong() {
    break_each_call(Story::Count).await;
}

#[tokio::test]
async fn a_bill_is_paid_once_whatever_goes_wrong() {
    for story in [Story::Pay, Story::PayAgain] {
        break_each_call(story).await;
    }
}

#[tokio::test]
async fn a_report_is_heard_once_whatever_goes_wrong() {
    for story in [Story::Hear, Story::Ask] {
        break_each_call(story).await;
    }
}

#[tokio::test]
async fn a_phone_is_topped_up_once_whatever_goes_wrong() {
    break_each_call(Story::TopUp).await;
}

#[tokio::test]
async fn what_is_watched_is_paid_once_whatever_goes_wrong() {
    break_each_call(Story::Watch).await;
}

async fn lose_any_two_answers(story: Story) {
    let calls = Box::pin(calls_of(story)).await;
    let pairs = (1..=calls).flat_map(|one| (one + 1..=calls).map(move |other| (one, other)));
    let each = pairs.map(|(one, other)| {
        Box::pin(async move {
            let bench = story.begin().await;
            bench.wire.drop_answer_of(one);
            bench.wire.drop_answer_of(other);
            bench.settle().await;
            let what = format!("{story:?} {one} {other}");
            check_done(&bench, story, 0, &what).await;
            // Portmone's answer to a payment may be missed by a person, too.
            let calls = bench.wire.calls();
            if calls.iter().all(|call| call.tap == "aws" || ![one, other].contains(&call.number)) {
                check_nobody_was_asked(&bench, &what);
            }
        })
    });
    iter(each).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn any_two_answers_may_be_lost() {
    for story in [Story::Hear, Story::Pay] {
        lose_any_two_answers(story).await;
    }
}

/// The answer to a commit is lost, and the store is gone when it is repeated, and when it is looked for.
async fn lose_the_store_after_each_commit(story: Story) {
    let bench = story.begin().await;
    bench.go_on_until_death(usize::MAX).await;
    let calls = bench.wire.calls();
    let commits = calls.iter().filter(|call| call.operation() == "TransactWriteItems");
    let commits: Vec<usize> = commits.map(|call| call.number).collect();
    assert!(commits.len() > 1, "{story:?}");
    let each = commits.into_iter().map(|number| {
        Box::pin(async move {
            let (bench, what) = (story.begin().await, format!("{story:?} {number}"));
            bench.wire.drop_answer_of(number);
            for gone in [number + 1, number + 2] {
                let (status, body) = unavailable();
                bench.wire.answer(gone, status, &body);
            }
            bench.go_on_until_death(usize::MAX).await;
            assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{what}");
            bench.settle().await;
            check_done(&bench, story, 0, &what).await;
        })
    });
    iter(each).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn who_committed_a_call_makes_it_though_the_store_is_gone_for_a_moment() {
    for story in [Story::Accept, Story::Pay, Story::Hear, Story::TopUp, Story::PayAgain] {
        lose_the_store_after_each_commit(story).await;
    }
}

async fn die_again_and_again(story: Story) {
    let mut bench = story.begin().await;
    let mut deaths = 0;
    // Each life is one call longer than the one before, until nothing is left to do.
    for number in 1.. {
        assert!(number < 40, "{story:?} never ends");
        bench.app = bench.another().await;
        bench.wire.reset();
        if !bench.go_on_until_death(number).await && bench.waiting().is_empty() {
            break;
        }
        deaths += 1;
        bench.tell_the_truth().await;
        bench.pass(SignedDuration::from_mins(3));
    }
    bench.settle().await;
    check_done(&bench, story, deaths, &format!("{story:?}")).await;
}

#[tokio::test]
async fn a_function_that_dies_again_and_again_pays_each_bill_once() {
    join_all(STORIES.map(|story| Box::pin(die_again_and_again(story)))).await;
}
