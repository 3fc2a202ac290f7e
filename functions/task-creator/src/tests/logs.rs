//! What the function logs in all tests of this run.

use sandbox::isp_panel::PASSWORD;
use sandbox::testbed::log_lines::kept;
use serde_json::{Value, json};

use super::bench::Bench;

/// The lines about a task, with the fields that tell what became of it.
fn outcomes(task: &str) -> Vec<Value> {
    let lines = kept();
    let read = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_task = read.filter(|line| line["task"] == task && line["message"] == "support task");
    let fields = |line: Value| {
        let names = ["correlationId", "attempt", "outcome", "code", "retryable"];
        names.map(|name| line[name].clone()).into_iter().collect()
    };
    of_task.map(fields).collect()
}

#[tokio::test]
async fn a_line_tells_what_became_of_a_task_and_nothing_of_what_it_says() {
    let bench = Bench::start().await;
    bench.ask("logged-1").await;
    bench.ask_for("logged-2", "nobody").await;
    bench.deliver().await;
    assert_eq!(outcomes("logged-1"), [json!(["update-4711", 1, "created", null, null])]);
    assert_eq!(outcomes("logged-2"), [json!(["update-4711", 1, "failed", "TASK_CREATE_HTTP_ERROR", true])]);
    let lines = kept();
    let never = ["customer123", "Nadia", "Sami", "noon", "Світла", "PHPSESSID", PASSWORD, "<html"];
    for secret in never {
        assert!(!lines.contains(secret), "{secret} in the log");
    }
}
