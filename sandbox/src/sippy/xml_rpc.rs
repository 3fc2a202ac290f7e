//! XML-RPC: values, the call that is read and the answer that is written.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use quick_xml::escape::partial_escape;

use super::elements::{Element, document};
use super::members::Members;

/// A value. Doubles stay as they are written: no amount goes through a float.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Int(i32),
    Double(String),
    Boolean(bool),
    Text(String),
    Nil,
    Array(Vec<Value>),
    /// In the order they are written.
    Struct(Vec<(&'static str, Value)>),
}

/// What somebody wants done.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) members: Members,
}

/// The name of the method, wherever the rest cannot be read.
pub(super) fn method_name(body: &[u8]) -> Option<String> {
    document(body).ok().and_then(|root| name_of(&root).ok())
}

/// Reads a whole call; what is wrong with it, in words.
pub(super) fn read_call(body: &[u8]) -> Result<Call, String> {
    let root = document(body).map_err(|error| error.to_string())?;
    let method = name_of(&root)?;
    let [_name, params] = only(&root, ["methodName", "params"])?;
    let [param] = only(params, ["param"])?;
    let [value] = only(param, ["value"])?;
    let [members] = only(value, ["struct"])?;
    Ok(Call { method, members: Members::new(read_members(members)?) })
}

fn name_of(root: &Element) -> Result<String, String> {
    match root.children.first() {
        Some(first) if root.name == "methodCall" && first.name == "methodName" => {
            leaf(first).map(str::to_owned)
        }
        _ => Err("not a methodCall with a methodName".to_owned()),
    }
}

/// The children of an element that has exactly these.
fn only<'a, const N: usize>(element: &'a Element, names: [&str; N]) -> Result<[&'a Element; N], String> {
    let children: Vec<&Element> = element.children.iter().collect();
    let children: Option<[&Element; N]> = children.try_into().ok().filter(|_| element.is_bare());
    let children =
        children.filter(|children| children.iter().zip(names).all(|(child, name)| child.name == name));
    children.ok_or_else(|| format!("{} takes {} and nothing else", element.name, names.join(", ")))
}

fn leaf(element: &Element) -> Result<&str, String> {
    match element.children.is_empty() {
        true => Ok(&element.text),
        false => Err(format!("{} takes no elements", element.name)),
    }
}

fn read_members(element: &Element) -> Result<BTreeMap<String, Value>, String> {
    let mut members = BTreeMap::new();
    if !element.is_bare() {
        return Err("text in a struct".to_owned());
    }
    for member in &element.children {
        if member.name != "member" {
            return Err(format!("{} in a struct", member.name));
        }
        let [name, value] = only(member, ["name", "value"])?;
        match members.entry(leaf(name)?.to_owned()) {
            Entry::Vacant(place) => drop(place.insert(read_value(value)?)),
            Entry::Occupied(place) => return Err(format!("{} comes twice", place.key())),
        }
    }
    Ok(members)
}

/// The only parameter is flat: no method takes an array or a struct within it.
fn read_value(element: &Element) -> Result<Value, String> {
    if element.children.is_empty() {
        return Ok(Value::Text(element.text.clone()));
    }
    let typed = match element.children.as_slice() {
        [typed] if element.is_bare() => typed,
        _ => return Err("a value has one type".to_owned()),
    };
    let text = leaf(typed)?;
    match (typed.name.as_str(), text) {
        ("int" | "i4", _) => text.parse().map(Value::Int).map_err(|_other| format!("{text:?} is no int")),
        ("double", _) if is_plain_decimal(text) => Ok(Value::Double(text.to_owned())),
        ("double", _) => Err(format!("{text:?} is no plain decimal number")),
        ("boolean", "0") => Ok(Value::Boolean(false)),
        ("boolean", "1") => Ok(Value::Boolean(true)),
        ("string", _) => Ok(Value::Text(text.to_owned())),
        ("nil", "") => Ok(Value::Nil),
        (name, _) => Err(format!("a value of type {name} is not taken here, or not with {text:?}")),
    }
}

/// Digits with at most one point: XML-RPC knows no exponent.
fn is_plain_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, places].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An answer with one value.
pub(super) fn response(value: &Value) -> String {
    let mut xml = "<?xml version=\"1.0\"?>\n<methodResponse><params><param>".to_owned();
    write(value, &mut xml);
    xml.push_str("</param></params></methodResponse>\n");
    xml
}

