//! XML as a tree of elements, which is all that XML-RPC uses of it.
//!
//! Attributes, document types and processing instructions are refused, and so is anything behind the root.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Deeper documents are refused.
const DEEPEST: usize = 32;
/// Larger documents are refused.
const MOST_BYTES: usize = 64 * 1024;

/// An element with its text and its children; only leaves have text that is not white space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

/// What is wrong with a document.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreadable(String);

impl Unreadable {
    fn because(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl Element {
    /// Whether there is nothing but children in it.
    pub(super) fn is_bare(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_whitespace())
    }
}

/// The root of a whole document.
pub(super) fn document(bytes: &[u8]) -> Result<Element, Unreadable> {
    if bytes.len() > MOST_BYTES {
        return Err(Unreadable::because(format!("more than {MOST_BYTES} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Unreadable(error.to_string()))?;
    if text.contains(is_no_character) {
        return Err(Unreadable::because("a control character"));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().check_comments = true;
    // The innermost is the last; the first stands for the document itself.
    let mut open = vec![Element::default()];
    loop {
        let is_first = reader.buffer_position() == 0;
        match reader.read_event().map_err(|error| Unreadable(error.to_string()))? {
            Event::Decl(_) if is_first => {}
            Event::Comment(_) => {}
            Event::Start(start) => open.push(opened(&start, open.len())?),
            Event::End(_) => close(&mut open),
            Event::Text(text) => innermost(&mut open, &text.xml10_content()),
            Event::CData(text) => innermost(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => innermost(&mut open, &resolved(&reference)?),
            Event::Eof => return root(open),
            Event::DocType(_) => return Err(Unreadable::because("a document type is not taken")),
            Event::PI(_) | Event::Decl(_) => {
                return Err(Unreadable::because("a processing instruction is not taken"));
            }
            Event::Empty(_) => return Err(Unreadable::because("an element that does not begin")),
        }
    }
}

/// What XML 1.0 has no place for, escaped or not.
fn is_no_character(character: char) -> bool {
    (character < ' ' && !matches!(character, '\t' | '\n' | '\r'))
        || matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn opened(start: &BytesStart<'_>, depth: usize) -> Result<Element, Unreadable> {
    if depth > DEEPEST {
        return Err(Unreadable::because(format!("more than {DEEPEST} elements deep")));
    }
    if !start.attributes_raw().trim().is_empty() {
        return Err(Unreadable::because("attributes are not taken"));
    }
    let name: &str = start.name().into_inner();
    Ok(Element { name: name.to_owned(), ..Element::default() })
}

fn close(open: &mut Vec<Element>) {
    // The reader has compared the names: an end without its beginning does not come this far.
    if let Some(closed) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(closed);
    }
}

fn innermost(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| Unreadable(error.to_string()))? {
        let character = Some(character).filter(|character| !is_no_character(*character));
        return character.map(String::from).ok_or_else(|| Unreadable::because("a control character"));
    }
    let name = reference.xml10_content();
    let text = resolve_predefined_entity(&name);
    text.map(str::to_owned).ok_or_else(|| Unreadable(format!("there is no entity {name}")))
}

fn root(mut open: Vec<Element>) -> Result<Element, Unreadable> {
    let unfinished = || Unreadable::because("the document ends within an element");
    let mut document = open.pop().filter(|_| open.is_empty()).ok_or_else(unfinished)?;
    match (document.is_bare(), document.children.pop()) {
        (true, Some(root)) if document.children.is_empty() => Ok(root),
        _ => Err(Unreadable::because("a document is one element")),
    }
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, MOST_BYTES, document};

    #[test]
    fn text_comes_out_as_it_was_meant() {
        let xml = "<?xml version=\"1.0\"?>\n<a><!-- so --><b>1 &lt; 2 &amp; <![CDATA[<3>]]> &#x20AC;</b> <c/></a>\n";
        let root = document(xml.as_bytes()).unwrap();
        let children: Vec<(&str, &str)> =
            root.children.iter().map(|child| (child.name.as_str(), child.text.as_str())).collect();
        assert_eq!((root.name.as_str(), children), ("a", vec![("b", "1 < 2 & <3> €"), ("c", "")]));
        assert!(root.is_bare());
    }

    #[test]
    fn what_xml_rpc_does_not_use_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(DEEPEST + 1), "</a>".repeat(DEEPEST + 1));
        let long = format!("<a>{}</a>", "x".repeat(MOST_BYTES));
        let cases = [
            ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "document type"),
            ("<!DOCTYPE a><a/>", "document type"),
            ("<a>&x;</a>", "no entity x"),
            ("<a>&#1;</a>", "control character"),
            ("<a>\u{1}</a>", "control character"),
            ("<a b=\"c\"/>", "attributes"),
            ("<a><?php?></a>", "processing instruction"),
            ("<a/><?xml version=\"1.0\"?>", "processing instruction"),
            ("<a/><a/>", "one element"),
            ("<a/>b", "one element"),
            ("", "one element"),
            ("b", "one element"),
            ("<a>", "within an element"),
            ("<a><b></a>", ""),
            ("</a>", ""),
            ("<a", ""),
            (deep.as_str(), "deep"),
            (long.as_str(), "bytes"),
        ];
        for (xml, words) in cases {
            let error = document(xml.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words), "{xml:.60}: {error}");
        }
        assert!(document(b"<a>\xff</a>").is_err(), "not UTF-8");
        assert!(document(deep.replacen("<a>", "", 1).replacen("</a>", "", 1).as_bytes()).is_ok());
    }
}
