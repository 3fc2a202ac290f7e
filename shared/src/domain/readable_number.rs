//! Numbers that people read out: a prefix, a day, and eight letters and digits that tell it from others.

use jiff::civil::Date;

/// Letters and digits that people do not mistake for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Length of the random part: 40 bits.
const RANDOM_LENGTH: usize = 8;

/// The number of something made on `on`, such as `INV-20261121-7K3M9QZX`; the low 40 bits of `random` tell it from
/// others of that day.
pub(super) fn written(prefix: &str, on: Date, random: u64) -> String {
    let letters: String = (0..RANDOM_LENGTH)
        .map(|place| {
            let five_bits = (random >> place.saturating_mul(5)) & 31;
            usize::try_from(five_bits).ok().and_then(|index| ALPHABET.get(index)).copied().unwrap_or(b'0')
        })
        .map(char::from)
        .collect();
    let day = on.to_string().replace('-', "");
    format!("{prefix}-{day}-{letters}")
}

/// Whether the text is such a number with that prefix, all of it.
pub(super) fn is_one(prefix: &str, text: &str) -> bool {
    let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    let Some((day, letters)) = rest.and_then(|rest| rest.split_once('-')) else { return false };
    let day_is_digits = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
    let known = letters.len() == RANDOM_LENGTH && letters.bytes().all(|byte| ALPHABET.contains(&byte));
    day_is_digits && known && day.parse::<Date>().is_ok()
}
