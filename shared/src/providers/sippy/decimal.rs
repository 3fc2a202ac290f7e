//! Amounts in the switch's numbers. The switch may reckon with floats: its `12.35` may come as `12.350000000000001`.

use super::xml_rpc::Value;
use crate::domain::money::{Currency, Money};

/// Millionths are what is looked at: finer ones are noise of the switch's floats.
const DECIMALS: i32 = 6;
/// More digits than a switch writes.
const MAX_DIGITS: usize = 64;

/// The amount as `<double>` wants it: with a point.
pub(super) fn written(amount: Money) -> String {
    let text = amount.to_decimal();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// A number in an answer.
pub(super) fn millionths(value: &Value) -> Option<i128> {
    match value {
        Value::Double(text) | Value::Text(text) => of_text(text),
        Value::Int(number) => i128::from(*number).checked_mul(1_000_000),
        Value::Boolean(_) | Value::Nil | Value::Array(_) | Value::Struct(_) => None,
    }
}

/// The amount in whole minor units; none when it has a fraction of one.
pub(super) fn exact(millionths: i128, currency: Currency) -> Option<Money> {
    let unit = minor_unit(currency)?;
    (millionths.checked_rem(unit)? == 0).then_some(())?;
    Some(Money::new(i64::try_from(millionths.checked_div(unit)?).ok()?, currency))
}

/// The amount in whole minor units, never more than it is.
pub(super) fn at_least(millionths: i128, currency: Currency) -> Option<Money> {
    let whole = millionths.checked_div_euclid(minor_unit(currency)?)?;
    Some(Money::new(i64::try_from(whole).ok()?, currency))
}

/// How many millionths the minor unit has.
fn minor_unit(currency: Currency) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(DECIMALS).ok()?.checked_sub(currency.exponent())?)
}

/// Reads a number with or without an exponent, and rounds it to millionths, half to even.
fn of_text(text: &str) -> Option<i128> {
    let (is_negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i16>().ok()?),
        None => (number, 0),
    };
    let (whole, behind) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{behind}");
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !are_digits || digits.len() > MAX_DIGITS {
        return None;
    }
    let places = i32::try_from(behind.len()).ok()?;
    let shift = DECIMALS.checked_add(exponent.into())?.checked_sub(places)?;
    let significant = digits.trim_start_matches('0');
    let size = if shift >= 0 {
        let count: i128 = if significant.is_empty() { 0 } else { significant.parse().ok()? };
        let factor = 10_i128.checked_pow(shift.unsigned_abs());
        if count == 0 { 0 } else { count.checked_mul(factor?)? }
    } else {
        let dropped = usize::try_from(shift.unsigned_abs()).ok()?;
        let kept = significant.len().saturating_sub(dropped);
        let (kept, rest) = significant.split_at(kept);
        rounded(kept, rest, dropped)?
    };
    Some(if is_negative { size.checked_neg()? } else { size })
}

/// `kept`, after `dropped` digits behind it, of which `rest` are without zeros before them.
fn rounded(kept: &str, rest: &str, dropped: usize) -> Option<i128> {
    let count: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    let is_half_or_more =
        rest.len() == dropped && rest.as_bytes().first().is_some_and(|digit| *digit >= b'5');
    let is_half =
        is_half_or_more && rest.strip_prefix('5').is_some_and(|rest| rest.bytes().all(|digit| digit == b'0'));
    let is_up = is_half_or_more && !(is_half && count % 2 == 0);
    if is_up { count.checked_add(1) } else { Some(count) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    fn millions(text: &str) -> Option<i128> {
        millionths(&Value::Double(text.to_owned()))
    }

    #[test]
    fn numbers_read_as_switches_write_them() {
        for (text, expected) in [
            ("12.35", 12_350_000),
            ("12.350000", 12_350_000),
            ("12.350000000000001", 12_350_000),
            ("12.349999999999999645", 12_350_000),
            ("-87.65", -87_650_000),
            ("+3", 3_000_000),
            ("5.", 5_000_000),
            (".5", 500_000),
            ("0.0", 0),
            ("-0.0", 0),
            ("1e+16", 10_i128.pow(22)),
            ("1.5E3", 1_500_000_000),
            ("1e-05", 10),
            ("0.0000005", 0),
            ("0.0000015", 2),
            ("0.00000050000001", 1),
            ("0.00000049", 0),
            ("0e30000", 0),
            ("1e-30000", 0),
        ] {
            assert_eq!(millions(text), Some(expected), "{text}");
        }
        for text in
            ["", "-", ".", "e5", "1e", "1e99999", "1e300", "nan", "inf", "1,5", " 1", "0x1", "--1", "1.2.3"]
        {
            assert_eq!(millions(text), None, "{text:?}");
        }
        assert_eq!(millions(&"9".repeat(65)), None);
        assert_eq!(millionths(&Value::Int(25)), Some(25_000_000));
        assert_eq!(millionths(&Value::Nil), None);
    }

    #[test]
    fn a_fraction_of_a_minor_unit_is_no_amount_of_ours_and_no_more_funds() {
        let money = |minor| Money::new(minor, Currency::Usd);
        assert_eq!(exact(12_350_000, Currency::Usd), Some(money(1235)));
        assert_eq!(exact(12_354_000, Currency::Usd), None);
        assert_eq!(exact(12_000_000, Currency::Idr), Some(Money::rupiah(12)));
        assert_eq!(at_least(12_359_999, Currency::Usd), Some(money(1235)));
        assert_eq!(at_least(-12_350_001, Currency::Usd), Some(money(-1236)));
        assert_eq!(at_least(i128::from(i64::MAX) * 1_000_000, Currency::Usd), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(minor: i64) {
            for currency in [Currency::Usd, Currency::Idr] {
                let money = Money::new(minor, currency);
                let read = millions(&written(money)).and_then(|millionths| exact(millionths, currency));
                prop_assert_eq!(read, Some(money));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+.e0-9]{0,40}", words in ".{0,12}") {
            if let (Some(number), false) = (millions(&text), text.contains('e')) {
                prop_assert_eq!(number < 0, text.starts_with('-') && number != 0);
            }
            prop_assert_eq!(millions(&words), millions(&words));
        }
    }
}
