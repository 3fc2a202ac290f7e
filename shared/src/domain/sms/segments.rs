//! How many parts a text message is sent in.
//!
//! Source: 3GPP TS 23.038 (the default alphabet and its extension) and TS 23.040 (parts of long messages carry six
//! octets of header).

/// The default alphabet of GSM without its escape: one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// What is written with an escape before it: two septets each.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How a text is written on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a letter.
    Gsm7,
    /// Sixteen bits a letter, for whatever the default alphabet lacks.
    Ucs2,
}

/// How a text is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// How it is written.
    pub encoding: Encoding,
    /// How many parts it takes: at least one.
    pub count: u32,
}

impl Encoding {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        }
    }

    /// Units that fit into a message of one part, and into each part of a longer one.
    fn room(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

/// How this text is sent. A letter is never torn between two parts.
pub fn segments(text: &str) -> Segments {
    let septets = |letter: char| {
        if BASIC.contains(letter) { Some(1) } else { EXTENSION.contains(letter).then_some(2) }
    };
    let gsm7: Option<Vec<usize>> = text.chars().map(septets).collect();
    match gsm7 {
        Some(sizes) => Segments { encoding: Encoding::Gsm7, count: parts(&sizes, Encoding::Gsm7) },
        None => {
            let sizes: Vec<usize> = text.chars().map(char::len_utf16).collect();
            Segments { encoding: Encoding::Ucs2, count: parts(&sizes, Encoding::Ucs2) }
        }
    }
}

fn parts(sizes: &[usize], encoding: Encoding) -> u32 {
    let (alone, each) = encoding.room();
    let total = sizes.iter().fold(0_usize, |sum, size| sum.saturating_add(*size));
    if total <= alone {
        return 1;
    }
    let (mut count, mut filled) = (1_u32, 0_usize);
    for size in sizes {
        if filled.saturating_add(*size) > each {
            (count, filled) = (count.saturating_add(1), 0);
        }
        filled = filled.saturating_add(*size);
    }
    count
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    fn of(text: &str) -> (Encoding, u32) {
        let Segments { encoding, count } = segments(text);
        (encoding, count)
    }

    #[test]
    fn a_text_of_the_default_alphabet_has_160_letters_alone_and_153_in_a_part() {
        assert_eq!(of(""), (Encoding::Gsm7, 1));
        assert_eq!(of(&"a".repeat(160)), (Encoding::Gsm7, 1));
        assert_eq!(of(&"a".repeat(161)), (Encoding::Gsm7, 2));
        assert_eq!(of(&"a".repeat(306)), (Encoding::Gsm7, 2));
        assert_eq!(of(&"a".repeat(307)), (Encoding::Gsm7, 3));
    }

    #[test]
    fn what_needs_an_escape_takes_two_and_is_not_torn() {
        assert_eq!(of(&"€".repeat(80)), (Encoding::Gsm7, 1));
        assert_eq!(of(&"€".repeat(81)), (Encoding::Gsm7, 2));
        // 76 fit into 153 septets, and one septet stays empty.
        assert_eq!(of(&"[".repeat(152)), (Encoding::Gsm7, 2));
        assert_eq!(of(&"[".repeat(153)), (Encoding::Gsm7, 3));
    }

    #[test]
    fn any_other_letter_makes_it_sixteen_bits_a_letter() {
        assert_eq!(of("Привіт"), (Encoding::Ucs2, 1));
        assert_eq!(of(&"ї".repeat(70)), (Encoding::Ucs2, 1));
        assert_eq!(of(&"ї".repeat(71)), (Encoding::Ucs2, 2));
        assert_eq!(of(&"ї".repeat(135)), (Encoding::Ucs2, 3));
        assert_eq!(of(&"😀".repeat(35)), (Encoding::Ucs2, 1));
        // 33 fit into 67 units: a pair is not torn.
        assert_eq!(of(&"😀".repeat(66)), (Encoding::Ucs2, 2));
        assert_eq!(of(&"😀".repeat(67)), (Encoding::Ucs2, 3));
        // `ç` is not in the alphabet, though `Ç` is.
        assert_eq!(of("ç"), (Encoding::Ucs2, 1));
    }

    #[test]
    fn the_alphabet_is_whole() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
    }

    proptest! {
        #[test]
        fn more_text_is_never_fewer_parts(text in "\\PC{0,400}", more in "\\PC{0,40}") {
            let longer = format!("{text}{more}");
            prop_assert!(segments(&longer).count >= segments(&text).count);
        }

        #[test]
        fn parts_are_as_many_as_the_letters_need(count in 161_usize..2_000) {
            let needed = count.div_ceil(153);
            prop_assert_eq!(usize::try_from(segments(&"a".repeat(count)).count), Ok(needed));
        }
    }
}
