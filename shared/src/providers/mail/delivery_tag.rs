//! The tag of an email that names its delivery: SES sends it back with word of a bounce.
//!
//! A tag's value has letters, digits, `_` and `-` only, and at most 256 of them. So whatever else an id has is
//! written as `_` and two hexadecimal digits: `INV-1.4.0.email` is `INV-1_2e4_2e0_2eemail`.
//! <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html>

use crate::domain::notification::delivery_id::DeliveryId;

/// The tag's name.
pub const NAME: &str = "delivery";
/// Begins what stands for another character.
const ESCAPE: char = '_';

/// The tag's value for a delivery's id.
pub fn write(id: &str) -> String {
    let mut value = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            value.push(char::from(byte));
        } else {
            value.push(ESCAPE);
            value.push_str(&hex::encode([byte]));
        }
    }
    value
}

/// The delivery that a tag's value names; none when it names none.
pub fn read(value: &str) -> Option<DeliveryId> {
    let mut parts = value.split(ESCAPE);
    let mut id = parts.next()?.to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        let byte = hex::decode(digits).ok()?;
        id.push(char::from(*byte.first()?));
        id.push_str(rest);
    }
    id.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn an_id_stays_readable() {
        assert_eq!(write("INV-20261121-7K3M9QZX.4.0.email"), "INV-20261121-7K3M9QZX_2e4_2e0_2eemail");
    }

    #[test]
    fn what_names_no_delivery_is_none() {
        for value in ["", "_", "x_2", "x_2eemail_", "x_zzemail", "x_2etelex", "x_2é", "somebody's own"] {
            assert_eq!(read(value), None, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn every_id_is_read_as_it_was_written_and_takes_only_what_ses_takes(id in "[A-Za-z0-9][A-Za-z0-9_.:@-]{0,40}") {
            let id = format!("{id}.email");
            let value = write(&id);
            prop_assert!(value.len() <= 256 && value.chars().all(|one| one.is_ascii_alphanumeric() || "_-".contains(one)));
            prop_assert_eq!(read(&value).map(|read| read.to_string()), Some(id));
        }
    }
}
