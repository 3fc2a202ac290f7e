//! Every file in `events/task-creator/` is answered as this says.

use std::collections::BTreeSet;

use super::bench::{Bench, TASK, TIME, event, folder, task};

/// What one file leads to, when there is the task that most of them name.
struct Outcome {
    name: &'static str,
    /// How many tasks the panel then has.
    made: usize,
    /// How the reasons begin with which messages are buried.
    buried: &'static [&'static str],
}

const FILES: [Outcome; 7] = [
    Outcome { name: "task", made: 1, buried: &[] },
    Outcome { name: "another-attempt", made: 0, buried: &[] },
    Outcome { name: "unknown-task", made: 0, buried: &["there is no such task"] },
    Outcome { name: "unknown-version", made: 0, buried: &["version 2 is unknown"] },
    Outcome { name: "unusable-id", made: 0, buried: &["taskId is not an id"] },
    Outcome { name: "malformed", made: 0, buried: &["malformed message: "] },
    Outcome { name: "malformed-among-others", made: 1, buried: &["malformed message: "] },
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
    for Outcome { name, made, buried } in FILES {
        let bench = Bench::start().await;
        bench.store(&task(TASK, "customer123")).await;
        let answer = bench.handle_within(&event(name), TIME).await;
        assert_eq!(answer["batchItemFailures"], serde_json::json!([]), "{name}");
        assert_eq!(bench.panel_tasks().await.len(), made, "{name}");
        assert_eq!(bench.state(TASK), if made == 1 { "CREATED" } else { "READY" }, "{name}");
        let graves = bench.buried();
        assert_eq!(graves.len(), buried.len(), "{name}");
        for ((_, reason), expected) in graves.iter().zip(buried) {
            assert!(reason.starts_with(expected), "{name}: {reason}");
        }
    }
}
