//! A conversation between a person and the bot under test, in the test's own process.
//!
//! The person's updates go straight to the webhook's handler; what its answer says is followed by the sandbox's
//! Telegram, which also takes the bot's calls:
//! ```text
//! let sandbox = Sandbox::start(Options::default()).await?;
//! let (user, bot) = chat::open(&sandbox, 4242, SECRET, async |request| handle(&app, request).await);
//! user.says("/task").await;
//! bot.shows("What is to be done?").offers(&["Maintenance", "Uninstall", "Cancel"]);
//! user.presses("Maintenance").await;
//! bot.shows("Describe it");
//! ```
//! What the bot showed, and what it answered to a press, is looked at in the order in which it came. What nobody
//! looked at fails the test when `bot` is dropped. A later version of the function joins the same chat with another
//! [`open`].

pub mod bot;
pub mod seen;
pub mod update;
pub mod user;

use http::Response;
use lambda_http::Request;

use self::bot::Bot;
use self::user::User;
use crate::server::Running;
use crate::telegram::chats::Chat;

/// A person in a private chat whose id is the person's, and the bot that answers through `handler`.
///
/// `secret` is what the webhook was given to know Telegram by. A chat that is not there yet is made, with nothing in
/// it; what stands in one that is there counts as looked at.
pub fn open<'a, H, B>(sandbox: &'a Running, chat: i64, secret: &str, handler: H) -> (User<'a, H>, Bot<'a>)
where
    H: AsyncFn(Request) -> Response<B>,
    B: AsRef<[u8]>,
{
    assert!(chat > 0, "ids of private chats are above 0, not {chat}");
    let world = &sandbox.world;
    world.telegram().chats.entry(chat).or_insert_with(|| Chat::new(chat, &format!("Person {chat}"), None));
    (User::new(world, chat, secret, handler), Bot::watching(world, chat))
}
