//! Messages that can never be delivered: buried at first sight, with the reason, and in nobody's way.

use serde_json::{Value, json};

use super::bench::{Bench, EVENT_ID, TELL, reason, update, update_with};

#[tokio::test]
async fn a_refusal_is_final() {
    for status in [400, 404, 409, 410, 422] {
        let bench = Bench::start().await;
        bench.fault("refuse", 1, Some(status)).await;
        bench.put(&update());
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{status}");
        let buried = bench.buried();
        assert_eq!(buried.len(), 1, "{status}");
        assert_eq!(buried[0].body, update().to_string());
        let expected = format!("orders payment-status: the order service refused (HTTP {status})");
        assert_eq!(reason(&buried[0]), expected);
        assert_eq!((bench.waiting().len(), bench.wire.count(TELL)), (0, 1), "{status}");
    }
}

#[tokio::test]
async fn a_malformed_message_at_any_place_of_ten_is_buried_and_the_nine_are_delivered() {
    for place in 0..10 {
        let bench = Bench::start().await;
        for index in 0..10 {
            if index == place {
                bench.put_text("{\"version\":1,");
            } else {
                bench.put(&update_with("eventId", format!("event.{index}").into()));
            }
        }
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{place}");
        let mut keys = bench.keys("order-1").await;
        keys.sort();
        let others: Vec<String> =
            (0..10).filter(|index| *index != place).map(|index| format!("event.{index}")).collect();
        assert_eq!(keys, others, "{place}");
        let buried = bench.buried();
        assert_eq!(buried.len(), 1, "{place}");
        assert_eq!(buried[0].body, "{\"version\":1,");
        assert!(reason(&buried[0]).starts_with("malformed message: "), "{}", reason(&buried[0]));
    }
}

#[tokio::test]
async fn what_is_not_exactly_an_update_calls_nobody() {
    let spoiled: [(Value, &str); 9] = [
        (json!(null), "malformed message: "),
        (
            update_with("status", "MAYBE".into()),
            "malformed message: another value, expected `PAID` or `REFUNDED`",
        ),
        (update_with("amountMinor", "150000".into()), "malformed message: another value, expected i64"),
        (update_with("at", "yesterday".into()), "malformed message: "),
        (update_with("more", true.into()), "malformed message: unknown field `more`"),
        (update_with("version", 2.into()), "version 2 is unknown"),
        (update_with("orderId", "../../users/user-1".into()), "orderId is not an id"),
        (update_with("orderId", "..".into()), "orderId is not an id"),
        // Without a key the order service could act twice.
        (update_with("eventId", "".into()), "eventId is not an id"),
    ];
    for (body, expected) in spoiled {
        let bench = Bench::start().await;
        bench.put(&body);
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{body}");
        let buried = bench.buried();
        assert!(reason(&buried[0]).starts_with(expected), "{body}: {}", reason(&buried[0]));
        assert_eq!(bench.wire.count("SendMessage"), bench.wire.calls().len(), "{body}");
    }
}

#[tokio::test]
async fn what_cannot_be_buried_stays_in_the_queue() {
    let bench = Bench::start().await;
    let down = json!({ "__type": "InternalFailure", "message": "down" }).to_string();
    bench.wire.answer_next("SendMessage", 3, (500, down));
    let id = bench.put_text("not JSON");
    bench.put(&update());
    assert_eq!(bench.deliver().await, [id]);
    assert_eq!(bench.keys("order-1").await, [EVENT_ID], "the other is delivered");
    assert_eq!(bench.buried().len(), 0);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.buried().len(), 1);
}
