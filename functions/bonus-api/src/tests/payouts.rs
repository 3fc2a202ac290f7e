//! `GET /internal/bonuses/{receiptId}`: how a payout stands, in the receipt system's words.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::bonus::{Bonus, BonusState};

use super::bench::{Bench, Earned, RECEIPT, ago};
use super::bonuses::{cancelled, refunded};
use super::happenings as h;

#[tokio::test]
async fn a_payout_is_told_in_the_words_that_the_receipt_system_has() {
    let bench = Bench::start().await;
    type Happening = fn(&mut Bonus);
    let cases: [(&'static str, &str, Happening); 11] = [
        ("created", "created", h::created),
        ("making_bill", "in_progress", h::making_bill),
        ("bill_made", "in_progress", h::bill_made),
        ("paying", "in_progress", h::paying),
        ("paid", "in_progress", h::paid),
        ("topping_up", "in_progress", h::topping_up),
        ("done", "success", h::done),
        ("refused", "failed", h::refused),
        ("needs_review", "in_progress", h::in_doubt),
        ("cancelled", "failed", cancelled),
        ("refunded", "failed", refunded),
    ];
    assert_eq!(cases.map(|(name, ..)| name.to_uppercase()), BonusState::ALL.map(BonusState::as_str));
    for (receipt, status, happened) in cases {
        bench.bonus(Earned { receipt, user: "user-1", chat: 1, at: ago(3_600) }, happened).await;
        let trigger = Trigger::of("payout").at(&format!("/internal/bonuses/{receipt}"));
        let bill = match receipt {
            "created" | "making_bill" => Value::Null,
            _ => json!(format!("bill-{receipt}")),
        };
        let expected = json!({ "receiptId": receipt, "state": receipt.to_uppercase(), "payoutStatus": status, "billId": bill });
        assert_eq!(bench.send(&trigger).await.ok(200), expected);
    }
}

#[tokio::test]
async fn it_costs_one_read() {
    let bench = Bench::start().await;
    bench.sample(ago(60), h::done).await;
    let told = bench.send(&Trigger::of("payout")).await.ok(200);
    assert_eq!((&told["receiptId"], &told["billId"]), (&json!(RECEIPT), &json!("523")));
    assert_eq!((bench.wire.calls().len(), bench.wire.count("GetItem")), (1, 1));
}
