//! What Portmone writes, as a small tree of elements.
//!
//! Hostile documents cost no more than honest ones: everything is counted while it is read, and the first thing too
//! many ends the reading. Text and elements side by side are read; what they mean is for the reader of the tree.

use quick_xml::XmlVersion;
use quick_xml::escape::escape;
use quick_xml::events::BytesStart;

use crate::providers::xml::{CUT, Document, NOT_XML, Piece, Wrong};

/// Elements inside of elements, the outermost included.
const MAX_DEPTH: usize = 16;
/// Elements of a document.
const MAX_ELEMENTS: usize = 20_000;
/// Attributes of an element.
const MAX_ATTRIBUTES: usize = 32;
/// Longest name of an element or an attribute, in bytes.
const MAX_NAME: usize = 64;
/// Longest text of an element or an attribute, in bytes.
const MAX_TEXT: usize = 16 << 10;

/// An element with what stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub(super) children: Vec<Element>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Work {
    pieces: usize,
    elements: usize,
    attributes: usize,
}

/// Reads a whole document.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(body: &[u8]) -> Result<Element, Wrong> {
    read_counting(body, &mut Work::default())
}

fn read_counting(body: &[u8], work: &mut Work) -> Result<Element, Wrong> {
    // UTF-16 without its mark is made of bytes that UTF-8 has, too; XML has no NUL.
    if body.contains(&0) {
        return Err("it is not in UTF-8");
    }
    let mut document = Document::new(body)?;
    let Piece::Open(tag) = document.solid()? else { return Err(NOT_XML) };
    let mut open = vec![work.element(&tag)?];
    let root = loop {
        work.pieces += 1;
        match document.next()? {
            Piece::Open(tag) if open.len() < MAX_DEPTH => open.push(work.element(&tag)?),
            Piece::Open(_) => return Err("it is nested too deeply"),
            Piece::Text(text) => match open.last_mut() {
                Some(element) if element.text.len().saturating_add(text.len()) <= MAX_TEXT => {
                    element.text.push_str(&text);
                }
                Some(_) | None => return Err("it has a text that is too long"),
            },
            Piece::Close => {
                let Some(closed) = open.pop() else { return Err(NOT_XML) };
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => break closed,
                }
            }
            Piece::End => return Err(CUT),
        }
    };
    match document.solid()? {
        Piece::End => Ok(root),
        Piece::Open(_) | Piece::Close | Piece::Text(_) => Err("something follows it"),
    }
}

impl Work {
    fn element(&mut self, tag: &BytesStart<'_>) -> Result<Element, Wrong> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err("it has too many elements");
        }
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            self.attributes += 1;
            if attributes.len() >= MAX_ATTRIBUTES {
                return Err("it has an element with too many attributes");
            }
            let attribute = attribute.map_err(|_| NOT_XML)?;
            if attribute.value.len() > MAX_TEXT {
                return Err("it has a text that is too long");
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| NOT_XML)?;
            attributes.push((named(attribute.key.as_ref())?, value.into_owned()));
        }
        Ok(Element { name: named(tag.name().as_ref())?, attributes, ..Element::default() })
    }
}

fn named(name: &str) -> Result<String, Wrong> {
    if name.len() > MAX_NAME {
        return Err("it has a name that is too long");
    }
    Ok(name.to_owned())
}

impl Element {
    /// The value of an attribute, without white space around it.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The text, without white space around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The first of the elements in it that are called so.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The elements in it that are called so.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Whether more than one of the elements in it is called so.
    pub(super) fn has_several(&self, name: &str) -> bool {
        self.named(name).nth(1).is_some()
    }

    /// The element as it may be kept: in one line, without what stood between its elements.
    pub(super) fn to_xml(&self) -> String {
        let attributes: String = self
            .attributes
            .iter()
            .map(|(name, value)| format!(" {name}=\"{}\"", escape(value.as_str())))
            .collect();
        let children: String = self.children.iter().map(Self::to_xml).collect();
        format!("<{0}{attributes}>{1}{children}</{0}>", self.name, escape(self.text()))
    }

    /// The text of the element at the end of a path of names; none where there is none, or it is empty.
    pub(super) fn text_at(&self, path: &[&str]) -> Option<&str> {
        let mut element = self;
        for name in path {
            element = element.child(name)?;
        }
        Some(element.text()).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Strategy, prop};
    use proptest::{prop_assert, prop_assert_eq, proptest};

    /// What reading a hostile document costs, and how it ends.
    fn cost(body: &[u8]) -> (Option<Wrong>, Work) {
        let mut work = Work::default();
        (read_counting(body, &mut work).err(), work)
    }

    const MOST: Work = Work { pieces: 2 * MAX_ELEMENTS, elements: MAX_ELEMENTS, attributes: MAX_ATTRIBUTES };

