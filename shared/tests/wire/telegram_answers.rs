//! What each kind of Telegram's answers becomes, and what may be done after it.

use std::time::Duration;

use serde_json::{Value, json};
use shared::providers::call::CallError;
use shared::providers::telegram::{ChatMessage, Sending};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{self, OddServer, Play, html};
use crate::telegram_requests::{MESSAGE, PATIENCE, TOKEN, telegram};

const SAFE: Retry = Retry::Safe { after: None };

/// Every way to send: without and with a picture.
const WAYS: [ChatMessage<'static>; 2] =
    [MESSAGE, ChatMessage { picture_url: Some("https://tripay.co.id/qr/T1"), ..MESSAGE }];

async fn answers(play: &Play) -> Vec<Result<Sending, CallError>> {
    let mut answers = Vec::new();
    for message in WAYS {
        let server = OddServer::start([play.clone()]).await;
        answers.push(telegram(server.url()).send(&message, PATIENCE).await);
        assert_eq!(server.connections(), 1, "{play:?} was repeated");
        assert!(server.seen().len() <= 1, "{play:?} was repeated");
    }
    answers
}

fn refusal(status: u16, words: &str, parameters: Option<Value>) -> Play {
    let mut body = json!({ "ok": false, "error_code": status, "description": words });
    if let Some(parameters) = parameters {
        body["parameters"] = parameters;
    }
    odd_server::json(status, &body.to_string())
}

async fn assert_failed(play: Play, failure: Failure, retry: Retry) {
    for answer in answers(&play).await {
        let error = answer.expect_err("an error");
        assert_eq!((error.failure, error.retry()), (failure, retry), "{play:?}: {error}");
        assert!(!format!("{error:?}").contains(&TOKEN[10..]), "the token in {error:?}");
    }
}

async fn assert_answered(play: Play, wanted: &Sending) {
    for answer in answers(&play).await {
        assert_eq!(answer.as_ref(), Ok(wanted), "{play:?}");
    }
}

#[tokio::test]
async fn a_chat_that_cannot_be_written_to_is_gone() {
    for (status, words) in [
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the group chat"),
        (403, "Forbidden: bot is not a member of the supergroup chat"),
        (403, "Forbidden: the group chat was deleted"),
        (403, "Forbidden: bot can't initiate conversation with a user"),
    ] {
        let gone = Sending::Gone { reason: words.to_owned() };
        assert_answered(refusal(status, words, None), &gone).await;
    }
}

#[tokio::test]
async fn a_group_that_moved_tells_its_other_id() {
    let words = "Bad Request: group chat was upgraded to a supergroup chat";
    let parameters = json!({ "migrate_to_chat_id": -1_001_234_567_890_i64 });
    let moved = Sending::Moved { to: -1_001_234_567_890 };
    assert_answered(refusal(400, words, Some(parameters)), &moved).await;
}

#[tokio::test]
async fn any_other_refusal_is_a_result_in_telegrams_words() {
    for words in [
        "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0",
        "Bad Request: message is too long",
        "Bad Request: message text is empty",
        "Bad Request: BUTTON_URL_INVALID",
    ] {
        let refused = Sending::Refused { reason: words.to_owned() };
        // What is refused with a picture is tried without: nothing was sent.
        for (message, calls) in WAYS.into_iter().zip([1, 2]) {
            let server = OddServer::start(vec![refusal(400, words, None); calls]).await;
            let answer = telegram(server.url()).send(&message, PATIENCE).await;
            assert_eq!((answer.as_ref(), server.seen().len()), (Ok(&refused), calls), "{words}");
        }
    }
}

#[tokio::test]
async fn a_limit_says_how_long_in_its_header_or_else_in_its_body() {
    let soon = |seconds| Some(Duration::from_secs(seconds));
    let words = "Too Many Requests: retry after 7";
    let body =
        json!({ "ok": false, "error_code": 429, "description": words, "parameters": { "retry_after": 7 } });
    assert_failed(
        odd_server::json(429, &body.to_string()),
        Failure::Limited(soon(7)),
        Retry::Safe { after: soon(7) },
    )
    .await;
    let headers = vec![("retry-after", "9".to_owned())];
    let with_header = Play::Answer { status: 429, headers, body: body.to_string() };
    assert_failed(with_header, Failure::Limited(soon(9)), Retry::Safe { after: soon(9) }).await;
    assert_failed(html(429), Failure::Limited(None), SAFE).await;
}

#[tokio::test]
async fn a_token_that_telegram_does_not_know_says_nothing_about_the_message() {
    for (status, words) in [(401, "Unauthorized"), (404, "Not Found")] {
        assert_failed(refusal(status, words, None), Failure::NotReached, SAFE).await;
    }
}

#[tokio::test]
async fn after_a_server_error_the_message_may_be_in_the_chat() {
    for status in [500, 502, 503, 504] {
        assert_failed(html(status), Failure::ServerError, Retry::AskFirst).await;
    }
    assert_failed(refusal(500, "Internal Server Error", None), Failure::ServerError, Retry::AskFirst).await;
}

#[tokio::test]
async fn after_a_lost_answer_the_message_may_be_in_the_chat() {
    for play in [Play::CutBefore, Play::CutAfter, Play::CutInside] {
        assert_failed(play, Failure::NoAnswer, Retry::AskFirst).await;
    }
}

#[tokio::test]
async fn after_garbage_the_message_may_be_in_the_chat() {
    assert_failed(html(200), Failure::Unreadable, Retry::AskFirst).await;
    // Of somebody in between: it is not Telegram's word.
    assert_failed(html(400), Failure::Unreadable, Retry::AskFirst).await;
    assert_failed(html(403), Failure::Unreadable, Retry::AskFirst).await;
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"ok":"yes"}"#,
        r#"{"ok":true}"#,
        r#"{"ok":true,"result":null}"#,
        r#"{"ok":true,"result":true}"#,
        r#"{"ok":true,"result":{"message_id":"42"}}"#,
        r#"{"ok":true,"result":{"#,
    ] {
        assert_failed(odd_server::json(200, body), Failure::Unreadable, Retry::AskFirst).await;
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_none() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    // Nobody accepts: the connection is made, and nothing is ever answered.
    let error = telegram(&url).send(&MESSAGE, Duration::from_millis(50)).await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::NoAnswer, Retry::AskFirst));
    assert!(!error.to_string().contains(&TOKEN[10..]), "the token in {error}");
}

#[tokio::test]
async fn who_was_never_reached_may_be_asked_again() {
    let closed = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", server.local_addr().unwrap())
    };
    let error = telegram(&closed).send(&MESSAGE, PATIENCE).await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::NotReached, SAFE));
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains(&TOKEN[10..]) && !shown.contains(&closed), "{shown}");
}

#[tokio::test]
async fn the_refusal_of_a_token_or_of_getme_is_an_error() {
    for (play, retry) in [
        (refusal(401, "Unauthorized", None), SAFE),
        (refusal(400, "Bad Request", None), Retry::Never),
        (html(502), SAFE),
        (html(200), SAFE),
    ] {
        let server = OddServer::start([play.clone()]).await;
        assert_eq!(telegram(server.url()).me().await.unwrap_err().retry(), retry, "{play:?}");
    }
}

#[test]
fn the_token_shows_nowhere() {
    assert!(!format!("{:?}", telegram("http://127.0.0.1:1")).contains(&TOKEN[10..]));
}
