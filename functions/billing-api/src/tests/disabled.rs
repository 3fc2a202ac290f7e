//! While Tripay's credentials are not filled in, what needs it is off and says so.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;

use super::bench::Bench;

async fn without_credentials() -> (Bench, String) {
    let mut bench = Bench::start().await;
    let id = bench.created("order-1").await;
    bench.aws.secrets.set("paydesk/tripay", &json!({ "apiKey": "", "privateKey": "", "merchantCode": "" }));
    bench.restart().await;
    bench.wire.reset();
    (bench, id)
}

#[tokio::test]
async fn what_needs_tripay_is_off_and_the_rest_is_served() {
    let (bench, id) = without_credentials().await;
    let refused = bench.send(&Trigger::of("channels")).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (503, Some("provider_disabled")));
    let refused = bench.pay(&id, "BCA_VA").await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (503, Some("provider_disabled")));
    assert_eq!(bench.invoice(&id)["version"], 1, "no attempt is committed that nobody carries out");
    bench.send(&Trigger::of("get").about(&id)).await.ok(200);
    bench.send(&Trigger::of("list")).await.ok(200);
    assert_eq!(bench.calls_to("tripay").len(), 0);
}

#[tokio::test]
async fn health_says_so() {
    let (bench, _) = without_credentials().await;
    let found = bench.send(&Trigger::of("health")).await.body;
    let tripay =
        found["dependencies"].as_array().unwrap().iter().find(|one| one["name"] == "tripay").unwrap();
    assert_eq!(tripay["status"], "disabled");
}
