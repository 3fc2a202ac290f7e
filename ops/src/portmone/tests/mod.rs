//! Our certificate is taken over, and Portmone is checked, against the played one behind real TLS.

mod checking;
mod importing;

use sandbox::portmone::{LOGIN, PASSWORD, WEBHOOK_TOKEN};
use serde_json::{Value, json};

/// The secret of a deployment that has no certificate.
fn secret() -> Value {
    json!({
        "login": LOGIN, "password": PASSWORD, "certificatePem": "", "privateKeyPem": "",
        "webhookToken": WEBHOOK_TOKEN, "gatewayLogin": "", "gatewayPassword": "", "gatewayPayeeId": "",
        "note": "people's own",
    })
}
