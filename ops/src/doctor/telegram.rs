//! Telegram: does the bot answer to its token?

use shared::providers::call::{CallError, Caller};
use shared::providers::telegram::{Telegram, TelegramCredentials};
use shared::retry::Failure;

use super::finding::Finding;
use super::functions::Functions;

/// How it is said that no bot has this token.
const UNKNOWN_BOT: [&str; 3] = ["does not know our bot", "401", "404"];

/// Asks the Bot API who we are; at nothing where Telegram is off.
pub async fn check(
    functions: &Functions,
    caller: Caller,
    credentials: Option<TelegramCredentials>,
) -> Option<Finding> {
    let base_url = functions.setting("TELEGRAM_API_BASE_URL")?;
    match Telegram::new(caller, base_url, credentials?) {
        Some(telegram) => Some(judge(telegram.me().await)),
        None if functions.setting("OPERATORS_TELEGRAM_CHAT_ID").is_some() => Some(Finding::warning(
            "telegram",
            "off: there is no token, but OPERATORS_TELEGRAM_CHAT_ID names a group",
            "ask @BotFather for a bot and put its token into the secret `telegram`",
        )),
        None => Some(Finding::ok("telegram", "off: there is no token, nobody is told by Telegram")),
    }
}

fn judge(asked: Result<String, CallError>) -> Finding {
    let check = "telegram";
    match asked {
        Ok(bot) => Finding::ok(check, format!("answers, knows the bot @{bot}")),
        Err(error) => {
            let found = format!("{error} {}", error.excerpt).trim().to_owned();
            let fix = match error.failure {
                _ if UNKNOWN_BOT.iter().any(|words| found.contains(words)) => {
                    "the token is wrong or was revoked: ask @BotFather for the current one and put it into the secret"
                }
                Failure::Limited(_) => "too much is sent at the moment: look again in a minute",
                _ => {
                    "is the network there? TELEGRAM_API_BASE_URL, and the proxy or the NAT gateway, if you use one"
                }
            };
            Finding::failed(check, found, fix)
        }
    }
}
