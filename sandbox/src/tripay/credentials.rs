//! The merchant's credentials at the played Tripay, and the signatures made with them.
//!
//! They open nothing but this sandbox, so they are constants.

use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// One set of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// For `Authorization: Bearer …`.
    pub api_key: &'static str,
    /// The key of every signature.
    pub private_key: &'static str,
    /// The first part of a signed create.
    pub merchant_code: &'static str,
}

/// What `/tripay/api-sandbox` accepts.
pub const SANDBOX: Credentials = Credentials {
    api_key: "DEV-sandboxsandboxsandboxsandboxsandbox0000",
    private_key: "SANDB-OXSAN-DBOXS-ANDBO-XSAND",
    merchant_code: "T9999",
};

/// What `/tripay/api` accepts.
pub const PRODUCTION: Credentials = Credentials {
    api_key: "livelivelivelivelivelivelivelivelive0000",
    private_key: "LIVEL-IVELI-VELIV-ELIVE-LIVEL",
    merchant_code: "T9998",
};

/// Which of Tripay's two worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Sandbox,
    Production,
}

impl Side {
    pub(crate) fn credentials(self) -> Credentials {
        match self {
            Self::Sandbox => SANDBOX,
            Self::Production => PRODUCTION,
        }
    }

    /// What references begin with.
    pub(crate) fn reference_prefix(self) -> &'static str {
        match self {
            Self::Sandbox => "DEV-",
            Self::Production => "",
        }
    }

    /// Checks the value of an `Authorization` header; a refusal is a status and Tripay's words.
    pub(crate) fn admit(self, authorization: Option<&str>) -> Result<(), (StatusCode, &'static str)> {
        let other = match self {
            Self::Sandbox => PRODUCTION,
            Self::Production => SANDBOX,
        };
        match authorization.and_then(|value| value.strip_prefix("Bearer ")) {
            Some(key) if key == self.credentials().api_key => Ok(()),
            Some(key) if key == other.api_key => {
                Err((StatusCode::BAD_REQUEST, "Invalid API Key or Credential for this environment"))
            }
            _ => Err((StatusCode::UNAUTHORIZED, "Invalid API Key")),
        }
    }
}

/// The lower-case hex HMAC-SHA256 of a message.
pub(crate) fn sign(private_key: &str, message: &[u8]) -> String {
    // HMAC takes keys of any length, so this cannot fail; an empty signature would be refused by everyone.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(private_key.as_bytes()) else {
        return String::new();
    };
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}

/// Whether a closed create was signed with these credentials, over the amount that was asked for.
pub(crate) fn create_is_signed(
    credentials: Credentials,
    merchant_ref: &str,
    amount: i64,
    signature: &str,
) -> bool {
    let message = format!("{}{merchant_ref}{amount}", credentials.merchant_code);
    let expected = sign(credentials.private_key, message.as_bytes());
    expected.as_bytes().ct_eq(signature.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::{Credentials, create_is_signed, sign};

    const TEST: Credentials =
        Credentials { api_key: "", private_key: "sandbox-private-key-for-tests", merchant_code: "T9999" };

    #[test]
    fn a_create_is_signed_over_code_reference_and_amount() {
        let documented = Credentials {
            api_key: "",
            private_key: "ytf6ooi2gmlNPfpchd94jDOk8hRWOu",
            merchant_code: "T0001",
        };
        let signature = "9f167eba844d1fcb369404e2bda53702e2f78f7aa12e91da6715414e65b8c86a";
        assert!(create_is_signed(documented, "INV55567", 1_500_000, signature));
        let signature = "0beaa67f1853b163d44595570e4786f89ad64b7714d6ccbfb177d0ba54d683de";
        assert!(create_is_signed(TEST, "INV-20261121-A1B2C3", 150_000, signature));
        let signature = "48432492272ab79cbaaa2a23ef51de07581ecf095e681eecd2998302bf63f5b3";
        assert!(create_is_signed(TEST, "", 150_000, signature));
    }

    #[test]
    fn a_signature_over_a_decimal_amount_is_wrong() {
        let signature = "5dff6c1a1767105a3e7f2b8e893c0496402441b6ce17f059580bee53b31404ff";
        assert_eq!(sign(TEST.private_key, b"T9999INV-20261121-A1B2C3150000.0"), signature);
        assert!(!create_is_signed(TEST, "INV-20261121-A1B2C3", 150_000, signature));
    }
}
