//! The person in the chat: what they write and press, and what becomes of it at the function.

use http::Response;
use http::header::CONTENT_TYPE;
use lambda_http::Request;
use serde_json::Value;

use super::update::{Delivered, Update};
use crate::problem::Problem;
use crate::telegram::chats::{Chat, Message};
use crate::telegram::incoming::Press;
use crate::telegram::replies::follow;
use crate::world::World;

/// The person, who is also Telegram between the two: each update goes to the function once, when the test says so.
#[derive(Debug)]
pub struct User<'a, H> {
    world: &'a World,
    chat: i64,
    secret: String,
    handler: H,
}

fn possible<T>(outcome: Result<T, Problem>) -> T {
    outcome.unwrap_or_else(|problem| panic!("{}", problem.detail))
}

impl<'a, H, B> User<'a, H>
where
    H: AsyncFn(Request) -> Response<B>,
    B: AsRef<[u8]>,
{
    pub(super) fn new(world: &'a World, chat: i64, secret: &str, handler: H) -> Self {
        Self { world, chat, secret: secret.to_owned(), handler }
    }

    /// Sets what the person's Telegram speaks, as an IETF tag; `None`: it does not say.
    pub fn speaks(&self, language: Option<&str>) {
        self.change(|chat| chat.language = language.map(str::to_owned));
    }

    /// Sets the person's first name.
    pub fn is_called(&self, name: &str) {
        self.change(|chat| name.clone_into(&mut chat.title));
    }

    fn change(&self, change: impl FnOnce(&mut Chat)) {
        change(self.world.telegram().chats.get_mut(&self.chat).expect("the conversation's chat"));
    }

    /// Writes to the bot, which must take it.
    pub async fn says(&self, text: &str) -> Delivered {
        let update = self.writes(text);
        self.is_taken(update).await
    }

    /// Presses the button with these words: on the newest message that has it.
    pub async fn presses(&self, label: &str) -> Delivered {
        let update = self.pushes(label);
        self.is_taken(update).await
    }

    /// Presses the button that a message had with these words when it last had one, whatever the message is by now:
    /// what a client that has not seen the edit does.
    pub async fn presses_on(&self, message_id: i64, label: &str) -> Delivered {
        let update = self.pushes_on(message_id, label);
        self.is_taken(update).await
    }

    /// Presses the button that sends this, or sends it without one, as a forged client can.
    pub async fn presses_data(&self, message_id: i64, data: &str) -> Delivered {
        let update = self.pushes_data(message_id, data);
        self.is_taken(update).await
    }

    /// Blocks the bot, which is told.
    pub async fn blocks_the_bot(&self) -> Delivered {
        self.is_taken(self.blocks(true)).await
    }

    /// Lets the bot write again.
    pub async fn unblocks_the_bot(&self) -> Delivered {
        self.is_taken(self.blocks(false)).await
    }

    /// A text that is on its way: delivered when the test wants it.
    #[track_caller]
    #[must_use]
    pub fn writes(&self, text: &str) -> Update {
        let now_ms = self.world.clock.now_ms();
        let (_message, update) = possible(self.world.telegram().say(self.chat, text, None, now_ms));
        Update(update)
    }

    /// Like [`User::presses`], on its way.
    #[track_caller]
    #[must_use]
    pub fn pushes(&self, label: &str) -> Update {
        let with = |message: &Message| Some((message.id, data_of(message, label)?));
        let found = self.read(|chat| chat.messages.iter().rev().find_map(with));
        let (message_id, data) = found.unwrap_or_else(|| {
            panic!("no message has a button {label:?}; the newest is {:#?}", self.newest())
        });
        self.pushes_data(message_id, &data)
    }

    /// Like [`User::presses_on`], on its way.
    #[track_caller]
    #[must_use]
    pub fn pushes_on(&self, message_id: i64, label: &str) -> Update {
        let is_it = |message: &&Message| message.id == message_id;
        let of = |message: &Message| data_of(message, label);
        let data = self.read(|chat| chat.history.iter().rev().filter(is_it).find_map(of));
        let data = data.unwrap_or_else(|| panic!("message {message_id} never had a button {label:?}"));
        self.pushes_data(message_id, &data)
    }

    /// Like [`User::presses_data`], on its way.
    #[track_caller]
    #[must_use]
    pub fn pushes_data(&self, message_id: i64, data: &str) -> Update {
        let press = Press { message_id, data: data.to_owned(), is_forged: true };
        let now_ms = self.world.clock.now_ms();
        let (_query, update) = possible(self.world.telegram().press(self.chat, &press, None, now_ms));
        Update(update)
    }

    #[track_caller]
    fn blocks(&self, blocked: bool) -> Update {
        let now_ms = self.world.clock.now_ms();
        let update = possible(self.world.telegram().block(self.chat, blocked, now_ms));
        Update(update.expect("the person has not done so already"))
    }

    /// An update of any kind, as it is written here; an `update_id` is added where there is none.
    #[track_caller]
    #[must_use]
    pub fn update(&self, body: Value) -> Update {
        Update(possible(self.world.telegram().raw_update(body)))
    }

    /// Delivers an update, whether or not it was delivered before, and follows what the function's answer says.
    /// Nothing is expected of the answer.
    pub async fn delivers(&self, update: &Update) -> Delivered {
        let (delivered, content_type) = self.asks(update).await;
        if !(200..300).contains(&delivered.status) {
            return delivered;
        }
        let about = (update.0.chat, update.0.id);
        let (mut telegram, now_ms) = (self.world.telegram(), self.world.clock.now_ms());
        let reply = follow(&mut telegram, about, &content_type, delivered.body.as_bytes(), now_ms);
        Delivered { reply, ..delivered }
    }

    /// Delivers an update and loses the function's answer: nothing of what it says is done.
    pub async fn loses_the_answer_to(&self, update: &Update) -> Delivered {
        self.asks(update).await.0
    }

    async fn asks(&self, update: &Update) -> (Delivered, String) {
        let response = (self.handler)(update.request(Some(&self.secret))).await;
        let header = |value: &http::HeaderValue| value.to_str().map(str::to_owned);
        let content_type = response.headers().get(CONTENT_TYPE).map(header);
        let body = String::from_utf8(response.body().as_ref().to_vec()).expect("an answer of text");
        let (update, status) = (update.clone(), response.status().as_u16());
        let content_type = content_type.transpose().expect("a header of text").unwrap_or_default();
        (Delivered { update, status, body, reply: None }, content_type)
    }

    /// Delivers an update that must be taken, with an answer that Telegram can follow.
    async fn is_taken(&self, update: Update) -> Delivered {
        let delivered = self.delivers(&update).await;
        let (status, body) = (delivered.status, &delivered.body);
        assert!((200..300).contains(&status), "{status} {body:?} to {}", update.body());
        if let Some(words) = delivered.refusal() {
            panic!("Telegram cannot follow the bot's answer: {words}\n{body}");
        }
        delivered
    }

    fn newest(&self) -> Option<super::seen::Seen> {
        self.read(|chat| chat.history.last().map(super::seen::Seen::of))
    }

    fn read<T>(&self, read: impl FnOnce(&Chat) -> T) -> T {
        read(self.world.telegram().chats.get(&self.chat).expect("the conversation's chat"))
    }
}

/// What the button of a message with these words sends.
fn data_of(message: &Message, label: &str) -> Option<String> {
    let shown = message.keyboard.as_ref()?.shown();
    shown.into_iter().flatten().filter(|button| button.text == label).find_map(|button| button.callback_data)
}