/// A fault.
pub(super) fn fault(code: i32, words: &str) -> String {
    let told =
        Value::Struct(vec![("faultCode", Value::Int(code)), ("faultString", Value::Text(words.to_owned()))]);
    let mut xml = "<?xml version=\"1.0\"?>\n<methodResponse><fault>".to_owned();
    write(&told, &mut xml);
    xml.push_str("</fault></methodResponse>\n");
    xml
}

fn write(value: &Value, xml: &mut String) {
    xml.push_str("<value>");
    match value {
        Value::Int(number) => xml.push_str(&format!("<int>{number}</int>")),
        Value::Double(number) => xml.push_str(&format!("<double>{number}</double>")),
        Value::Boolean(is_so) => xml.push_str(&format!("<boolean>{}</boolean>", u8::from(*is_so))),
        Value::Text(text) => xml.push_str(&format!("<string>{}</string>", partial_escape(text))),
        Value::Nil => xml.push_str("<nil/>"),
        Value::Array(values) => {
            xml.push_str("<array><data>");
            values.iter().for_each(|value| write(value, xml));
            xml.push_str("</data></array>");
        }
        Value::Struct(members) => {
            xml.push_str("<struct>\n");
            for (name, value) in members {
                xml.push_str(&format!("<member><name>{name}</name>"));
                write(value, xml);
                xml.push_str("</member>\n");
            }
            xml.push_str("</struct>");
        }
    }
    xml.push_str("</value>");
}

#[cfg(test)]
mod tests {
    use super::{Value, method_name, read_call, response};

    fn call(value: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>accountDebit</methodName><params><param><value><struct>\
             <member><name>a</name>{value}</member></struct></value></param></params></methodCall>"
        )
    }

    #[test]
    fn values_of_a_call_are_read() {
        for (xml, expected) in [
            ("<value><int>3</int></value>", Value::Int(3)),
            ("<value> <i4>-3</i4>\n</value>", Value::Int(-3)),
            ("<value><double>12.350</double></value>", Value::Double("12.350".to_owned())),
            ("<value><boolean>1</boolean></value>", Value::Boolean(true)),
            ("<value><string> R&amp;D </string></value>", Value::Text(" R&D ".to_owned())),
            ("<value>untyped</value>", Value::Text("untyped".to_owned())),
            ("<value/>", Value::Text(String::new())),
        ] {
            let mut read = read_call(call(xml).as_bytes()).unwrap();
            assert_eq!(
                (read.method.as_str(), read.members.value("a")),
                ("accountDebit", Some(expected)),
                "{xml}"
            );
        }
    }

    #[test]
    fn nil_is_as_good_as_left_out() {
        let mut read = read_call(call("<value><nil/></value>").as_bytes()).unwrap();
        assert_eq!((read.members.value("a"), read.members.end()), (None, Ok(())));
    }

    #[test]
    fn what_is_not_such_a_call_is_refused() {
        for xml in [
            "<value><int>3.0</int></value>",
            "<value><int>2147483648</int></value>",
            "<value><int> 3</int></value>",
            "<value><double>1e3</double></value>",
            "<value><double>1.</double></value>",
            "<value><double></double></value>",
            "<value><boolean>true</boolean></value>",
            "<value><nil>0</nil></value>",
            "<value><base64>eA==</base64></value>",
            "<value><array><data/></array></value>",
            "<value><int>3</int><int>4</int></value>",
            "<value>3<int>3</int></value>",
            "<int>3</int>",
            "<value>1</value><value>2</value>",
            "<value>1</value></member><member><name>a</name><value>2</value>",
        ] {
            assert!(read_call(call(xml).as_bytes()).is_err(), "{xml}");
        }
        let no_struct = "<methodCall><methodName>m</methodName><params/></methodCall>";
        assert_eq!(read_call(no_struct.as_bytes()).unwrap_err(), "params takes param and nothing else");
        assert_eq!(method_name(no_struct.as_bytes()).as_deref(), Some("m"));
        assert!(read_call(b"<methodResponse/>").is_err());
        assert_eq!(method_name(b"{}"), None);
    }

    #[test]
    fn text_is_escaped_in_an_answer() {
        let value =
            Value::Struct(vec![("notes", Value::Text("a <b> & c".to_owned())), ("tx_id", Value::Nil)]);
        let expected = "<?xml version=\"1.0\"?>\n<methodResponse><params><param><value><struct>\n\
                        <member><name>notes</name><value><string>a &lt;b&gt; &amp; c</string></value></member>\n\
                        <member><name>tx_id</name><value><nil/></value></member>\n\
                        </struct></value></param></params></methodResponse>\n";
        assert_eq!(response(&value), expected);
    }
}