    #[test]
    fn a_document_becomes_its_elements() {
        let body = "\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<!-- a --><rsp status=' ok '>\n\
                    <bill id='5&amp;3'><payee id=\"2065\"> Київстар &lt;&#1040;&gt; </payee><a/><a> x </a></bill>\
                    <error><![CDATA[<&>]]></error>\n</rsp>\n<!-- b -->";
        let root = read(body.as_bytes()).unwrap();
        assert_eq!((root.name.as_str(), root.attribute("status")), ("rsp", Some("ok")));
        let bill = root.child("bill").unwrap();
        assert_eq!((bill.attribute("id"), bill.attribute("ID")), (Some("5&3"), None));
        assert_eq!(root.text_at(&["bill", "payee"]), Some("Київстар <А>"));
        assert_eq!(root.text_at(&["bill", "a"]), None);
        assert_eq!(bill.named("a").map(Element::text).collect::<Vec<_>>(), ["", "x"]);
        assert_eq!(root.text_at(&["error"]), Some("<&>"));
        assert_eq!(root.text_at(&["bill", "other"]), None);
    }

    #[test]
    fn what_the_gateway_answers_in_xml_is_read_too() {
        let root = read(include_bytes!("../../../tests/fixtures/portmone/gateway_orders.xml")).unwrap();
        assert_eq!((root.name.as_str(), root.attribute("lang")), ("portmoneresult", Some("ru")));
        let orders = root.child("orders").unwrap();
        assert_eq!(orders.attribute("type"), Some("list"));
        assert_eq!(orders.text_at(&["order", "shop_bill_id"]), Some("432722352"));
        assert_eq!(orders.text_at(&["order", "status"]), Some("REJECTED"));
        assert_eq!(orders.text_at(&["order", "pay_order_date"]), None);
        let none = read(include_bytes!("../../../tests/fixtures/portmone/gateway_orders_none.xml")).unwrap();
        assert_eq!(none.child("orders").unwrap().children, []);
        let refusal = read(include_bytes!("../../../tests/fixtures/portmone/gateway_refusal.xml")).unwrap();
        let words = "confirmation is not allowed for this bill [status=REJECTED]";
        assert_eq!(refusal.text_at(&["order", "error_message"]), Some(words));
        let ours = read(include_bytes!("../../../tests/fixtures/portmone/result_error.xml")).unwrap();
        assert_eq!(
            (ours.text_at(&["ERROR_CODE"]), ours.text_at(&["REASON"])),
            (Some("15"), Some("User_Not_Found"))
        );
    }

    #[test]
    fn a_bomb_of_entities_is_not_even_lit() {
        let entities: String =
            (1..20).map(|n| format!("<!ENTITY a{n} \"&a{};&a{};&a{};\">", n - 1, n - 1, n - 1)).collect();
        let bomb = format!("<!DOCTYPE rsp [<!ENTITY a0 \"ha\">{entities}]><rsp>&a19;</rsp>");
        assert_eq!(cost(bomb.as_bytes()), (Some("it has a DOCTYPE"), Work::default()));
        for (body, wrong) in [
            ("<rsp>&a19;</rsp>", "it names an unknown entity"),
            ("<rsp a='&a19;'/>", NOT_XML),
            ("<rsp><!DOCTYPE rsp [<!ENTITY a \"b\">]>&a;</rsp>", "it has a DOCTYPE"),
            ("<rsp/><!DOCTYPE rsp>", "it has a DOCTYPE"),
        ] {
            assert_eq!(read(body.as_bytes()), Err(wrong), "{body}");
        }
    }

    #[test]
    fn nothing_outside_is_ever_looked_up() {
        for outside in [
            "<!DOCTYPE rsp [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rsp>&x;</rsp>",
            "<!DOCTYPE rsp SYSTEM \"http://127.0.0.1:9/x.dtd\"><rsp/>",
            "<!DOCTYPE rsp PUBLIC \"a\" \"http://127.0.0.1:9/x\" [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\"> %p;]><rsp/>",
        ] {
            assert_eq!(cost(outside.as_bytes()), (Some("it has a DOCTYPE"), Work::default()), "{outside}");
        }
    }

    #[test]
    fn a_hundred_thousand_attributes_are_thirty_three() {
        let attributes: String = (0..100_000).map(|n| format!(" a{n}='{n}'")).collect();
        let (wrong, work) = cost(format!("<rsp{attributes}/>").as_bytes());
        assert_eq!(wrong, Some("it has an element with too many attributes"));
        assert_eq!((work.elements, work.attributes), (1, MAX_ATTRIBUTES + 1));
        let attributes: String = (0..MAX_ATTRIBUTES).map(|n| format!(" a{n}='{n}'")).collect();
        assert_eq!(read(format!("<rsp{attributes}/>").as_bytes()).unwrap().attribute("a31"), Some("31"));
        assert_eq!(read(b"<rsp a='1' a='2'/>"), Err(NOT_XML));
    }

