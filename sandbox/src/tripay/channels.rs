//! The payment channels and their standard fees, limits and lifetimes.
//! Source: <https://tripay.co.id/developer?tab=channels>.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::options::FeeBearer;

/// How a channel is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelKind {
    /// The answer holds a code or a QR to be shown.
    Direct,
    /// The customer is sent to `pay_url`.
    Redirect,
}

/// What a channel costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FeeRate {
    pub(crate) flat: i64,
    /// 70 is 0.70 %.
    pub(crate) percent_hundredths: i64,
    pub(crate) minimum: Option<i64>,
}

impl FeeRate {
    /// The whole fee of an amount, in rupiah, half a rupiah rounded up.
    pub(crate) fn of(self, amount: i64) -> i64 {
        let share = amount.saturating_mul(self.percent_hundredths).saturating_add(5_000) / 10_000;
        share.saturating_add(self.flat).max(self.minimum.unwrap_or(0))
    }

    /// `0.70`, as some fields have it.
    pub(crate) fn percent_text(self) -> String {
        format!("{}.{:02}", self.percent_hundredths / 100, self.percent_hundredths % 100)
    }

    /// `0.7`, `3` or `0`, as a JSON number.
    fn percent_number(self) -> Box<RawValue> {
        let text = self.percent_text();
        let shortest = text.trim_end_matches('0').trim_end_matches('.').to_owned();
        RawValue::from_string(shortest).unwrap_or_else(|_never_for_digits| RawValue::NULL.to_owned())
    }
}

/// A payment channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) group: &'static str,
    pub(crate) kind: ChannelKind,
    pub(crate) fee: FeeRate,
    pub(crate) minimum_amount: i64,
    pub(crate) maximum_amount: i64,
    /// The shortest and the longest lifetime of a transaction, in minutes.
    pub(crate) lifetime_minutes: (i64, i64),
}

impl Channel {
    /// Whether it is paid by scanning a picture.
    pub(crate) fn is_qr(&self) -> bool {
        self.code.starts_with("QRIS")
    }
}

const fn virtual_account(
    code: &'static str,
    name: &'static str,
    flat: i64,
    lifetime_minutes: (i64, i64),
) -> Channel {
    Channel {
        code,
        name,
        group: "Virtual Account",
        kind: ChannelKind::Direct,
        fee: FeeRate { flat, percent_hundredths: 0, minimum: None },
        minimum_amount: 10_000,
        maximum_amount: 10_000_000,
        lifetime_minutes,
    }
}

const fn store(
    code: &'static str,
    name: &'static str,
    minimum_amount: i64,
    lifetime_minutes: (i64, i64),
) -> Channel {
    Channel {
        code,
        name,
        group: "Convenience Store",
        kind: ChannelKind::Direct,
        fee: FeeRate { flat: 3_500, percent_hundredths: 0, minimum: None },
        minimum_amount,
        maximum_amount: 2_500_000,
        lifetime_minutes,
    }
}

const fn wallet(code: &'static str, name: &'static str, lifetime_minutes: (i64, i64)) -> Channel {
    Channel {
        code,
        name,
        group: "E-Wallet",
        kind: ChannelKind::Redirect,
        fee: FeeRate { flat: 0, percent_hundredths: 300, minimum: Some(1_000) },
        minimum_amount: 1_000,
        maximum_amount: 10_000_000,
        lifetime_minutes,
    }
}

const fn qr(code: &'static str, name: &'static str, lifetime_minutes: (i64, i64)) -> Channel {
    Channel {
        code,
        name,
        group: "E-Wallet",
        kind: ChannelKind::Direct,
        fee: FeeRate { flat: 750, percent_hundredths: 70, minimum: None },
        minimum_amount: 1_000,
        maximum_amount: 5_000_000,
        lifetime_minutes,
    }
}

/// Every channel that the merchant has switched on, in Tripay's order.
pub(crate) const CHANNELS: [Channel; 20] = [
    virtual_account("PERMATAVA", "Permata Virtual Account", 4_250, (60, 4_320)),
    virtual_account("BNIVA", "BNI Virtual Account", 4_250, (15, 1_440)),
    virtual_account("BRIVA", "BRI Virtual Account", 4_250, (60, 4_320)),
    virtual_account("MANDIRIVA", "Mandiri Virtual Account", 4_250, (60, 4_320)),
    virtual_account("BCAVA", "BCA Virtual Account", 5_500, (15, 4_320)),
    virtual_account("MUAMALATVA", "Muamalat Virtual Account", 4_250, (60, 180)),
    virtual_account("CIMBVA", "CIMB Niaga Virtual Account", 4_250, (15, 4_320)),
    virtual_account("BSIVA", "BSI Virtual Account", 4_250, (60, 180)),
    virtual_account("OCBCVA", "OCBC NISP Virtual Account", 4_250, (15, 4_320)),
    virtual_account("DANAMONVA", "Danamon Virtual Account", 4_250, (15, 4_320)),
    virtual_account("OTHERBANKVA", "Other Bank Virtual Account", 4_250, (15, 1_440)),
    store("ALFAMART", "Alfamart", 10_000, (60, 1_440)),
    store("INDOMARET", "Indomaret", 10_000, (15, 4_320)),
    store("ALFAMIDI", "Alfamidi", 5_000, (60, 1_440)),
    wallet("OVO", "OVO", (15, 4_320)),
    wallet("DANA", "DANA", (15, 60)),
    wallet("SHOPEEPAY", "ShopeePay", (15, 60)),
    qr("QRIS", "QRIS by ShopeePay", (10, 60)),
    qr("QRISC", "QRIS (Customizable)", (10, 1_440)),
    qr("QRIS2", "QRIS", (10, 1_440)),
];

