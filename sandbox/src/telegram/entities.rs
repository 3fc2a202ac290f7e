//! Where a text is formatted, as Telegram reports it: offsets and lengths in UTF-16 units.

use serde_json::{Value, json};

use super::html::{Format, Piece};

/// The entities of a text, outer before inner.
pub(super) fn of(pieces: &[Piece]) -> Vec<Value> {
    let mut entities = Vec::new();
    collect(pieces, 0, &mut entities);
    entities
}

/// Answers where the pieces end.
fn collect(pieces: &[Piece], mut offset: usize, entities: &mut Vec<Value>) -> usize {
    for piece in pieces {
        match piece {
            Piece::Words(words) => offset += words.encode_utf16().count(),
            Piece::Formatted(format, inside) => {
                let place = entities.len();
                let end = collect(inside, offset, entities);
                if let Some(mut entity) = entity(format) {
                    entity["offset"] = Value::from(offset);
                    entity["length"] = Value::from(end - offset);
                    entities.insert(place, entity);
                }
                offset = end;
            }
        }
    }
    offset
}

fn entity(format: &Format) -> Option<Value> {
    Some(match format {
        Format::Bold => json!({ "type": "bold" }),
        Format::Italic => json!({ "type": "italic" }),
        Format::Underline => json!({ "type": "underline" }),
        Format::Strikethrough => json!({ "type": "strikethrough" }),
        Format::Spoiler => json!({ "type": "spoiler" }),
        Format::Code => json!({ "type": "code" }),
        Format::Pre(None) => json!({ "type": "pre" }),
        Format::Pre(Some(language)) => json!({ "type": "pre", "language": language }),
        Format::Quote { is_expandable: false } => json!({ "type": "blockquote" }),
        Format::Quote { is_expandable: true } => json!({ "type": "expandable_blockquote" }),
        // A link to nowhere is text, as in Telegram.
        Format::Link(url) if url.is_empty() => return None,
        Format::Link(url) => json!({ "type": "text_link", "url": url }),
        Format::CustomEmoji(id) => json!({ "type": "custom_emoji", "custom_emoji_id": id }),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::html::parse;
    use super::of;

    #[test]
    fn offsets_count_utf_16_units_and_outer_comes_first() {
        let pieces = parse("😀 <b>є <i>так</i></b> <a href=\"https://example.com/\">x</a><a>y</a>").unwrap();
        let expected = [
            json!({ "type": "bold", "offset": 3, "length": 5 }),
            json!({ "type": "italic", "offset": 5, "length": 3 }),
            json!({ "type": "text_link", "url": "https://example.com/", "offset": 9, "length": 1 }),
        ];
        assert_eq!(of(&pieces), expected);
    }
}
