//! The chat in the browser: a person writes, presses, and sees what came of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::server::Running;
use serde_json::{Value, json};
use support::bot::{BUDI, Bot};
use support::webhook::Webhook;
use support::{control, http, start};

/// A form that a browser sends; the status, where it leads, and the page.
async fn submit(running: &Running, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
    let request = http().post(format!("{}/telegram/{path}", running.url())).form(fields);
    let response = request.send().await.unwrap();
    let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), location.unwrap_or_default(), response.text().await.unwrap())
}

async fn page(running: &Running, path: &str) -> String {
    let response = http().get(format!("{}/telegram/{path}", running.url())).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

#[tokio::test]
async fn a_person_writes_and_presses_in_the_browser() {
    let running = start().await;
    let (webhook, bot) = (Webhook::set(&running).await, Bot::of(&running));
    let chat = format!("chats/{BUDI}");
    let shown = page(&running, &chat).await;
    assert!(shown.contains(&format!(
        "<iframe class=\"chat\" name=\"messages\" title=\"Messages\" src=\"/telegram/{chat}/messages\">"
    )));
    assert!(shown.contains("<option value=\"id\" selected>Bahasa Indonesia</option>"), "{shown}");
    let keyboard = json!({ "inline_keyboard": [[
        { "text": "<BCA>", "callback_data": "p1:\"BCAVA" },
        { "text": "VA", "copy_text": { "text": "8800112233" } },
    ]] });
    webhook.replies(
        &json!({ "method": "sendMessage", "chat_id": BUDI, "text": "Choose", "reply_markup": keyboard }),
    );
    let (status, location, _) = submit(&running, &format!("{chat}/say"), &[("text", "/pay <now>")]).await;
    assert_eq!((status, location), (303, format!("/telegram/{chat}")));
    assert_eq!(webhook.updates()[0]["message"]["text"], "/pay <now>");
    let frame = page(&running, &format!("{chat}/messages")).await;
    assert!(frame.contains("http-equiv=\"refresh\" content=\"2;"), "{frame}");
    assert!(frame.contains(
        "<div class=\"bubble mine\" id=\"message-1\"><div class=\"text\" dir=\"auto\">/pay &lt;now&gt;</div>"
    ));
    assert!(frame.contains(
        "<div class=\"bubble bot\" id=\"message-2\"><div class=\"text\" dir=\"auto\">Choose</div>"
    ));
    let button = "name=\"data\" value=\"p1:&quot;BCAVA\" title=\"p1:&quot;BCAVA\">&lt;BCA&gt;</button>";
    assert!(frame.contains(button) && frame.contains("VA ⧉ <code>8800112233</code>"), "{frame}");

    let press = [("messageId", "2"), ("data", "p1:\"BCAVA")];
    let (status, location, _) = submit(&running, &format!("{chat}/press"), &press).await;
    assert_eq!((status, location), (303, format!("/telegram/{chat}/messages")));
    let query = webhook.updates()[1]["callback_query"].clone();
    assert_eq!(query["data"], "p1:\"BCAVA");
    let frame = page(&running, &format!("{chat}/messages?still=1")).await;
    assert!(frame.contains("&lt;BCA&gt; ⏳") && !frame.contains("http-equiv"), "{frame}");
    let answer = json!({ "callback_query_id": query["id"], "text": "<i>Wait</i>", "show_alert": true });
    bot.get("answerCallbackQuery", answer).await;
    let frame = page(&running, &format!("{chat}/messages")).await;
    assert!(frame.contains("<p class=\"note alert\">&lt;i&gt;Wait&lt;/i&gt;</p>") && !frame.contains('⏳'));
    bot.get("editMessageText", json!({ "chat_id": BUDI, "message_id": 2, "text": "Chosen" })).await;
    let frame = page(&running, &format!("{chat}/messages")).await;
    assert!(frame.contains(">Chosen</div>") && frame.contains(" · edited"), "{frame}");

    webhook
        .replies(&json!({ "method": "sendMessage", "chat_id": BUDI, "text": "<b>", "parse_mode": "HTML" }));
    submit(&running, &format!("{chat}/say"), &[("text", "break")]).await;
    let frame = page(&running, &format!("{chat}/messages")).await;
    assert!(
        frame.contains("could not be followed: sendMessage Bad Request: can&#39;t parse entities"),
        "{frame}"
    );
}

#[tokio::test]
async fn a_page_says_why_nothing_was_sent() {
    let running = start().await;
    let chat = format!("chats/{BUDI}");
    assert!(page(&running, &chat).await.contains("the bot has set no webhook"));
    let (status, _, said) = submit(&running, &format!("{chat}/say"), &[("text", "x")]).await;
    assert!(status == 409 && said.contains("role=\"alert\">the bot has set no webhook"), "{said}");
    let press = [("messageId", "1"), ("data", "x")];
    let (status, _, said) = submit(&running, &format!("{chat}/press"), &press).await;
    assert!(status == 409 && said.contains("role=\"alert\">the bot has set no webhook"), "{said}");
    for path in ["chats/abc/say", "chats/%3Cb%3E/say"] {
        let (status, _, said) = submit(&running, path, &[("text", "x")]).await;
        assert!(status == 404 && !said.contains("<b>"), "{said}");
    }
}

#[tokio::test]
async fn a_new_person_comes_and_blocks_the_bot() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    assert!(page(&running, "chats").await.contains("action=\"/telegram/chats\""));
    let wish = [("id", "4242"), ("name", "Dewi <3"), ("language", "uz")];
    assert_eq!(submit(&running, "chats", &wish).await.1, "/telegram/chats/4242");
    submit(&running, "chats/4242/language", &[("language", "uk")]).await;
    submit(&running, "chats/4242/say", &[("text", "привіт")]).await;
    let from = webhook.updates()[0]["message"]["from"].clone();
    assert_eq!((&from["first_name"], &from["language_code"]), (&json!("Dewi <3"), &json!("uk")));
    submit(&running, "chats", &[("id", "4242"), ("name", "Other"), ("language", "en")]).await;
    let chat = control(&running, "GET", "/_control/telegram/chats/4242", Value::Null).await;
    assert_eq!(
        (&chat["title"], &chat["languageCode"]),
        (&json!("Dewi <3"), &json!("uk")),
        "it stays as it is"
    );
    submit(&running, "chats/4242/block", &[]).await;
    let shown = page(&running, "chats/4242").await;
    assert!(shown.contains("has blocked the bot") && shown.contains("chats/4242/unblock"), "{shown}");
    let (status, _, said) = submit(&running, "chats/4242/say", &[("text", "x")]).await;
    assert!(status == 409 && said.contains("unblock it first"), "{said}");
    submit(&running, "chats/4242/unblock", &[]).await;
    assert_eq!(webhook.updates()[2]["my_chat_member"]["new_chat_member"]["status"], "member");
    assert_eq!(submit(&running, "chats", &[("id", "-5"), ("name", ""), ("language", "")]).await.0, 400);
    assert_eq!(submit(&running, "chats/77/language", &[("language", "")]).await.0, 404);
    assert_eq!(submit(&running, "chats/77/block", &[]).await.0, 404);
}
