//! Signed requests to services of AWS that speak JSON and are asked little: their SDK crates would cost minutes of
//! compiling each.

use std::time::SystemTime;

use anyhow::{Context, bail};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::Method;
use serde_json::Value;

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

    /// `GET` from a service with a REST protocol: `lambda`, `scheduler`, `apigateway`.
    ///
    /// # Errors
    /// When it is refused. `None` when there is no such thing.
    pub async fn get(&self, service: &str, path: &str) -> anyhow::Result<Option<Value>> {
        let url = format!("{}{path}", self.address(service));
        self.send(service, http::Request::builder().method(Method::GET).uri(url), "").await
    }

    /// An operation of a service with a JSON protocol, here only `monitoring` (CloudWatch).
    ///
    /// # Errors
    /// When it is refused.
    pub async fn call(&self, service: &str, target: &str, body: &Value) -> anyhow::Result<Value> {
        let request = http::Request::builder()
            .method(Method::POST)
            .uri(format!("{}/", self.address(service)))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target);
        let answer = self.send(service, request, &body.to_string()).await?;
        answer.with_context(|| format!("{service} has no {target}"))
    }

    fn address(&self, service: &str) -> String {
        match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => format!("https://{service}.{}.amazonaws.com", self.region),
        }
    }

    async fn send(
        &self,
        service: &str,
        request: http::request::Builder,
        body: &str,
    ) -> anyhow::Result<Option<Value>> {
        let mut request = request.body(body.to_owned())?;
        self.sign(service, &mut request)?;
        let answer = self.http.execute(request.try_into()?).await;
        let answer = answer.with_context(|| format!("AWS ({service}) does not answer"))?;
        let status = answer.status();
        let text = answer.text().await?;
        if status == http::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
            bail!("AWS ({service}) refused: HTTP {status} {text}");
        }
        let read = serde_json::from_str(&text);
        read.map(Some).with_context(|| format!("AWS ({service}) answered something else than JSON"))
    }

    fn sign(&self, service: &str, request: &mut http::Request<String>) -> anyhow::Result<()> {
        // CloudWatch is at `monitoring`, and signs as such; the others are where their names say.
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
