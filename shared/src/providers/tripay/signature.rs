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
    let message = format!("{merchant_code}{merchant_ref}{}", amount.minor());
    hex::encode(mac(key, message.as_bytes()).finalize().into_bytes())
}

/// Whether `signature` is that of `body`. Takes as long for a wrong one as for the right one.
pub fn proves(key: &SecretString, body: &[u8], signature: &[u8]) -> bool {
    let mut bytes = [0_u8; 32];
    let lower_case = !signature.iter().any(u8::is_ascii_uppercase);
    lower_case
        && hex::decode_to_slice(signature, &mut bytes).is_ok()
        && mac(key, body).verify_slice(&bytes).is_ok()
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
