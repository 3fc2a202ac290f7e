//! Text in Telegram's HTML (`parse_mode: "HTML"`): read strictly, and written again for people and pages.

use super::answers::Refusal;

/// Every tag that Telegram knows.
const TAGS: [&str; 16] = [
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "span",
    "tg-spoiler",
    "code",
    "pre",
    "blockquote",
    "a",
    "tg-emoji",
];

/// A formatting that Telegram knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    /// A block of code, with its language where one was named.
    Pre(Option<String>),
    Quote {
        is_expandable: bool,
    },
    Link(String),
    CustomEmoji(String),
}

/// A piece of a formatted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Words(String),
    Formatted(Format, Vec<Piece>),
}

/// Text as it is sent without a `parse_mode`.
pub(super) fn unformatted(text: &str) -> Vec<Piece> {
    vec![Piece::Words(text.to_owned())]
}

/// What is left when the formatting is taken away: what a text's length is counted of.
pub(crate) fn plain(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Formatted(_, inside) => plain(inside),
        })
        .collect()
}

/// The text in Telegram's HTML again, one spelling for each formatting.
pub(crate) fn for_telegram(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(words) => escape(words),
            Piece::Formatted(format, inside) => {
                let (before, after) = tags(format);
                format!("{before}{}{after}", for_telegram(inside))
            }
        })
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn tags(format: &Format) -> (String, &'static str) {
    let quoted = |value: &str| escape(value).replace('"', "&quot;");
    let (before, after) = match format {
        Format::Bold => ("<b>", "</b>"),
        Format::Italic => ("<i>", "</i>"),
        Format::Underline => ("<u>", "</u>"),
        Format::Strikethrough => ("<s>", "</s>"),
        Format::Spoiler => ("<tg-spoiler>", "</tg-spoiler>"),
        Format::Code => ("<code>", "</code>"),
        Format::Pre(None) => ("<pre>", "</pre>"),
        Format::Pre(Some(language)) => {
            return (format!("<pre><code class=\"language-{}\">", quoted(language)), "</code></pre>");
        }
        Format::Quote { is_expandable: false } => ("<blockquote>", "</blockquote>"),
        Format::Quote { is_expandable: true } => ("<blockquote expandable>", "</blockquote>"),
        Format::Link(url) => return (format!("<a href=\"{}\">", quoted(url)), "</a>"),
        Format::CustomEmoji(id) => return (format!("<tg-emoji emoji-id=\"{}\">", quoted(id)), "</tg-emoji>"),
    };
    (before.to_owned(), after)
}

struct Open {
    tag: String,
    format: Format,
    inside: Vec<Piece>,
}

struct Reader<'a> {
    source: &'a str,
    place: usize,
    open: Vec<Open>,
    outside: Vec<Piece>,
}

