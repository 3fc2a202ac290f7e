//! Ids: random UUIDs.

/// A new one.
pub(super) fn new_id() -> String {
    let mut bytes: [u8; 16] = rand::random();
    // Version 4, variant 1.
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = hex::encode(bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::new_id;

    #[test]
    fn ids_differ_and_are_random_uuids() {
        let (one, other) = (new_id(), new_id());
        let lengths: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!((lengths, &one[14..15]), (vec![8, 4, 4, 4, 12], "4"), "{one}");
        assert_ne!(one, other);
    }
}
