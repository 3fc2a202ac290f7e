//! A chat's dialogue: which updates took effect, and what is being asked.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::identifier::UserId;
use super::task_wizard::answer::{Answer, Choice, Misfit, Next};
use super::task_wizard::{Question, TaskWizard};

/// How long after it was made an update can still come, with an hour to spare: Telegram drops it after a day.
pub const LATE: SignedDuration = SignedDuration::from_hours(25);

/// Ids that lie so far apart are of different series: another bot was put in this one's place, or Telegram began
/// anew after a week of silence. No bot gets so many updates while one of them can be late.
pub const SERIES: i64 = 10_000_000;

/// The id of a chat at Telegram. Of a private chat it is the person's id too; of a group it is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatId(pub i64);

/// What a chat's dialogue is known by: 8 letters and digits. Its buttons carry it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DialogueId(String);

/// Why a text is no such id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a dialogue's id has {} letters and digits", DialogueId::LENGTH)]
pub struct DialogueIdError;

impl DialogueId {
    const LENGTH: usize = 8;
    const ALPHABET: &'static [u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

    /// An id from 40 random bits, the lowest of `random`.
    pub fn new(random: u64) -> Self {
        let letter = |place: usize| {
            let bits = u32::try_from(place.saturating_mul(5)).unwrap_or(0);
            let index = usize::try_from(random.wrapping_shr(bits) & 31).unwrap_or(0);
            char::from(Self::ALPHABET.get(index).copied().unwrap_or(b'0'))
        };
        Self((0..Self::LENGTH).map(letter).collect())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DialogueId {
    type Err = DialogueIdError;

    fn from_str(text: &str) -> Result<Self, DialogueIdError> {
        let is_id = text.len() == Self::LENGTH && text.bytes().all(|byte| Self::ALPHABET.contains(&byte));
        if is_id { Ok(Self(text.to_owned())) } else { Err(DialogueIdError) }
    }
}

/// A chat's dialogue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dialogue {
    /// The update that took effect last.
    pub last: Option<SeenUpdate>,
    /// What is being asked, if anything is.
    pub open: Option<OpenWizard>,
    /// How the wizard before ended.
    pub ended: Option<Ended>,
}

/// A wizard that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its buttons carry it.
    pub id: DialogueId,
    /// How it ended.
    pub ending: Ending,
}

/// How a wizard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its task is to be made.
    Submitted,
    /// The person left it.
    Cancelled,
    /// Its time ran out.
    Expired,
}

/// An update that took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenUpdate {
    /// Its id. They rise one by one.
    pub id: i64,
    /// When it took effect.
    pub at: Timestamp,
}

/// A wizard that a person is in the middle of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWizard {
    /// Its buttons carry it.
    pub id: DialogueId,
    /// Who is asked.
    pub user: UserId,
    /// After this it is over.
    pub expires_at: Timestamp,
    /// Rises with every answer: a button that depends on what stands beside it carries it.
    pub edition: u32,
    /// Where it stands.
    pub wizard: TaskWizard,
}

/// How an update comes to a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is next.
    InOrder,
    /// It is the one that took effect last: its answer may have been lost.
    Repeated,
    /// A later one took effect before: what was asked then may not be what is asked now.
    Late,
}

/// What was pressed, and on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// The dialogue that the button belongs to.
    pub dialogue: DialogueId,
    /// The edition it was shown with.
    pub edition: u32,
    /// The question it answers.
    pub question: Question,
    /// What it means.
    pub choice: Choice,
}

impl Dialogue {
    /// How an update of this id comes.
    pub fn arrival(&self, update: i64, now: Timestamp) -> Arrival {
        match self.last {
            Some(last) if update == last.id => Arrival::Repeated,
            Some(last) if last.follows(update) && now.duration_since(last.at) < LATE => Arrival::Late,
            Some(_) | None => Arrival::InOrder,
        }
    }

    /// Notes that an update takes effect.
    pub fn note(&mut self, update: i64, now: Timestamp) {
        self.last = Some(SeenUpdate { id: update, at: now });
    }

    /// The wizard, while it is open to `user`.
    pub fn open_for(&self, user: &UserId, now: Timestamp) -> Option<&OpenWizard> {
        self.open.as_ref().filter(|open| open.user == *user && now < open.expires_at)
    }

    /// Ends the open wizard. Nothing when none is open.
    pub fn end(&mut self, ending: Ending) {
        if let Some(open) = self.open.take() {
            self.ended = Some(Ended { id: open.id, ending });
        }
    }

    /// Begins a wizard, in place of any that was open.
    pub fn begin(&mut self, id: DialogueId, user: UserId, expires_at: Timestamp, wizard: TaskWizard) {
        self.open = Some(OpenWizard { id, user, expires_at, edition: 1, wizard });
    }
}

