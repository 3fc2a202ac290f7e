//! `make chat`: a conversation with the bot of the local stack, in the terminal.
#![allow(clippy::print_stderr, reason = "it talks to a person")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod line;
mod screen;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::Context;
use e2e::conversation::Conversation;
use e2e::stack::stack_path;
use line::{HELP, Line};
use screen::{Button, Screen};
use serde_json::{Value, json};
use shared::http_client::HttpClients;

/// The chat where none is named.
const CHAT: i64 = 4242;
/// How often it is looked whether the bot has written by itself.
const LOOK: Duration = Duration::from_millis(300);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match talk().await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read it has gone: nobody is left to be told.
        Err(error) if is_unread(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_unread(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

async fn talk() -> anyhow::Result<()> {
    let conversation = conversation()?;
    // Asked for first of all: it also says whether the stack is up.
    if conversation.seen().await.is_err() {
        let person = json!({ "title": "Terminal", "languageCode": "en" });
        conversation.set(&person).await.context("the sandbox does not answer: run `make up`")?;
    }
    write_lines([format!("Chat {} with the bot.", conversation.chat), HELP.to_owned(), String::new()])?;
    let mut screen = Screen::default();
    let lines = typed();
    loop {
        write_lines(screen.news(&conversation.seen().await?))?;
        match lines.try_recv() {
            Ok(typed) => {
                let said = answer(&conversation, &mut screen, Line::read(&typed)).await?;
                write_lines(said)?;
            }
            Err(TryRecvError::Empty) => tokio::time::sleep(LOOK).await,
            Err(TryRecvError::Disconnected) => return Ok(()),
        }
    }
}

/// The chat that `CHAT` names, in the sandbox of the running stack.
fn conversation() -> anyhow::Result<Conversation> {
    let chat = match env::var("CHAT") {
        Ok(chat) if !chat.is_empty() => chat
            .parse()
            .ok()
            .filter(|chat| *chat > 0)
            .with_context(|| format!("CHAT is a person's Telegram id, like 4242, not {chat:?}"))?,
        _ => CHAT,
    };
    // Only this of the file: who talks here holds up no test.
    let path = stack_path();
    let text = fs::read_to_string(&path)
        .with_context(|| format!("the stack is down ({} is not there): run `make up`", path.display()))?;
    let file: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let url = file["sandboxUrl"].as_str().context("the stack has no sandbox: run `make up`")?;
    Ok(Conversation::at(url, HttpClients::new(None)?.pooled, chat))
}

/// The lines of standard input; the channel ends with it.
fn typed() -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    lines
}

fn write_lines(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}

/// Does what a line says; answers what there is to tell about it, besides what the bot shows.
async fn answer(conversation: &Conversation, screen: &mut Screen, line: Line) -> anyhow::Result<Vec<String>> {
    let (action, wish) = match line {
        Line::Nothing => return Ok(Vec::new()),
        Line::Help => return Ok(vec![HELP.to_owned()]),
        Line::Unknown(line) => {
            return Ok(vec![format!("  (not understood: {line}; #? shows what there is)")]);
        }
        Line::Text(text) => ("send", json!({ "text": text })),
        Line::Block => ("block", json!({})),
        Line::Unblock => ("unblock", json!({})),
        Line::Language(tag) => ("language", json!({ "languageCode": tag })),
        Line::Press { message, button } => match screen.button(message, button) {
            None => return Ok(vec!["  (there is no such button)".to_owned()]),
            Some((_, Button::Leads(url))) => return Ok(vec![format!("  (opens {url})")]),
            Some((_, Button::Copies(text))) => return Ok(vec![format!("  (copied: {text})")]),
            Some((_, Button::Nothing)) => return Ok(vec!["  (that button does nothing here)".to_owned()]),
            // The button may be an old one.
            Some((message, Button::Sends(data))) => {
                ("press", json!({ "messageId": message, "data": data, "forged": true }))
            }
        },
    };
    let answer = conversation.act(action, &wish).await?;
    if let Some(message) = answer.body["messageId"].as_i64() {
        screen.knows(message);
    }
    Ok(trouble(&answer.body).into_iter().collect())
}

/// What went wrong with an update: the sandbox refused it, or the bot did not take it.
fn trouble(outcome: &Value) -> Option<String> {
    if let Some(detail) = outcome["detail"].as_str() {
        return Some(format!("  ({detail})"));
    }
    let words = match (outcome["state"].as_str()?, outcome["status"].as_u64()) {
        ("delivered", _) => return None,
        (_, Some(status)) => format!("the webhook answered {status}"),
        (_, None) => outcome["error"].as_str().unwrap_or("an earlier one has not been taken yet").to_owned(),
    };
    Some(format!("  (the bot did not take it: {words}; Telegram tries again)"))
}
