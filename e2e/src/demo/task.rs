//! Somebody of the staff asks for a support task in the chat, and it is made in the ISP's panel.

use e2e::billing::text;
use e2e::stack::Stack;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::story::{Story, quoted, word};

/// The chat of the demo.
pub const CHAT: i64 = 700_000_005;
/// Who speaks there.
const STAFF: &str = "staff-1";

/// Shows how a chat is tied to a person, and how a task gets from it to the panel.
///
/// # Errors
/// When something does not happen.
pub async fn show(stack: &Stack, story: &mut Story) -> anyhow::Result<()> {
    story.catch_breath();
    let chat = stack.conversation_in(CHAT);
    chat.set(&json!({ "title": "Taras Melnyk", "languageCode": "en" })).await?;
    let token = stack.token_of(STAFF).await?;
    let link = stack.post("/api/v1/telegram/link", &token, &json!({})).await?.ok()?;
    chat.says(&format!("/start {}", text(&link, "token")?)).await?;
    let welcome = chat.shows("connected").await?;
    let mut facts = vec![format!("{} (once, until {})", word(&link, "url"), word(&link, "expiresAt"))];
    facts.extend(quoted(&welcome["text"]));
    story.done("A one-time link ties a Telegram chat to an account.", &facts);

    let description = format!("No light since noon, case {}", &Uuid::new_v4().simple().to_string()[..8]);
    chat.asks_for_a_task(&description).await?;
    let summary = chat.shows(&description).await?;
    let facts: Vec<String> =
        quoted(&summary["text"]).chain([format!("[{}]", labels(&summary).join("]  ["))]).collect();
    story.done(
        "The wizard asks six questions; each is answered in the HTTP response, without a call to Telegram.",
        &facts,
    );

    chat.presses("✅ Confirm & Create").await?;
    let task = stack.support_task(&description, "CREATED").await?;
    let made = stack.panel_tasks(&description).await?;
    anyhow::ensure!(made.len() == 1, "the panel has {} tasks of that description", made.len());
    let facts = [
        format!("task {}, {}, attempt {}", word(&task, "id"), word(&task, "state"), task["attempt"]),
        format!(
            "in the panel: {} for {}, workers {}",
            word(&made[0], "type"),
            word(&made[0], "customerUsername"),
            made[0]["workerIds"]
        ),
    ];
    story.done("Confirmed: it is kept, relayed, and made in the panel, once.", &facts);

    let told = chat.shows("Nadia Haddad").await?;
    let facts: Vec<String> = quoted(&told["text"]).collect();
    story.done("And the chat is told.", &facts);
    Ok(())
}

/// The words on a message's buttons.
fn labels(message: &Value) -> Vec<&str> {
    let rows = message["keyboard"].as_array().into_iter().flatten();
    rows.filter_map(Value::as_array).flatten().filter_map(|button| button["text"].as_str()).collect()
}
