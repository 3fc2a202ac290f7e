//! The function dies, or loses an answer or a request, at each of its outside calls; then the queue delivers again
//! and the watch looks. Each bill is debited once, and none is left in doubt.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream::iter;
use jiff::SignedDuration;
use serde_json::json;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::Overrides;

use super::bench::{Bench, USER, limit_of, of_bill, paying};
use super::switch::USD;

/// What is to be broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Two days that ended are closed and charged.
    Close,
    /// A bill that was not charged yet is.
    Charge,
    /// A bill that was refused is tried again.
    ChargeAgain,
    /// A debit whose answer was lost is asked about: it was booked.
    AskBooked,
    /// The same: it was not, and the switch had its time.
    AskAbsent,
    /// A limit was reached.
    Limit,
}

const STORIES: [Story; 6] =
    [Story::Close, Story::Charge, Story::ChargeAgain, Story::AskBooked, Story::AskAbsent, Story::Limit];

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

impl Story {
    /// Everything up to the message, in front of an instance that has just started.
    async fn begin(self) -> Bench {
        let mut bench = Bench::start().await;
        let message = match self {
            Self::Close => {
                bench.used(USER, bench.at(-2, 9), 40, "0.05").await;
                bench.used(USER, bench.at(-1, 9), 60, "0.05").await;
                super::bench::periods(USER, bench.at(0, 0))
            }
            Self::Limit => {
                let limit = Overrides { frequency: Some(Frequency::Threshold), ..paying(USD) };
                bench.set(USER, Overrides { max_messages: Some(100), ..limit }).await;
                bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
                limit_of(USER)
            }
            Self::Charge => bench.after_a_fault(("getAccountInfo", "cut_before"), 5).await,
            Self::ChargeAgain => bench.after_a_fault(("accountDebit", "refuse"), 60).await,
            Self::AskBooked => bench.after_a_fault(("accountDebit", "cut_after"), 1).await,
            Self::AskAbsent => bench.after_a_fault(("accountDebit", "cut_before"), 20).await,
        };
        bench.told();
        bench.app = bench.another().await;
        bench.wire.reset();
        bench.put(&message);
        bench
    }

    /// How many bills there are in the end.
    fn bills(self) -> usize {
        if self == Self::Close { 2 } else { 1 }
    }
}

impl Bench {
    /// A bill of a hundred messages whose first try met a fault, and so many minutes that passed since. Answers the
    /// message about it.
    async fn after_a_fault(&self, (operation, fault): (&str, &str), minutes: i64) -> serde_json::Value {
        self.used(USER, self.at(-1, 9), 100, "0.05").await;
        self.fault(json!({ "operation": operation, "fault": fault })).await;
        self.run(USER).await;
        self.pass(SignedDuration::from_mins(minutes));
        of_bill(self.bill()["number"].as_str().unwrap())
    }
}

/// What is true in the end, whatever went wrong: all was billed, and each bill was debited once and told once.
async fn check_done(bench: &Bench, bills: usize, what: &str) {
    let made = bench.all_bills();
    let states: Vec<_> = made.iter().map(|bill| bill["standing"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, vec!["PAID"; bills], "{what}: {made:?}");
    assert_eq!(bench.counted(USER), (0, 100), "{what}");
    let taken = bench.taken(USD).await;
    let debited: BTreeSet<&str> = taken.iter().map(|(_, number)| number.as_str()).collect();
    let numbers: BTreeSet<&str> = made.iter().map(|bill| bill["number"].as_str().unwrap()).collect();
    assert_eq!((taken.len(), debited), (bills, numbers), "{what}: {taken:?}");
    assert_eq!((bench.waiting().len(), bench.buried()), (0, Vec::new()), "{what}");
    assert_eq!(bench.told(), vec!["sms_bill.paid"; bills], "{what}");
}

/// How many calls a story makes when nothing goes wrong.
async fn calls_of(story: Story) -> usize {
    let bench = story.begin().await;
    assert_eq!(bench.deliver().await, Vec::<String>::new(), "{story:?}");
    let calls = bench.wire.calls().len();
    bench.settle().await;
    check_done(&bench, story.bills(), &format!("{story:?}, nothing goes wrong")).await;
    calls
}

async fn check(story: Story, number: usize, trouble: Trouble) {
    let what = format!("{story:?} {trouble:?} {number}");
    let bench = story.begin().await;
    match trouble {
        Trouble::AnswerLost => bench.wire.drop_answer_of(number),
        Trouble::RequestLost => bench.wire.drop_request(number),
        Trouble::Death => assert!(bench.deliver_to_a_mortal(number).await, "{what}"),
    }
    bench.settle().await;
    check_done(&bench, story.bills(), &what).await;
}

async fn break_each_call(story: Story) {
    let calls = calls_of(story).await;
    let all = (1..=calls).flat_map(|number| TROUBLES.map(|trouble| check(story, number, trouble)));
    iter(all).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn periods_are_billed_and_debited_once_whatever_goes_wrong() {
    break_each_call(Story::Close).await;
}

#[tokio::test]
async fn a_limit_is_billed_and_debited_once_whatever_goes_wrong() {
    break_each_call(Story::Limit).await;
}

#[tokio::test]
async fn a_bill_is_debited_once_whatever_goes_wrong() {
    for story in [Story::Charge, Story::ChargeAgain] {
        break_each_call(story).await;
    }
}

#[tokio::test]
async fn a_question_ends_in_one_debit_whatever_goes_wrong() {
    for story in [Story::AskBooked, Story::AskAbsent] {
        break_each_call(story).await;
    }
}

#[tokio::test]
async fn any_two_answers_may_be_lost() {
    let story = Story::Limit;
    let calls = calls_of(story).await;
    let pairs = (1..=calls).flat_map(|one| (one + 1..=calls).map(move |other| (one, other)));
    let each = pairs.map(|(one, other)| async move {
        let bench = story.begin().await;
        bench.wire.drop_answer_of(one);
        bench.wire.drop_answer_of(other);
        bench.settle().await;
        check_done(&bench, story.bills(), &format!("{story:?} {one} {other}")).await;
    });
    iter(each).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

async fn die_again_and_again(story: Story) {
    let mut bench = story.begin().await;
    // Each life is one call longer than the one before, until nothing is left to do.
    for number in 1.. {
        assert!(number < 30, "{story:?} never ends");
        if bench.waiting().is_empty() && bench.watch().await == 0 {
            break;
        }
        bench.app = bench.another().await;
        bench.wire.reset();
        bench.deliver_to_a_mortal(number).await;
        bench.pass(SignedDuration::from_mins(20));
    }
    bench.settle().await;
    check_done(&bench, story.bills(), &format!("{story:?}")).await;
}

#[tokio::test]
async fn a_function_that_dies_again_and_again_debits_each_bill_once() {
    join_all(STORIES.map(die_again_and_again)).await;
}
