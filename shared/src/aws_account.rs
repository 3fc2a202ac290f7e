//! Who we are to AWS, for requests that are signed without an SDK client.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::Method;

/// Credentials, and where they are good.
#[derive(Debug, Clone)]
pub struct AwsAccount {
    /// The credentials.
    pub credentials: Credentials,
    /// The region.
    pub region: String,
    /// Where all services are, if not at AWS.
    pub endpoint_url: Option<String>,
}

/// A request that is about to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Unsigned<'a> {
    /// The service's name in signatures, such as `ses`.
    pub service: &'a str,
    /// The method.
    pub method: &'a Method,
    /// The whole address.
    pub url: &'a str,
    /// The headers that it is sent with: its content type, if it has any, and every `x-amz-…`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request cannot be signed: {0}")]
pub struct SignatureError(String);

impl SignatureError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl AwsAccount {
    /// The address of a service by its host's first name, such as `email` for SES.
    pub fn address(&self, host: &str) -> String {
        match &self.endpoint_url {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            // China is a partition with a domain of its own.
            None if self.region.starts_with("cn-") => {
                format!("https://{host}.{}.amazonaws.com.cn", self.region)
            }
            None => format!("https://{host}.{}.amazonaws.com", self.region),
        }
    }

    /// The headers that prove a request to be ours, as it is now. They go beside its own.
    ///
    /// # Errors
    /// When the request cannot be signed: a defect of ours.
    pub fn proof(&self, unsigned: &Unsigned<'_>) -> Result<Vec<(String, String)>, SignatureError> {
        let identity: Identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(unsigned.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build();
        let parameters = parameters.map_err(SignatureError::new)?.into();
        let headers = unsigned.headers.iter().copied();
        let body = SignableBody::Bytes(unsigned.body);
        let signable = SignableRequest::new(unsigned.method.as_str(), unsigned.url, headers, body)
            .map_err(SignatureError::new)?;
        let (instructions, _signature) =
            sign(signable, &parameters).map_err(SignatureError::new)?.into_parts();
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(instructions.headers().map(owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_in_the_domain_of_its_region_unless_an_endpoint_is_named() {
        let at = |region: &str, endpoint_url: Option<&str>| {
            let credentials = Credentials::new("id", "secret", None, None, "test");
            let endpoint_url = endpoint_url.map(str::to_owned);
            AwsAccount { credentials, region: region.to_owned(), endpoint_url }.address("secretsmanager")
        };
        assert_eq!(at("eu-central-1", None), "https://secretsmanager.eu-central-1.amazonaws.com");
        assert_eq!(at("cn-north-1", None), "https://secretsmanager.cn-north-1.amazonaws.com.cn");
        assert_eq!(at("eu-central-1", Some("http://127.0.0.1:4566/")), "http://127.0.0.1:4566");
    }
}
