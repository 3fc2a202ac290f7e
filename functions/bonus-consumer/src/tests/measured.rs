//! What is counted: the lines that CloudWatch reads off standard output, as another run of a story prints them.

use std::process::Command;

use serde_json::{Value, json};

/// The lines of metrics that a story prints.
fn lines_of(story: &str) -> Vec<Value> {
    let program = std::env::current_exe().unwrap();
    let told = Command::new(program).args(["--exact", story, "--nocapture"]).output().unwrap();
    assert!(told.status.success(), "{story}: {}", String::from_utf8_lossy(&told.stderr));
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(text.contains("1 passed"), "there is no story {story}: {text}");
    // The first line stands behind the name of the story.
    let lines = text.lines().filter(|line| line.contains("\"_aws\""));
    let lines = lines.filter_map(|line| line.find('{').map(|start| &line[start..]));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What was counted, by what it is told apart by.
fn counted(lines: &[Value], name: &str) -> Vec<Value> {
    let is_it = |line: &&Value| line.get(name).is_some();
    let kind = |line: &Value| {
        json!([line[name], line.get("method").or(line.get("code")).cloned().unwrap_or_default()])
    };
    lines.iter().filter(is_it).map(kind).collect()
}

#[test]
fn a_paid_bonus_is_counted_once_with_its_calls() {
    let lines = lines_of("tests::accepted::an_accepted_receipt_is_one_paid_bill_and_a_topped_up_phone");
    let requests = counted(&lines, "portmone_request_total");
    assert_eq!(requests, [json!([1, "bills.create"]), json!([1, "bills.pay"])]);
    assert_eq!(counted(&lines, "PortmoneErrorPercent"), [json!([0, null]), json!([0, null])]);
    assert_eq!(counted(&lines, "payout_success").len(), 1);
    for name in [
        "payout_failure",
        "payout_timeout",
        "portmone_fail_total",
        "PortmoneVersionFallback",
        "BonusNeedsReview",
    ] {
        assert_eq!(counted(&lines, name), Vec::<Value>::new(), "{name}");
    }
}

#[test]
fn a_first_version_answer_is_counted_as_a_refusal_and_as_a_fallback() {
    let lines = lines_of("tests::odd_answers::a_first_version_answer_is_understood");
    assert_eq!(counted(&lines, "portmone_fail_total"), [json!([1, "p008"])]);
    assert_eq!(counted(&lines, "PortmoneVersionFallback").len(), 1);
    assert_eq!((counted(&lines, "payout_failure").len(), counted(&lines, "payout_success").len()), (1, 0));
    assert_eq!(counted(&lines, "PortmoneErrorPercent"), [json!([0, null])]);
}

#[test]
fn a_refusal_in_the_second_version_is_no_fallback() {
    let lines = lines_of("tests::trouble::a_bill_that_portmone_refuses_to_make_is_its_no_in_its_own_words");
    assert_eq!(counted(&lines, "portmone_fail_total"), [json!([1, "x17"])]);
    assert_eq!(counted(&lines, "PortmoneVersionFallback"), Vec::<Value>::new());
}

#[test]
fn a_lost_answer_is_an_error_and_a_time_that_ran_out() {
    let lines = lines_of("tests::doubt::whoever_dies_while_paying_leaves_it_in_doubt_and_nobody_pays_again");
    assert_eq!((counted(&lines, "payout_timeout").len(), counted(&lines, "BonusNeedsReview").len()), (1, 1));
    let percents = counted(&lines, "PortmoneErrorPercent");
    assert_eq!(percents.iter().filter(|percent| **percent == json!([100, null])).count(), 1, "{percents:?}");
}

#[test]
fn how_long_a_report_took_to_be_heard_is_kept_once() {
    let lines = lines_of("tests::reports::a_late_failure_never_undoes_a_success");
    assert_eq!(counted(&lines, "portmone_callback_latency").len(), 2);
    assert_eq!(counted(&lines, "BonusNeedsReview").len(), 1);
}

#[test]
fn a_bonus_that_is_refused_from_its_beginning_is_counted_once() {
    let lines = lines_of("tests::accepted::what_cannot_be_paid_out_is_refused_at_once_and_its_user_is_told");
    assert_eq!(
        (counted(&lines, "payout_failure").len(), counted(&lines, "portmone_request_total").len()),
        (5, 0)
    );
}

#[test]
fn a_due_bonus_that_is_not_gone_on_with_is_counted_by_each_run() {
    for (story, times) in [
        ("one_that_cannot_be_read_delays_no_other", 2),
        ("what_there_is_no_time_for_is_left_to_the_next_run", 1),
        ("two_watches_at_once_pay_each_bill_once", 0),
    ] {
        let lines = lines_of(&format!("tests::watched::{story}"));
        assert_eq!(counted(&lines, "ReconcileIncomplete").len(), times, "{story}");
    }
}

#[test]
fn a_report_about_nobodys_bill_is_counted_once() {
    let story =
        "tests::reports::a_report_about_nobodys_bill_waits_a_quarter_of_an_hour_and_is_a_person_s_then";
    assert_eq!(counted(&lines_of(story), "PortmoneReportUnmatched").len(), 1);
}
