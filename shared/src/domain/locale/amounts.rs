//! Numbers and amounts as each language writes them, by integer arithmetic.

use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Money};

/// Keeps a number and its unit on one line.
const NO_BREAK: char = '\u{a0}';

impl Locale {
    /// An amount, such as `Rp1.250.000` (Indonesian) or `1 250,00 ₴` (Ukrainian, with no-break spaces).
    pub fn amount(self, money: Money) -> String {
        let plain = money.to_decimal();
        let (sign, size) = plain.strip_prefix('-').map_or(("", plain.as_str()), |size| ("-", size));
        let (whole, decimals) = size.split_once('.').unwrap_or((size, ""));
        let mut number = self.group(whole);
        if !decimals.is_empty() {
            number.push(if self == Self::En { '.' } else { ',' });
            number.push_str(decimals);
        }
        let symbol = self.symbol(money.currency());
        match self {
            Self::En | Self::Id => {
                // Letters would run into the digits; a sign, or the usual `Rp`, does not.
                let is_code = symbol == money.currency().code();
                let space = if is_code { NO_BREAK.to_string() } else { String::new() };
                format!("{sign}{symbol}{space}{number}")
            }
            Self::Uk | Self::Uz | Self::Ru => format!("{sign}{number}{NO_BREAK}{symbol}"),
        }
    }

    /// A whole number with its thousands set apart.
    pub fn number(self, count: u64) -> String {
        self.group(&count.to_string())
    }

    fn group(self, digits: &str) -> String {
        let separator = match self {
            Self::En => ',',
            Self::Id => '.',
            Self::Uk | Self::Uz | Self::Ru => NO_BREAK,
        };
        let mut grouped = String::with_capacity(digits.len().saturating_mul(2));
        for (index, digit) in digits.chars().enumerate() {
            let behind = digits.len().saturating_sub(index);
            if index > 0 && behind.is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    fn symbol(self, currency: Currency) -> &'static str {
        match (currency, self) {
            (Currency::Idr, Self::En | Self::Id) => "Rp",
            (Currency::Uzs, Self::Uz) => "soʻm",
            (Currency::Uzs, Self::Ru) => "сум",
            (Currency::Idr, Self::Uk | Self::Uz | Self::Ru)
            | (Currency::Uzs, Self::En | Self::Id | Self::Uk) => currency.code(),
            (Currency::Uah, Self::Id) => currency.code(),
            (Currency::Uah, Self::En | Self::Uk | Self::Uz | Self::Ru) => "₴",
            (Currency::Usd, Self::Id) => "US$",
            (Currency::Usd, Self::En | Self::Uk | Self::Uz | Self::Ru) => "$",
            (Currency::Eur, _) => "€",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::proptest;

    /// With `_` for the no-break space, so that a reader sees it.
    fn shown(locale: Locale, minor: i64, currency: Currency) -> String {
        locale.amount(Money::new(minor, currency)).replace(NO_BREAK, "_")
    }

    #[test]
    fn every_language_writes_every_currency_its_own_way() {
        use Currency::{Eur, Idr, Uah, Usd, Uzs};
        use Locale::{En, Id, Ru, Uk, Uz};
        for (locale, currency, expected) in [
            (En, Idr, "Rp125,000,050"),
            (En, Uzs, "UZS_1,250,000.50"),
            (En, Uah, "₴1,250,000.50"),
            (En, Usd, "$1,250,000.50"),
            (En, Eur, "€1,250,000.50"),
            (Id, Idr, "Rp125.000.050"),
            (Id, Uzs, "UZS_1.250.000,50"),
            (Id, Uah, "UAH_1.250.000,50"),
            (Id, Usd, "US$1.250.000,50"),
            (Id, Eur, "€1.250.000,50"),
            (Uk, Idr, "125_000_050_IDR"),
            (Uk, Uzs, "1_250_000,50_UZS"),
            (Uk, Uah, "1_250_000,50_₴"),
            (Uk, Usd, "1_250_000,50_$"),
            (Uk, Eur, "1_250_000,50_€"),
            (Uz, Idr, "125_000_050_IDR"),
            (Uz, Uzs, "1_250_000,50_soʻm"),
            (Uz, Uah, "1_250_000,50_₴"),
            (Uz, Usd, "1_250_000,50_$"),
            (Uz, Eur, "1_250_000,50_€"),
            (Ru, Idr, "125_000_050_IDR"),
            (Ru, Uzs, "1_250_000,50_сум"),
            (Ru, Uah, "1_250_000,50_₴"),
            (Ru, Usd, "1_250_000,50_$"),
            (Ru, Eur, "1_250_000,50_€"),
        ] {
            assert_eq!(shown(locale, 125_000_050, currency), expected, "{locale:?} {currency:?}");
        }
    }

    #[test]
    fn small_and_negative_amounts_keep_their_zeros_and_sign() {
        assert_eq!(shown(Locale::Id, 1_250_000, Currency::Idr), "Rp1.250.000");
        assert_eq!(shown(Locale::Uk, 125_000, Currency::Uah), "1_250,00_₴");
        assert_eq!(shown(Locale::En, 7, Currency::Usd), "$0.07");
        assert_eq!(shown(Locale::En, 0, Currency::Idr), "Rp0");
        assert_eq!(shown(Locale::En, 999, Currency::Idr), "Rp999");
        assert_eq!(shown(Locale::En, 1_000, Currency::Idr), "Rp1,000");
        assert_eq!(shown(Locale::Id, -1_000, Currency::Idr), "-Rp1.000");
        assert_eq!(shown(Locale::Ru, -5, Currency::Uah), "-0,05_₴");
        assert_eq!(shown(Locale::En, i64::MIN, Currency::Uah), "-₴92,233,720,368,547,758.08");
    }

    proptest! {
        #[test]
        fn no_digit_is_lost_in_any_language(minor: i64) {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            for locale in Locale::ALL {
                for currency in [Currency::Idr, Currency::Uzs, Currency::Uah, Currency::Usd, Currency::Eur] {
                    let money = Money::new(minor, currency);
                    assert_eq!(digits(&locale.amount(money)), digits(&money.to_decimal()));
                }
            }
        }
    }
}
