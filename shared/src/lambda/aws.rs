//! The AWS SDK's set-up: region, credentials and endpoint from the function's environment, and our
//! own HTTP client underneath.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use super::settings::{SettingError, optional, required};
use crate::aws_account::AwsAccount;

/// Time for one try of a request to AWS, of three.
pub(super) const TRY_TIMEOUT: Duration = Duration::from_secs(3);

/// The SDK's set-up in a function.
///
/// # Errors
/// When the environment has no region or credentials.
pub fn sdk_config(client: reqwest::Client) -> Result<SdkConfig, SettingError> {
    let AwsAccount { credentials, region, endpoint_url } = account()?;
    Ok(sdk_config_for(client, credentials, region, endpoint_url))
}

/// Who the function is to AWS.
///
/// # Errors
/// When the environment has no region or credentials.
pub fn account() -> Result<AwsAccount, SettingError> {
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        optional("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let (region, endpoint_url) = (required("AWS_REGION")?, optional("AWS_ENDPOINT_URL"));
    Ok(AwsAccount { credentials, region, endpoint_url })
}

/// The SDK's set-up for given credentials.
pub fn sdk_config_for(
    client: reqwest::Client,
    credentials: Credentials,
    region: String,
    endpoint_url: Option<String>,
) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(TRY_TIMEOUT).build())
        .http_client(http_client(client));
    config.set_endpoint_url(endpoint_url);
    config.build()
}

/// Carries the SDK's requests over our client.
#[derive(Debug)]
struct Carrier(reqwest::Client);

fn http_client(client: reqwest::Client) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Carrier(client));
    http_client_fn(move |_, _| connector.clone())
}

impl HttpConnector for Carrier {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (parts, body) = request.into_parts();
            let Some(body) = body.bytes().map(bytes::Bytes::copy_from_slice) else {
                return Err(ConnectorError::user("a request body that is streamed".into()));
            };
            let request = http::Request::from_parts(parts, reqwest::Body::from(body));
            let request =
                reqwest::Request::try_from(request).map_err(|error| ConnectorError::user(error.into()))?;
            let response = client.execute(request).await.map_err(connector_error)?;
            HttpResponse::try_from(http::Response::from(response).map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Tells the SDK what may be tried again.
fn connector_error(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_builder() {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