    #[test]
    fn a_hundred_thousand_levels_are_sixteen() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(read(nested(MAX_DEPTH + 1).as_bytes()), Err("it is nested too deeply"));
        let (wrong, work) = cost("<a>".repeat(100_000).as_bytes());
        assert_eq!(wrong, Some("it is nested too deeply"));
        assert_eq!((work.elements, work.pieces), (MAX_DEPTH, MAX_DEPTH));
    }

    #[test]
    fn elements_names_and_texts_have_an_end() {
        let elements = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count - 1));
        assert_eq!(read(elements(MAX_ELEMENTS).as_bytes()).unwrap().children.len(), MAX_ELEMENTS - 1);
        let (wrong, work) = cost(elements(250_000).as_bytes());
        assert_eq!((wrong, work.elements), (Some("it has too many elements"), MAX_ELEMENTS + 1));
        let long = "x".repeat(MAX_TEXT + 1);
        for (body, wrong) in [
            (format!("<a>{long}</a>"), "it has a text that is too long"),
            (format!("<a b='{long}'/>"), "it has a text that is too long"),
            (format!("<{long}/>"), "it has a name that is too long"),
            (format!("<a {long}='1'/>"), "it has a name that is too long"),
        ] {
            assert_eq!(read(body.as_bytes()), Err(wrong));
        }
        let (wrong, work) = cost(format!("<a>{}</a>", "&lt;".repeat(200_000)).as_bytes());
        assert_eq!((wrong, work.pieces), (Some("it has a text that is too long"), MAX_TEXT + 1));
    }

    #[test]
    fn only_utf_8_is_read() {
        let xml = "<rsp status='ok'/>";
        let wide =
            |order: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for body in [
            wide(u16::to_le_bytes, &format!("\u{feff}{xml}")),
            wide(u16::to_be_bytes, &format!("\u{feff}{xml}")),
            wide(u16::to_le_bytes, xml),
            wide(u16::to_be_bytes, xml),
            [b"\x2b\x2f\x76\x38".as_slice(), b"\xff", xml.as_bytes()].concat(),
            b"<a>\xd2\xe5\xf1\xf2</a>".to_vec(),
        ] {
            assert_eq!(cost(&body), (Some("it is not in UTF-8"), Work::default()), "{body:?}");
        }
    }

    #[test]
    fn what_is_cut_anywhere_is_no_document() {
        let whole = "<?xml version=\"1.0\"?><rsp status=\"ok\"><bill id=\"523\"><payee>Київ&amp;</payee></bill><a/></rsp>";
        for length in 0..whole.len() {
            assert!(read(&whole.as_bytes()[..length]).is_err(), "{length}");
        }
        assert!(read(whole.as_bytes()).is_ok());
        for more in ["x", "<rsp/>", "</rsp>", "&amp;", "<"] {
            assert!(read(format!("{whole}{more}").as_bytes()).is_err(), "{more}");
        }
        for odd in [
            "",
            " ",
            "x",
            "{}",
            "<rsp>",
            "</rsp>",
            "<a></b>",
            "<a b/>",
            "<a b=c/>",
            "<a>&#0;</a>",
            "<!-- a -->",
        ] {
            assert!(read(odd.as_bytes()).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_megabyte_of_garbage_is_soon_over() {
        let mut state = 0x2545_f491_u32;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        let letters = b"<>/='\"&; !-[]abz\n";
        let garbage: Vec<u8> =
            (0..1 << 20).map(|_| letters[usize::try_from(noise()).unwrap() % letters.len()]).collect();
        for body in [garbage.clone(), [b"<rsp>".as_slice(), &garbage].concat(), b"<".repeat(1 << 20)] {
            let (wrong, work) = cost(&body);
            assert!(wrong.is_some() && work.pieces <= MOST.pieces, "{work:?}");
            assert!(work.elements <= MOST.elements && work.attributes <= MOST.attributes, "{work:?}");
        }
    }

    fn any_element() -> impl Strategy<Value = Element> {
        let attributes = || prop::collection::btree_map("[a-z]{1,4}", "[a-zа-я&<]{0,8}", 0..3);
        let leaf = ("[a-zA-Z_]{1,8}", attributes(), "[!-~а-я]{0,12}").prop_map(|(name, attributes, text)| {
            Element { name, attributes: attributes.into_iter().collect(), text, children: Vec::new() }
        });
        leaf.prop_recursive(4, 24, 4, |inner| {
            ("[a-zA-Z_]{1,8}", prop::collection::vec(inner, 0..4)).prop_map(|(name, children)| Element {
                name,
                children,
                ..Element::default()
            })
        })
    }

    proptest! {
        #[test]
        fn every_tree_is_read_as_it_is_written(element in any_element()) {
            prop_assert_eq!(read(element.to_xml().as_bytes()), Ok(element));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, text in "[<>&;/#a-z='\" ]{0,40}") {
            prop_assert_eq!(read(&bytes), read(&bytes));
            let inside = format!("<a>{text}</a>");
            let (_, work) = cost(inside.as_bytes());
            prop_assert!(work.pieces <= inside.len());
        }
    }
}
