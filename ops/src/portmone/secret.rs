//! The secret `portmone`, whole.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::http_client::HttpClients;
use shared::providers::portmone::PortmoneCredentials;
use shared::providers::portmone::gateway::GatewayCredentials;

use super::certificate::Certificate;

/// Its name, behind that of the stack.
pub const NAME: &str = "portmone";
/// The field with our certificate.
pub const CERTIFICATE_FIELD: &str = "certificatePem";
/// The field with its key.
pub const KEY_FIELD: &str = "privateKeyPem";
/// Letters that a token has at least, if there is one.
const SHORTEST_TOKEN: usize = 32;

/// The secret.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortmoneSecret {
    /// To log in with.
    #[serde(flatten)]
    pub credentials: PortmoneCredentials,
    /// To log in to the merchant gateway with.
    #[serde(flatten)]
    pub gateway: GatewayCredentials,
    /// Empty where Portmone asks for none. May hold the key, too.
    pub certificate_pem: String,
    /// Its key.
    pub private_key_pem: SecretString,
    /// What Portmone proves its reports with.
    pub webhook_token: SecretString,
}

impl PortmoneSecret {
    /// Our certificate; none where there is none, or it cannot be read.
    pub fn certificate(&self) -> Option<Certificate> {
        Certificate::of_pem(&self.certificate_pem).ok()
    }

    /// Whether a report can be proved by it.
    pub fn has_webhook_token(&self) -> bool {
        !self.webhook_token.expose_secret().trim().is_empty()
    }

    /// What in it cannot be used.
    pub fn trouble(&self, http: &HttpClients) -> Option<String> {
        let is_empty = |secret: &SecretString| secret.expose_secret().trim().is_empty();
        let (login, password) = (is_empty(&self.credentials.login), is_empty(&self.credentials.password));
        if login != password {
            return Some("one of login and password is empty".to_owned());
        }
        let gateway = [is_empty(&self.gateway.login), is_empty(&self.gateway.password)];
        if gateway.contains(&!self.gateway.payee.trim().is_empty()) {
            return Some(
                "gatewayLogin, gatewayPassword and gatewayPayeeId are not all there, or all empty".to_owned(),
            );
        }
        let token = self.webhook_token.expose_secret();
        if !token.is_empty()
            && (token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Some(format!(
                "webhookToken is not {SHORTEST_TOKEN} letters or more that can stand in a header"
            ));
        }
        if self.certificate_pem.is_empty() {
            return (!is_empty(&self.private_key_pem))
                .then(|| "there is a key, but no certificate".to_owned());
        }
        let key = self.private_key_pem.expose_secret();
        let presented = http.presenting(&self.certificate_pem, key, None, None);
        presented.err().map(|error| format!("the certificate cannot be presented: {error}"))
    }
}
