//! What can be set when a sandbox starts.

use std::fmt;
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
    /// Where Portmone's notices go. Default: nowhere.
    pub portmone_callback_url: Option<String>,
    /// What they bear in `x-portmone-token`. Default: [`crate::portmone::WEBHOOK_TOKEN`].
    pub portmone_webhook_token: Option<String>,
    /// The first number of Portmone's bills. Default: 523.
    pub portmone_bill_numbers: BillNumbers,
    /// Where the same parties are served behind TLS besides, to who has a client certificate. Default: nowhere.
    pub mutual_tls: Option<MutualTls>,
}

/// How Portmone numbers its bills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BillNumbers {
    /// From 523 on, after each reset again.
    #[default]
    Small,
    /// From the time on, so that whoever remembers bills meets no number twice: neither after a reset nor after a restart.
    ByClock,
}

/// A second address, which wants a certificate of its callers.
#[derive(Clone, PartialEq, Eq)]
pub struct MutualTls {
    /// Where to listen; port 0 is any free one.
    pub listen: SocketAddr,
    /// The server's certificate, with those that lead to its root, in PEM.
    pub certificate_pem: String,
    /// Its key, in PEM.
    pub key_pem: String,
    /// The roots that callers' certificates must lead to, in PEM.
    pub client_roots_pem: String,
    /// Which versions of TLS are spoken.
    pub versions: TlsVersions,
}

/// Versions of TLS. The real Portmone speaks 1.2 alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersions {
    /// 1.2 and 1.3.
    #[default]
    Both,
    /// 1.2 alone.
    Only12,
    /// 1.3 alone, which refuses a caller's certificate after the caller believes to have shaken hands.
    Only13,
}

impl fmt::Debug for MutualTls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is no one's to read.
        formatter.debug_struct("MutualTls").field("listen", &self.listen).finish_non_exhaustive()
    }
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
            portmone_callback_url: None,
            portmone_webhook_token: None,
            portmone_bill_numbers: BillNumbers::default(),
            mutual_tls: None,
        }
    }
}
