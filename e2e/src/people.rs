//! Customers of a test's own: nobody else writes to them, and no function remembers them from before.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::billing::text;
use crate::stack::Stack;

/// How long a token is good, in seconds.
const TOKEN_SECONDS: i64 = 3_600;
/// Ids of chats with persons are below this.
const CHAT_IDS: u128 = 1 << 52;

/// A customer with an email address and a Telegram chat.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user service's id.
    pub id: String,
    /// The address.
    pub email: String,
    /// The chat's id.
    pub chat: i64,
    /// A bearer token.
    pub token: String,
}

impl Stack {
    /// A new customer who reads that language.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn new_person(&self, locale: &str) -> anyhow::Result<Person> {
        let id = format!("user-{}", Uuid::now_v7().simple());
        let email = format!("{id}@example.com");
        self.new_person_at(id, email, locale).await
    }

    /// A new member of the staff who reads English.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn new_staff(&self) -> anyhow::Result<Person> {
        let person = self.new_person("en").await?;
        self.set_roles(&person, &["user", "staff"]).await?;
        Ok(person)
    }

    /// Gives somebody these roles at the user service, in place of those they had.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn set_roles(&self, person: &Person, roles: &[&str]) -> anyhow::Result<()> {
        let user = json!({ "email": person.email, "name": "Olena Test", "locale": "en", "roles": roles });
        self.control(Method::PUT, &format!("users/users/{}", person.id), &user).await?;
        Ok(())
    }

    /// A new customer whose address takes mail at first, and then sends it back.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn new_person_whose_mail_bounces(&self) -> anyhow::Result<Person> {
        let id = format!("user-{}", Uuid::now_v7().simple());
        // The mailbox simulator of SES knows what follows the plus as the same mailbox; we as another address.
        let email = format!("bounce+{id}@simulator.amazonses.com");
        self.new_person_at(id, email, "en").await
    }

    async fn new_person_at(&self, id: String, email: String, locale: &str) -> anyhow::Result<Person> {
        let chat = i64::try_from(Uuid::new_v4().as_u128() % CHAT_IDS)?;
        let user = json!({ "email": email, "name": "Olena Test", "telegramChatId": chat, "locale": locale });
        self.control(Method::PUT, &format!("users/users/{id}"), &user).await?;
        let token = self.token_of(&id).await?;
        let person = Person { id, email, chat, token };
        self.set_chat(&person, &json!({})).await?;
        Ok(person)
    }

    /// Changes the customer's Telegram chat, such as `{"blocked": true}`.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn set_chat(&self, person: &Person, change: &Value) -> anyhow::Result<()> {
        let mut chat = json!({ "type": "private", "userId": person.id, "title": "Olena Test" });
        for (name, value) in change.as_object().into_iter().flatten() {
            chat[name] = value.clone();
        }
        self.control(Method::PUT, &format!("telegram/chats/{}", person.chat), &chat).await?;
        Ok(())
    }

    /// A bearer token of anybody, signed with the stack's own key.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub async fn token_of(&self, user: &str) -> anyhow::Result<String> {
        let wish = json!({ "SecretId": format!("{}/api", self.file.stack) });
        let secret = self.aws("secretsmanager", "secretsmanager.GetSecretValue", &wish).await?;
        let keys: Value = serde_json::from_str(&text(&secret, "SecretString")?)?;
        let now = Timestamp::now().as_second();
        let claims = json!({ "sub": user, "roles": [], "iat": now, "exp": now + TOKEN_SECONDS });
        let parts = [json!({ "alg": "HS256", "typ": "JWT" }), claims];
        let signed = parts.map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let mut signature = Hmac::<Sha256>::new_from_slice(text(&keys, "jwtSecret")?.as_bytes())?;
        signature.update(signed.as_bytes());
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes())))
    }
}
