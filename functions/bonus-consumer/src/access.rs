//! Who is called: the clients, with credentials and the certificate as they were last read.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::domain::bonus::driving::{TopUpWay, Ways};
use shared::http_client::{HttpClientError, HttpClients};
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::lambda::settings::{SettingError, optional, parsed};
use shared::providers::call::Caller;
use shared::providers::portmone::gateway::{GatewayCredentials, PortmoneGateway};
use shared::providers::portmone::{Portmone, PortmoneCredentials, PortmoneSettings};
use shared::providers::telecom::Telecom;

use crate::seals::{ReceiptSecret, Seals};

/// Who is called.
#[derive(Debug, Clone)]
pub struct Parties {
    /// Portmone; none where it is not configured.
    pub portmone: Option<Portmone>,
    /// Its merchant gateway, asked about the gateway's own notices; none where it is not configured.
    pub gateway: Option<PortmoneGateway>,
    /// The telecom that tops up; none where Portmone's payment is all, or it is not configured.
    pub telecom: Option<Telecom>,
    /// A telecom is to top up, whether or not it can be asked: Portmone's payment is not all.
    pub wants_top_ups: bool,
    /// What opens the numbers.
    pub seals: Seals,
}

/// Where they and their credentials are.
#[derive(Debug)]
pub struct PartiesSource {
    /// Where the credentials are.
    pub secrets: SecretReader,
    /// For calls without a certificate of ours.
    pub http: HttpClients,
    /// `OUTBOUND_PROXY_URL`.
    pub proxy: Option<String>,
    /// `PORTMONE_CA_PEM`: a root certificate of Portmone's own.
    pub own_root: Option<String>,
    /// `PORTMONE_API_BASE`, `PORTMONE_VERSION`, `PORTMONE_LANG`; none where the first is empty.
    pub portmone: Option<PortmoneSettings>,
    /// `PORTMONE_GATEWAY_URL`.
    pub gateway_url: Option<String>,
    /// `TELECOM_URL`.
    pub telecom_url: Option<String>,
}

/// Why the clients cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PartiesError {
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The certificate is unusable.
    #[error("the certificate in the secret portmone: {0}")]
    Certificate(#[from] HttpClientError),
}

/// The secret `portmone`, as far as calls need it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PortmoneSecret {
    #[serde(flatten)]
    credentials: PortmoneCredentials,
    #[serde(flatten)]
    gateway: GatewayCredentials,
    /// Empty where Portmone asks for none.
    certificate_pem: String,
    private_key_pem: SecretString,
}

/// The secret `telecom`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TelecomSecret {
    api_key: SecretString,
}

impl Parties {
    /// Who can be asked.
    pub fn ways(&self) -> Ways {
        let telecom = match (&self.telecom, self.wants_top_ups) {
            (Some(_), _) => TopUpWay::On,
            (None, true) => TopUpWay::Off,
            (None, false) => TopUpWay::NotWanted,
        };
        Ways { portmone: self.portmone.is_some(), telecom }
    }
}

impl PartiesSource {
    /// From the environment.
    ///
    /// # Errors
    /// When a setting is wrong, by name.
    pub fn from_settings(secrets: SecretReader, http: HttpClients) -> Result<Self, SettingError> {
        let portmone = match optional("PORTMONE_API_BASE") {
            Some(base) => {
                let version = parsed("PORTMONE_VERSION")?;
                Some(PortmoneSettings { base, version, lang: optional("PORTMONE_LANG") })
            }
            None => None,
        };
        Ok(Self {
            secrets,
            http,
            proxy: optional("OUTBOUND_PROXY_URL"),
            own_root: optional("PORTMONE_CA_PEM"),
            portmone,
            gateway_url: optional("PORTMONE_GATEWAY_URL"),
            telecom_url: optional("TELECOM_URL"),
        })
    }

    /// The clients, with credentials as they are now.
    ///
    /// # Errors
    /// When a secret cannot be read, or the certificate is unusable.
    pub async fn read(&self) -> Result<Parties, PartiesError> {
        let names = ["portmone", "receipts", "telecom"];
        let (now, before) =
            tokio::join!(self.secrets.batch(&names), self.secrets.previous::<ReceiptSecret>("receipts"));
        let now = now?;
        let portmone: PortmoneSecret = now.get("portmone")?;
        let telecom: TelecomSecret = now.get("telecom")?;
        let seals = Seals::new([Some(now.get("receipts")?), before?].into_iter().flatten());
        let caller = Caller::new(self.clients(&portmone)?);
        let plain = Caller::new(self.http.clone());
        Ok(Parties {
            gateway: self
                .gateway_url
                .as_deref()
                .and_then(|url| PortmoneGateway::new(plain.clone(), url, portmone.gateway)),
            portmone: self
                .portmone
                .as_ref()
                .and_then(|settings| Portmone::new(caller, settings, portmone.credentials)),
            telecom: self.telecom_url.as_deref().and_then(|url| Telecom::new(plain, url, telecom.api_key)),
            wants_top_ups: self.telecom_url.is_some(),
            seals,
        })
    }

    /// The clients for Portmone: with our certificate where there is one.
    fn clients(&self, secret: &PortmoneSecret) -> Result<HttpClients, HttpClientError> {
        let (root, proxy) = (self.own_root.as_deref(), self.proxy.as_deref());
        match (secret.certificate_pem.is_empty(), root) {
            (false, root) => {
                let key = secret.private_key_pem.expose_secret();
                self.http.presenting(&secret.certificate_pem, key, root, proxy)
            }
            (true, Some(root)) => self.http.believing(root, proxy),
            (true, None) => Ok(self.http.clone()),
        }
    }
}
