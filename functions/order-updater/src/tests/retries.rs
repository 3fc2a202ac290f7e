//! The order service cannot take an update now: it is told again, later and later.

use std::time::Duration;

use sandbox::testbed::wire::Fate;
use serde_json::json;
use shared::queues::batch::Delivery;
use shared::queues::order_update::OrderUpdate;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::bench::{Bench, EVENT_ID, TELL, reason, update, update_with};
use crate::handler::DELAYS;

fn seconds(delay: Duration) -> i64 {
    i64::try_from(delay.as_secs()).unwrap()
}

#[test]
fn delays_grow_and_sqs_can_keep_them() {
    assert!(DELAYS.is_sorted());
    assert!(*DELAYS.last().unwrap() < Duration::from_secs(12 * 60 * 60));
}

#[tokio::test]
async fn what_may_pass_is_told_again_and_takes_effect_once() {
    let faults = [
        ("server_error", None),
        ("server_error", Some(503)),
        ("garbage", None),
        ("garbage", Some(502)),
        ("cut_before", None),
        ("cut_after", None),
        ("limit", None),
        // Its answer says nothing about the update: the key is being rotated.
        ("refuse", Some(401)),
        ("refuse", Some(403)),
    ];
    for (fault, status) in faults {
        let bench = Bench::start().await;
        bench.fault(fault, 1, status).await;
        let id = bench.put(&update());
        assert_eq!(bench.deliver().await, [id], "{fault} {status:?}");
        assert_eq!(bench.waiting()[0].visibility_timeouts, [seconds(DELAYS[0])], "{fault} {status:?}");
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{fault} {status:?}");
        assert_eq!(bench.keys("order-1").await, [EVENT_ID], "{fault} {status:?}");
        assert_eq!((bench.wire.count(TELL), bench.buried().len()), (2, 0), "{fault} {status:?}");
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_given_up_and_the_update_is_told_again() {
    let bench = Bench::start().await;
    let id = bench.put(&update());
    let held = bench.wire.hold_answer_of(1);
    let time_passes = async {
        held.reached().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(16)).await;
        tokio::time::resume();
    };
    let (failed, ()) = futures::future::join(bench.deliver(), time_passes).await;
    assert_eq!(failed, [id]);
    held.release();
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.keys("order-1").await, [EVENT_ID], "it had taken effect at first already");
}

#[tokio::test]
async fn delays_grow_until_the_message_is_given_up_with_its_reason() {
    let bench = Bench::start().await;
    bench.fault("server_error", 100, None).await;
    let id = bench.put(&update());
    for tries in 1..=DELAYS.len() {
        assert_eq!(bench.deliver().await, std::slice::from_ref(&id));
        let delays: Vec<i64> = DELAYS[..tries].iter().copied().map(seconds).collect();
        assert_eq!(bench.waiting()[0].visibility_timeouts, delays);
        assert_eq!(bench.buried().len(), 0);
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let buried = bench.buried();
    assert_eq!((bench.waiting().len(), buried.len()), (0, 1));
    assert_eq!(buried[0].body, update().to_string(), "it can be sent again as it is");
    let expected = "given up after 11 tries: orders payment-status: server error (HTTP 500)";
    assert_eq!(reason(&buried[0]), expected);
    assert_eq!(bench.wire.count(TELL), DELAYS.len() + 1);
}

#[tokio::test]
async fn one_order_s_trouble_delays_no_other() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/internal/orders/order-2/", 1, (500, "{}".to_owned()));
    let orders = ["order-1", "order-2", "order-3"];
    let ids = orders.map(|order| {
        let mut update = update_with("orderId", order.into());
        update["eventId"] = format!("{order}.1.0").into();
        bench.put(&update)
    });
    assert_eq!(bench.deliver().await, [ids[1].clone()]);
    assert_eq!(bench.keys("order-1").await, ["order-1.1.0"]);
    assert_eq!(bench.keys("order-3").await, ["order-3.1.0"]);
    bench.deliver_all().await;
    assert_eq!(bench.keys("order-2").await, ["order-2.1.0"]);
}

/// An order service that asks for patience: answers every request with 429 and this `Retry-After`.
async fn impatient_order_service(retry_after: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut head = [0; 4096];
            assert!(connection.read(&mut head).await.unwrap() > 0);
            let answer = format!(
                "HTTP/1.1 429 Too Many Requests\r\nretry-after: {retry_after}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn the_order_service_s_own_wish_for_patience_is_kept_where_it_is_longer() {
    let wishes = [("600", 600), ("1", 5), ("0", 5), ("99999999", 39_600), ("soon", 5)];
    for (wish, expected) in wishes {
        let bench = Bench::with("any-key", Some(impatient_order_service(wish).await)).await;
        let id = bench.put(&update());
        assert_eq!(bench.deliver().await, [id], "{wish}");
        assert_eq!(bench.waiting()[0].visibility_timeouts, [expected], "{wish}");
    }
}

#[tokio::test]
async fn an_order_service_that_is_not_there_is_tried_later() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let bench = Bench::with("any-key", Some(url)).await;
    let id = bench.put(&update());
    assert_eq!(bench.deliver().await, [id]);
    assert_eq!(bench.waiting()[0].visibility_timeouts, [seconds(DELAYS[0])]);
}

#[tokio::test]
async fn a_delay_that_sqs_does_not_take_still_leaves_the_message_in_the_queue() {
    let bench = Bench::start().await;
    bench.fault("server_error", 1, None).await;
    let down = json!({ "__type": "InternalFailure", "message": "down" }).to_string();
    bench.wire.answer_next("ChangeMessageVisibility", 3, (500, down));
    let id = bench.put(&update());
    assert_eq!(bench.deliver().await, [id]);
    assert_eq!(bench.waiting()[0].visibility_timeouts, Vec::<i64>::new());
    assert!(bench.wire.calls().iter().any(|call| call.fate == Fate::Scripted));
    bench.deliver_all().await;
    assert_eq!(bench.keys("order-1").await, [EVENT_ID]);
}

#[tokio::test]
async fn a_panic_over_one_message_loses_no_other() {
    let bench = Bench::start().await;
    let good = bench.put(&update());
    let bad = bench.put(&update_with("orderId", "order-2".into()));
    let also_good = bench.put(&update_with("orderId", "order-3".into()));
    let event = serde_json::from_value(bench.aws.sqs.deliver("order-updates").unwrap()).unwrap();
    let handle = |update: OrderUpdate| async move {
        assert_ne!(update.order_id, "order-2", "a defect that only this message shows");
        Delivery::Done
    };
    let answer = bench.app.batch.run(event, handle).await;
    let failed: Vec<String> =
        answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    assert_eq!(failed, std::slice::from_ref(&bad));
    let delayed = |id: &str| {
        let waiting = bench.waiting();
        waiting.into_iter().find(|message| message.id == id).unwrap().visibility_timeouts
    };
    assert_eq!(delayed(&bad), [seconds(DELAYS[0])]);
    assert_eq!((delayed(&good), delayed(&also_good)), (Vec::new(), Vec::new()));
}
