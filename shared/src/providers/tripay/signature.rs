//! Tripay's signatures: lower-case hex HMAC-SHA256 with the merchant's private key.
//!
//! <https://tripay.co.id/developer?tab=transaction-signature>

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::domain::invoice::number::MerchantRef;
use crate::domain::money::Money;

/// Signs the creation of a closed payment: merchant code, our reference and the amount, joined.
pub fn of_transaction(
    key: &SecretString,
    merchant_code: &str,
    merchant_ref: &MerchantRef,
    amount: Money,
) -> String {
    of(key, &format!("{merchant_code}{merchant_ref}{}", amount.minor()))
}

/// Whether `signature` is that of `body`. Takes as long for a wrong one as for the right one.
pub fn proves(key: &SecretString, body: &[u8], signature: &[u8]) -> bool {
    let mut bytes = [0_u8; 32];
    let lower_case = !signature.iter().any(u8::is_ascii_uppercase);
    lower_case
        && hex::decode_to_slice(signature, &mut bytes).is_ok()
        && mac(key, body).verify_slice(&bytes).is_ok()
}

fn of(key: &SecretString, message: &str) -> String {
    hex::encode(mac(key, message.as_bytes()).finalize().into_bytes())
}

fn mac(key: &SecretString, message: &[u8]) -> Hmac<Sha256> {
    let key = key.expose_secret().trim().as_bytes();
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes a key of any length"),
    };
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sandbox-private-key-for-tests";

    fn key(text: &str) -> SecretString {
        text.to_owned().into()
    }

    #[test]
    fn tripays_own_vector_and_ours_come_out_right() {
        let vectors = [
            (
                "ytf6ooi2gmlNPfpchd94jDOk8hRWOu",
                "T0001INV555671500000",
                "9f167eba844d1fcb369404e2bda53702e2f78f7aa12e91da6715414e65b8c86a",
            ),
            (
                KEY,
                "T9999INV-20261121-A1B2C3150000",
                "0beaa67f1853b163d44595570e4786f89ad64b7714d6ccbfb177d0ba54d683de",
            ),
            (KEY, "T9999150000", "48432492272ab79cbaaa2a23ef51de07581ecf095e681eecd2998302bf63f5b3"),
            (
                KEY,
                "T9999INV-20261121-A1B2C3150000.0",
                "5dff6c1a1767105a3e7f2b8e893c0496402441b6ce17f059580bee53b31404ff",
            ),
        ];
        for (private_key, message, signature) in vectors {
            assert_eq!(of(&key(private_key), message), signature, "{message}");
            assert!(proves(&key(private_key), message.as_bytes(), signature.as_bytes()), "{message}");
        }
    }

    #[test]
    fn a_transaction_is_signed_by_code_reference_and_whole_rupiah() {
        let merchant_ref = "INV-20261121-7K3M9QZX-1".parse().unwrap();
        let signed = of_transaction(&key(KEY), "T9999", &merchant_ref, Money::rupiah(150_000));
        assert_eq!(signed, of(&key(KEY), "T9999INV-20261121-7K3M9QZX-1150000"));
        assert_ne!(signed, of_transaction(&key(KEY), "T9999", &merchant_ref, Money::rupiah(150_001)));
    }
}
