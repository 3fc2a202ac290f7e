//! A Billz, a table, and any number of instances that share them.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use sandbox::billz::{CASHBOX_ID, SECRET_TOKEN, SHOP_ID};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use sandbox::testbed::dynamodb::{CHATS, DynamoDb};
use sandbox::testbed::wire::Wire;
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::domain::billz::operation::{Answer, Operation};
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::providers::billz::{Billz, BillzCredentials, BillzError, Shop};
use shared::providers::call::Caller;
use shared::stores::table::Table;
use shared::workflows::billz_login::{BillzLogin, TokenError};

/// One Billz and one table, each behind a wire of its own.
pub struct Bench {
    pub sandbox: Running,
    pub dynamodb: DynamoDb,
    /// Every request to the table.
    pub to_table: Wire,
    /// Every request to Billz.
    pub to_billz: Wire,
    table_url: String,
    billz_url: String,
    began: Timestamp,
}

/// A Billz that does not limit, so that a test says itself what is limited.
pub async fn bench() -> Bench {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let (dynamodb, to_table, to_billz) = (DynamoDb::start().await, Wire::new(), Wire::new());
    let table_url = to_table.tap("dynamodb", &dynamodb.url()).await;
    let billz_url = to_billz.tap("billz", &format!("{}/billz", sandbox.url())).await;
    // The sandbox's tokens end by its own clock.
    let began = Timestamp::now();
    let bench = Bench { sandbox, dynamodb, to_table, to_billz, table_url, billz_url, began };
    bench.control("PUT", "billz/settings/limit", json!({ "perSecond": 0 })).await;
    bench
}

impl Bench {
    /// An instance of its own, whose calls need not be apart.
    pub fn instance(&self) -> BillzLogin {
        self.instance_with(SECRET_TOKEN)
    }

    pub fn instance_with(&self, secret_token: &str) -> BillzLogin {
        BillzLogin::new(self.billz(secret_token), self.table(), SignedDuration::ZERO)
    }

    /// An instance whose calls are this far apart.
    pub fn instance_at_pace(&self, gap: SignedDuration) -> BillzLogin {
        BillzLogin::new(self.billz(SECRET_TOKEN), self.table(), gap)
    }

    fn billz(&self, secret_token: &str) -> Billz {
        let shop = Shop {
            shop_id: SHOP_ID.to_owned(),
            cashbox_id: CASHBOX_ID.to_owned(),
            zone: "Asia/Tashkent".parse().unwrap(),
            postpone_days: 30,
        };
        let credentials = BillzCredentials { secret_token: secret_token.into() };
        let caller = Caller::new(HttpClients::new(None).unwrap());
        Billz::new(caller, &self.billz_url, shop, credentials).unwrap()
    }

    /// Where token and pace are kept.
    pub fn table(&self) -> Table {
        let credentials = Credentials::new("local", "local", None, None, "test");
        let (http, region) = (HttpClients::new(None).unwrap(), "eu-central-1".to_owned());
        let config = sdk_config_for(http.aws, credentials, region, Some(self.table_url.clone()));
        Table::new(Client::new(&config), CHATS.to_owned())
    }

    /// An instant, counted from the beginning of the test.
    pub fn second(&self, seconds: i64) -> Timestamp {
        self.began + SignedDuration::from_secs(seconds)
    }

    /// Logins that Billz saw: with the right secret token, and with a wrong one.
    pub async fn logins(&self) -> (u64, u64) {
        let seen = self.control("GET", "billz/logins", Value::Null).await;
        (seen["count"].as_u64().unwrap(), seen["refused"].as_u64().unwrap())
    }

    /// Ends every token at Billz.
    pub async fn end_tokens(&self) {
        self.control("POST", "billz/tokens/expire", json!({})).await;
    }

    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) =
            self.sandbox.control(method, &format!("/_control/{path}"), &body).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}

/// A draft, made as a job makes one: with the token that is there, and once more with another where Billz does
/// not take it.
pub async fn draft(login: &BillzLogin, token: &SecretString, now: Timestamp) -> Result<String, TokenError> {
    let wish = Operation::CreateDraft { comment: "a job".to_owned() };
    let answer = match login.billz().perform(token, &wish, now).await {
        Err(BillzError::TokenExpired) => {
            let renewed = login.renew(token, now).await?;
            login.billz().perform(&renewed, &wish, now).await
        }
        other => other,
    };
    match answer.unwrap() {
        Answer::DraftCreated { order, .. } => Ok(order.to_string()),
        other => panic!("{other:?}"),
    }
}
