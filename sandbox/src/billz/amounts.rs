//! Amounts and quantities as Billz counts them.

use crate::decimal::Decimal;

/// Soum, counted in tiyin.
pub(crate) type Amount = Decimal<2>;
/// Pieces, metres or kilograms, counted in thousandths.
pub(crate) type Quantity = Decimal<3>;

/// `count * by / of`, half away from zero. Too much is the greatest there is.
pub(super) fn share(count: i64, by: i64, of: i64) -> i64 {
    let (product, of) = (i128::from(count) * i128::from(by), i128::from(of));
    let half = if product < 0 { -of / 2 } else { of / 2 };
    i64::try_from((product + half) / of).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_rounded_half_away_from_zero() {
        assert_eq!(
            [share(5, 1, 2), share(4, 1, 3), share(-5, 1, 2), share(12_705_050, 333, 1_000)],
            [3, 1, -3, 4_230_782]
        );
    }
}
