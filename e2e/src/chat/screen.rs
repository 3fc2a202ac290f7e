//! What the person sees, as lines of text: each message once, and again when it has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use serde_json::Value;

/// So many messages that were there before are shown.
const EARLIER: usize = 5;

/// A button that can be pressed by its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Sends this to the bot.
    Sends(String),
    /// Leads there.
    Leads(String),
    /// Copies this.
    Copies(String),
    /// Does nothing here.
    Nothing,
}

impl Button {
    fn of(button: &Value) -> Self {
        let word = |name: &str| button[name].as_str().map(str::to_owned);
        word("callbackData")
            .map(Self::Sends)
            .or_else(|| word("url").map(Self::Leads))
            .or_else(|| word("copyText").map(Self::Copies))
            .unwrap_or(Self::Nothing)
    }
}

/// What was shown so far.
#[derive(Debug, Default)]
pub struct Screen {
    /// Each message as it was shown last.
    shown: BTreeMap<i64, Value>,
    buttons: BTreeMap<i64, Vec<Button>>,
    /// The message whose buttons were shown last.
    newest: Option<i64>,
    /// Answers and failures that were shown.
    notes: BTreeSet<String>,
    /// What the person wrote here.
    own: BTreeSet<i64>,
    is_open: bool,
}

impl Screen {
    /// The person wrote this message here: they know it.
    pub fn knows(&mut self, message: i64) {
        self.own.insert(message);
    }

    /// The button of a message, or of the newest with buttons; with the message's id.
    pub fn button(&self, message: Option<i64>, number: NonZeroUsize) -> Option<(i64, Button)> {
        let message = message.or(self.newest)?;
        Some((message, self.buttons.get(&message)?.get(number.get() - 1)?.clone()))
    }

    /// The lines that are new in a chat, as the control API shows it.
    pub fn news(&mut self, chat: &Value) -> Vec<String> {
        let mut lines = Vec::new();
        let messages: Vec<&Value> = chat["messages"].as_array().into_iter().flatten().collect();
        let earlier = if self.is_open { 0 } else { messages.len().saturating_sub(EARLIER) };
        for (place, message) in messages.into_iter().enumerate() {
            let id = message["messageId"].as_i64().unwrap_or_default();
            if self.shown.get(&id) == Some(message) {
                continue;
            }
            let is_changed = self.shown.insert(id, message.clone()).is_some();
            if place >= earlier && !self.own.contains(&id) {
                self.show(id, message, is_changed, &mut lines);
            }
        }
        for (name, place) in [("answers", "queryId"), ("failedReplies", "updateId")] {
            for note in chat[name].as_array().into_iter().flatten() {
                let is_new = self.notes.insert(format!("{name} {}", note[place]));
                lines.extend(Some(note_line(note)).filter(|line| is_new && self.is_open && !line.is_empty()));
            }
        }
        self.is_open = true;
        lines
    }

    fn show(&mut self, id: i64, message: &Value, is_changed: bool, lines: &mut Vec<String>) {
        let who = if message["by"] == "person" { "you" } else { "bot" };
        let change = if is_changed { ", changed" } else { "" };
        lines.push(format!("{who} ({id}{change})"));
        lines.extend(message["picture"].as_str().map(|url| format!("  | [picture] {}", harmless(url))));
        let text = message["text"].as_str().unwrap_or_default();
        lines.extend(text.lines().map(|line| format!("  | {}", harmless(line)).trim_end().to_owned()));
        let rows = message["keyboard"].as_array().into_iter().flatten();
        let mut buttons = Vec::new();
        for row in rows {
            let mut labels = Vec::new();
            for button in row.as_array().into_iter().flatten() {
                let kind = Button::of(button);
                let mark = match &kind {
                    Button::Sends(_) | Button::Nothing => "",
                    Button::Leads(_) => " ↗",
                    Button::Copies(_) => " ⧉",
                };
                buttons.push(kind);
                let label = harmless(button["text"].as_str().unwrap_or_default());
                labels.push(format!("#{} {label}{mark}", buttons.len()));
            }
            lines.push(format!("  [ {} ]", labels.join(" | ")));
        }
        if !buttons.is_empty() {
            self.newest = Some(id);
            self.buttons.insert(id, buttons);
        } else if self.newest == Some(id) {
            self.newest = None;
        }
    }
}

