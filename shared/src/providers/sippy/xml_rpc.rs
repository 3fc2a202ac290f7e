//! XML-RPC, as far as the switch speaks it. <http://xmlrpc.com/spec.md>
//!
//! A `<double>` stays the text that it is: no float is between our amounts and the switch's. What is not one whole
//! answer and nothing else is unreadable: half of an answer proves nothing.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::{partial_escape, resolve_xml_entity};
use quick_xml::events::{BytesRef, Event};

use super::outcome::Fault;

/// Values inside of values.
const MAX_DEPTH: usize = 32;
/// Most of the switch's words that a fault keeps, in characters.
const MAX_WORDS: usize = 200;

/// What a method is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parameter<'a> {
    Int(u32),
    /// A plain decimal number.
    Double(String),
    Text(&'a str),
}

/// A value in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Int(i64),
    Boolean(bool),
    /// As it is written.
    Double(String),
    Text(String),
    Nil,
    Array(Vec<Value>),
    Struct(BTreeMap<String, Value>),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Response {
    Value(Value),
    Fault(Fault),
}

/// What is wrong with an answer; says nothing of what stands in it.
type Wrong = &'static str;

const NOT_XML: Wrong = "the answer is not XML";
const OTHER_XML: Wrong = "the answer is XML, but not XML-RPC's";
const CUT: Wrong = "the answer ends too early";

enum Piece {
    Open(String),
    Close,
    Text(String),
    End,
}

struct Document<'a> {
    reader: Reader<&'a [u8]>,
}

