//! `/api/v1/telegram/link`: a chat is tied to its user, and untied.

use jiff::Timestamp;
use sandbox::testbed::dynamodb::{CHATS, IDEMPOTENCY_KEYS, transaction_cancelled};
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::stores::chats::links::Redeemed;

use super::bench::{BOT, Bench, ago, later};

const CHAT: i64 = 4242;

fn unlinked() -> Value {
    json!({ "linked": false, "linkedAt": null })
}

/// The token of a new link.
async fn issued(bench: &Bench) -> (String, Timestamp) {
    let issued = bench.send(&Trigger::of("link-issue")).await.ok(201);
    (issued["token"].as_str().unwrap().to_owned(), issued["expiresAt"].as_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_link_leads_to_the_bot_with_a_token_of_which_only_the_hash_is_kept() {
    let bench = Bench::start().await;
    let before = ago(0);
    let issued = bench.send(&Trigger::of("link-issue")).await.ok(201);
    let token = issued["token"].as_str().unwrap();
    assert_eq!(token.len(), 22, "128 bits");
    assert_eq!(issued["url"], format!("https://t.me/{BOT}?start={token}"));
    let expires_at: Timestamp = issued["expiresAt"].as_str().unwrap().parse().unwrap();
    assert!((later(before, 900)..=later(ago(0), 900)).contains(&expires_at), "15 minutes: {expires_at}");
    assert_eq!(issued.as_object().unwrap().len(), 3);

    let kept = bench.stored("LINK_TOKEN");
    assert_eq!(kept.len(), 1);
    assert_eq!((&kept[0]["user"]["S"], &kept[0]["used_by"]), (&json!("user-1"), &Value::Null));
    let kept_until = expires_at.as_second() + 25 * 3600;
    assert_eq!(kept[0]["ttl"]["N"], kept_until.to_string(), "as long as an update can be late");
    let everything = json!([bench.aws.dynamodb.items(CHATS), bench.aws.dynamodb.items(IDEMPOTENCY_KEYS)]);
    assert!(!everything.to_string().contains(token), "{everything}");
    assert_eq!(bench.wire.calls().len(), 1, "one write");
}

#[tokio::test]
async fn a_token_ties_one_chat_to_who_asked_for_it_once() {
    let bench = Bench::start().await;
    assert_eq!(bench.send(&Trigger::of("link")).await.ok(200), unlinked());
    let (token, _) = issued(&bench).await;
    assert_eq!(bench.send(&Trigger::of("link")).await.ok(200), unlinked(), "nobody has opened it");
    let now = ago(0);
    assert_eq!(bench.brings(CHAT, &token, now).await, Redeemed::Linked("user-1".parse().unwrap()));
    let shown = bench.send(&Trigger::of("link")).await.ok(200);
    assert_eq!(shown, json!({ "linked": true, "linkedAt": now.to_string() }));
    assert_eq!(bench.send(&Trigger::of("link").by("user-2")).await.ok(200), unlinked());
    assert_eq!(bench.brings(666, &token, now).await, Redeemed::Invalid, "it was used");
}

#[tokio::test]
async fn a_token_ends_by_itself_after_a_quarter_of_an_hour() {
    let bench = Bench::start().await;
    let (token, expires_at) = issued(&bench).await;
    assert_eq!(bench.brings(CHAT, &token, expires_at).await, Redeemed::Invalid);
    assert_eq!(bench.send(&Trigger::of("link")).await.ok(200), unlinked());
    let just_before = later(expires_at, -1);
    assert_eq!(bench.brings(CHAT, &token, just_before).await, Redeemed::Linked("user-1".parse().unwrap()));
}

#[tokio::test]
async fn a_repeat_draws_another_token_and_no_answer_is_kept_under_its_key() {
    let bench = Bench::start().await;
    let wish = Trigger::of("link-issue").keyed("my-link");
    let first = bench.send(&wish).await.ok(201);
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "");
    let again = again.ok(201);
    assert_ne!(again["token"], first["token"]);
    assert_eq!(bench.aws.dynamodb.items(IDEMPOTENCY_KEYS), Vec::<Value>::new(), "a credential is not kept");
    let now = ago(0);
    for (chat, issued) in [(CHAT, first), (4343, again)] {
        let linked = bench.brings(chat, issued["token"].as_str().unwrap(), now).await;
        assert_eq!(
            linked,
            Redeemed::Linked("user-1".parse().unwrap()),
            "the answer that was lost is good too"
        );
    }
    assert_eq!(bench.stored("CHAT_OF_USER").len(), 1);
}

#[tokio::test]
async fn a_body_that_says_something_is_refused_and_none_is_fine() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("link-issue-unknown-field")).await.problem(422, "invalid_body");
    bench.send(&Trigger::of("link-issue").text("null")).await.problem(422, "invalid_body");
    bench.send(&Trigger::of("link-issue").text("{")).await.problem(400, "not_json");
    bench.send(&Trigger::of("link-issue").keyed("")).await.problem(400, "invalid_idempotency_key");
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&Trigger::of("link-issue").text("")).await.ok(201);
}

#[tokio::test]
async fn without_a_bot_there_are_no_links_and_the_rest_is_served() {
    let bench = Bench::of_bot(None).await;
    bench.linked("user-1", CHAT, ago(60)).await;
    let refused = bench.send(&Trigger::of("link-issue")).await.problem(503, "provider_disabled");
    assert_eq!(refused.body["detail"], "Telegram is not configured");
    assert_eq!(bench.send(&Trigger::of("link")).await.ok(200)["linked"], true);
    assert_eq!(bench.send(&Trigger::of("link-unlink")).await.status, 204);
    bench.send(&Trigger::of("tasks")).await.ok(200);
}

