//! `ops contact`: is an address or a chat left out because nothing arrives there, and should it be tried again?
//!
//! An address is kept as its hash only, so nobody can list them: whoever asks has to know it.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::stores::contacts::{Contact, ContactStanding, Contacts};
use shared::stores::table::Table;

use crate::deployment::Place;

/// Which deployment, and whom it is about.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Prints JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Whether anything is sent there, and why not
    Show {
        /// An email address, or the number of a Telegram chat
        #[arg(allow_negative_numbers = true)]
        contact: String,
    },
    /// Lets it be tried again
    Clear {
        /// An email address, or the number of a Telegram chat
        #[arg(allow_negative_numbers = true)]
        contact: String,
    },
}

/// Does it.
///
/// # Errors
/// When the deployment or its table cannot be found or read.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let deployment = arguments.place.find()?;
    let client = aws_sdk_dynamodb::Client::new(&deployment.sdk);
    let contacts = Contacts::new(Table::new(client, deployment.table("Notifications").await?));
    let (before, is_cleared) = match &arguments.command {
        Command::Show { contact } => {
            let standing = contacts.standing(read(contact)?).await;
            (standing.context("the table cannot be read (dynamodb:GetItem)")?, false)
        }
        Command::Clear { contact } => clear(&contacts, read(contact)?).await?,
    };
    if arguments.json {
        println!("{:#}", json!({ "before": fields(&before), "isCleared": is_cleared }));
    } else {
        println!("{}", words(&before, is_cleared));
    }
    Ok(ExitCode::SUCCESS)
}

fn read(text: &str) -> anyhow::Result<Contact<'_>> {
    if let Ok(chat) = text.parse() {
        return Ok(Contact::TelegramChat(chat));
    }
    match text.split_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() && !text.contains(' ') => {
            Ok(Contact::Email(text))
        }
        _ => bail!("neither an email address nor the number of a chat"),
    }
}

/// What was known before, and whether that is forgotten now.
async fn clear(contacts: &Contacts, contact: Contact<'_>) -> anyhow::Result<(ContactStanding, bool)> {
    let before = contacts.standing(contact).await.context("the table cannot be read (dynamodb:GetItem)")?;
    if before == ContactStanding::Works {
        return Ok((before, false));
    }
    let written = contacts.learn(contact, &ContactStanding::Works).await;
    written.context("the table cannot be written (dynamodb:PutItem)")?;
    Ok((before, true))
}

/// What was known before, for programs.
fn fields(before: &ContactStanding) -> Value {
    match before {
        ContactStanding::Works => json!({ "standing": "WORKS" }),
        ContactStanding::Dead { since, reason } => {
            json!({ "standing": "DEAD", "since": since, "reason": reason })
        }
        ContactStanding::Moved { since, to } => json!({ "standing": "MOVED", "since": since, "to": to }),
    }
}

fn words(before: &ContactStanding, is_cleared: bool) -> String {
    let known = |since: &Timestamp, what: &str| {
        if is_cleared {
            format!(
                "cleared: it is tried again (since {since}: {what})\n\
                 SES keeps a list of its own of what bounced: aws sesv2 delete-suppressed-destination --email-address …"
            )
        } else {
            format!("nothing is sent there since {since}: {what}")
        }
    };
    match before {
        ContactStanding::Works => "nothing is known against it".to_owned(),
        ContactStanding::Dead { since, reason } => known(since, reason),
        ContactStanding::Moved { since, to } => known(since, &format!("the group has the number {to} now")),
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use sandbox::testbed::aws::Aws;
    use sandbox::testbed::dynamodb::NOTIFICATIONS;
    use sandbox::testbed::wire::Wire;
    use shared::http_client::HttpClients;
    use shared::lambda::aws::sdk_config_for;

    use super::*;

    #[test]
    fn addresses_and_chats_are_told_apart() {
        assert_eq!(read("ada@example.com").unwrap(), Contact::Email("ada@example.com"));
        assert_eq!(read("-1001234567890").unwrap(), Contact::TelegramChat(-1_001_234_567_890));
        assert_eq!(read("5550001").unwrap(), Contact::TelegramChat(5_550_001));
        for bad in ["", "ada", "@example.com", "ada@", "a da@example.com", "12a"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn programs_are_told_as_well() {
        let since = Timestamp::UNIX_EPOCH;
        let told = |standing| fields(&standing);
        assert_eq!(told(ContactStanding::Works), json!({ "standing": "WORKS" }));
        let dead = json!({ "standing": "DEAD", "since": "1970-01-01T00:00:00Z", "reason": "bounced" });
        assert_eq!(told(ContactStanding::Dead { since, reason: "bounced".to_owned() }), dead);
        let moved = json!({ "standing": "MOVED", "since": "1970-01-01T00:00:00Z", "to": -5 });
        assert_eq!(told(ContactStanding::Moved { since, to: -5 }), moved);
    }

    #[tokio::test]
    async fn what_is_known_against_somebody_is_told_and_forgotten_once() {
        let (aws, wire) = (Aws::start().await, Wire::new());
        let url = wire.tap("aws", &aws.url()).await;
        let http = HttpClients::new(None).unwrap().aws;
        let credentials = Credentials::new("test", "test", None, None, "test");
        let sdk = sdk_config_for(http, credentials, "us-east-1".to_owned(), Some(url));
        let client = aws_sdk_dynamodb::Client::new(&sdk);
        let contacts = Contacts::new(Table::new(client, NOTIFICATIONS.to_owned()));
        let (email, chat) = (read("Ada@Example.com").unwrap(), read("-100123").unwrap());
        let since = Timestamp::UNIX_EPOCH;
        let dead = ContactStanding::Dead { since, reason: "bounced".to_owned() };
        contacts.learn(email, &dead).await.unwrap();
        contacts.learn(chat, &ContactStanding::Moved { since, to: -100_456 }).await.unwrap();

        assert_eq!(words(&dead, false), "nothing is sent there since 1970-01-01T00:00:00Z: bounced");
        assert_eq!(clear(&contacts, read("ada@example.com").unwrap()).await.unwrap(), (dead, true));
        assert_eq!(contacts.standing(email).await.unwrap(), ContactStanding::Works);
        assert!(clear(&contacts, chat).await.unwrap().1);
        assert_eq!(contacts.standing(chat).await.unwrap(), ContactStanding::Works);

        wire.reset();
        assert_eq!(clear(&contacts, email).await.unwrap(), (ContactStanding::Works, false));
        assert_eq!(wire.count("PutItem"), 0, "nothing to forget");
    }
}
