//! XML-RPC, as far as the switch speaks it. <http://xmlrpc.com/spec.md>
//!
//! A `<double>` stays the text that it is: no float is between our amounts and the switch's. What is not one whole
//! answer and nothing else is unreadable: half of an answer proves nothing.

use std::collections::BTreeMap;

use quick_xml::escape::partial_escape;
use quick_xml::events::BytesStart;

use super::outcome::Fault;
use crate::providers::xml::{CUT, Document, Piece, Wrong, is_blank};

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

const OTHER_XML: Wrong = "it is XML, but not XML-RPC's";

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
    let mut document = Document::new(body)?;
    document.open("methodResponse")?;
    let response = match document.solid()? {
        Piece::Open(tag) if is(&tag, "params") => {
            document.open("param")?;
            document.open("value")?;
            let value = document.value(0)?;
            document.close()?;
            Response::Value(value)
        }
        Piece::Open(tag) if is(&tag, "fault") => {
            document.open("value")?;
            Response::Fault(fault(document.value(0)?)?)
        }
        Piece::Open(_) | Piece::Close | Piece::Text(_) | Piece::End => return Err(OTHER_XML),
    };
    document.close()?;
    document.close()?;
    match document.solid()? {
        Piece::End => Ok(response),
        Piece::Open(_) | Piece::Close | Piece::Text(_) => Err("something follows it"),
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

fn is(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.name().as_ref() == name
}

impl Document<'_> {
    fn open(&mut self, name: &str) -> Result<(), Wrong> {
        match self.solid()? {
            Piece::Open(tag) if is(&tag, name) => Ok(()),
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
            return Err("it is nested too deeply");
        }
        let mut text = String::new();
        let tag = loop {
            match self.next()? {
                Piece::Text(more) => text.push_str(&more),
                Piece::Close => return Ok(Value::Text(text)),
                Piece::Open(tag) if is_blank(&text) => break tag,
                Piece::Open(_) => return Err(OTHER_XML),
                Piece::End => return Err(CUT),
            }
        };
        let value = match tag.name().as_ref() {
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
                Piece::Open(tag) if is(&tag, "value") => items.push(self.value(depth + 1)?),
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
                Piece::Open(tag) if is(&tag, "member") => {}
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
                return Err("it has a member twice");
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Just, Strategy, any, prop};
    use proptest::{prop_assert_eq, prop_oneof, proptest};

    fn answer(value: &str) -> String {
        format!("<methodResponse><params><param><value>{value}</value></param></params></methodResponse>")
    }

    fn read(value: &str) -> Option<Value> {
        match response(answer(value).as_bytes()) {
            Ok(Response::Value(value)) => Some(value),
            Ok(Response::Fault(_)) | Err(_) => None,
        }
    }

    fn text(text: &str) -> Option<Value> {
        Some(Value::Text(text.to_owned()))
    }

    #[test]
    fn every_type_is_read() {
        assert_eq!(read("<int>-3</int>"), Some(Value::Int(-3)));
        assert_eq!(read(" <i4> +3 </i4> "), Some(Value::Int(3)));
        assert_eq!(read("<ex:i8>9223372036854775807</ex:i8>"), Some(Value::Int(i64::MAX)));
        assert_eq!(read("<boolean>1</boolean>"), Some(Value::Boolean(true)));
        assert_eq!(read("<double> 12.350 </double>"), Some(Value::Double("12.350".to_owned())));
        assert_eq!(read("<nil/>"), Some(Value::Nil));
        assert_eq!(read("<ex:nil></ex:nil>"), Some(Value::Nil));
        assert_eq!(read("<dateTime.iso8601>20261121T02:00:07</dateTime.iso8601>"), text("20261121T02:00:07"));
        assert_eq!(read("<array><data/></array>"), Some(Value::Array(Vec::new())));
        assert_eq!(read("<struct/>"), Some(Value::Struct(BTreeMap::new())));
    }

    #[test]
    fn a_value_without_a_type_is_text() {
        assert_eq!(
            read("a &lt;b&gt; &amp;amp; &quot;&apos;&#1040;&#x10FFFF;"),
            text("a <b> &amp; \"'А\u{10ffff}")
        );
        assert_eq!(read(" "), text(" "));
        assert_eq!(read(""), text(""));
        assert_eq!(read("<string/>"), text(""));
        assert_eq!(read("<string> a<!-- b -->c<![CDATA[<&>]]>\r\n</string>"), text(" ac<&>\n"));
        let bare = answer("").replace("<value></value>", "<value/>");
        assert_eq!(response(bare.as_bytes()), Ok(Response::Value(Value::Text(String::new()))));
    }

    #[test]
    fn what_is_no_value_is_unreadable() {
        for value in [
            "<int>3.0</int>",
            "<int/>",
            "<int>9223372036854775808</int>",
            "<boolean>yes</boolean>",
            "<nil>x</nil>",
            "<other>1</other>",
            "x<int>3</int>",
            "<int>3</int>x",
            "<int>3</int><int>3</int>",
            "<int><b>3</b></int>",
            "<array><value>1</value></array>",
            "<array><data>1</data></array>",
            "<array><data/><data/></array>",
            "<struct><member><name>a</name></member></struct>",
            "<struct><member><value>1</value><name>a</name></member></struct>",
            "<struct><member><name>a</name><value>1</value><value>2</value></member></struct>",
            "<struct><member><name>a</name><value>1</value></member><member><name>a</name><value>2</value></member></struct>",
            "<struct>x</struct>",
            "&other;",
            "& ",
            "&#0;",
            "&#x110000;",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
    }

    #[test]
    fn what_is_not_one_whole_answer_is_unreadable() {
        let whole = answer("<string>OK</string>");
        for length in 0..whole.len() {
            assert!(response(&whole.as_bytes()[..length]).is_err(), "{}", &whole[..length]);
        }
        for odd in [
            format!("{whole}{whole}"),
            format!("{whole}x"),
            format!("x{whole}"),
            format!("<!DOCTYPE a [<!ENTITY b \"OK\">]>{whole}"),
            whole.replace("methodResponse", "methodCall"),
            whole.replace("</param>", "</param><param><value>OK</value></param>"),
            whole.replace("<params>", "<fault>").replace("</params>", "</fault>"),
            whole.replace("</string>", "</int>"),
            format!("\u{feff}\u{feff}{whole}"),
        ] {
            assert!(response(odd.as_bytes()).is_err(), "{odd}");
        }
        let latin = [whole.as_bytes(), b"<!-- \xe9 -->"].concat();
        assert_eq!(response(&latin), Err("it is not in UTF-8"));
        let full = format!("\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<!-- a -->{whole}\n<!-- b -->\n");
        assert_eq!(response(full.as_bytes()), Ok(Response::Value(Value::Text("OK".to_owned()))));
    }

    #[test]
    fn an_answer_that_is_nested_too_deeply_is_unreadable() {
        let nested = |depth: usize| {
            let (open, close) = ("<array><data><value>", "</value></data></array>");
            answer(&format!("{}x{}", open.repeat(depth), close.repeat(depth)))
        };
        assert!(response(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(response(nested(MAX_DEPTH).as_bytes()), Err("it is nested too deeply"));
        assert_eq!(response(nested(20_000).as_bytes()), Err("it is nested too deeply"));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::Int),
            any::<bool>().prop_map(Value::Boolean),
            "[0-9]{1,9}[.][0-9]{1,9}".prop_map(Value::Double),
            "[ -~а-я]{0,12}".prop_map(Value::Text),
            Just(Value::Nil),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map("[a-z_<&]{1,8}", inner, 0..4).prop_map(Value::Struct),
            ]
        })
    }

    fn written(value: &Value) -> String {
        match value {
            Value::Int(number) => format!("<i8>{number}</i8>"),
            Value::Boolean(truth) => format!("<boolean>{}</boolean>", u8::from(*truth)),
            Value::Double(number) => format!("<double>{number}</double>"),
            Value::Text(text) => Parameter::Text(text).to_xml(),
            Value::Nil => "<nil/>".to_owned(),
            Value::Array(items) => {
                let items: String =
                    items.iter().map(|item| format!("<value>{}</value>", written(item))).collect();
                format!("<array><data>\n{items}</data></array>")
            }
            Value::Struct(members) => {
                let member = |(name, value): (&String, &Value)| {
                    let name = partial_escape(name.as_str()).into_owned();
                    format!("<member>\n<name>{name}</name>\t<value>{}</value></member>", written(value))
                };
                format!("<struct>{}</struct>", members.iter().map(member).collect::<String>())
            }
        }
    }

    proptest! {
        #[test]
        fn every_tree_is_read_as_it_is_written(value in any_value()) {
            prop_assert_eq!(response(answer(&written(&value)).as_bytes()), Ok(Response::Value(value)));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, text in "[<>&;/#a-z ]{0,40}") {
            prop_assert_eq!(response(&bytes), response(&bytes));
            prop_assert_eq!(read(&text), read(&text));
        }
    }
}