#[tokio::test]
async fn a_chat_is_untied_on_both_sides_and_untying_again_changes_nothing() {
    let bench = Bench::start().await;
    bench.linked("user-1", CHAT, ago(60)).await;
    bench.linked("user-2", 4343, ago(60)).await;
    let answer = bench.send(&Trigger::of("link-unlink")).await;
    assert_eq!((answer.status, answer.text.as_str(), answer.header("content-type")), (204, "", ""));
    assert_eq!(bench.send(&Trigger::of("link")).await.ok(200), unlinked());
    let person = bench.aws.dynamodb.item(CHATS, "CHAT#4242", "PERSON").unwrap();
    assert_eq!((person.get("user"), person.get("gsi1pk")), (None, None), "{person}");
    let told_where = bench.aws.dynamodb.item(CHATS, "USER#user-1", "CHAT_OF_USER").unwrap();
    assert_eq!(told_where.get("chat"), None, "{told_where}");

    let before = bench.aws.dynamodb.items(CHATS);
    assert_eq!(bench.send(&Trigger::of("link-unlink")).await.status, 204);
    assert_eq!(bench.send(&Trigger::of("link-unlink").by("user-3")).await.status, 204, "never tied");
    assert_eq!(bench.aws.dynamodb.items(CHATS), before);
    assert_eq!(bench.send(&Trigger::of("link").by("user-2")).await.ok(200)["linked"], true);
}

#[tokio::test]
async fn who_took_over_a_chat_keeps_it_when_its_former_user_unties() {
    let bench = Bench::start().await;
    bench.linked("user-1", CHAT, ago(60)).await;
    bench.linked("user-2", CHAT, ago(30)).await;
    assert_eq!(bench.send(&Trigger::of("link")).await.ok(200), unlinked());
    assert_eq!(bench.send(&Trigger::of("link-unlink")).await.status, 204);
    let shown = bench.send(&Trigger::of("link").by("user-2")).await.ok(200);
    assert_eq!(shown["linked"], true);
}

#[tokio::test]
async fn whatever_comes_between_looking_and_untying_the_chat_that_is_left_is_the_later_one() {
    // The calls of untying: where the user is told things, that chat, the user's item again, the transaction.
    for place in 1..=4 {
        let bench = Bench::start().await;
        bench.linked("user-1", CHAT, ago(60)).await;
        bench.wire.reset();
        let held = bench.wire.hold_answer_of(place);
        let wish = Trigger::of("link-unlink");
        let meanwhile = async {
            held.reached().await;
            // The same person opens another link in another chat.
            bench.linked("user-1", 4343, ago(0)).await;
            held.release();
        };
        let (answer, ()) = tokio::join!(bench.send(&wish), meanwhile);
        assert_eq!(answer.status, 204, "{place}: {}", answer.body);
        let linked = bench.send(&Trigger::of("link")).await.ok(200)["linked"].clone();
        let chats = ["CHAT#4242", "CHAT#4343"].map(|chat| {
            let person = bench.aws.dynamodb.item(CHATS, chat, "PERSON").unwrap();
            person["user"]["S"].as_str().map(str::to_owned)
        });
        // Seen before the other link was opened, it untied what there was then; seen after, the new one.
        assert_eq!(chats[0], None, "{place}");
        assert_eq!(chats[1].is_some(), linked == true, "{place}: both items say the same");
        assert_eq!(linked, place == 4, "{place}");
    }
}

#[tokio::test]
async fn a_link_that_always_changes_is_left_for_later() {
    let bench = Bench::start().await;
    bench.linked("user-1", CHAT, ago(60)).await;
    let conflict = transaction_cancelled(&["ConditionalCheckFailed", "None"]);
    bench.wire.answer_next("TransactWriteItems", 3, conflict);
    let before = bench.wire.count("TransactWriteItems");
    bench.send(&Trigger::of("link-unlink")).await.problem(503, "store_unavailable");
    assert_eq!(bench.wire.count("TransactWriteItems"), before + 3);
    assert_eq!(bench.send(&Trigger::of("link")).await.ok(200)["linked"], true);
    assert_eq!(bench.send(&Trigger::of("link-unlink")).await.status, 204);
}

#[tokio::test]
async fn a_corrupt_item_is_an_error_and_never_unlinked() {
    let bench = Bench::start().await;
    bench.linked("user-1", CHAT, ago(60)).await;
    let mut person = bench.aws.dynamodb.item(CHATS, "CHAT#4242", "PERSON").unwrap();
    person.as_object_mut().unwrap().remove("linked_at");
    bench.aws.dynamodb.put(CHATS, &person);
    bench.send(&Trigger::of("link")).await.problem(500, "internal_error");
    bench.send(&Trigger::of("link-unlink")).await.problem(500, "internal_error");
}

#[tokio::test]
async fn two_items_that_never_agree_are_no_answer() {
    let bench = Bench::start().await;
    bench.linked("user-1", CHAT, ago(60)).await;
    let mut theirs = bench.aws.dynamodb.item(CHATS, "USER#user-1", "CHAT_OF_USER").unwrap();
    theirs["chat"]["N"] = json!("4343");
    bench.aws.dynamodb.put(CHATS, &theirs);
    bench.send(&Trigger::of("link")).await.problem(503, "store_unavailable");
    bench.send(&Trigger::of("link-unlink")).await.problem(503, "store_unavailable");
    assert_eq!(bench.aws.dynamodb.item(CHATS, "USER#user-1", "CHAT_OF_USER").unwrap(), theirs);
}
