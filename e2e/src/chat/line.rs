//! What a person types: text for the bot, or something that starts with `#` for the terminal.

use std::num::NonZeroUsize;

/// How to use it, shown at the start and by `#?`.
pub const HELP: &str = "\
What you type is sent to the bot; try /start or /help. What begins with # is for this terminal:
  #2            presses button 2 of the newest message with buttons
  #17.2         presses button 2 of message 17, also when the message has lost its buttons since
  #language uk  sets what the person's Telegram speaks; without a language it does not say
  #block        blocks the bot; #unblock lets it write again
  ##text        sends #text
  #?            shows this again
Ctrl-D ends it.";

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing was typed.
    Nothing,
    /// A message to the bot.
    Text(String),
    /// A press of a button, of a message or of the newest one with buttons.
    Press {
        /// The message's id.
        message: Option<i64>,
        /// Which button, from 1.
        button: NonZeroUsize,
    },
    /// What the person's Telegram speaks.
    Language(Option<String>),
    /// The person blocks the bot.
    Block,
    /// The person lets the bot write again.
    Unblock,
    /// What there is to type.
    Help,
    /// Not understood.
    Unknown(String),
}

impl Line {
    /// Reads a line, without its end.
    pub fn read(line: &str) -> Self {
        let line = line.trim();
        let Some(order) = line.strip_prefix('#') else {
            return if line.is_empty() { Self::Nothing } else { Self::Text(line.to_owned()) };
        };
        if order.starts_with('#') {
            return Self::Text(order.to_owned());
        }
        let (word, rest) = order.split_once(char::is_whitespace).unwrap_or((order, ""));
        match (word, rest.trim()) {
            ("?", "") => Self::Help,
            ("block", "") => Self::Block,
            ("unblock", "") => Self::Unblock,
            ("language", "") => Self::Language(None),
            ("language", tag) => Self::Language(Some(tag.to_owned())),
            (place, "") => Self::press(place).unwrap_or_else(|| Self::Unknown(line.to_owned())),
            _ => Self::Unknown(line.to_owned()),
        }
    }

    fn press(place: &str) -> Option<Self> {
        let (message, button) = match place.split_once('.') {
            Some((message, button)) => (Some(message.parse().ok()?), button),
            None => (None, place),
        };
        Some(Self::Press { message, button: button.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::Line;

    #[test]
    fn a_line_is_text_unless_it_begins_with_a_hash() {
        let press = |message, button| Line::Press { message, button: NonZeroUsize::new(button).unwrap() };
        let cases = [
            ("", Line::Nothing),
            ("  ", Line::Nothing),
            ("/task \r", Line::Text("/task".to_owned())),
            ("2", Line::Text("2".to_owned())),
            ("##1 street", Line::Text("#1 street".to_owned())),
            ("#2", press(None, 2)),
            ("#17.3", press(Some(17), 3)),
            ("#?", Line::Help),
            ("#block", Line::Block),
            ("#unblock", Line::Unblock),
            ("#language uk", Line::Language(Some("uk".to_owned()))),
            ("#language", Line::Language(None)),
            ("#0", Line::Unknown("#0".to_owned())),
            ("#", Line::Unknown("#".to_owned())),
            ("#2 3", Line::Unknown("#2 3".to_owned())),
            ("#block me", Line::Unknown("#block me".to_owned())),
        ];
        for (typed, line) in cases {
            assert_eq!(Line::read(typed), line, "{typed:?}");
        }
    }
}
