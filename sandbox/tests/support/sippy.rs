//! Somebody who calls the Sippy switch, as the tests of the sandbox play one: with a digest of their own.

use md5::{Digest, Md5};
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use sandbox::server::Running;
use sandbox::sippy::{PASSWORD, USERNAME};
use serde_json::{Value, json};

const PATH: &str = "/sippy/xmlapi/xmlapi";

pub struct Biller {
    pub http: reqwest::Client,
    pub url: String,
    pub password: String,
    pub nonce: String,
    pub count: u32,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub challenge: Option<String>,
    pub body: String,
}

fn hash(text: &str) -> String {
    hex::encode(Md5::digest(text))
}

/// A call, as the facts write one; `members` is pairs of a name and a typed value.
pub fn call(method: &str, members: &[(&str, &str)]) -> String {
    let members: String = members
        .iter()
        .map(|(name, value)| format!("<member><name>{name}</name><value>{value}</value></member>\n"))
        .collect();
    format!(
        "<?xml version=\"1.0\"?>\n<methodCall><methodName>{method}</methodName>\n\
         <params><param><value><struct>\n{members}</struct></value></param></params></methodCall>"
    )
}

impl Biller {
    /// Somebody who has a nonce.
    pub async fn of(running: &Running) -> Self {
        let mut biller = Self::stranger(running);
        biller.challenged().await;
        biller
    }

    /// Somebody who has none.
    pub fn stranger(running: &Running) -> Self {
        let url = format!("{}{PATH}", running.url());
        Self { http: super::http(), url, password: PASSWORD.to_owned(), nonce: String::new(), count: 0 }
    }

    /// Asks for a challenge and takes its nonce.
    pub async fn challenged(&mut self) -> Answer {
        let answer = self.send(self.http.post(&self.url)).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (401, "text/html"), "{answer:?}");
        self.take_nonce(&answer);
        answer
    }

    pub fn take_nonce(&mut self, answer: &Answer) {
        let challenge = answer.challenge.as_deref().unwrap();
        let nonce = challenge.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_ne!(nonce, self.nonce, "another one each time");
        (self.nonce, self.count) = (nonce.to_owned(), 0);
    }

    /// The header that proves to know the password.
    pub fn authorization(&self) -> String {
        let (nonce, count, cnonce) = (&self.nonce, format!("{:08x}", self.count), "0a4f113b");
        let secret = hash(&format!("{USERNAME}:Sippy:{}", self.password));
        let what = hash(&format!("POST:{PATH}"));
        let response = hash(&format!("{secret}:{nonce}:{count}:{cnonce}:auth:{what}"));
        format!(
            "Digest username=\"{USERNAME}\", realm=\"Sippy\", nonce=\"{nonce}\", uri=\"{PATH}\", algorithm=MD5, \
             qop=auth, nc={count}, cnonce=\"{cnonce}\", response=\"{response}\""
        )
    }

    /// The next request with the nonce.
    pub fn request(&mut self, body: String) -> RequestBuilder {
        self.count += 1;
        let request = self.http.post(&self.url).header(CONTENT_TYPE, "text/xml");
        request.header(AUTHORIZATION, self.authorization()).body(body)
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (content_type, challenge) = (header(CONTENT_TYPE).unwrap_or_default(), header(WWW_AUTHENTICATE));
        let status = response.status().as_u16();
        Answer { status, content_type, challenge, body: response.text().await.unwrap() }
    }

    /// Calls a method; the document of its answer.
    pub async fn call(&mut self, method: &str, members: &[(&str, &str)]) -> String {
        let request = self.request(call(method, members));
        let answer = self.send(request).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (200, "text/xml"), "{answer:?}");
        answer.body
    }

    /// `accountDebit` with notes.
    pub async fn debit(&mut self, account: &str, amount: &str, currency: &str, notes: &str) -> String {
        self.call("accountDebit", &debit(account, amount, currency, notes).each_ref().map(pair)).await
    }
}

/// The members of a debit.
pub fn debit(account: &str, amount: &str, currency: &str, notes: &str) -> [(&'static str, String); 4] {
    [
        ("i_account", format!("<int>{account}</int>")),
        ("amount", format!("<double>{amount}</double>")),
        ("currency", format!("<string>{currency}</string>")),
        ("payment_notes", format!("<string>{notes}</string>")),
    ]
}

pub fn pair<'a>((name, value): &'a (&'static str, String)) -> (&'a str, &'a str) {
    (name, value)
}

/// What every balance method answers.
pub const DONE: &str = "<?xml version=\"1.0\"?>\n<methodResponse><params><param><value><struct>\n\
                        <member><name>result</name><value><string>OK</string></value></member>\n\
                        </struct></value></param></params></methodResponse>\n";

/// Every value of that name, as it is typed.
pub fn values(document: &str, name: &str) -> Vec<String> {
    let before = format!("<member><name>{name}</name><value>");
    let places = document.split(&before).skip(1);
    places.map(|place| place.split("</value>").next().unwrap().to_owned()).collect()
}

/// The only value of that name.
pub fn value(document: &str, name: &str) -> String {
    let mut found = values(document, name);
    assert_eq!(found.len(), 1, "{name}: {document}");
    found.remove(0)
}

/// Code and words of a fault.
pub fn fault(document: &str) -> (i32, String) {
    assert!(document.contains("<methodResponse><fault><value><struct>"), "{document}");
    let inside = |name: &str, kind: &str| {
        let typed = value(document, name);
        let inside = typed.strip_prefix(&format!("<{kind}>")).unwrap();
        inside.strip_suffix(&format!("</{kind}>")).unwrap().to_owned()
    };
    (inside("faultCode", "int").parse().unwrap(), inside("faultString", "string"))
}

/// An account as control shows it.
pub async fn account(running: &Running, id: i32) -> Value {
    super::control(running, "GET", &format!("/_control/sippy/accounts/{id}"), Value::Null).await
}

/// What is on it and how much was booked.
pub async fn balance(running: &Running, id: i32) -> (Value, usize) {
    let account = account(running, id).await;
    (account["balance"].clone(), account["payments"].as_array().unwrap().len())
}

/// Changes an account.
pub async fn change(running: &Running, id: i32, wish: Value) -> Value {
    super::control(running, "PUT", &format!("/_control/sippy/accounts/{id}"), wish).await
}

/// Sets when payments are seen.
pub async fn delay(running: &Running, delay_ms: i64) {
    let path = "/_control/sippy/settings/visibility";
    super::control(running, "PUT", path, json!({ "delayMs": delay_ms })).await;
}