/// The channel of a code.
pub(crate) fn channel(code: &str) -> Option<&'static Channel> {
    CHANNELS.iter().find(|channel| channel.code == code)
}

/// What the merchant has set for a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) fee_bearer: FeeBearer,
    pub(crate) is_active: bool,
}

#[derive(Debug, Serialize)]
struct Fee<P> {
    flat: i64,
    percent: P,
}

/// A channel as `/merchant/payment-channel` lists it.
#[derive(Debug, Serialize)]
pub(crate) struct ListedChannel {
    group: &'static str,
    code: &'static str,
    name: &'static str,
    r#type: &'static str,
    fee_merchant: Fee<Box<RawValue>>,
    fee_customer: Fee<Box<RawValue>>,
    total_fee: Fee<String>,
    minimum_fee: Option<i64>,
    maximum_fee: Option<i64>,
    minimum_amount: i64,
    maximum_amount: i64,
    icon_url: String,
    active: bool,
}

impl ListedChannel {
    pub(crate) fn new(channel: &Channel, terms: Terms, sandbox_url: &str) -> Self {
        let charged = || Fee { flat: channel.fee.flat, percent: channel.fee.percent_number() };
        let free =
            || Fee { flat: 0, percent: FeeRate { percent_hundredths: 0, ..channel.fee }.percent_number() };
        let (fee_merchant, fee_customer) = match terms.fee_bearer {
            FeeBearer::Customer => (free(), charged()),
            FeeBearer::Merchant => (charged(), free()),
        };
        Self {
            group: channel.group,
            code: channel.code,
            name: channel.name,
            r#type: match channel.kind {
                ChannelKind::Direct => "direct",
                ChannelKind::Redirect => "redirect",
            },
            fee_merchant,
            fee_customer,
            total_fee: Fee { flat: channel.fee.flat, percent: channel.fee.percent_text() },
            minimum_fee: channel.fee.minimum,
            maximum_fee: None,
            minimum_amount: channel.minimum_amount,
            maximum_amount: channel.maximum_amount,
            icon_url: format!("{sandbox_url}/tripay/icon/{}", channel.code),
            active: terms.is_active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ListedChannel, Terms, channel};
    use crate::options::FeeBearer;
    use crate::tripay::php_json;

    const MERCHANT: Terms = Terms { fee_bearer: FeeBearer::Merchant, is_active: true };
    const CUSTOMER: Terms = Terms { fee_bearer: FeeBearer::Customer, is_active: true };

    #[test]
    fn fees_are_the_observed_ones() {
        let fee = |code: &str, amount: i64| channel(code).unwrap().fee.of(amount);
        let qris =
            [(5_000, 785), (8_000, 806), (10_000, 820), (50_000, 1_100), (100_000, 1_450), (120_000, 1_590)];
        for (amount, expected) in qris {
            assert_eq!(fee("QRIS", amount), expected, "QRIS {amount}");
        }
        assert_eq!(fee("QRIS", 1_000_000), 7_750);
        assert_eq!(fee("QRIS", 5_800), 791);
        assert_eq!(fee("QRIS2", 192_080), 2_095);
        assert_eq!(
            (fee("BCAVA", 200_000), fee("BRIVA", 200_000), fee("ALFAMART", 20_000)),
            (5_500, 4_250, 3_500)
        );
        assert_eq!((fee("OVO", 10_000), fee("OVO", 100_000)), (1_000, 3_000));
    }

    #[test]
    fn a_percent_is_a_number_in_two_fees_and_text_in_the_third() {
        let listed = ListedChannel::new(channel("QRIS").unwrap(), MERCHANT, "http://s");
        let expected = concat!(
            r#"{"group":"E-Wallet","code":"QRIS","name":"QRIS by ShopeePay","type":"direct","#,
            r#""fee_merchant":{"flat":750,"percent":0.7},"fee_customer":{"flat":0,"percent":0},"#,
            r#""total_fee":{"flat":750,"percent":"0.70"},"minimum_fee":null,"maximum_fee":null,"#,
            r#""minimum_amount":1000,"maximum_amount":5000000,"icon_url":"http:\/\/s\/tripay\/icon\/QRIS","#,
            r#""active":true}"#
        );
        assert_eq!(php_json::encode(&listed), expected);
        let listed = php_json::encode(&ListedChannel::new(channel("OVO").unwrap(), CUSTOMER, "http://s"));
        assert!(
            listed.contains(r#""fee_merchant":{"flat":0,"percent":0},"fee_customer":{"flat":0,"percent":3}"#)
        );
        assert!(
            listed.contains(r#""type":"redirect""#) && listed.contains(r#""minimum_fee":1000"#),
            "{listed}"
        );
    }
}
