//! Every outside call of a command fails once, in three ways; whoever repeats the command gets it right.

use sandbox::testbed::rest::answer::Answer;
use sandbox::testbed::rest::caller::{Caller, Turn};
use sandbox::testbed::rest::trigger::Trigger;
use sandbox::testbed::wire::failure::Failure;
use serde_json::{Value, json};
use shared::domain::money::Currency;
use shared::domain::sms::bill::charging::Charged;

use super::bench::{Bench, ago, reported, trigger};
use super::bills::charged;

/// How often a caller repeats before it gives up.
const MAX_REPEATS: usize = 4;

/// A command, and what must be true at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Usage of two users, by a caller who sends a key.
    Usage,
    /// The same without a key.
    UsageUnkeyed,
    /// Settings of a user with open usage.
    Settings,
    Approve,
    /// A bill that failed, by a caller who sends no key.
    RetryUnkeyed,
    Cancel,
    ProcessPending,
    Run,
}

/// The world before a command, and the bill that it is about.
struct World {
    bench: Bench,
    bill: String,
}

impl Story {
    const ALL: [Self; 8] = [
        Self::Usage,
        Self::UsageUnkeyed,
        Self::Settings,
        Self::Approve,
        Self::RetryUnkeyed,
        Self::Cancel,
        Self::ProcessPending,
        Self::Run,
    ];

    async fn prepare(self) -> World {
        let bench = Bench::start().await;
        let auto = matches!(self, Self::RetryUnkeyed);
        bench.set("user-1", json!({ "sippyAccountId": 3, "autoProcessing": auto })).await;
        let bill = match self {
            Self::RetryUnkeyed => {
                let refused = charged(Charged::Refused("no".to_owned()));
                bench.bill("user-1", 5_000_000, ago(60), refused).await
            }
            _ => bench.bill("user-1", 5_000_000, ago(60), |_| {}).await,
        };
        if self == Self::Settings {
            bench.report("e-0", "user-1", 1, "1").await;
        }
        drop(bench.told());
        bench.wire.reset();
        World { bench, bill }
    }

    fn command(self, bill: &str) -> Trigger {
        let two: Vec<Value> = ["user-1", "user-2"]
            .map(|user| serde_json::from_str(&reported("e-1", user, 2, "0.5")).unwrap())
            .to_vec();
        let usage = trigger("usage").body(&json!({ "events": two }));
        match self {
            Self::Usage => usage.keyed("key-1"),
            Self::UsageUnkeyed => usage,
            Self::Settings => {
                trigger("settings-put").body(&json!({ "userId": "user-1", "billingFrequency": "weekly" }))
            }
            Self::Approve => trigger("bill-process").body(&json!({ "billingId": bill })),
            Self::RetryUnkeyed => {
                trigger("bill-process").body(&json!({ "billingId": bill })).without_header("idempotency-key")
            }
            Self::Cancel => trigger("bill-cancel").at(&format!("/api/admin/sms/billing/{bill}/cancel")),
            Self::ProcessPending => trigger("process-pending").keyed("key-1"),
            Self::Run => trigger("run").keyed("key-1"),
        }
    }

    /// Looks at what was stored, sent and answered.
    async fn check(self, world: &World, answer: &Answer, case: &str) {
        let bench = &world.bench;
        let account = bench.account("user-1").await;
        let waiting = account.awaiting_approval;
        match self {
            Self::Usage | Self::UsageUnkeyed => {
                for user in ["user-1", "user-2"] {
                    let open = bench.account(user).await.open(Currency::Usd).unwrap();
                    assert_eq!(
                        (open.messages, open.cost.to_decimal(2).as_str()),
                        (2, "1.00"),
                        "{case}: {user}"
                    );
                }
                let told = &answer.body;
                assert_eq!(
                    told["counted"].as_u64().unwrap() + told["repeated"].as_u64().unwrap(),
                    2,
                    "{case}"
                );
            }
            Self::Settings => {
                assert_eq!(
                    account.overrides.frequency.map(|frequency| frequency.as_str()),
                    Some("weekly"),
                    "{case}"
                );
                assert_eq!(account.open(Currency::Usd).unwrap().messages, 1, "{case}");
            }
            Self::Approve | Self::ProcessPending => {
                assert_eq!(waiting, 0, "{case}");
                self.wanted_once(bench, &world.bill, case).await;
            }
            Self::RetryUnkeyed => self.wanted_once(bench, &world.bill, case).await,
            Self::Cancel => {
                assert_eq!(
                    (waiting, answer.body["billing"]["state"].as_str()),
                    (0, Some("CANCELLED")),
                    "{case}"
                );
            }
            Self::Run => {
                // Started again after its answer was lost it bills nobody twice.
                let runs = bench.runs();
                assert!((1..=2).contains(&runs.len()), "{case}: {runs:?}");
                assert!(runs.iter().all(|run| run["scheduledAt"] == runs[0]["scheduledAt"]), "{case}");
            }
        }
    }

    /// The bill is ready, and that was told; once more at most for each time that a person asked for it.
    async fn wanted_once(self, bench: &Bench, bill: &str, case: &str) {
        let bill = bench.bills.get(&bill.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(
            (bill.state().as_str(), bill.processed_by.as_deref()),
            ("PENDING", Some("admin-1")),
            "{case}"
        );
        let told = bench.told();
        assert!(
            !told.is_empty() && told.iter().all(|event| event == "sms_bill.charge_wanted"),
            "{case}: {told:?}"
        );
    }
}

/// The command, once, with nothing in its way: how many outside calls it makes.
async fn clean_run(story: Story) -> usize {
    let world = story.prepare().await;
    let answer = world.bench.send(&story.command(&world.bill)).await;
    assert!(answer.status < 300, "{story:?}: {}", answer.body);
    let calls = world.bench.wire.calls().len();
    story.check(&world, &answer, "clean").await;
    calls
}

async fn broken_run(story: Story, failure: Failure) {
    let case = format!("{story:?}, {failure}");
    let mut world = story.prepare().await;
    let command = story.command(&world.bill);
    let bench = &mut world.bench;
    let caller = Caller { wire: bench.wire.clone(), repeats: MAX_REPEATS, case: &case };
    let is_done = |answer: &Answer| answer.status < 300;
    let give = async |turn: Turn<'_>| {
        match turn {
            Turn::First => {}
            Turn::AfterCrash => bench.restart().await,
            Turn::Repeat(_) => bench.let_leases_lapse(),
        }
        bench.send(&command).await
    };
    let answer = caller.outlasts(failure, is_done, give).await;
    story.check(&world, &answer, &case).await;
}

#[tokio::test]
async fn every_command_survives_every_failure() {
    for story in Story::ALL {
        let calls = clean_run(story).await;
        assert!(calls >= 2, "{story:?} made {calls} calls");
        for failure in Failure::each_of(calls) {
            broken_run(story, failure).await;
        }
    }
}
