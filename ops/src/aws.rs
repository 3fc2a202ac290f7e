//! Signed requests to services of AWS that speak JSON and are asked little: their SDK crates would cost minutes of
//! compiling each.

use std::time::Duration;

use anyhow::{Context, bail};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use shared::aws_account::{AwsAccount, Unsigned};

/// Time for a whole request: that of the function that takes longest to answer one, and some.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Asks AWS.
#[derive(Debug)]
pub struct Aws {
    http: reqwest::Client,
    account: AwsAccount,
}

/// What is asked of a service.
struct Wish<'a> {
    service: &'a str,
    method: Method,
    /// With the query.
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

impl Aws {
    /// Asks as somebody.
    pub fn new(http: reqwest::Client, account: AwsAccount) -> Self {
        Self { http, account }
    }

    /// Who asks.
    pub fn account(&self) -> &AwsAccount {
        &self.account
    }

    /// `GET` from a service with a REST protocol: `lambda`, `scheduler`, `apigateway`, `ses`.
    ///
    /// # Errors
    /// When it is refused. `None` when there is no such thing.
    pub async fn get(&self, service: &str, path: &str) -> anyhow::Result<Option<Value>> {
        let answer = self.send(&Wish { service, method: Method::GET, path, headers: &[], body: "" }).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        read_json(service, &answer.granted(service)?.text).map(Some)
    }

    /// An operation of a service with a JSON protocol, here only `monitoring` (CloudWatch).
    ///
    /// # Errors
    /// When it is refused.
    pub async fn call(&self, service: &str, target: &str, body: &Value) -> anyhow::Result<Value> {
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        let answer = self.post(service, "/", &headers, &body.to_string()).await?;
        read_json(service, &answer.text)
    }

    /// An operation of a service with the query protocol, here only `cloudformation`. Answers XML.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn query(&self, service: &str, parameters: &[(&str, &str)]) -> anyhow::Result<String> {
        let form = reqwest::Url::parse_with_params("http://form/", parameters)?;
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        Ok(self.post(service, "/", &headers, form.query().unwrap_or_default()).await?.text)
    }

    /// Runs a function behind its alias, and waits for its answer.
    ///
    /// # Errors
    /// When it cannot be run, or fails. It may have run all the same.
    pub async fn invoke(&self, function: &str, alias: &str, event: &Value) -> anyhow::Result<Value> {
        let path = format!("/2015-03-31/functions/{function}/invocations?Qualifier={alias}");
        let headers = [("content-type", "application/json")];
        let answer = self.post("lambda", &path, &headers, &event.to_string()).await?;
        if answer.headers.contains_key("x-amz-function-error") {
            bail!("{function} failed: {}", answer.text);
        }
        read_json("lambda", &answer.text)
    }

    async fn post(
        &self,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> anyhow::Result<Answer> {
        self.send(&Wish { service, method: Method::POST, path, headers, body }).await?.granted(service)
    }

    async fn send(&self, wish: &Wish<'_>) -> anyhow::Result<Answer> {
        let Wish { service, method, path, headers, body } = wish;
        // CloudWatch is at `monitoring`, and signs as such; SES is at `email`; the others are where their names say.
        let host = if *service == "ses" { "email" } else { service };
        let url = format!("{}{path}", self.account.address(host));
        let unsigned = Unsigned { service, method, url: &url, headers, body: body.as_bytes() };
        let proof = self.account.proof(&unsigned)?;
        let mut request = self.http.request(method.clone(), &url).timeout(TIMEOUT).body((*body).to_owned());
        for (name, value) in *headers {
            request = request.header(*name, *value);
        }
        for (name, value) in proof {
            request = request.header(name, value);
        }
        let answer = request.send().await.with_context(|| format!("AWS ({service}) does not answer"))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Answer { status, headers, text: answer.text().await? })
    }
}

/// What a service said.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn granted(self, service: &str) -> anyhow::Result<Self> {
        if !self.status.is_success() {
            bail!("AWS ({service}) refused: HTTP {} {}", self.status, self.text);
        }
        Ok(self)
    }
}

fn read_json(service: &str, text: &str) -> anyhow::Result<Value> {
    serde_json::from_str(text).with_context(|| format!("AWS ({service}) answered something else than JSON"))
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use sandbox::testbed::aws::Aws as Testbed;
    use sandbox::testbed::wire::Wire;
    use serde_json::json;
    use shared::http_client::HttpClients;

    use super::*;

    #[tokio::test]
    async fn a_request_is_signed_for_its_service_with_every_header_of_its_own() {
        let (testbed, wire) = (Testbed::start().await, Wire::new());
        let endpoint_url = Some(wire.tap("aws", &testbed.url()).await);
        let credentials = Credentials::new("id", "secret", Some("session".to_owned()), None, "test");
        let account = AwsAccount { credentials, region: "us-east-1".to_owned(), endpoint_url };
        let aws = Aws::new(HttpClients::new(None).unwrap().aws, account);
        for number in 1..=4 {
            wire.answer(number, 200, "{}");
        }
        aws.get("ses", "/v2/email/account").await.unwrap();
        aws.call("monitoring", "Some.Target", &json!({})).await.unwrap();
        aws.query("cloudformation", &[("Action", "DescribeStacks")]).await.unwrap();
        aws.invoke("paydesk-event-relay", "live", &json!({})).await.unwrap();

        let calls = wire.calls();
        let wanted = [
            ("ses", "host;x-amz-date;x-amz-security-token", None),
            (
                "monitoring",
                "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
                Some("Some.Target"),
            ),
            ("cloudformation", "content-type;host;x-amz-date;x-amz-security-token", None),
            ("lambda", "content-type;host;x-amz-date;x-amz-security-token", None),
        ];
        assert_eq!(calls.len(), wanted.len());
        for (call, (service, signed, target)) in calls.iter().zip(wanted) {
            let proof = call.headers["authorization"].to_str().unwrap();
            assert!(proof.contains(&format!("/us-east-1/{service}/aws4_request, ")), "{proof}");
            assert!(proof.contains(&format!("SignedHeaders={signed}, ")), "{proof}");
            assert_eq!(call.target.as_deref(), target);
            assert_eq!(call.headers["x-amz-security-token"], "session");
        }
        assert_eq!(calls[2].request_body, "Action=DescribeStacks");
    }
}
