//! The steps of the wizard, and the shortest way to each: stories begin in the middle.

use http::Response;
use lambda_http::Request;
use sandbox::testbed::chat::bot::Bot;
use sandbox::testbed::chat::seen::Seen;
use sandbox::testbed::chat::user::User;
use sandbox::testbed::dynamodb::CHATS;
use serde_json::{Value, json};

use crate::tests::bench::{Bench, CHAT};

/// A place in the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Kind,
    Description,
    /// Nobody was searched for yet.
    Search,
    /// Somebody was found.
    Found,
    Workers,
    WhatsApp,
    Summary,
    EditMenu,
    EditKind,
    EditDescription,
    EditSearch,
    EditFound,
    EditWorkers,
    EditWhatsApp,
}

/// What a person does.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Says(&'static str),
    Presses(&'static str),
}

pub const CONFIRM: &str = "✅ Confirm & Create";
pub const EDIT: &str = "✏️ Edit";
pub const BACK: &str = "⬅️ Back";
pub const CANCEL: &str = "❌ Cancel";
pub const START_AGAIN: &str = "🔄 Start again";
pub const NADIA: &str = "Nadia Haddad · customer123";
pub const OBRIEN: &str = "Siobhán O'Brien · obrien";
pub const NOT_SAMI: &str = "▫️ Sami Nassar";
pub const NOT_RIMA: &str = "▫️ Rima Aoun";

/// The answers that lead to the summary.
const ANSWERS: [Act; 8] = [
    Act::Says("/task"),
    Act::Presses("Maintenance"),
    Act::Says("No light"),
    Act::Says("nadia"),
    Act::Presses(NADIA),
    Act::Presses(NOT_SAMI),
    Act::Presses("Done (1)"),
    Act::Presses("✅ Yes, Send WhatsApp"),
];

impl Step {
    pub const ALL: [Self; 14] = [
        Self::Kind,
        Self::Description,
        Self::Search,
        Self::Found,
        Self::Workers,
        Self::WhatsApp,
        Self::Summary,
        Self::EditMenu,
        Self::EditKind,
        Self::EditDescription,
        Self::EditSearch,
        Self::EditFound,
        Self::EditWorkers,
        Self::EditWhatsApp,
    ];

    /// What leads here from nothing.
    pub fn acts(self) -> Vec<Act> {
        let asked = match self {
            Self::Kind => 1,
            Self::Description => 2,
            Self::Search => 3,
            Self::Found => 4,
            Self::Workers => 5,
            Self::WhatsApp => 7,
            _ => 8,
        };
        let edit: &[Act] = match self {
            Self::EditMenu => &[Act::Presses(EDIT)],
            Self::EditKind => &[Act::Presses(EDIT), Act::Presses("Task Type")],
            Self::EditDescription => &[Act::Presses(EDIT), Act::Presses("Message")],
            Self::EditSearch => &[Act::Presses(EDIT), Act::Presses("Customer")],
            Self::EditFound => &[Act::Presses(EDIT), Act::Presses("Customer"), Act::Says("obrien")],
            Self::EditWorkers => &[Act::Presses(EDIT), Act::Presses("Workers")],
            Self::EditWhatsApp => &[Act::Presses(EDIT), Act::Presses("WhatsApp")],
            _ => &[],
        };
        [&ANSWERS[..asked], edit].concat()
    }

    /// What the bot says here.
    pub fn words(self) -> [&'static str; 2] {
        const CHANGE: &str = "Change an answer";
        match self {
            Self::Kind => ["1/6", "Which kind of work"],
            Self::Description => ["2/6", "What is to be done?"],
            Self::Search => ["3/6", "For which customer?"],
            Self::Found => ["3/6", "Found for nadia: 1 customer."],
            Self::Workers => ["4/6", "Who will do it?"],
            Self::WhatsApp => ["5/6", "Send WhatsApp notification?"],
            Self::Summary => ["6/6", "Ready to submit?"],
            Self::EditMenu => [CHANGE, "What do you want to change?"],
            Self::EditKind => [CHANGE, "Which kind of work"],
            Self::EditDescription => [CHANGE, "At the moment:\nNo light"],
            Self::EditSearch => [CHANGE, "For which customer?"],
            Self::EditFound => [CHANGE, "Found for obrien: 1 customer."],
            Self::EditWorkers => [CHANGE, "Chosen: Sami Nassar"],
            Self::EditWhatsApp => [CHANGE, "Send WhatsApp notification?"],
        }
    }

    /// Whether a text can be an answer here.
    pub fn takes_text(self) -> bool {
        match self {
            Self::Description | Self::Search | Self::Found => true,
            Self::EditDescription | Self::EditSearch | Self::EditFound => true,
            Self::Kind | Self::Workers | Self::WhatsApp | Self::Summary => false,
            Self::EditMenu | Self::EditKind | Self::EditWorkers | Self::EditWhatsApp => false,
        }
    }
}

/// Does it.
pub async fn act<H: AsyncFn(Request) -> Response<String>>(user: &User<'_, H>, act: Act) {
    match act {
        Act::Says(text) => user.says(text).await,
        Act::Presses(label) => user.presses(label).await,
    };
}

/// Goes to a step from nothing; whatever was being asked before is left. Answers what the bot shows there.
pub async fn go_to<H: AsyncFn(Request) -> Response<String>>(
    user: &User<'_, H>,
    bot: &Bot<'_>,
    step: Step,
) -> Seen {
    for each in step.acts() {
        act(user, each).await;
    }
    stands_at(bot, step)
}

/// Sees that the newest message asks this step's question, and looks away from all before.
#[track_caller]
pub fn stands_at(bot: &Bot<'_>, step: Step) -> Seen {
    bot.looks_away();
    let [heading, question] = step.words();
    bot.newest().unwrap().says(heading).says(question)
}

/// Sends a picture with a caption, which is no text.
pub async fn sends_a_picture<H: AsyncFn(Request) -> Response<String>>(user: &User<'_, H>) {
    let picture = json!([{ "file_id": "p", "file_unique_id": "p", "width": 90, "height": 90 }]);
    let update = user.update(json!({ "message": {
        "message_id": 900_000, "date": 1_795_248_242, "caption": "No light", "photo": picture,
        "chat": { "id": CHAT, "type": "private", "first_name": "Person" },
        "from": { "id": CHAT, "is_bot": false, "first_name": "Person", "language_code": "en" },
    } }));
    let delivered = user.delivers(&update).await;
    assert_eq!((delivered.status, delivered.refusal()), (200, None), "{}", delivered.body);
}

/// The dialogue as it is stored, in DynamoDB's typed JSON.
#[track_caller]
pub fn dialogue(bench: &Bench) -> Value {
    bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").unwrap()
}

/// The open wizard as it is stored; `null` when none is open.
#[track_caller]
pub fn open(bench: &Bench) -> Value {
    dialogue(bench)["open"]["M"].clone()
}

/// What the open wizard asks, and what was answered before. Neither its edition nor its time.
#[track_caller]
pub fn wizard(bench: &Bench) -> Value {
    open(bench)["wizard"]["M"].clone()
}

/// The draft in the summary, or behind a question that is asked again.
#[track_caller]
pub fn draft(bench: &Bench) -> Value {
    wizard(bench)["draft"]["M"].clone()
}

/// What a button of the open wizard carries that answers like this, `sok` for example.
#[track_caller]
pub fn carried(bench: &Bench, answer: &str) -> String {
    let open = open(bench);
    let (id, edition) = (open["id"]["S"].as_str().unwrap(), open["edition"]["N"].as_str().unwrap());
    format!("w1:{id}:{edition}:{answer}")
}
