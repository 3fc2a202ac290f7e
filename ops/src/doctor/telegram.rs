//! Telegram: does the bot answer to its token, and is it the one that people are sent to?

use shared::providers::call::{CallError, Caller};
use shared::providers::telegram::Telegram;
use shared::retry::Failure;

use super::finding::Finding;
use super::functions::Functions;
use super::secrets::Bot;
use super::webhook;
use crate::deployment::Deployment;

/// How it is said that no bot has this token.
const UNKNOWN_BOT: [&str; 3] = ["does not know our bot", "401", "404"];

/// Asks the Bot API who we are, and where updates go; at nothing where Telegram is off.
pub async fn check(
    deployment: &Deployment,
    functions: &Functions,
    caller: Caller,
    bot: Option<Bot>,
) -> Vec<Finding> {
    let (Some(base_url), Some(bot)) = (functions.setting("TELEGRAM_API_BASE_URL"), bot) else {
        return Vec::new();
    };
    let has_secret = bot.has_webhook_secret();
    let Some(telegram) = Telegram::new(caller, base_url, bot.credentials()) else {
        return vec![if functions.setting("OPERATORS_TELEGRAM_CHAT_ID").is_some() {
            Finding::warning(
                "telegram",
                "off: there is no token, but OPERATORS_TELEGRAM_CHAT_ID names a group",
                "ask @BotFather for a bot and put its token into the secret `telegram`",
            )
        } else {
            Finding::ok("telegram", "off: there is no token, nobody is told by Telegram")
        }];
    };
    let mut findings = vec![judge(telegram.me().await, functions.setting("TELEGRAM_BOT_USERNAME"))];
    if functions.has("telegram-webhook") {
        findings.push(webhook::check(deployment, functions, &telegram, has_secret).await);
    }
    findings
}

/// `named`: the bot that links lead to.
fn judge(asked: Result<String, CallError>, named: Option<&str>) -> Finding {
    let check = "telegram";
    match (asked, named) {
        (Ok(bot), Some(named)) if !bot.eq_ignore_ascii_case(named) => {
            let found = format!("the token is that of @{bot}, and links lead to @{named}");
            Finding::failed(
                check,
                found,
                format!("set the parameter TelegramBotUsername to {bot} and deploy"),
            )
        }
        (Ok(bot), _) => Finding::ok(check, format!("answers, knows the bot @{bot}")),
        (Err(error), _) => {
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

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn links_have_to_lead_to_the_bot_whose_token_it_is() {
        let judge = |named| judge(Ok("paydesk_bot".to_owned()), named);
        for named in [None, Some("Paydesk_Bot")] {
            assert_eq!(judge(named), Finding::ok("telegram", "answers, knows the bot @paydesk_bot"));
        }
        let other = judge(Some("old_bot"));
        assert_eq!(other.level, Level::Failed);
        assert!(other.fix.unwrap().contains("TelegramBotUsername to paydesk_bot"));
    }
}
