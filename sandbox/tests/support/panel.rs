//! Somebody who uses the ISP's panel, as the tests of the sandbox play one.

use sandbox::isp_panel::{PASSWORD, USERNAME};
use sandbox::server::Running;
use serde_json::{Value, json};

/// The vector of the facts: two workers, and the brackets percent-coded.
pub const TASK: &str = "type=maintenance&message=Customer+reports+internet+outage&customer_username=customer123\
                        &worker_ids%5B%5D=13&worker_ids%5B%5D=15&send_whatsapp=1";

/// What came back, without its length and its date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    pub cookie: Option<String>,
    pub location: Option<String>,
    pub body: String,
}

impl Page {
    pub fn is_login_form(&self) -> bool {
        self.status == 200 && self.body.contains("<input type=\"password\" name=\"password\"")
    }

    /// The cookie as a browser sends it back.
    pub fn pair(&self) -> String {
        self.cookie.as_deref().unwrap().split(';').next().unwrap().to_owned()
    }
}

pub struct Browser {
    pub http: reqwest::Client,
    pub url: String,
}

impl Browser {
    pub fn of(running: &Running) -> Self {
        Self { http: super::http(), url: format!("{}/isp-panel", running.url()) }
    }

    pub fn request(
        &self,
        method: reqwest::Method,
        page: &str,
        cookie: Option<&str>,
    ) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}/{page}", self.url));
        match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let response = request.send().await.unwrap();
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (cookie, location) = (header("set-cookie"), header("location"));
        Page { status: response.status().as_u16(), cookie, location, body: response.text().await.unwrap() }
    }

    pub async fn get(&self, page: &str, cookie: Option<&str>) -> Page {
        self.send(self.request(reqwest::Method::GET, page, cookie)).await
    }

    pub async fn post(&self, page: &str, cookie: Option<&str>, body: &str) -> Page {
        let request = self.request(reqwest::Method::POST, page, cookie);
        let form = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(form.body(body.to_owned())).await
    }

    /// Sends the right password.
    pub async fn enter(&self, cookie: Option<&str>) -> Page {
        self.post("index.php", cookie, &format!("username={USERNAME}&password={PASSWORD}")).await
    }

    /// Logs in as the facts say; the cookie that counts.
    pub async fn log_in(&self) -> String {
        let first = self.get("index.php", None).await.pair();
        let page = self.enter(Some(&first)).await;
        if page.cookie.is_some() { page.pair() } else { first }
    }
}

/// The tasks of the panel, as control shows them.
pub async fn tasks(running: &Running) -> Vec<Value> {
    let shown = super::control(running, "GET", "/_control/isp-panel/tasks", Value::Null).await;
    shown["items"].as_array().unwrap().clone()
}

pub async fn settle(running: &Running, settings: Value) -> Value {
    super::control(running, "PUT", "/_control/isp-panel/settings/session", settings).await
}

/// Log-ins with the right and with a wrong password.
pub async fn logins(running: &Running, party: &str) -> (u64, u64) {
    let shown = super::control(running, "GET", &format!("/_control/{party}/logins"), json!(null)).await;
    (shown["count"].as_u64().unwrap(), shown["refused"].as_u64().unwrap())
}
