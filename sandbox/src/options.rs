//! What can be set when a sandbox starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// The internal API key that the order and user services accept unless told otherwise.
pub const INTERNAL_API_KEY: &str = "local-internal-key";

/// Who bears Tripay's fee: a setting of the merchant, not of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeeBearer {
    /// The merchant receives less than was asked for.
    Merchant,
    /// The customer pays more than was asked for.
    Customer,
}

/// The settings of one sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where to listen. Default: 127.0.0.1, any free port.
    pub listen: SocketAddr,
    /// Where Tripay reports go when a transaction names no address of its own. Default: nowhere.
    pub tripay_callback_url: Option<String>,
    /// What `X-Internal-Api-Key` must be at the order and user services. Default: [`INTERNAL_API_KEY`].
    pub internal_api_key: String,
    /// Seconds, by the sandbox's clock, between the deliveries of a report that was not accepted.
    /// Default: 120, as Tripay does.
    pub callback_retry_seconds: i64,
    /// How often a report that was not accepted is sent again. Default: 3.
    pub callback_retries: u32,
    /// The emulated AWS whose sent mail is shown, like `http://127.0.0.1:4566`. Default: none.
    pub aws_endpoint: Option<String>,
    /// Who bears Tripay's fee. Default: the merchant.
    pub fee_bearer: FeeBearer,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            tripay_callback_url: None,
            internal_api_key: INTERNAL_API_KEY.to_owned(),
            callback_retry_seconds: 120,
            callback_retries: 3,
            aws_endpoint: None,
            fee_bearer: FeeBearer::Merchant,
        }
    }
}