/// What a press was answered with, or why Telegram could not follow an answer.
fn note_line(note: &Value) -> String {
    let words = |name: &str| harmless(note[name].as_str().unwrap_or_default());
    match (note["text"].as_str(), note["alert"].as_bool()) {
        (Some(""), _) => String::new(),
        (Some(_), Some(true)) => format!("  (! {})", words("text")),
        (Some(_), _) => format!("  ({})", words("text")),
        (None, _) => {
            format!(
                "  (Telegram could not follow the bot's answer: {} {})",
                words("method"),
                words("description")
            )
        }
    }
}

/// Text without what a terminal takes for orders.
fn harmless(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use serde_json::{Value, json};

    use super::{Button, Screen};

    fn chat(messages: Value) -> Value {
        json!({ "messages": messages, "answers": [], "failedReplies": [] })
    }

    fn number(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    #[test]
    fn a_message_is_shown_once_and_again_when_it_changes() {
        let mut screen = Screen::default();
        let keyboard = json!([
            [{ "text": "Pay", "callbackData": "i1:p" }, { "text": "Site", "url": "https://example.com/" }],
            [{ "text": "VA", "copyText": "88001" }],
        ]);
        let mut message =
            json!({ "messageId": 7, "by": "bot", "text": "Two\n\u{1b}[31mlines", "keyboard": keyboard });
        let lines =
            ["bot (7)", "  | Two", "  | \u{fffd}[31mlines", "  [ #1 Pay | #2 Site ↗ ]", "  [ #3 VA ⧉ ]"];
        assert_eq!(screen.news(&chat(json!([message]))), lines);
        assert_eq!(screen.news(&chat(json!([message]))), Vec::<String>::new());
        assert_eq!(screen.button(None, number(3)), Some((7, Button::Copies("88001".to_owned()))));
        assert_eq!(screen.button(None, number(4)), None);
        message["text"] = json!("Paid");
        message["keyboard"] = json!([]);
        assert_eq!(screen.news(&chat(json!([message]))), ["bot (7, changed)", "  | Paid"]);
        assert_eq!(screen.button(None, number(1)), None);
        assert_eq!(
            screen.button(Some(7), number(1)),
            Some((7, Button::Sends("i1:p".to_owned()))),
            "a stale one"
        );
    }

    #[test]
    fn what_was_written_here_is_not_repeated_and_old_notes_are_not_shown() {
        let mut screen = Screen::default();
        let mut seen = chat(json!([]));
        seen["answers"] = json!([{ "queryId": "1", "text": "old", "alert": false }]);
        assert_eq!(screen.news(&seen), Vec::<String>::new());
        seen["answers"] = json!([
            { "queryId": "1", "text": "old", "alert": false },
            { "queryId": "2", "text": "Saved", "alert": false },
            { "queryId": "3", "text": "Too late", "alert": true },
            { "queryId": "4", "text": "", "alert": false },
        ]);
        seen["failedReplies"] =
            json!([{ "updateId": 5, "method": "sendMessage", "description": "Bad Request" }]);
        screen.knows(8);
        seen["messages"] = json!([
            { "messageId": 8, "by": "person", "text": "mine", "keyboard": [] },
            { "messageId": 9, "by": "person", "text": "in the browser", "keyboard": [] },
        ]);
        let failure = "  (Telegram could not follow the bot's answer: sendMessage Bad Request)";
        assert_eq!(
            screen.news(&seen),
            ["you (9)", "  | in the browser", "  (Saved)", "  (! Too late)", failure]
        );
    }

    #[test]
    fn of_what_was_there_before_the_newest_is_shown() {
        let many: Vec<Value> =
            (1..=9).map(|id| json!({ "messageId": id, "by": "bot", "text": "x", "keyboard": [] })).collect();
        let lines = Screen::default().news(&chat(json!(many)));
        assert_eq!((lines[0].as_str(), lines.len()), ("bot (5)", 10));
    }
}
