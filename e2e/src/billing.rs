//! The API, as its callers use it.

use http::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::stack::Stack;

impl Stack {
    /// A request to the API, to be sent as it is or with more headers.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.file.api_url))
    }

    /// `GET` by the holder of `token`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        Answer::to(self.request(Method::GET, path).bearer_auth(token)).await
    }

    /// `POST` by the holder of `token`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> anyhow::Result<Answer> {
        Answer::to(self.request(Method::POST, path).bearer_auth(token).json(body)).await
    }

    /// The invoice of an order of `user-1`, made now or before.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn create_invoice(&self, order: &str) -> anyhow::Result<Value> {
        let body = json!({ "orderId": order });
        self.post("/api/v1/billing/invoices", &self.file.tokens.user, &body).await?.ok()
    }

    /// An invoice of `user-1` with a code for `channel`.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn pay_invoice(&self, id: &str, channel: &str) -> anyhow::Result<Value> {
        let path = format!("/api/v1/billing/invoices/{id}/pay");
        self.post(&path, &self.file.tokens.user, &json!({ "channel": channel })).await?.ok()
    }

    /// An invoice of `user-1` as it stands.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn invoice(&self, id: &str) -> anyhow::Result<Value> {
        self.get(&format!("/api/v1/billing/invoices/{id}"), &self.file.tokens.user).await?.ok()
    }

    /// Any invoice with its evidence, as an operator sees it.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn evidence(&self, id: &str) -> anyhow::Result<Value> {
        self.get(&format!("/api/admin/invoices/{id}"), &self.file.tokens.admin).await?.ok()
    }

    /// A new order of `user-1` with an invoice and a code for `channel`.
    ///
    /// # Errors
    /// When a step is refused.
    pub async fn open_payment(&self, channel: &str) -> anyhow::Result<OpenPayment> {
        let order = self.new_order("user-1").await?;
        let invoice = text(&self.create_invoice(&order).await?, "id")?;
        let reference = text(&self.pay_invoice(&invoice, channel).await?["payment"], "reference")?;
        Ok(OpenPayment { order, invoice, reference })
    }
}

/// An order whose customer has a code to pay with.
#[derive(Clone, Debug)]
pub struct OpenPayment {
    /// The order's id.
    pub order: String,
    /// The invoice's id.
    pub invoice: String,
    /// Tripay's reference of the code.
    pub reference: String,
}

/// A text of a document.
///
/// # Errors
/// When it is not there.
pub fn text(document: &Value, field: &str) -> anyhow::Result<String> {
    match document[field].as_str() {
        Some(text) => Ok(text.to_owned()),
        None => anyhow::bail!("there is no {field} in {document}"),
    }
}
