//! A job between a Billz and a store that fail at random: calls that are never heard, answers that are lost, deaths
//! before and after each step. Whatever happens, nothing is done twice, and it ends.

// What overflows here fails a test.
#![allow(clippy::arithmetic_side_effects)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::prop_assert;
use proptest::test_runner::TestCaseError;

use super::billz_model::BillzModel;
use super::job::{Asked, BillzJob, Claim, LEASE, Standing};
use super::operation::{Answer, Operation, OperationKind, Refusal};
use super::order::{NewOrder, OrderDetails, OrderLine, OrderProduct};
use super::review::{Decided, Decision};
use super::running::{Next, Rules};
use super::work::{NewClient, Work};
use crate::domain::identifier::JobId;
use crate::domain::money::{Currency, Money};

const RULES: Rules = Rules { check_totals: true };
/// More steps than any job has, with all that may go wrong.
const MOST_STEPS: usize = 400;

/// What becomes of a call, and of whoever makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Well,
    /// It never arrives, and nobody can tell.
    Unheard,
    /// It is acted on, and the answer is lost.
    Unanswered,
    /// Billz does not want it now: certainly nothing was done.
    Limited,
    /// The function dies after its commit, before the call.
    DiesBefore,
    /// The function dies after the call.
    DiesAfter,
}

/// A job, its last commit, and what will go wrong.
struct Story {
    work: Work,
    id: JobId,
    now: Timestamp,
    stored: Option<BillzJob>,
    billz: BillzModel,
    fates: std::vec::IntoIter<Fate>,
}

/// Why nobody is at the job any more.
enum Stop {
    /// Its message comes again.
    Again,
    /// It ended, or a person has to look.
    Ended,
}

impl Story {
    fn new(work: Work, billz: BillzModel, fates: Vec<Fate>) -> Self {
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        Self { work, id: "job-1".parse().unwrap(), now, stored: None, billz, fates: fates.into_iter() }
    }

    /// The message comes until the job ends; a person decides, by what they see, where one has to.
    fn tell(&mut self) -> Result<BillzJob, TestCaseError> {
        for _ in 0..MOST_STEPS {
            self.now += LEASE + SignedDuration::from_secs(1);
            let mut job = self.stored.clone().unwrap_or_else(|| {
                BillzJob::receive(self.id.clone(), &self.work, "f".to_owned(), String::new(), self.now)
            });
            if self.stored.is_some() {
                match job.claim(Some("f"), self.now) {
                    Claim::Run => {}
                    Claim::InReview => {
                        let decision = self.seen(&job);
                        prop_assert!(job.decide(job.step, decision) == Decided::Done);
                        job.outbox.clear();
                        self.stored = Some(job);
                        continue;
                    }
                    Claim::Ended => return Ok(job),
                    Claim::Busy { .. } | Claim::OtherContent => prop_assert!(false, "it is ours"),
                }
            }
            if matches!(self.run(job)?, Stop::Ended)
                && let Some(job) = &self.stored
                && job.ended_at().is_some()
            {
                return Ok(job.clone());
            }
        }
        Err(TestCaseError::fail("it never ends"))
    }

    /// What a person sees at Billz.
    fn seen(&self, job: &BillzJob) -> Decision {
        let happened = match job.pending.map(|pending| pending.operation) {
            Some(OperationKind::Pay) => self.billz.is_completed,
            Some(OperationKind::AddItem) => self.billz.items.len() > job.progress.lines_added,
            Some(OperationKind::Postpone) => self.billz.is_postponed,
            Some(OperationKind::ReturnToDraft) => !self.billz.is_postponed,
            Some(OperationKind::DeleteDraft) => self.billz.drafts.last() == Some(&true),
            _ => false,
        };
        if happened { Decision::ItHappened { billz_id: None } } else { Decision::ItDidNotHappen }
    }

    fn save(&mut self, job: &BillzJob) {
        let mut stored = job.clone();
        stored.outbox.clear();
        // Not stored: looked up anew.
        stored.progress.client_is_new = false;
        self.stored = Some(stored);
    }

    /// One life of the function.
    fn run(&mut self, mut job: BillzJob) -> Result<Stop, TestCaseError> {
        for _ in 0..MOST_STEPS {
            if let Some(pending) = job.pending {
                let question =
                    job.progress.question(&self.work, pending.operation, &self.id, pending.since).unwrap();
                prop_assert!(!question.kind().is_once(), "a question does nothing");
                let Some(Ok(answer)) = self.call(&mut job, &question) else { return Ok(Stop::Again) };
                match job.asked(&self.work, answer, SignedDuration::ZERO, self.now) {
                    Asked::GoOn => {}
                    Asked::Wait(_) => {
                        job.release();
                        self.save(&job);
                        return Ok(Stop::Again);
                    }
                    Asked::Review => {
                        self.save(&job);
                        return Ok(Stop::Ended);
                    }
                }
                continue;
            }
            let operation = match job.progress.next(&self.work, &self.id, RULES) {
                Next::Client => Operation::FindClient { phone: self.work.client().unwrap().phone.clone() },
                Next::Card(_) => {
                    job.progress.payment_type = Some("cash".parse().unwrap());
                    continue;
                }
                Next::Call(operation) => operation,
                Next::Succeeded => {
                    job.succeed(self.now);
                    self.save(&job);
                    return Ok(Stop::Ended);
                }
                Next::Refused(refusal) => {
                    job.end_refused(refusal, self.now);
                    self.save(&job);
                    return Ok(Stop::Ended);
                }
            };
            // What is learned is committed before anything else is begun.
            job.begin(&operation, self.now);
            self.save(&job);
            match self.call(&mut job, &operation) {
                None => return Ok(Stop::Again),
                Some(Ok(answer)) => job.learn(operation.kind(), answer),
                Some(Err(refusal)) => {
                    job.refuse(&self.work, operation.kind(), refusal, self.now);
                    if matches!(job.standing, Standing::NeedsReview { .. }) {
                        self.save(&job);
                        return Ok(Stop::Ended);
                    }
                }
            }
        }
        Err(TestCaseError::fail("it never stops calling"))
    }

