//! Clients of a provider that the test plays, and things to ask it for.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use shared::domain::invoice::number::MerchantRef;
use shared::domain::money::Money;
use shared::domain::order::OrderItem;
use shared::http_client::HttpClients;
use shared::providers::call::Caller;
use shared::providers::internal_service::{InternalKeys, InternalService};
use shared::providers::tripay::{Credentials, Customer, NewTransaction, Tripay, TripayError};

/// The private key of the signature vectors.
pub const PRIVATE_KEY: &str = "sandbox-private-key-for-tests";
/// Of a merchant reference of ours.
pub const MERCHANT_REF: &str = "INV-20261121-7K3M9QZX-1";

pub fn caller() -> Caller {
    Caller::new(HttpClients::new(None).unwrap())
}

pub fn tripay(url: &str) -> Tripay {
    let credentials = Credentials {
        api_key: "DEV-key".to_owned().into(),
        private_key: PRIVATE_KEY.to_owned().into(),
        merchant_code: "T9999".to_owned(),
    };
    Tripay::new(caller(), &format!("{url}/api-sandbox/"), credentials)
}

pub fn internal_service(url: &str) -> InternalService {
    let keys = ["key-in-use", "key-to-come"].map(|key| key.to_owned().into()).to_vec();
    InternalService::new(caller(), &format!("{url}/"), &InternalKeys { api_keys: keys }).unwrap()
}

pub fn merchant_ref() -> MerchantRef {
    MERCHANT_REF.parse().unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn items() -> Vec<OrderItem> {
    let item = |sku: Option<&str>, name: &str, price, quantity| OrderItem {
        sku: sku.map(str::to_owned),
        name: name.to_owned(),
        price: Money::rupiah(price),
        quantity,
    };
    vec![item(Some("VPS-1"), "VPS 1 vCPU / 1 GB", 100_000, 1), item(None, "Backup & snapshot", 25_000, 2)]
}

pub const CUSTOMER: Customer<'static> =
    Customer { name: "Budi Santoso", email: "budi@example.com", phone: Some("081234567890") };

/// The signature of a callback, made without our own code.
pub fn sign(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(PRIVATE_KEY.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// A transaction to be created, with nothing optional but the phone number.
pub fn new_transaction<'a>(merchant_ref: &'a MerchantRef, items: &'a [OrderItem]) -> NewTransaction<'a> {
    NewTransaction {
        merchant_ref,
        code: "BRIVA",
        amount: Money::rupiah(150_000),
        items,
        customer: CUSTOMER,
        expires_at: at("2026-11-22T02:00:00Z"),
        callback_url: None,
        return_url: None,
    }
}

/// Tripay's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Channels,
    Fees,
    Create,
    Detail,
    Find,
}

impl Asking {
    pub const ALL: [Self; 5] = [Self::Channels, Self::Fees, Self::Create, Self::Detail, Self::Find];

    /// Asks once, and tells what came of it.
    pub async fn of(self, tripay: &Tripay) -> Result<String, TripayError> {
        Ok(match self {
            Self::Channels => format!("{:?}", tripay.channels().await?),
            Self::Fees => format!("{:?}", tripay.fees(Money::rupiah(150_000)).await?),
            Self::Create => {
                let (merchant_ref, items) = (merchant_ref(), items());
                format!("{:?}", tripay.create(&new_transaction(&merchant_ref, &items)).await?)
            }
            Self::Detail => format!("{:?}", tripay.detail(&"T0001000000000000006".parse().unwrap()).await?),
            Self::Find => format!("{:?}", tripay.find(&merchant_ref()).await?),
        })
    }

    /// Tripay's own sample of the answer.
    pub fn sample(self) -> &'static str {
        match self {
            Self::Channels => include_str!("../fixtures/tripay/payment_channel.json"),
            Self::Fees => include_str!("../fixtures/tripay/fee_calculator.json"),
            Self::Create => include_str!("../fixtures/tripay/transaction_create.json"),
            Self::Detail => include_str!("../fixtures/tripay/transaction_detail.json"),
            Self::Find => include_str!("../fixtures/tripay/transactions.json"),
        }
    }
}