/// Reads a text in Telegram's HTML; a refusal is `can't parse entities: …`, as Telegram words it.
pub(super) fn parse(source: &str) -> Result<Vec<Piece>, Refusal> {
    let mut reader = Reader { source, place: 0, open: Vec::new(), outside: Vec::new() };
    match reader.read() {
        Ok(()) => Ok(reader.outside),
        Err(words) => Err(Refusal::bad_request(&format!("can't parse entities: {words}"))),
    }
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), String> {
        let mut words = String::new();
        while let Some(letter) = self.source[self.place..].chars().next() {
            match letter {
                '<' => {
                    self.add(Piece::Words(std::mem::take(&mut words)));
                    self.read_tag()?;
                }
                '&' => words.push(self.read_entity()),
                _ => {
                    words.push(letter);
                    self.place += letter.len_utf8();
                }
            }
        }
        self.add(Piece::Words(words));
        match self.open.last() {
            Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag)),
            None => Ok(()),
        }
    }

    fn add(&mut self, piece: Piece) {
        if piece != Piece::Words(String::new()) {
            self.open.last_mut().map_or(&mut self.outside, |open| &mut open.inside).push(piece);
        }
    }

    /// An entity; `&` stays where none is known, as Telegram leaves it.
    fn read_entity(&mut self) -> char {
        let rest = &self.source[self.place + 1..];
        let known = rest.split_once(';').and_then(|(name, _)| {
            let letter = match name {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((letter, name.len() + 2))
        });
        let (letter, length) = known.unwrap_or(('&', 1));
        self.place += length;
        letter
    }

    fn read_tag(&mut self) -> Result<(), String> {
        let begin = self.place;
        let rest = &self.source[begin + 1..];
        if let Some(name) = rest.strip_prefix('/') {
            let length = name.find('>').ok_or(format!("Unclosed end tag at byte offset {begin}"))?;
            self.place = begin + length + 3;
            return self.close(name[..length].trim_end(), begin);
        }
        let unclosed = || format!("Unclosed start tag at byte offset {begin}");
        let is_name_end = |letter: char| letter == '>' || letter.is_whitespace();
        let name_length = rest.find(is_name_end).ok_or_else(unclosed)?;
        let name = rest[..name_length].to_ascii_lowercase();
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        }
        let length = name_length + tag_end(&rest[name_length..]).ok_or_else(unclosed)?;
        self.place = begin + length + 2;
        let attributes = read_attributes(&rest[name_length..length], &name, begin)?;
        let is_in_pre = self.open.last().is_some_and(|open| open.format == Format::Pre(None));
        let format = match format(&name, &attributes, begin)? {
            // A language is named inside of a block only.
            Format::Pre(Some(_)) if !is_in_pre => Format::Code,
            format => format,
        };
        self.check_nesting(&name, &format, begin)?;
        self.open.push(Open { tag: name, format, inside: Vec::new() });
        Ok(())
    }

    /// Code holds nothing else, but that a block of code may name its language; a quote holds no quote.
    fn check_nesting(&self, name: &str, format: &Format, begin: usize) -> Result<(), String> {
        let is_language =
            |open: &Open| name == "code" && matches!(open.format, Format::Pre(_)) && open.inside.is_empty();
        let is_refused = |open: &Open| match (&open.format, format) {
            (Format::Code | Format::Pre(_), _) => !is_language(open),
            (Format::Quote { .. }, Format::Quote { .. }) => true,
            _ => false,
        };
        match self.open.iter().find(|open| is_refused(open)) {
            Some(open) => {
                Err(format!("Tag \"{name}\" can't be inside of \"{}\" at byte offset {begin}", open.tag))
            }
            None => Ok(()),
        }
    }

    fn close(&mut self, name: &str, begin: usize) -> Result<(), String> {
        let open = self.open.pop().ok_or(format!("Unexpected end tag at byte offset {begin}"))?;
        if !name.eq_ignore_ascii_case(&open.tag) {
            let words = format!("expected \"</{}>\", found \"</{name}>\"", open.tag);
            return Err(format!("Unmatched end tag at byte offset {begin}, {words}"));
        }
        match (open.format, open.inside.as_slice()) {
            // `<pre><code class="language-x">` is one block of code.
            (Format::Pre(None), [Piece::Formatted(Format::Pre(language), inside)]) => {
                self.add(Piece::Formatted(Format::Pre(language.clone()), inside.clone()));
            }
            (_, []) => {}
            (format, _) => self.add(Piece::Formatted(format, open.inside)),
        }
        Ok(())
    }
}

/// Where a tag ends: at the first `>` that is in no quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(place, letter)| {
        match (quote, letter) {
            (None, '>') => return Some(place),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
        None
    })
}

fn read_attributes(text: &str, tag: &str, begin: usize) -> Result<Vec<(String, String)>, String> {
    let (mut attributes, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(after) = rest.strip_prefix('=') else {
            if name == "expandable" {
                attributes.push((name, String::new()));
                continue;
            }
            let words = format!("Expected equal sign in declaration of an attribute of the tag \"{tag}\"");
            return Err(format!("{words} at byte offset {begin}"));
        };
        let after = after.trim_start();
        let (value, left) = match after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
            Some(quote) => {
                after[1..].split_once(quote).ok_or(format!("Unclosed start tag at byte offset {begin}"))?
            }
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        attributes.push((name, unescape(value)));
        rest = left.trim_start();
    }
    Ok(attributes)
}

