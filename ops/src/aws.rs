//! Signed requests to services of AWS that speak JSON and are asked little: their SDK crates would cost minutes of
//! compiling each.

use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// Time for a whole request: that of the function that takes longest to answer one, and some.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Asks AWS.
#[derive(Debug)]
pub struct Aws {
    http: reqwest::Client,
    identity: Identity,
    region: String,
    endpoint: Option<String>,
}

impl Aws {
    /// Asks with these credentials; all services are at `endpoint` where there is one.
    pub fn new(
        http: reqwest::Client,
        credentials: Credentials,
        region: String,
        endpoint: Option<String>,
    ) -> Self {
        Self { http, identity: credentials.into(), region, endpoint }
    }

    /// `GET` from a service with a REST protocol: `lambda`, `scheduler`, `apigateway`, `ses`.
    ///
    /// # Errors
    /// When it is refused. `None` when there is no such thing.
    pub async fn get(&self, service: &str, path: &str) -> anyhow::Result<Option<Value>> {
        let url = format!("{}{path}", self.address(service));
        let answer = self.send(service, http::Request::builder().method(Method::GET).uri(url), "").await?;
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
        let request = self.post(service, "/", "application/x-amz-json-1.0").header("x-amz-target", target);
        let answer = self.send(service, request, &body.to_string()).await?.granted(service)?;
        read_json(service, &answer.text)
    }

    /// An operation of a service with the query protocol, here only `cloudformation`. Answers XML.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn query(&self, service: &str, parameters: &[(&str, &str)]) -> anyhow::Result<String> {
        let form = reqwest::Url::parse_with_params("http://form/", parameters)?;
        let request = self.post(service, "/", "application/x-www-form-urlencoded");
        let answer = self.send(service, request, form.query().unwrap_or_default()).await?;
        Ok(answer.granted(service)?.text)
    }

    /// Runs a function behind its alias, and waits for its answer.
    ///
    /// # Errors
    /// When it cannot be run, or fails. It may have run all the same.
    pub async fn invoke(&self, function: &str, alias: &str, event: &Value) -> anyhow::Result<Value> {
        let path = format!("/2015-03-31/functions/{function}/invocations?Qualifier={alias}");
        let request = self.post("lambda", &path, "application/json");
        let answer = self.send("lambda", request, &event.to_string()).await?.granted("lambda")?;
        if answer.headers.contains_key("x-amz-function-error") {
            bail!("{function} failed: {}", answer.text);
        }
        read_json("lambda", &answer.text)
    }

    fn post(&self, service: &str, path: &str, content_type: &str) -> http::request::Builder {
        let url = format!("{}{path}", self.address(service));
        http::Request::builder().method(Method::POST).uri(url).header("content-type", content_type)
    }

    fn address(&self, service: &str) -> String {
        let host = match service {
            "ses" => "email",
            other => other,
        };
        match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => format!("https://{host}.{}.amazonaws.com", self.region),
        }
    }

    async fn send(
        &self,
        service: &str,
        request: http::request::Builder,
        body: &str,
    ) -> anyhow::Result<Answer> {
        let mut request = request.body(body.to_owned())?;
        self.sign(service, &mut request)?;
        let mut request = reqwest::Request::try_from(request)?;
        *request.timeout_mut() = Some(TIMEOUT);
        let answer = self.http.execute(request).await;
        let answer = answer.with_context(|| format!("AWS ({service}) does not answer"))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Answer { status, headers, text: answer.text().await? })
    }

    fn sign(&self, service: &str, request: &mut http::Request<String>) -> anyhow::Result<()> {
        // CloudWatch is at `monitoring`, and signs as such; SES is at `email`; the others are where their names say.
        let parameters = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let headers = request.headers().iter();
        let headers: Vec<(&str, &str)> =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let uri = request.uri().to_string();
        let body = SignableBody::Bytes(request.body().as_bytes());
        let signable = SignableRequest::new(request.method().as_str(), &uri, headers.into_iter(), body)?;
        let (instructions, _signature) = sign(signable, &parameters.into())?.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
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
