//! Billz, from the outside: jobs as services send them, what became of them, and what the shop has.

use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::billing::text;
use crate::stack::Stack;
use crate::wait;

/// What jobs call the payment type "Cash" of the sandbox, once it is put there.
pub const CASH: &str = "cash";
/// Billz's id of it.
const CASH_PAYMENT_TYPE: &str = "c6e84d9b-0ef0-4d5a-886d-147c74a9b051";
/// How long a job may take. Billz is asked some hundred times a minute, for everybody together.
pub const JOB_TIMEOUT: Duration = Duration::from_secs(180);

/// A job, as its sender writes it, under a correlation id of its own.
pub fn job(kind: &str, payload: &Value) -> Value {
    let id = format!("job-{}", Uuid::now_v7().simple());
    let now = Timestamp::now().as_millisecond();
    json!({ "type": kind, "payload": payload, "correlationId": id, "timestamp": now })
}

/// A phone number in Uzbekistan that nobody else uses.
pub fn new_phone() -> String {
    format!("+99893{:07}", Uuid::new_v4().as_u128() % 10_000_000)
}

/// The payload of an order of these products - id, how many, soum each - for somebody new; `discount` soum are off.
///
/// # Panics
/// When it comes to more soum than there are.
pub fn order(products: &[(&str, u32, u32)], discount: u32) -> Value {
    let subtotal: u32 = products.iter().map(|(_, quantity, price)| quantity * price).sum();
    let product = |(id, quantity, price): &(&str, u32, u32)| {
        json!({ "productID": format!("own-{id}"), "ID": id, "qty": quantity, "name": { "en": "Rice", "uz": "Guruch" },
            "sku": "SKU-1", "barCode": "4780000000017", "subTotalPrice": quantity * price, "discountAmount": 0,
            "totalPrice": quantity * price })
    };
    json!({
        "orderID": Uuid::now_v7().simple().to_string(),
        "products": products.iter().map(product).collect::<Vec<_>>(),
        "subTotalPrice": subtotal,
        "discountAmount": discount,
        "totalPrice": subtotal - discount,
        "region": "Tashkent",
        "clientInfo": { "phone": new_phone(), "firstName": "Malika", "lastName": "Test" },
        "deliveryAddress": { "street": "Main Street 123", "city": "Tashkent" },
    })
}

impl Stack {
    /// Puts a new product into the shop: so many soum each, so many in stock. Answers its id.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn new_product(&self, price: u32, stock: u32) -> anyhow::Result<String> {
        let id = Uuid::new_v4().to_string();
        let product = json!({ "name": "Rice, 1 kg", "price": price, "stock": stock });
        self.control(Method::PUT, &format!("billz/products/{id}"), &product).await?;
        Ok(id)
    }

    /// Makes sure that jobs can be paid by [`CASH`].
    ///
    /// # Errors
    /// When it is refused.
    pub async fn put_cash(&self) -> anyhow::Result<Value> {
        let card = json!({ "id": CASH, "name": "Cash", "externalId": CASH_PAYMENT_TYPE, "isActive": true });
        Answer::to(self.service_request(Method::PUT, "/internal/billz/cards").json(&card)).await?.ok()
    }

    /// Puts a job on the queue that its type is sent to.
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn send_job(&self, job: &Value) -> anyhow::Result<()> {
        let queue = if job["type"] == "MAKE_PAYMENT" { "billz-payments" } else { "billz-operations" };
        let wish = json!({ "QueueUrl": self.file.queues[queue], "MessageBody": job.to_string() });
        self.aws("sqs", "AmazonSQS.SendMessage", &wish).await?;
        Ok(())
    }

    /// A job as services see it.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn billz_job(&self, job: &Value) -> anyhow::Result<Answer> {
        let path = format!("/internal/billz/jobs/{}", text(job, "correlationId")?);
        Answer::to(self.service_request(Method::GET, &path)).await
    }

    /// Waits until a job is in that state; answers it as services see it.
    ///
    /// # Errors
    /// When it takes too long; the error shows the job.
    pub async fn job_becomes(&self, job: &Value, state: &str) -> anyhow::Result<Value> {
        let mut seen = Value::Null;
        let found = wait::until(&format!("the job becomes {state}"), JOB_TIMEOUT, async || {
            seen = self.billz_job(job).await?.body;
            Ok((seen["state"] == state).then(|| seen.clone()))
        })
        .await;
        found.map_err(|error| error.context(format!("of {job} there is {seen}")))
    }

    /// Has a job done; answers what came of it.
    ///
    /// # Errors
    /// When it is not done.
    pub async fn do_job(&self, kind: &str, payload: &Value) -> anyhow::Result<Value> {
        let job = job(kind, payload);
        self.send_job(&job).await?;
        Ok(self.job_becomes(&job, "SUCCEEDED").await?["result"].clone())
    }

    /// Places an order of two things of 1000 soum each; answers Billz's id of it.
    ///
    /// # Errors
    /// When it is not placed.
    pub async fn place_small_order(&self) -> anyhow::Result<String> {
        let product = self.new_product(1000, 10).await?;
        text(&self.do_job("PLACE_ORDER", &order(&[(&product, 2, 1000)], 0)).await?, "billzOrderId")
    }

    /// An order as the shop has it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn shop_order(&self, billz_id: &str) -> anyhow::Result<Value> {
        self.control(Method::GET, &format!("billz/orders/{billz_id}"), &Value::Null).await
    }

    /// The names of all calls to Billz since the sandbox began, in order.
    ///
    /// # Errors
    /// When the sandbox is down.
    pub async fn billz_calls(&self) -> anyhow::Result<Vec<String>> {
        let log = self.control(Method::GET, "log?party=billz", &Value::Null).await?;
        log["entries"].as_array().into_iter().flatten().map(|entry| text(entry, "operation")).collect()
    }

    /// Waits for the next reply to a job. Takes the replies to others, too: for a test that has the stack alone.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn reply_to(&self, job: &Value) -> anyhow::Result<Value> {
        wait::until("the reply", JOB_TIMEOUT, async || {
            for message in self.take_messages("billz-replies").await? {
                let reply: Value = serde_json::from_str(&text(&message, "Body")?)?;
                if reply["correlationId"] == job["correlationId"] {
                    return Ok(Some(reply));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Decides about a job that waits for a person, by the holder of `token`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn resolve_job(&self, job: &Value, token: &str, wish: &Value) -> anyhow::Result<Answer> {
        let path = format!("/api/admin/billz/jobs/{}/resolve", text(job, "correlationId")?);
        let request = self.request(Method::POST, &path).bearer_auth(token).json(wish);
        let key = format!("resolve-{}-{wish}", text(job, "correlationId")?);
        Answer::to(request.header("idempotency-key", key.replace(['"', '{', '}'], ""))).await
    }
}
