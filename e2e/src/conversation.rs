//! A conversation with the deployed bot, in the played Telegram: what a person writes and presses, and what they see.

use std::time::Duration;

use anyhow::Context;
use http::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::people::Person;
use crate::stack::Stack;
use crate::wait;

/// How long the bot may take to show something that comes through queues.
pub const SHOW_TIMEOUT: Duration = Duration::from_secs(60);
/// The played Telegram waits a minute for the webhook's answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);

/// One private chat with the bot.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// The chat's id, which is also the person's at Telegram.
    pub chat: i64,
    sandbox_url: String,
    http: reqwest::Client,
}

impl Stack {
    /// The chat of a customer.
    pub fn conversation(&self, person: &Person) -> Conversation {
        self.conversation_in(person.chat)
    }

    /// A chat by its id.
    pub fn conversation_in(&self, chat: i64) -> Conversation {
        Conversation::at(&self.file.sandbox_url, self.http.clone(), chat)
    }
}

impl Conversation {
    /// A chat of the Telegram that is played there.
    pub fn at(sandbox_url: &str, http: reqwest::Client, chat: i64) -> Self {
        Self { chat, sandbox_url: sandbox_url.to_owned(), http }
    }

    /// Has the person do something - `send`, `press`, `block`, `unblock`, `language` - and waits until the bot was
    /// told once. The answer has its `status` and what it replied.
    ///
    /// # Errors
    /// When the sandbox does not answer; a refusal is an answer.
    pub async fn act(&self, action: &str, wish: &Value) -> anyhow::Result<Answer> {
        self.request(Method::POST, &format!("/{action}"), wish).await
    }

    async fn request(&self, method: Method, rest: &str, wish: &Value) -> anyhow::Result<Answer> {
        let url = format!("{}/_control/telegram/chats/{}{rest}", self.sandbox_url, self.chat);
        let mut request = self.http.request(method, url).timeout(REQUEST_TIMEOUT);
        if !wish.is_null() {
            request = request.json(wish);
        }
        Answer::to(request).await
    }

    /// Changes the chat, such as `{"title": "Dewi", "languageCode": "uk"}`; makes it where there is none.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn set(&self, wish: &Value) -> anyhow::Result<Value> {
        self.request(Method::PUT, "", wish).await?.ok()
    }

    /// The person writes; the bot must take it.
    ///
    /// # Errors
    /// When it does not.
    pub async fn says(&self, text: &str) -> anyhow::Result<Value> {
        taken(text, self.act("send", &json!({ "text": text })).await?.ok()?)
    }

    /// The person presses the button with these words, on the newest message that has it; the bot must take it.
    ///
    /// # Errors
    /// When it does not, or no message has such a button.
    pub async fn presses(&self, label: &str) -> anyhow::Result<Value> {
        let seen = self.seen().await?;
        let messages = seen["messages"].as_array().into_iter().flatten().rev();
        let with = |message: &Value| Some((message["messageId"].as_i64()?, data_of(message, label)?));
        let found = messages.filter_map(with).next();
        let (message, data) = found.with_context(|| format!("no message has a button {label:?}: {seen}"))?;
        self.presses_data(message, &data).await
    }

    /// The person presses a button by what it sends, whether or not the message has it; the bot must take it.
    ///
    /// # Errors
    /// When it does not.
    pub async fn presses_data(&self, message: i64, data: &str) -> anyhow::Result<Value> {
        let wish = json!({ "messageId": message, "data": data, "forged": true });
        taken(data, self.act("press", &wish).await?.ok()?)
    }

    /// What the person sees now.
    ///
    /// # Errors
    /// When there is no such chat.
    pub async fn seen(&self) -> anyhow::Result<Value> {
        self.request(Method::GET, "", &Value::Null).await?.ok()
    }

    /// Waits until a message of the bot says this; answers the newest that does.
    ///
    /// # Errors
    /// When it takes too long; the error has what is seen instead.
    pub async fn shows(&self, words: &str) -> anyhow::Result<Value> {
        let mut seen = Value::Null;
        let found = wait::until(&format!("the bot shows {words:?}"), SHOW_TIMEOUT, async || {
            seen = self.seen().await?;
            let says = |message: &&Value| {
                message["by"] == "bot" && message["text"].as_str().is_some_and(|text| text.contains(words))
            };
            Ok(seen["messages"].as_array().into_iter().flatten().rfind(says).cloned())
        })
        .await;
        found.map_err(|error| error.context(format!("chat {} has {}", self.chat, seen["messages"])))
    }

    /// Sees that Telegram could follow everything that the bot said in its HTTP answers.
    ///
    /// # Errors
    /// When it could not; Telegram would tell nobody.
    pub async fn nothing_failed(&self) -> anyhow::Result<()> {
        let failed = self.seen().await?["failedReplies"].clone();
        anyhow::ensure!(failed == json!([]), "Telegram cannot follow {failed}");
        Ok(())
    }
}

/// What came of an update that the bot must take, with an answer that Telegram can follow.
fn taken(what: &str, outcome: Value) -> anyhow::Result<Value> {
    let is_taken = outcome["status"].as_u64().is_some_and(|status| (200..300).contains(&status));
    anyhow::ensure!(is_taken && outcome["reply"]["ok"] != false, "the bot does not take {what:?}: {outcome}");
    Ok(outcome)
}

/// What a message's button with these words sends.
fn data_of(message: &Value, label: &str) -> Option<String> {
    let rows = message["keyboard"].as_array().into_iter().flatten();
    let mut buttons = rows.filter_map(Value::as_array).flatten();
    let button = buttons.find(|button| button["text"] == label)?;
    button["callbackData"].as_str().map(str::to_owned)
}
