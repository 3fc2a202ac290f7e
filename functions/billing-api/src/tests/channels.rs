//! `GET /api/v1/billing/channels`.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};

use super::bench::Bench;

const LIST: &str = "GET /merchant/payment-channel";
const FEES: &str = "GET /merchant/fee-calculator";

fn names(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["channel"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_is_asked_for_once_and_fees_by_amount() {
    let bench = Bench::start().await;
    for _ in 0..3 {
        let listed = bench.send(&Trigger::of("channels")).await.ok(200);
        let qris = listed["items"].as_array().unwrap().iter().find(|item| item["channel"] == "QRIS").unwrap();
        assert_eq!((&qris["merchantFee"], &qris["customerFee"]), (&json!(1_800), &json!(0)));
        assert_eq!((&qris["name"], &qris["method"]), (&json!("QRIS"), &json!("QRIS")));
    }
    let bare = bench.send(&Trigger::of("channels").query("")).await.ok(200);
    assert!(bare["items"].as_array().unwrap().iter().all(|item| item["merchantFee"].is_null()));
    assert_eq!((bench.wire.count(LIST), bench.wire.count(FEES)), (1, 3));
    assert_eq!(bench.calls_to("aws").len(), 0);
}

#[tokio::test]
async fn only_channels_that_take_the_amount_are_listed() {
    let bench = Bench::start().await;
    let small = bench.send(&Trigger::of("channels").query("amount=5000")).await.ok(200);
    assert_eq!(names(&small), ["OVO", "DANA", "SHOPEEPAY", "QRIS", "ALFAMIDI"]);
    let large = bench.send(&Trigger::of("channels").query("amount=10000001")).await.ok(200);
    assert_eq!(names(&large), Vec::<&str>::new());
    for query in ["amount=0", "amount=-5", "amount=x", "amount=1.5", "sum=5"] {
        bench.send(&Trigger::of("channels").query(query)).await.problem(422, "invalid_parameter");
    }
}

#[tokio::test]
async fn the_customers_fee_is_told_where_the_customer_bears_it() {
    let bench = Bench::start().await;
    bench.control("PUT", "/_control/tripay/settings/merchant", json!({ "feeBearer": "customer" })).await;
    let listed = bench.send(&Trigger::of("channels")).await.ok(200);
    let bca = listed["items"].as_array().unwrap().iter().find(|item| item["channel"] == "BCA_VA").unwrap();
    assert_eq!((&bca["customerFee"], &bca["merchantFee"]), (&json!(5_500), &json!(0)));
    let id = bench.created("order-1").await;
    let payment = bench.pay(&id, "BCA_VA").await.ok(200)["payment"].clone();
    assert_eq!(payment["amountToPay"], 155_500);
    bench.happens(payment["reference"].as_str().unwrap(), "pay", json!({})).await;
    assert_eq!(bench.invoice(&id)["gsi2pk"], "STATE#PAID", "the fee on top is no disagreement");
}

#[tokio::test]
async fn a_list_that_could_not_be_read_is_asked_for_again() {
    let bench = Bench::start().await;
    bench.fault("tripay", "payment-channel", "garbage", json!({})).await;
    bench.send(&Trigger::of("channels")).await.problem(503, "provider_unavailable");
    bench.fault("tripay", "payment-channel", "refuse", json!({})).await;
    bench.send(&Trigger::of("channels")).await.problem(502, "provider_refused");
    bench.send(&Trigger::of("channels")).await.ok(200);
    assert_eq!(bench.wire.count(LIST), 3);
}
