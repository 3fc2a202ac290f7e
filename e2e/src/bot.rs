//! The bot, from the outside: chats tied to persons, support tasks asked for, and what the panel got.

use http::Method;
use serde_json::{Value, json};

use crate::billing::text;
use crate::conversation::{Conversation, SHOW_TIMEOUT};
use crate::people::Person;
use crate::stack::Stack;
use crate::wait;

impl Stack {
    /// Ties the chat of somebody to them, as they would do it.
    ///
    /// # Errors
    /// When the link is refused, or the bot does not take it.
    pub async fn linked_chat(&self, person: &Person) -> anyhow::Result<Conversation> {
        let link = self.post("/api/v1/telegram/link", &person.token, &json!({})).await?.ok()?;
        let chat = self.conversation(person);
        chat.set(&json!({ "title": "Olena Test", "languageCode": "en" })).await?;
        chat.says(&format!("/start {}", text(&link, "token")?)).await?;
        chat.shows("is now connected").await?;
        Ok(chat)
    }

    /// Ties a chat to somebody by their id, whatever language it is held in.
    ///
    /// # Errors
    /// When the link is refused, or the bot does not take it.
    pub async fn link_chat(&self, user: &str, chat: i64) -> anyhow::Result<()> {
        let token = self.token_of(user).await?;
        let link = self.post("/api/v1/telegram/link", &token, &json!({})).await?.ok()?;
        self.conversation_in(chat).says(&format!("/start {}", text(&link, "token")?)).await?;
        let told = self.get("/api/v1/telegram/link", &token).await?.ok()?;
        anyhow::ensure!(told["linked"] == true, "{user} is not linked: {told}");
        Ok(())
    }

    /// The tasks in the panel whose description is this.
    ///
    /// # Errors
    /// When the sandbox is down.
    pub async fn panel_tasks(&self, description: &str) -> anyhow::Result<Vec<Value>> {
        let listed = self.control(Method::GET, "isp-panel/tasks", &Value::Null).await?;
        let tasks = listed["items"].as_array().cloned().unwrap_or_default();
        Ok(tasks.into_iter().filter(|task| task["message"] == description).collect())
    }

    /// Waits until the support task with this description is in that state; answers it.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn support_task(&self, description: &str, state: &str) -> anyhow::Result<Value> {
        let path = format!("/api/admin/support-tasks?state={state}&limit=100");
        wait::until(&format!("the task {description:?} becomes {state}"), SHOW_TIMEOUT, async || {
            let listed = self.get(&path, &self.file.tokens.admin).await?.ok()?;
            let tasks = listed["items"].as_array().cloned().unwrap_or_default();
            Ok(tasks.into_iter().find(|task| task["description"] == description))
        })
        .await
    }
}

impl Conversation {
    /// Goes through the wizard up to its summary: maintenance for `customer123` by two workers, with WhatsApp.
    ///
    /// # Errors
    /// When the bot does not take a step.
    pub async fn asks_for_a_task(&self, description: &str) -> anyhow::Result<()> {
        self.says("/task").await?;
        self.presses("Maintenance").await?;
        self.says(description).await?;
        self.says("customer123").await?;
        self.presses("Nadia Haddad · customer123").await?;
        self.presses("▫️ Sami Nassar").await?;
        self.presses("▫️ Rima Aoun").await?;
        self.presses("Done (2)").await?;
        self.presses("✅ Yes, Send WhatsApp").await?;
        self.shows(description).await?;
        Ok(())
    }
}
