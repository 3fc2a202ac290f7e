//! Somebody who calls PortmoneDirect, as the tests of the sandbox play one.

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use sandbox::portmone::{LOGIN, PASSWORD};
use sandbox::server::Running;
use serde_json::{Value, json};

pub struct Reseller {
    pub http: reqwest::Client,
    pub url: String,
    /// Sent with every call.
    pub version: Option<&'static str>,
}

impl Reseller {
    /// One who speaks version 2.
    pub fn of(running: &Running) -> Self {
        let url = format!("{}/portmone/api/directcash/", running.url());
        Self { http: super::http(), url, version: Some("2") }
    }

    pub fn request(&self, method: &str, parameters: &[(&str, &str)]) -> RequestBuilder {
        let mut form = vec![("login", LOGIN), ("password", PASSWORD), ("method", method)];
        form.extend(self.version.map(|version| ("version", version)));
        form.extend(parameters);
        self.http.post(&self.url).form(&form)
    }

    /// Calls a method; the document of its answer, which comes under HTTP 200.
    pub async fn call(&self, method: &str, parameters: &[(&str, &str)]) -> String {
        read(self.request(method, parameters)).await
    }

    /// `bills.create` of one hryvnia for Kyivstar; the bill's number.
    pub async fn create(&self, contract_number: &str) -> String {
        let created = self.call("bills.create", &bill(contract_number)).await;
        let after = created.split("<billId>").nth(1).unwrap_or_else(|| panic!("{created}"));
        after.split('<').next().unwrap().to_owned()
    }

    pub async fn pay(&self, bill: &str, amount: &str) -> String {
        self.call("bills.pay", &[("billId", bill), ("amount", amount)]).await
    }
}

/// The document of an answer under HTTP 200.
pub async fn read(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/xml; charset=utf-8");
    response.text().await.unwrap()
}

/// The parameters of a bill of one hryvnia for Kyivstar.
pub fn bill(contract_number: &str) -> [(&str, &str); 5] {
    [
        ("payeeId", "2065"),
        ("contractNumber", contract_number),
        ("amount", "1.00"),
        ("currency", "UAH"),
        ("comment", "Top-up for receipt <7>"),
    ]
}

/// Code, short text and long text of a refusal.
pub fn fail(document: &str) -> (String, String, Option<String>) {
    assert!(document.contains("<rsp status=\"fail\">"), "{document}");
    let between = |from: &str, to: &str| {
        let rest = document.split(from).nth(1)?;
        rest.split(to).next().map(str::to_owned)
    };
    let code = between("<error code=\"", "\"").unwrap();
    let text = between(&format!("<error code=\"{code}\">"), "</error>").unwrap();
    (code, text, between("<error_description>", "</error_description>"))
}

/// A bill as control shows it.
pub async fn shown(running: &Running, id: &str) -> Value {
    super::control(running, "GET", &format!("/_control/portmone/bills/{id}"), Value::Null).await
}

/// How it stands and how often it was paid.
pub async fn state(running: &Running, id: &str) -> (String, Value) {
    let bill = shown(running, id).await;
    (bill["state"].as_str().unwrap().to_owned(), bill["payments"].clone())
}

pub async fn settings(running: &Running, wish: Value) -> Value {
    super::control(running, "PUT", "/_control/portmone/settings/reseller", wish).await
}

/// How many bills were made and paid.
pub async fn counts(running: &Running) -> Value {
    super::control(running, "GET", "/_control/portmone/counts", Value::Null).await
}

pub fn made_and_paid(created: u32, paid: u32) -> Value {
    json!({ "created": created, "paid": paid })
}
