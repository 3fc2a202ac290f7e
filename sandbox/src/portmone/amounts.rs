//! Amounts as Portmone writes them: a point and two places, always.

use crate::decimal::Decimal;

/// `1.00`, `-1200.45`
pub(super) fn amount_text(amount: Decimal<2>) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let kopecks = amount.0.unsigned_abs();
    format!("{sign}{}.{:02}", kopecks / 100, kopecks % 100)
}

/// What may be paid: above nought, with a point and two places or none.
pub(super) fn read_amount(text: &str) -> Option<Decimal<2>> {
    let amount: Decimal<2> = text.parse().ok()?;
    let is_written_so = text == amount_text(amount) || text == (amount.0 / 100).to_string();
    Some(amount).filter(|amount| amount.0 > 0 && is_written_so)
}

#[cfg(test)]
mod tests {
    use super::{amount_text, read_amount};
    use crate::decimal::Decimal;

    #[test]
    fn amounts_have_two_places_or_none() {
        for (text, kopecks, written) in
            [("1.00", 100, "1.00"), ("1", 100, "1.00"), ("1200.45", 120_045, "1200.45"), ("0.05", 5, "0.05")]
        {
            let amount = read_amount(text).unwrap();
            assert_eq!((amount, amount_text(amount).as_str()), (Decimal(kopecks), written));
        }
        for text in ["", "0", "0.00", "-1.00", "1.0", "1.000", "1,00", "01.00", "1e2", " 1.00", "1.005"] {
            assert_eq!(read_amount(text), None, "{text}");
        }
        assert_eq!(amount_text(Decimal(-120_035)), "-1200.35");
    }
}
