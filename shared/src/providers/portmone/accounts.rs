//! Accounts at companies, hidden by what they are called: one of nine digits may be a phone number without its nought, and
//! nothing but its name tells it from the id of a bill.

/// Who is meant, as it is called in elements, attributes, JSON and forms: in small letters, and without underscores.
const NAMES: [&str; 7] =
    ["contractnumber", "attribute1", "attribute2", "attribute3", "attribute4", "msisdn", "phonenumber"];
/// Letters that are left of each.
const LEFT: usize = 2;
/// How far an element's tag is looked through for its end.
const MAX_TAG: usize = 1 << 10;

/// The text with each account in stars, but for its last two letters. It has as many letters as before.
pub(super) fn hidden(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, value, after)) = next(rest) {
        hidden.push_str(before);
        hidden.push_str(&in_stars(value));
        rest = after;
    }
    hidden.push_str(rest);
    hidden
}

/// What stands before the next account, the account, and what stands behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut end_of_last = 0;
    while let Some((begin, end)) = next_word(text, end_of_last) {
        end_of_last = end;
        let is_name = NAMES.contains(&text.get(begin..end)?.replace('_', "").to_ascii_lowercase().as_str());
        let length = if is_name { length_of_value(text.get(..begin)?, text.get(end..)?) } else { None };
        if let Some((skipped, length)) = length {
            let value = end.saturating_add(skipped);
            let (before, rest) = text.split_at_checked(value)?;
            let (value, after) = rest.split_at_checked(length)?;
            return Some((before, value, after));
        }
    }
    None
}

/// Where the next word begins and ends.
fn next_word(text: &str, from: usize) -> Option<(usize, usize)> {
    let is_of_a_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let rest = text.get(from..)?;
    let begin = from.saturating_add(rest.find(is_of_a_word)?);
    let word = text.get(begin..)?;
    let length = word.find(|letter| !is_of_a_word(letter)).unwrap_or(word.len());
    Some((begin, begin.saturating_add(length)))
}

/// How far behind a name its value begins, and how long that is; none where the name names nothing.
fn length_of_value(before: &str, behind: &str) -> Option<(usize, usize)> {
    let (begin, is_end): (usize, fn(char) -> bool) = if behind.starts_with("&gt;") {
        ("&gt;".len(), |letter| matches!(letter, '&' | '<'))
    } else if before.ends_with('<') || before.ends_with(':') && behind.starts_with('>') {
        let (end_of_tag, _) = behind.char_indices().take(MAX_TAG).find(|(_, letter)| *letter == '>')?;
        (end_of_tag.saturating_add(1), |letter| letter == '<')
    } else {
        let is_around = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '\\');
        let sign = behind.trim_start_matches(is_around);
        let value = sign.strip_prefix([':', '='])?.trim_start_matches(is_around);
        let is_end = |letter| matches!(letter, '"' | '\'' | '\\' | '&' | ',' | ';' | '}' | '<' | '>' | '\n');
        (behind.len().saturating_sub(value.len()), is_end)
    };
    let value = behind.get(begin..)?;
    // Text may stand in `<![CDATA[` and `]]>`.
    let mut ends = value.match_indices(is_end).map(|(place, _)| place);
    let end = ends.find(|place| !value.get(*place..).is_some_and(|rest| rest.starts_with("<!")));
    Some((begin, end.unwrap_or(value.len())))
}

fn in_stars(value: &str) -> String {
    let letters = value.chars().filter(|letter| letter.is_alphanumeric()).count();
    let mut hidden = letters.saturating_sub(LEFT);
    let star = |letter: char| {
        if letter.is_alphanumeric() && hidden > 0 {
            hidden = hidden.saturating_sub(1);
            return '*';
        }
        letter
    };
    value.chars().map(star).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn an_account_is_hidden_wherever_it_has_its_name() {
        for (text, expected) in [
            ("<CONTRACT_NUMBER>671234567</CONTRACT_NUMBER>", "<CONTRACT_NUMBER>*******67</CONTRACT_NUMBER>"),
            ("<contractNumber> 67 123 </contractNumber>", "<contractNumber> ** *23 </contractNumber>"),
            (
                "<p:contractNumber>671234567</p:contractNumber>",
                "<p:contractNumber>*******67</p:contractNumber>",
            ),
            ("<contractNumber a='1'>671234567<b/>89", "<contractNumber a='1'>*******67<b/>89"),
            (
                "<contractNumber><![CDATA[671234567]]></contractNumber>",
                "<contractNumber><![*****[*******67]]></contractNumber>",
            ),
            (
                "<payer contractNumber=\"671234567\" id=\"7\">8</payer>",
                "<payer contractNumber=\"*******67\" id=\"7\">8</payer>",
            ),
            (
                "<ATTRIBUTE1>12082010</ATTRIBUTE1><BILL_ID>966666666</BILL_ID>",
                "<ATTRIBUTE1>******10</ATTRIBUTE1><BILL_ID>966666666</BILL_ID>",
            ),
            (
                "{\"contractNumber\": \"671234567\", \"amount\": 1.5}",
                "{\"contractNumber\": \"*******67\", \"amount\": 1.5}",
            ),
            ("{\\\"msisdn\\\":671234567,\\\"a\\\":12345}", "{\\\"msisdn\\\":*******67,\\\"a\\\":12345}"),
            (
                "payeeId=2065&contractNumber=671234567&amount=1.00",
                "payeeId=2065&contractNumber=*******67&amount=1.00",
            ),
            (
                "&lt;contractNumber&gt;671234567&lt;/contractNumber&gt;",
                "&lt;contractNumber&gt;*******67&lt;/contractNumber&gt;",
            ),
            ("<contractNumber>Іваненко</contractNumber>", "<contractNumber>******ко</contractNumber>"),
            ("<contractNumber>6712", "<contractNumber>**12"),
            ("a contractNumber of bill 523", "a contractNumber of bill 523"),
            ("<contractNumber/><bill id=\"523\"/>", "<contractNumber/><bill id=\"523\"/>"),
            ("<contractNumber", "<contractNumber"),
            ("", ""),
        ] {
            assert_eq!(hidden(text), expected);
            assert_eq!(hidden(expected), expected, "what is hidden stays so");
        }
    }

    #[test]
    fn many_names_are_soon_over() {
        for name in ["contractNumber=", "<contractNumber ", "contractNumber ", "<msisdn>1"] {
            let text = name.repeat(1 << 16);
            assert_eq!(hidden(&text).len(), text.len());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}", odd in "(<?msisdn|[<>=:\"'&; ]|[0-9]{1,4}|ї){0,20}") {
            for text in [text, odd] {
                prop_assert_eq!(hidden(&text).chars().count(), text.chars().count());
            }
        }

        #[test]
        fn no_account_survives(account in "[1-9][0-9]{5,11}", before in "[a-z<>/ ]{0,8}") {
            let text = format!("{before}<contractNumber>{account}</contractNumber>");
            prop_assert!(!hidden(&text).contains(&account));
        }
    }
}