/// A call with one struct.
pub(super) fn request(method: &str, members: &[(&str, Parameter<'_>)]) -> Vec<u8> {
    let members: String = members
        .iter()
        .map(|(name, parameter)| {
            format!("<member><name>{name}</name><value>{}</value></member>\n", parameter.to_xml())
        })
        .collect();
    let call = format!(
        "<?xml version=\"1.0\"?>\n<methodCall><methodName>{method}</methodName>\n\
         <params><param><value><struct>\n{members}</struct></value></param></params></methodCall>\n"
    );
    call.into_bytes()
}

impl Parameter<'_> {
    fn to_xml(&self) -> String {
        match self {
            Self::Int(number) => format!("<int>{number}</int>"),
            Self::Double(number) => format!("<double>{number}</double>"),
            Self::Text(text) => {
                let allowed = |letter| if is_no_text(letter) { ' ' } else { letter };
                let text: String = text.chars().map(allowed).collect();
                format!("<string>{}</string>", partial_escape(text.as_str()))
            }
        }
    }
}

/// XML has no way to write these; and lines are for documents, not for values.
fn is_no_text(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Reads an answer.
///
/// # Errors
/// What is wrong with it.
pub(super) fn response(body: &[u8]) -> Result<Response, Wrong> {
    let text = std::str::from_utf8(body).map_err(|_| "the answer is not in UTF-8")?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut document = Document { reader };
    document.open("methodResponse")?;
    let response = match document.solid()? {
        Piece::Open(name) if name == "params" => {
            document.open("param")?;
            document.open("value")?;
            let value = document.value(0)?;
            document.close()?;
            Response::Value(value)
        }
        Piece::Open(name) if name == "fault" => {
            document.open("value")?;
            Response::Fault(fault(document.value(0)?)?)
        }
        Piece::Open(_) | Piece::Close | Piece::Text(_) | Piece::End => return Err(OTHER_XML),
    };
    document.close()?;
    document.close()?;
    match document.solid()? {
        Piece::End => Ok(response),
        Piece::Open(_) | Piece::Close | Piece::Text(_) => Err("something follows the answer"),
    }
}

fn fault(value: Value) -> Result<Fault, Wrong> {
    let Value::Struct(mut members) = value else { return Err("a fault that is no struct") };
    match (members.remove("faultCode"), members.remove("faultString")) {
        (Some(Value::Int(code)), Some(Value::Text(text))) => {
            let visible = |letter: char| if letter.is_control() { ' ' } else { letter };
            Ok(Fault { code, text: text.chars().map(visible).take(MAX_WORDS).collect() })
        }
        _ => Err("a fault without its number or its words"),
    }
}

impl Document<'_> {
    fn next(&mut self) -> Result<Piece, Wrong> {
        loop {
            return Ok(match self.reader.read_event().map_err(|_| NOT_XML)? {
                Event::Start(tag) => Piece::Open(tag.name().as_ref().to_owned()),
                Event::End(_) => Piece::Close,
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Piece::Text(resolved(&reference)?),
                Event::Eof => Piece::End,
                Event::DocType(_) => return Err("the answer has a DOCTYPE"),
                Event::Empty(_) => return Err(NOT_XML),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
            });
        }
    }

    /// The next piece that is not only white space.
    fn solid(&mut self) -> Result<Piece, Wrong> {
        loop {
            match self.next()? {
                Piece::Text(text) if is_blank(&text) => {}
                piece => return Ok(piece),
            }
        }
    }

    fn open(&mut self, name: &str) -> Result<(), Wrong> {
        match self.solid()? {
            Piece::Open(found) if found == name => Ok(()),
            Piece::End => Err(CUT),
            Piece::Open(_) | Piece::Close | Piece::Text(_) => Err(OTHER_XML),
        }
    }

    /// The reader has seen to it that it is the right one that closes.
    fn close(&mut self) -> Result<(), Wrong> {
        match self.solid()? {
            Piece::Close => Ok(()),
            Piece::End => Err(CUT),
            Piece::Open(_) | Piece::Text(_) => Err(OTHER_XML),
        }
    }

    /// The text up to the end of this element.
    fn text(&mut self) -> Result<String, Wrong> {
        let mut text = String::new();
        loop {
            match self.next()? {
                Piece::Text(more) => text.push_str(&more),
                Piece::Close => return Ok(text),
                Piece::End => return Err(CUT),
                Piece::Open(_) => return Err(OTHER_XML),
            }
        }
    }

    /// What is in a `<value>`, its end included.
    fn value(&mut self, depth: usize) -> Result<Value, Wrong> {
        if depth >= MAX_DEPTH {
            return Err("the answer is nested too deeply");
        }
        let mut text = String::new();
        let kind = loop {
            match self.next()? {
                Piece::Text(more) => text.push_str(&more),
                Piece::Close => return Ok(Value::Text(text)),
                Piece::Open(kind) if is_blank(&text) => break kind,
                Piece::Open(_) => return Err(OTHER_XML),
                Piece::End => return Err(CUT),
            }
        };
        let value = match kind.as_str() {
            "array" => self.array(depth)?,
            "struct" => self.members(depth)?,
            kind => scalar(kind, self.text()?)?,
        };
        self.close()?;
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Result<Value, Wrong> {
        self.open("data")?;
        let mut items = Vec::new();
        loop {
            match self.solid()? {
                Piece::Open(name) if name == "value" => items.push(self.value(depth + 1)?),
                Piece::Close => break,
                Piece::End => return Err(CUT),
                Piece::Open(_) | Piece::Text(_) => return Err(OTHER_XML),
            }
        }
        self.close()?;
        Ok(Value::Array(items))
    }

    fn members(&mut self, depth: usize) -> Result<Value, Wrong> {
        let mut members = BTreeMap::new();
        loop {
            match self.solid()? {
                Piece::Open(name) if name == "member" => {}
                Piece::Close => return Ok(Value::Struct(members)),
                Piece::End => return Err(CUT),
                Piece::Open(_) | Piece::Text(_) => return Err(OTHER_XML),
            }
            self.open("name")?;
            let name = self.text()?;
            self.open("value")?;
            let value = self.value(depth + 1)?;
            self.close()?;
            if members.insert(name.trim().to_owned(), value).is_some() {
                return Err("the answer has a member twice");
            }
        }
    }
}

fn scalar(kind: &str, text: String) -> Result<Value, Wrong> {
    match kind {
        "int" | "i4" | "i8" | "ex:i8" => {
            text.trim().parse().map(Value::Int).map_err(|_| "a number that is none")
        }
        "boolean" => match text.trim() {
            "1" => Ok(Value::Boolean(true)),
            "0" => Ok(Value::Boolean(false)),
            _ => Err("a truth that is none"),
        },
        "double" => Ok(Value::Double(text.trim().to_owned())),
        "string" | "dateTime.iso8601" | "base64" => Ok(Value::Text(text)),
        "nil" | "ex:nil" if is_blank(&text) => Ok(Value::Nil),
        _ => Err("a value of an unknown type"),
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

/// A character by its number, or one of the five entities that XML itself knows.
fn resolved(reference: &BytesRef<'_>) -> Result<String, Wrong> {
    match reference.resolve_char_ref() {
        Ok(Some(letter)) => Ok(letter.to_string()),
        Ok(None) => {
            resolve_xml_entity(reference).map(str::to_owned).ok_or("the answer names an unknown entity")
        }
        Err(_) => Err(NOT_XML),
    }
}
