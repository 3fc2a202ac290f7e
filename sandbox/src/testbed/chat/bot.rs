//! What the bot did in the chat, looked at in the order in which it was done.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::seen::{Note, Seen};
use crate::party::Party;
use crate::request_log::Entry;
use crate::telegram::chats::Chat;
use crate::telegram::queries::Query;
use crate::world::World;

/// How much was looked at.
#[derive(Debug)]
struct Looked {
    /// So many showings of the chat's history.
    showings: usize,
    /// The notes of these queries.
    notes: Vec<String>,
}

/// The bot, as the person in one chat sees it.
///
/// Dropping it fails the test when the bot showed something that nobody looked at.
#[derive(Debug)]
pub struct Bot<'a> {
    world: &'a World,
    chat: i64,
    looked: Mutex<Looked>,
    /// The last request of the log that was there before.
    logged: u64,
}

impl<'a> Bot<'a> {
    pub(super) fn watching(world: &'a World, chat: i64) -> Self {
        let logged = world.log.entries(None, None).last().map_or(0, |entry| entry.number);
        let bot = Self { world, chat, looked: Mutex::new(Looked { showings: 0, notes: Vec::new() }), logged };
        bot.looks_away();
        bot
    }

    fn looked(&self) -> MutexGuard<'_, Looked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_chat<T>(&self, read: impl FnOnce(&Chat) -> T) -> T {
        read(self.world.telegram().chats.get(&self.chat).expect("the chat was made with the conversation"))
    }

    /// The next message or edit that nobody looked at. It must say this.
    #[track_caller]
    pub fn shows(&self, words: &str) -> Seen {
        let Some(seen) = self.next_showing() else {
            panic!("the bot showed nothing new, where {words:?} was expected; it shows {:#?}", self.newest());
        };
        assert!(seen.text.contains(words), "the bot shows, where {words:?} was expected: {seen:#?}");
        seen
    }

    /// Passes over what nobody looked at yet, up to the newest, which must say this.
    #[track_caller]
    pub fn finally_shows(&self, words: &str) -> Seen {
        let newest = self.in_chat(|chat| chat.history.len().saturating_sub(1));
        let mut looked = self.looked();
        looked.showings = looked.showings.max(newest);
        drop(looked);
        self.shows(words)
    }

    /// The words in which the bot answered a press: the next that nobody looked at. It must say this.
    #[track_caller]
    pub fn answers(&self, words: &str) -> Note {
        let next = self.unseen_notes().into_iter().next();
        let Some((query, note)) = next else {
            panic!("no press was answered with words, where {words:?} was expected");
        };
        self.looked().notes.push(query);
        assert!(note.text.contains(words), "a press was answered, where {words:?} was expected: {note:?}");
        note
    }

    /// Sees that there is nothing that nobody looked at.
    #[track_caller]
    pub fn shows_nothing_new(&self) {
        if let Some(words) = self.overlooked() {
            panic!("{words}");
        }
    }

    /// Takes all that was shown and answered so far as looked at.
    pub fn looks_away(&self) {
        let (showings, notes) = (self.in_chat(|chat| chat.history.len()), self.unseen_notes());
        let mut looked = self.looked();
        looked.showings = showings;
        looked.notes.extend(notes.into_iter().map(|(query, _)| query));
    }

    /// The bot's newest message in the chat, looked at or not.
    #[must_use]
    pub fn newest(&self) -> Option<Seen> {
        self.in_chat(|chat| chat.history.last().map(Seen::of))
    }

    /// A message as it stands in the chat now; `None` where it was deleted or never there.
    #[must_use]
    pub fn message(&self, id: i64) -> Option<Seen> {
        self.in_chat(|chat| chat.messages.iter().find(|message| message.id == id).map(Seen::of))
    }

    /// The words on the buttons that the person still sees spinning.
    #[must_use]
    pub fn spinning(&self) -> Vec<String> {
        let label = |query: &Query| query.label.clone().unwrap_or_else(|| query.data.clone());
        self.in_chat(|chat| chat.queries.iter().filter(|query| query.is_spinning()).map(label).collect())
    }

    /// The methods that were called over the network since the conversation was opened, in order, whatever chat they
    /// were for. What was said in answers to updates is no call.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        let is_call = |entry: &Entry| entry.number > self.logged && entry.direction == "received";
        let entries = self.world.log.entries(Some(Party::Telegram), None);
        entries.into_iter().filter(is_call).map(|entry| entry.operation).collect()
    }

    fn next_showing(&self) -> Option<Seen> {
        let place = self.looked().showings;
        let seen = self.in_chat(|chat| chat.history.get(place).map(Seen::of))?;
        self.looked().showings = place + 1;
        Some(seen)
    }

    fn unseen_notes(&self) -> Vec<(String, Note)> {
        let noted = |query: &Query| {
            let answer = query.answer.as_ref().filter(|answer| !answer.text.is_empty())?;
            Some((query.id.clone(), Note { text: answer.text.clone(), is_alert: answer.is_alert }))
        };
        let mut notes: Vec<(String, Note)> =
            self.in_chat(|chat| chat.queries.iter().filter_map(noted).collect());
        let looked = self.looked();
        notes.retain(|(query, _)| !looked.notes.contains(query));
        notes
    }

    /// What nobody looked at, in words.
    fn overlooked(&self) -> Option<String> {
        let looked = self.looked().showings;
        let showings: Vec<Seen> =
            self.in_chat(|chat| chat.history.iter().skip(looked).map(Seen::of).collect());
        let notes: Vec<Note> = self.unseen_notes().into_iter().map(|(_, note)| note).collect();
        let is_clean = showings.is_empty() && notes.is_empty();
        (!is_clean).then(|| format!("nobody looked at what the bot showed: {showings:#?} {notes:#?}"))
    }
}

impl Drop for Bot<'_> {
    fn drop(&mut self) {
        // A test that fails already says more than this would.
        if !std::thread::panicking() {
            self.shows_nothing_new();
        }
    }
}
