//! Sequences that more than one function needs.

pub mod ask_tripay;
pub mod billz_login;
pub mod channel_list;
pub mod panel_login;
pub mod pay_invoice;
pub mod price_sms;
pub mod record_sms_usage;
pub mod settle_payment;
pub mod shared_login;
pub mod sms_tariffs;
pub mod sms_terms;
pub mod store_trouble;
pub mod tell_billz_job;
pub mod tripay_client;
