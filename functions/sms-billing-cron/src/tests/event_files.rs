//! Every file in `events/sms-billing-cron/` is answered as this says.

use sandbox::testbed::event_files;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::Overrides;

use super::bench::{Bench, TIME};

/// What a file leads to.
struct Outcome {
    name: &'static str,
    /// Whose periods are to be closed.
    users: &'static [&'static str],
    /// How the reasons begin of what is buried, or of the error.
    reasons: &'static [&'static str],
}

const FILES: [Outcome; 8] = [
    Outcome { name: "daily", users: &["user-1", "user-2"], reasons: &[] },
    Outcome { name: "weekly", users: &["user-3"], reasons: &[] },
    Outcome { name: "monthly", users: &["user-4"], reasons: &[] },
    Outcome { name: "watch", users: &[], reasons: &[] },
    Outcome { name: "continued", users: &["user-2"], reasons: &[] },
    Outcome { name: "unknown-run", users: &[], reasons: &["run is none of daily, weekly, monthly, watch"] },
    Outcome { name: "unknown-version", users: &[], reasons: &["version 2 is unknown"] },
    Outcome {
        name: "malformed-among-others",
        users: &["user-1", "user-2"],
        reasons: &["malformed message: missing field `run`"],
    },
];

#[test]
fn every_file_is_in_the_table() {
    event_files::hold(FILES.iter().map(|outcome| outcome.name));
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for Outcome { name, users, reasons } in FILES {
        let bench = Bench::start().await;
        let every = |frequency| Overrides { frequency: Some(frequency), ..Overrides::default() };
        for user in ["user-1", "user-2"] {
            bench.used(user, Overrides::default(), "2025-10-15T12:00:00Z").await;
        }
        bench.used("user-3", every(Frequency::Weekly), "2025-10-15T12:00:00Z").await;
        bench.used("user-4", every(Frequency::Monthly), "2025-10-15T12:00:00Z").await;
        let error = match bench.hand(&event_files::event(name), TIME).await {
            Ok(answer) if answer.get("batchItemFailures").is_some() => {
                assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 0, "{name}");
                None
            }
            Ok(answer) => {
                assert_eq!(answer["complete"], true, "{name}");
                None
            }
            Err(error) => Some(error.to_string()),
        };
        assert_eq!(bench.users(), users, "{name}");
        let told: Vec<String> = bench.buried().into_iter().chain(error).collect();
        event_files::hold_reasons(name, &told, reasons);
    }
}
