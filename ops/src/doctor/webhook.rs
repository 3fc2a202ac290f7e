//! The bot's webhook: does what people write to the bot come here, and can it be believed?

use jiff::{SignedDuration, Timestamp};
use shared::providers::telegram::Telegram;
use shared::providers::telegram::setup::{UPDATES, Webhook};

use super::finding::Finding;
use super::functions::{Functions, unreadable};
use crate::deployment::Deployment;
use crate::telegram::webhook::address;

const CHECK: &str = "telegram webhook";
const SET: &str = "ops telegram set-webhook";
/// Updates that may wait before somebody should look.
const MANY: u64 = 100;
/// A failure longer ago is of no interest.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// Asks where updates go.
pub async fn check(
    deployment: &Deployment,
    functions: &Functions,
    telegram: &Telegram,
    has_secret: bool,
) -> Finding {
    let ours = match deployment.api_address().await {
        Ok(api) => address(&api),
        Err(error) => return unreadable(CHECK, &error, "apigateway:GET"),
    };
    match telegram.webhook().await {
        Ok(webhook) => {
            let is_wanted = has_secret || functions.setting("TELEGRAM_BOT_USERNAME").is_some();
            judge(&webhook, &ours, has_secret, is_wanted, Timestamp::now())
        }
        Err(error) => {
            let found = format!("{error} {}", error.excerpt).trim().to_owned();
            Finding::failed(CHECK, found, "see the finding about telegram; `ops telegram info` asks again")
        }
    }
}

/// `is_wanted`: something says that people are to write to the bot.
fn judge(webhook: &Webhook, ours: &str, has_secret: bool, is_wanted: bool, now: Timestamp) -> Finding {
    let waiting = webhook.waiting;
    let Some(url) = &webhook.url else {
        if is_wanted {
            let found = "there is none: nobody who writes to the bot is heard";
            return Finding::warning(CHECK, found, SET);
        }
        return Finding::ok(CHECK, "there is none: the bot only tells, and hears nobody");
    };
    if url != ours {
        let found = format!("updates go to {url}, and this stack is at {ours}");
        return Finding::warning(CHECK, found, format!("{SET}, unless that address leads here, too"));
    }
    if !has_secret {
        let found = "it is set, but the secret `telegram` has no webhookSecret: every update is refused";
        return Finding::failed(CHECK, found, format!("{SET} --new-secret"));
    }
    if !webhook.updates.is_empty()
        && let Some(missing) = UPDATES.into_iter().find(|kind| !webhook.updates.iter().any(|one| one == kind))
    {
        return Finding::warning(CHECK, format!("no {missing} is sent here"), SET);
    }
    let recent = webhook.last_failure.as_ref().filter(|failure| now.duration_since(failure.at) < RECENT);
    if let Some(failure) = recent {
        let found = format!("{waiting} wait; the last failure, at {}: {}", failure.at, failure.reason);
        let fix = "Telegram tries again by itself. A wrong secret (401): ops telegram set-webhook; \
                   else read the log of telegram-webhook";
        return Finding::warning(CHECK, found, fix);
    }
    if waiting >= MANY {
        let fix = "is telegram-webhook held up? read its log and its alarms";
        return Finding::warning(CHECK, format!("{waiting} updates wait"), fix);
    }
    Finding::ok(CHECK, format!("updates come here, {waiting} wait"))
}

#[cfg(test)]
mod tests {
    use shared::providers::telegram::setup::WebhookFailure;

    use super::super::finding::Level;
    use super::*;

    const OURS: &str = "https://desk.example.com/webhooks/telegram";

    fn webhook() -> Webhook {
        let updates = UPDATES.map(str::to_owned).to_vec();
        Webhook {
            url: Some(OURS.to_owned()),
            waiting: 3,
            max_connections: Some(20),
            updates,
            last_failure: None,
        }
    }

    fn now() -> Timestamp {
        "2026-11-21T08:00:00Z".parse().unwrap()
    }

    fn failure(at: &str) -> Option<WebhookFailure> {
        Some(WebhookFailure { at: at.parse().unwrap(), reason: "Connection timed out".to_owned() })
    }

    #[test]
    fn a_webhook_that_comes_here_is_well_and_old_failures_are_forgotten() {
        let old = Webhook { last_failure: failure("2026-11-21T06:59:00Z"), ..webhook() };
        for webhook in [webhook(), old] {
            let finding = judge(&webhook, OURS, true, true, now());
            assert_eq!(finding, Finding::ok(CHECK, "updates come here, 3 wait"));
        }
    }

    #[test]
    fn without_a_webhook_a_bot_that_is_to_be_written_to_is_deaf() {
        let none = Webhook { url: None, ..webhook() };
        assert_eq!(judge(&none, OURS, false, false, now()).level, Level::Ok);
        let finding = judge(&none, OURS, true, true, now());
        assert_eq!((finding.level, finding.fix.as_deref()), (Level::Warning, Some(SET)));
    }

    #[test]
    fn whatever_keeps_updates_away_is_found() {
        let elsewhere = Webhook { url: Some("https://old.example.com/x".to_owned()), ..webhook() };
        let deaf = Webhook { updates: vec!["message".to_owned(), "my_chat_member".to_owned()], ..webhook() };
        let failing = Webhook { last_failure: failure("2026-11-21T07:30:00Z"), ..webhook() };
        let crowded = Webhook { waiting: 100, ..webhook() };
        for (webhook, words) in [
            (elsewhere, "updates go to https://old.example.com/x"),
            (deaf, "no callback_query is sent here"),
            (failing, "Connection timed out"),
            (crowded, "100 updates wait"),
        ] {
            let finding = judge(&webhook, OURS, true, true, now());
            assert_eq!(finding.level, Level::Warning, "{words}");
            assert!(finding.found.contains(words), "{finding:?}");
        }
        let unproved = judge(&webhook(), OURS, false, true, now());
        assert_eq!(unproved.level, Level::Failed);
        assert!(unproved.fix.unwrap().ends_with("--new-secret"));
    }
}
