//! The channels a customer can pay through, in one table.

use std::fmt;
use std::str::FromStr;

/// Kind of payment channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentMethod {
    /// A bank account number that belongs to one payment.
    VirtualAccount,
    /// An app the customer is sent to.
    Ewallet,
    /// The Indonesian QR code standard: any bank's or wallet's app pays it.
    Qris,
    /// A code shown at the till of a shop.
    ConvenienceStore,
}

impl PaymentMethod {
    /// The name in the API and in stored invoices.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VirtualAccount => "VIRTUAL_ACCOUNT",
            Self::Ewallet => "EWALLET",
            Self::Qris => "QRIS",
            Self::ConvenienceStore => "CONVENIENCE_STORE",
        }
    }
}

/// A payment channel, by Paydesk's own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentChannel(&'static Row);

/// What is known of a channel. Fees are the merchant's and come from Tripay.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Row {
    name: &'static str,
    /// Tripay's codes for it, the preferred first.
    codes: &'static [&'static str],
    method: PaymentMethod,
    minimum: i64,
    maximum: i64,
}

const fn row(
    name: &'static str,
    codes: &'static [&'static str],
    method: PaymentMethod,
    minimum: i64,
    maximum: i64,
) -> Row {
    Row { name, codes, method, minimum, maximum }
}

/// Every channel, with the limits of Tripay's price list in rupiah.
///
/// Source: <https://tripay.co.id/developer?tab=channels>. What a merchant may really offer is
/// what Tripay's channel list says at the moment; these limits hold where that list has none.
/// Of the QRIS codes, `QRIS2` and `QRISC` may live a day, `QRIS` an hour only.
static CHANNELS: [Row; 24] = {
    use PaymentMethod::{ConvenienceStore, Ewallet, Qris, VirtualAccount};
    [
        row("BCA_VA", &["BCAVA"], VirtualAccount, 10_000, 10_000_000),
        row("BNI_VA", &["BNIVA"], VirtualAccount, 10_000, 10_000_000),
        row("BRI_VA", &["BRIVA"], VirtualAccount, 10_000, 10_000_000),
        row("MANDIRI_VA", &["MANDIRIVA"], VirtualAccount, 10_000, 10_000_000),
        row("PERMATA_VA", &["PERMATAVA"], VirtualAccount, 10_000, 10_000_000),
        row("CIMB_VA", &["CIMBVA"], VirtualAccount, 10_000, 10_000_000),
        row("BSI_VA", &["BSIVA"], VirtualAccount, 10_000, 10_000_000),
        row("OCBC_VA", &["OCBCVA"], VirtualAccount, 10_000, 10_000_000),
        row("DANAMON_VA", &["DANAMONVA"], VirtualAccount, 10_000, 10_000_000),
        row("MUAMALAT_VA", &["MUAMALATVA"], VirtualAccount, 10_000, 10_000_000),
        row("MAYBANK_VA", &["MYBVA"], VirtualAccount, 10_000, 10_000_000),
        row("SINARMAS_VA", &["SMSVA"], VirtualAccount, 10_000, 10_000_000),
        row("SAMPOERNA_VA", &["SAMPOERNAVA"], VirtualAccount, 10_000, 10_000_000),
        row("BNC_VA", &["BNCVA"], VirtualAccount, 10_000, 10_000_000),
        row("OTHER_BANK_VA", &["OTHERBANKVA"], VirtualAccount, 10_000, 10_000_000),
        row("OVO", &["OVO"], Ewallet, 1_000, 10_000_000),
        row("DANA", &["DANA"], Ewallet, 1_000, 10_000_000),
        row("SHOPEEPAY", &["SHOPEEPAY"], Ewallet, 1_000, 10_000_000),
        row("QRIS", &["QRIS2", "QRISC", "QRIS"], Qris, 1_000, 5_000_000),
        row("QRIS_SHOPEEPAY", &["QRIS_SHOPEEPAY"], Qris, 1_000, 5_000_000),
        row("QRIS_NOBU", &["QRISNOBU", "QRISD"], Qris, 1_000, 5_000_000),
        row("ALFAMART", &["ALFAMART"], ConvenienceStore, 10_000, 2_500_000),
        row("INDOMARET", &["INDOMARET"], ConvenienceStore, 10_000, 2_500_000),
        row("ALFAMIDI", &["ALFAMIDI"], ConvenienceStore, 5_000, 2_500_000),
    ]
};

/// Why a text names no channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentChannelError {
    /// GoPay customers pay by QRIS: Tripay has no channel of that name.
    #[error("GoPay has no channel of its own: choose QRIS and pay it with the GoPay app")]
    GopayPaysByQris,
    /// Nothing of that name.
    #[error("unknown payment channel")]
    Unknown,
}

impl PaymentChannel {
    /// All channels, in the order they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        CHANNELS.iter().map(Self)
    }

    /// Paydesk's name, such as `BCA_VA`.
    pub fn as_str(self) -> &'static str {
        self.0.name
    }

    /// What kind of channel it is.
    pub fn method(self) -> PaymentMethod {
        self.0.method
    }

    /// Tripay's codes for this channel, the preferred first.
    pub fn tripay_codes(self) -> &'static [&'static str] {
        self.0.codes
    }

    /// Smallest and largest amount in rupiah that the channel takes, by the price list.
    pub fn limits(self) -> (i64, i64) {
        (self.0.minimum, self.0.maximum)
    }
}

impl fmt::Display for PaymentChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PaymentChannel {
    type Err = PaymentChannelError;

    /// Reads Paydesk's name or one of Tripay's codes.
    fn from_str(text: &str) -> Result<Self, PaymentChannelError> {
        let by_name = CHANNELS.iter().find(|row| row.name == text);
        by_name.or_else(|| CHANNELS.iter().find(|row| row.codes.contains(&text))).map(Self).ok_or(
            if text == "GOPAY" { PaymentChannelError::GopayPaysByQris } else { PaymentChannelError::Unknown },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn our_names_and_tripays_codes_name_the_same_channel() {
        for channel in PaymentChannel::all() {
            assert_eq!(channel.as_str().parse(), Ok(channel));
            for code in channel.tripay_codes() {
                assert_eq!(code.parse(), Ok(channel), "{code}");
            }
        }
        assert_eq!("BCAVA".parse::<PaymentChannel>().unwrap().as_str(), "BCA_VA");
        assert_eq!("QRISC".parse::<PaymentChannel>().unwrap().as_str(), "QRIS");
    }

    #[test]
    fn no_name_or_code_stands_twice() {
        let mut seen = HashSet::new();
        for channel in PaymentChannel::all() {
            assert!(seen.insert(channel.as_str()), "{channel}");
            for code in channel.tripay_codes() {
                assert!(*code == channel.as_str() || seen.insert(code), "{code}");
            }
        }
    }

    #[test]
    fn gopay_is_refused_with_the_way_to_pay_it() {
        assert_eq!("GOPAY".parse::<PaymentChannel>(), Err(PaymentChannelError::GopayPaysByQris));
        assert_eq!("bca_va".parse::<PaymentChannel>(), Err(PaymentChannelError::Unknown));
    }
}
