//! Letters go back to where they came from, and are deleted only then.

use super::bench::{Bench, all, only};

#[tokio::test]
async fn all_letters_go_back_whole_and_without_their_reason() {
    let bench = Bench::start().await;
    let bodies: Vec<String> = (0..23).map(|index| format!(r#"{{"version":1,"id":"{index}"}}"#)).collect();
    for body in &bodies {
        bench.bury("email-queue-dlq", body, "given up after 5 tries: down").await;
    }
    let tally = bench.retry("email-queue", &all()).await;
    assert_eq!((tally.done, tally.is_whole()), (23, true), "{tally:?}");
    assert_eq!(bench.bodies("email-queue-dlq"), Vec::<String>::new());
    assert_eq!(bench.bodies("email-queue"), bodies);
    assert!(bench.messages("email-queue").iter().all(|message| message.attributes.is_empty()));
}

#[tokio::test]
async fn one_letter_goes_back_and_the_others_are_put_back_at_once() {
    let bench = Bench::start().await;
    let ids: Vec<String> = (0..25).map(|index| bench.put("email-queue-dlq", &format!("{index}"))).collect();
    let tally = bench.retry("email-queue-dlq", &only(&ids[17])).await;
    assert_eq!((tally.done, tally.is_whole()), (1, true), "{tally:?}");
    assert_eq!(bench.bodies("email-queue"), ["17"]);
    assert_eq!(bench.bodies("email-queue-dlq").len(), 24);
    assert!(bench.is_all_visible("email-queue-dlq"));
}

#[tokio::test]
async fn a_letter_that_is_not_there_is_said_to_be_missing() {
    let bench = Bench::start().await;
    bench.put("email-queue-dlq", "1");
    let tally = bench.retry("email-queue", &only("no-such-id")).await;
    assert!(!tally.is_whole());
    assert!(tally.ended.unwrap().starts_with("no-such-id was not found"));
    assert_eq!((bench.bodies("email-queue"), bench.bodies("email-queue-dlq").len()), (Vec::new(), 1));
    assert!(bench.is_all_visible("email-queue-dlq"));
}

#[tokio::test]
async fn letters_of_a_fifo_queue_keep_group_and_order_and_are_never_taken_for_repeats() {
    let bench = Bench::start().await;
    for index in 0..12 {
        for chat in ["chat-1", "chat-2"] {
            bench.testbed.sqs.put_in_group("test-telegram-queue-dlq.fifo", chat, &format!("{chat} {index}"));
        }
    }
    let tally = bench.retry("telegram-queue", &all()).await;
    assert_eq!((tally.done, tally.is_whole()), (24, true), "{tally:?}");
    let sent = bench.messages("telegram-queue.fifo");
    for chat in ["chat-1", "chat-2"] {
        let bodies: Vec<&str> = sent
            .iter()
            .filter(|message| message.group_id.as_deref() == Some(chat))
            .map(|message| message.body.as_str())
            .collect();
        let wanted: Vec<String> = (0..12).map(|index| format!("{chat} {index}")).collect();
        assert_eq!(bodies, wanted);
    }

    // The same letter dies again, and is sent back again at once: the queue must not drop it as a repeat.
    for message in sent {
        bench.testbed.sqs.put_in_group(
            "test-telegram-queue-dlq.fifo",
            message.group_id.as_deref().unwrap(),
            &message.body,
        );
    }
    assert_eq!(bench.retry("telegram-queue", &all()).await.done, 24);
    assert_eq!(bench.messages("telegram-queue.fifo").len(), 48);
}

#[tokio::test]
async fn when_the_queue_takes_nothing_the_letters_stay_and_nothing_more_is_tried() {
    let bench = Bench::start().await;
    (0..3).for_each(|index| drop(bench.put("email-queue-dlq", &format!("secret {index}"))));
    let refusal = (400, r#"{"__type":"AccessDeniedException","message":"sqs:SendMessage"}"#.to_owned());
    bench.wire.answer_next("SendMessage", 5, refusal);
    let tally = bench.retry("email-queue", &all()).await;
    assert_eq!((tally.done, tally.kept.len()), (0, 1));
    // What AWS said, and nothing of what it was asked.
    let why = "the queue did not take it: AccessDeniedException: sqs:SendMessage";
    assert_eq!((tally.kept[0].why.as_str(), tally.ended.as_deref()), (why, Some(why)));
    assert_eq!(bench.wire.count("SendMessage"), 1);
    assert_eq!(bench.bodies("email-queue-dlq").len(), 3);
    assert!(bench.is_all_visible("email-queue-dlq"));
}

#[tokio::test]
async fn what_came_while_it_ran_is_left_alone() {
    let bench = Bench::start().await;
    bench.put("email-queue-dlq", "a letter");
    let long_ago = "2020-01-01T00:00:00Z".parse().unwrap();
    let tally =
        super::super::retry(&bench.deployment, &bench.client, "email-queue", &all(), long_ago).await.unwrap();
    assert_eq!((tally.done, tally.newer, tally.is_whole()), (0, 1, true));
    assert_eq!(bench.bodies("email-queue"), Vec::<String>::new());
    assert!(bench.is_all_visible("email-queue-dlq"));
}