impl SeenUpdate {
    /// Whether this update was made after the one of that id.
    fn follows(self, update: i64) -> bool {
        update < self.id && self.id.saturating_sub(update) < SERIES
    }
}

impl OpenWizard {
    /// What follows from a pressed button. One of another dialogue, question or edition is not obeyed.
    pub fn press(&self, press: &Press) -> Next {
        let depends_on_edition = match press.choice {
            Choice::Customer(_) | Choice::CustomerPage(_) | Choice::Confirm => true,
            // Said in full, so it means the same whatever was pressed before.
            Choice::Kind(_)
            | Choice::Worker(..)
            | Choice::WorkerPage(_)
            | Choice::WorkersDone
            | Choice::WhatsApp(_)
            | Choice::Edit
            | Choice::Change(_)
            | Choice::Back => false,
        };
        let is_current = press.dialogue == self.id
            && press.question == self.wizard.question()
            && (!depends_on_edition || press.edition == self.edition);
        if !is_current {
            return Next::Misfit(Misfit::Stale);
        }
        self.wizard.clone().next(Answer::Press(press.choice))
    }

    /// What follows from a text.
    pub fn read(&self, text: &str) -> Next {
        self.wizard.clone().next(Answer::Text(text.to_owned()))
    }

    /// Goes on to `wizard`. Turning a page or choosing a worker is no new edition.
    pub fn go_on(&mut self, wizard: TaskWizard, expires_at: Timestamp) {
        let only_turned_over = match (self.wizard.found(), wizard.found()) {
            (Some(before), Some(after)) => before.query == after.query && before.customers == after.customers,
            _ => self.wizard.crew().is_some() && wizard.crew().is_some(),
        };
        if !only_turned_over {
            self.edition = self.edition.saturating_add(1);
        }
        self.wizard = wizard;
        self.expires_at = expires_at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::support_task::draft::TaskKind;
    use proptest::{prop_assert_eq, proptest};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    proptest! {
        #[test]
        fn every_id_reads_back(random: u64) {
            let id = DialogueId::new(random);
            prop_assert_eq!(id.as_str().parse(), Ok(id.clone()));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "1234567", "123456789", "1234567l", "1234567é"] {
            assert_eq!(text.parse::<DialogueId>(), Err(DialogueIdError), "{text}");
        }
    }

    #[test]
    fn updates_come_in_order_again_or_late() {
        let now = at("2026-11-21T10:00:00Z");
        let mut dialogue = Dialogue::default();
        assert_eq!(dialogue.arrival(7, now), Arrival::InOrder);
        dialogue.note(7, now);
        assert_eq!(dialogue.arrival(7, now), Arrival::Repeated);
        assert_eq!(dialogue.arrival(6, now), Arrival::Late);
        assert_eq!(dialogue.arrival(9, now), Arrival::InOrder);
        assert_eq!(dialogue.arrival(3, at("2026-11-29T10:00:00Z")), Arrival::InOrder, "ids began anew");
        let other_bot = 7_i64.saturating_sub(SERIES);
        assert_eq!(dialogue.arrival(other_bot, now), Arrival::InOrder, "another series of ids");
    }

    #[test]
    fn a_wizard_is_open_to_one_person_for_a_time() {
        let (now, until) = (at("2026-11-21T10:00:00Z"), at("2026-11-21T10:30:00Z"));
        let (user, other): (UserId, UserId) = ("user-1".parse().unwrap(), "user-2".parse().unwrap());
        let mut dialogue = Dialogue::default();
        dialogue.begin(DialogueId::new(1), user.clone(), until, TaskWizard::Kind);
        assert!(dialogue.open_for(&user, now).is_some());
        assert!(dialogue.open_for(&other, now).is_none());
        assert!(dialogue.open_for(&user, until).is_none());
    }

    #[test]
    fn a_button_of_another_dialogue_question_or_edition_is_not_obeyed() {
        let mut dialogue = Dialogue::default();
        let user: UserId = "user-1".parse().unwrap();
        let until = at("2026-11-21T10:30:00Z");
        dialogue.begin(DialogueId::new(1), user, until, TaskWizard::Kind);
        let open = dialogue.open.unwrap();
        let good = Press {
            dialogue: DialogueId::new(1),
            edition: 1,
            question: Question::Kind,
            choice: Choice::Kind(TaskKind::Maintenance),
        };
        assert_eq!(open.press(&good), Next::Ask(TaskWizard::Description { kind: TaskKind::Maintenance }));
        let stale = Next::Misfit(Misfit::Stale);
        assert_eq!(open.press(&Press { dialogue: DialogueId::new(2), ..good.clone() }), stale);
        assert_eq!(open.press(&Press { question: Question::Workers, ..good.clone() }), stale);
        assert_eq!(open.press(&Press { choice: Choice::Confirm, edition: 2, ..good }), stale);
    }
}
