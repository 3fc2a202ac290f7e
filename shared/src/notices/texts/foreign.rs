//! What people and other systems wrote, made fit to stand in a text of ours.

use crate::notices::field::{breaks_line, turns_direction};

/// In one line: control characters and line ends become spaces, characters that turn the direction of what
/// follows are left out, and what is longer than `longest` UTF-16 units is cut.
pub fn one_line(text: &str, longest: usize) -> String {
    let letters = text.trim().chars().filter(|letter| !turns_direction(*letter));
    cut(letters.map(|letter| if breaks_line(letter) { ' ' } else { letter }), longest)
}

/// The same with its own line ends.
pub fn lines(text: &str, longest: usize) -> String {
    let letters = text.trim().chars().filter(|letter| !turns_direction(*letter));
    let shown = |letter| match letter {
        '\n' | '\u{2028}' | '\u{2029}' => '\n',
        letter if breaks_line(letter) => ' ',
        letter => letter,
    };
    cut(letters.map(shown), longest)
}

fn cut(letters: impl Iterator<Item = char>, longest: usize) -> String {
    let (mut kept, mut length) = (String::new(), 0);
    for letter in letters {
        length += letter.len_utf16();
        if length > longest {
            // The mark takes the place of the last letter.
            kept.pop();
            kept.push('…');
            break;
        }
        kept.push(letter);
    }
    kept.trim().to_owned()
}

/// Escaped for Telegram's HTML, in text and in attributes.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_pretend_to_be_another_line_is_one_line() {
        assert_eq!(one_line(" a\r\nb\tc\u{2028}d\u{0}e ", 100), "a  b c d e");
        assert_eq!(one_line("\u{202e}moc.evil\u{202c} \u{2066}x\u{2069}", 100), "moc.evil x");
        assert_eq!(one_line("Ірина О’Ніл 👩‍💻 שלום", 100), "Ірина О’Ніл 👩‍💻 שלום");
    }

    #[test]
    fn lines_are_kept_where_they_are_wanted() {
        assert_eq!(lines("\n a\nb\tc\u{2028}\u{202e}d\u{0}e \n", 100), "a\nb c\nd e");
        assert_eq!(lines("a\nbcd", 4), "a\nb…");
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcde…");
        assert_eq!(one_line("😀😀😀😀", 6), "😀😀…");
        assert_eq!(one_line("", 6), "");
    }

    #[test]
    fn markup_is_shown_and_not_obeyed() {
        assert_eq!(html(r#"Tom & <Jerry> "x""#), "Tom &amp; &lt;Jerry&gt; &quot;x&quot;");
        assert_eq!(html("a&lt;b"), "a&amp;lt;b");
    }
}