    /// Calls Billz; none when this life is over, with what it left in the store.
    fn call(&mut self, job: &mut BillzJob, operation: &Operation) -> Option<Result<Answer, Refusal>> {
        let fate = self.fates.next().unwrap_or(Fate::Well);
        let answer = match fate {
            Fate::Unheard | Fate::Limited | Fate::DiesBefore => None,
            Fate::Well | Fate::Unanswered | Fate::DiesAfter => Some(self.billz.act(operation)),
        };
        match fate {
            Fate::Well => return answer,
            Fate::DiesBefore | Fate::DiesAfter => {}
            Fate::Limited => {
                if operation.kind().is_once() {
                    job.forget_call();
                }
                job.release();
                self.save(job);
            }
            Fate::Unheard | Fate::Unanswered => {
                job.release();
                self.save(job);
            }
        }
        None
    }
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::Uzs)
}

fn line(product: usize) -> OrderLine {
    let product = format!("product-{product}").parse().unwrap();
    OrderLine { product, quantity: "1".parse().unwrap(), seller: None }
}

fn order(products: usize, discount: i64) -> Work {
    let product = |number| OrderProduct {
        line: line(number),
        name: None,
        sku: None,
        bar_code: None,
        image_url: None,
        color: None,
        size: None,
        subtotal: None,
        discount: None,
        total: None,
    };
    let client = NewClient {
        phone: "+998901112233".parse().unwrap(),
        first_name: "Malika".to_owned(),
        last_name: None,
        system_id: None,
    };
    Work::PlaceOrder(Box::new(NewOrder {
        id: "12345".parse().unwrap(),
        client_id: None,
        client: Some(client),
        products: (0..products).map(product).collect(),
        subtotal: money(1000),
        discount: money(discount),
        total: money(1000 - discount),
        region: None,
        details: OrderDetails::default(),
    }))
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        3 => Just(Fate::Well),
        1 => Just(Fate::Unheard),
        1 => Just(Fate::Unanswered),
        1 => Just(Fate::Limited),
        1 => Just(Fate::DiesBefore),
        1 => Just(Fate::DiesAfter),
    ];
    proptest::collection::vec(fate, 0..60)
}

proptest! {
    #[test]
    fn an_order_is_placed_once_and_whole_or_refused_and_gone(
        products in 1_usize..5,
        discount in prop_oneof![Just(0_i64), Just(100)],
        missing in proptest::option::weighted(0.3, 0_usize..5),
        is_otherwise_priced in proptest::bool::weighted(0.2),
        is_known in any::<bool>(),
        fates in fates(),
    ) {
        let clients = usize::from(is_known);
        let billz = BillzModel { clients, missing, is_otherwise_priced, total: 1000 - discount, ..BillzModel::default() };
        let mut story = Story::new(order(products, discount), billz, fates);
        let job = story.tell()?;
        let billz = &story.billz;
        prop_assert!(billz.clients == 1 && billz.most_live_drafts <= 1 && billz.drafts.len() <= 1);
        let wanted: Vec<String> = (0..products).map(|number| format!("product-{number}")).collect();
        let is_refused = missing.is_some_and(|missing| missing < products) || is_otherwise_priced;
        if is_refused {
            prop_assert!(matches!(job.standing, Standing::Refused { .. }), "{:?}", job.standing);
            prop_assert!(billz.drafts == [true], "nothing is left: {billz:?}");
            prop_assert!(wanted.starts_with(&billz.items), "{billz:?}");
        } else {
            prop_assert!(matches!(job.standing, Standing::Succeeded { .. }), "{:?}", job.standing);
            prop_assert!(billz.items == wanted && billz.is_postponed && billz.drafts == [false], "{billz:?}");
        }
    }

    #[test]
    fn an_order_is_paid_once(fates in fates(), is_postponed in any::<bool>()) {
        let order = "order-1".parse().unwrap();
        let work = Work::MakePayment { order, card: "cash".parse().unwrap(), total: money(1000) };
        let billz = BillzModel { drafts: vec![false], is_postponed, total: 1000, ..BillzModel::default() };
        let mut story = Story::new(work, billz, fates);
        let job = story.tell()?;
        prop_assert!(matches!(job.standing, Standing::Succeeded { .. }), "{:?}", job.standing);
        prop_assert!(story.billz.payments == 1);
    }

    #[test]
    fn an_item_is_added_once_and_an_order_deleted(fates in fates(), is_postponed in any::<bool>()) {
        let order = || "order-1".parse().unwrap();
        let billz = BillzModel { drafts: vec![false], ..BillzModel::default() };
        let mut story = Story::new(Work::AddItem { order: order(), line: line(0) }, billz, fates.clone());
        story.tell()?;
        prop_assert!(story.billz.items.len() == 1);
        let billz = BillzModel { drafts: vec![false], is_postponed, ..BillzModel::default() };
        let mut story = Story::new(Work::DeleteOrder { order: order() }, billz, fates);
        let job = story.tell()?;
        prop_assert!(matches!(job.standing, Standing::Succeeded { .. }), "{:?}", job.standing);
        prop_assert!(story.billz.drafts == [true]);
    }
}
