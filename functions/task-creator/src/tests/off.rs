//! The panel is switched off, or nobody said where it is or who we are.

use super::bench::{Bench, Setup, TASK, USUAL};

#[tokio::test]
async fn with_the_panel_off_a_task_fails_at_once_with_clear_words() {
    let cases = [
        (Setup { is_enabled: false, ..USUAL }, "creating tasks is switched off (BILLING_ENABLED)"),
        (Setup { has_address: false, ..USUAL }, "the panel has no address (BILLING_API_BASE_URL)"),
        (
            Setup { password: "", ..USUAL },
            "the panel's address or account is not complete (BILLING_API_BASE_URL, isp-panel)",
        ),
    ];
    for (setup, words) in cases {
        let bench = Bench::with(setup).await;
        bench.ask(TASK).await;
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{words}");
        let stored = bench.stored(TASK);
        assert_eq!(stored["standing"]["state"], "FAILED", "{words}");
        assert_eq!(stored["standing"]["detail"], words);
        let told = bench.told();
        let told: Vec<_> = told.iter().map(|(event, code)| (event.as_str(), code.as_str())).collect();
        assert_eq!(told, [("support_task.submitted", ""), ("support_task.failed", "SERVICE_DISABLED")]);
        let to_panel = bench.wire.calls().into_iter().filter(|call| call.tap == "panel").count();
        assert_eq!((to_panel, bench.buried().len()), (0, 0), "{words}");
    }
}