fn unescape(value: &str) -> String {
    let mut reader = Reader { source: value, place: 0, open: Vec::new(), outside: Vec::new() };
    let mut text = String::new();
    while let Some(letter) = value[reader.place..].chars().next() {
        if letter == '&' {
            text.push(reader.read_entity());
        } else {
            text.push(letter);
            reader.place += letter.len_utf8();
        }
    }
    text
}

fn format(name: &str, attributes: &[(String, String)], begin: usize) -> Result<Format, String> {
    let attribute =
        |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    Ok(match name {
        "b" | "strong" => Format::Bold,
        "i" | "em" => Format::Italic,
        "u" | "ins" => Format::Underline,
        "s" | "strike" | "del" => Format::Strikethrough,
        "tg-spoiler" => Format::Spoiler,
        "span" if attribute("class").as_deref() == Some("tg-spoiler") => Format::Spoiler,
        "span" => return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}")),
        "code" => {
            match attribute("class").and_then(|class| class.strip_prefix("language-").map(str::to_owned)) {
                Some(language) => Format::Pre(Some(language)),
                None => Format::Code,
            }
        }
        "pre" => Format::Pre(None),
        "blockquote" => Format::Quote { is_expandable: attribute("expandable").is_some() },
        "tg-emoji" => Format::CustomEmoji(attribute("emoji-id").unwrap_or_default()),
        // The only one that is left.
        _ => Format::Link(attribute("href").unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::{parse, plain};

    #[test]
    fn what_telegram_takes_is_read_as_it_reads_it() {
        let taken = [
            ("a <b>b <i>c</i></b> d", "a b c d"),
            ("Tom &amp; &lt;Jerry&gt; &quot;x&quot; &#39;y&#x27;", "Tom & <Jerry> \"x\" 'y'"),
            ("AT&T &nbsp; &apos;", "AT&T &nbsp; &apos;"),
            ("<span class=\"tg-spoiler\">pw</span><tg-spoiler>pw</tg-spoiler>", "pwpw"),
            ("<pre><code class=\"language-rust\">a &lt; b</code></pre>", "a < b"),
            ("<a href=\"https://example.com/?a=1&amp;b=2\">x</a>", "x"),
            ("<blockquote expandable>q</blockquote><b></b>", "q"),
            ("<STRONG>x</strong >", "x"),
        ];
        for (source, words) in taken {
            assert_eq!(plain(&parse(source).unwrap()), words, "{source}");
        }
    }

    #[test]
    fn what_telegram_refuses_is_refused_in_its_words() {
        let refused = [
            ("<p>x</p>", "Unsupported start tag \"p\" at byte offset 0"),
            ("x<br>", "Unsupported start tag \"br\" at byte offset 1"),
            ("1 < 2 > 0", "Unsupported start tag \"\" at byte offset 2"),
            ("1 < 2", "Unsupported start tag \"\" at byte offset 2"),
            ("a <b", "Unclosed start tag at byte offset 2"),
            ("<a href=\"x>y</a>", "Unclosed start tag at byte offset 0"),
            ("<b>x</b", "Unclosed end tag at byte offset 4"),
            ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
            ("<b><i>x</b></i>", "Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\""),
            ("x</b>", "Unexpected end tag at byte offset 1"),
            ("<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
            (
                "<a href>x</a>",
                "Expected equal sign in declaration of an attribute of the tag \"a\" at byte offset 0",
            ),
            ("<code><b>x</b></code>", "Tag \"b\" can't be inside of \"code\" at byte offset 6"),
            ("<pre>x<code>y</code></pre>", "Tag \"code\" can't be inside of \"pre\" at byte offset 6"),
            (
                "<blockquote><blockquote>x</blockquote></blockquote>",
                "Tag \"blockquote\" can't be inside of \"blockquote\" at byte offset 12",
            ),
        ];
        for (source, words) in refused {
            let refusal = parse(source).unwrap_err();
            assert_eq!(
                refusal.description,
                format!("Bad Request: can't parse entities: {words}"),
                "{source}"
            );
        }
    }
}
