//! XML, piece by piece. Nothing is resolved that is not XML's own: no DOCTYPE, no entities but the five and characters
//! by their number.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// What is wrong with a document; says nothing of what stands in it.
pub(super) type Wrong = &'static str;

pub(super) const NOT_XML: Wrong = "it is not XML";
pub(super) const CUT: Wrong = "it ends too early";

pub(super) enum Piece<'a> {
    Open(BytesStart<'a>),
    Close,
    Text(String),
    End,
}

pub(super) struct Document<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Document<'a> {
    /// A document in UTF-8.
    ///
    /// # Errors
    /// When it is in anything else.
    pub(super) fn new(body: &'a [u8]) -> Result<Self, Wrong> {
        let text = std::str::from_utf8(body).map_err(|_| "it is not in UTF-8")?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader })
    }

    pub(super) fn next(&mut self) -> Result<Piece<'a>, Wrong> {
        loop {
            return Ok(match self.reader.read_event().map_err(|_| NOT_XML)? {
                Event::Start(tag) => Piece::Open(tag),
                Event::End(_) => Piece::Close,
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Piece::Text(resolved(&reference)?),
                Event::Eof => Piece::End,
                Event::DocType(_) => return Err("it has a DOCTYPE"),
                Event::Empty(_) => return Err(NOT_XML),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
            });
        }
    }

    /// The next piece that is not only white space.
    pub(super) fn solid(&mut self) -> Result<Piece<'a>, Wrong> {
        loop {
            match self.next()? {
                Piece::Text(text) if is_blank(&text) => {}
                piece => return Ok(piece),
            }
        }
    }
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

/// A character by its number, or one of the five entities that XML itself knows.
fn resolved(reference: &BytesRef<'_>) -> Result<String, Wrong> {
    match reference.resolve_char_ref() {
        Ok(Some(letter)) => Ok(letter.to_string()),
        Ok(None) => resolve_xml_entity(reference).map(str::to_owned).ok_or("it names an unknown entity"),
        Err(_) => Err(NOT_XML),
    }
}
