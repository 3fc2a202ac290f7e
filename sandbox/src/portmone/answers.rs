//! How PortmoneDirect answers: an `<rsp>` under HTTP 200, whether it is done or not.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use quick_xml::escape::{escape, partial_escape};

use super::amounts::amount_text;
use super::bills::Bill;
use super::dates::moment;
use super::payees::{Language, PAYEES, Payee};
use super::refusals::Refusal;
use super::settings::Shape;

/// What documents are labelled with.
pub(crate) const XML: &str = "text/xml; charset=utf-8";
/// What every document begins with.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// What an answer depends on besides what is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// 1 or 2.
    pub(super) version: u8,
    pub(super) language: Language,
    pub(super) shape: Shape,
}

/// The document of a refusal; the long text from version 2 on.
pub(crate) fn fail_document(refusal: &Refusal, version: u8) -> String {
    let description = match version {
        1 => String::new(),
        _ => format!(
            "  <error_description>{}</error_description>\n",
            partial_escape(refusal.description.as_str())
        ),
    };
    format!(
        "{DECLARATION}<rsp status=\"fail\">\n  <error code=\"{}\">{}</error>\n{description}</rsp>\n",
        escape(refusal.code.as_str()),
        partial_escape(refusal.text.as_str()),
    )
}

fn ok_document(content: &str) -> String {
    format!("{DECLARATION}<rsp status=\"ok\">\n{content}</rsp>\n")
}

/// What `bills.create` answers.
pub(super) fn created(bill: &Bill, manner: Manner) -> String {
    let mut lines = Vec::new();
    if manner.shape != Shape::Attribute {
        lines.push(format!("<contractNumber>{}</contractNumber>", bill.contract_number));
        lines.extend(bill.amount.map(|amount| format!("<amount>{}</amount>", amount_text(amount))));
        lines.push(format!("<currency>{}</currency>", bill.currency));
    }
    if manner.shape == Shape::Superset {
        lines.push("<status>created</status>".to_owned());
    }
    ok_document(&bill_element(bill, manner, lines))
}

/// What `bills.pay` answers.
pub(super) fn paid(bill: &Bill, manner: Manner) -> String {
    let mut lines = Vec::new();
    lines.extend(bill.amount.map(|amount| format!("<paidAmount>{}</paidAmount>", amount_text(amount))));
    lines.extend(bill.paid_at.map(|at| format!("<payDate>{}</payDate>", moment(at))));
    lines.push("<status>paid</status>".to_owned());
    ok_document(&bill_element(bill, manner, lines))
}

fn bill_element(bill: &Bill, manner: Manner, lines: Vec<String>) -> String {
    let id = bill.id;
    let (start, number) = match manner.shape {
        Shape::Superset => (format!("<bill id=\"{id}\">"), Some(format!("<billId>{id}</billId>"))),
        Shape::Attribute => (format!("<bill id=\"{id}\">"), None),
        Shape::Element => ("<bill>".to_owned(), Some(format!("<billId>{id}</billId>"))),
    };
    let inside = number.into_iter().chain([payee_element(bill.payee, manner.language)]).chain(lines);
    let inside: String = inside.map(|line| format!("    {line}\n")).collect();
    format!("  {start}\n{inside}  </bill>\n")
}

fn payee_element(payee: Payee, language: Language) -> String {
    format!("<payee id=\"{}\">{}</payee>", payee.id, partial_escape(payee.name(language)))
}

/// What `payers.getPayersList` answers. The real answer's shape is not known.
pub(super) fn payees(manner: Manner) -> String {
    let payees: String =
        PAYEES.iter().map(|payee| format!("    {}\n", payee_element(*payee, manner.language))).collect();
    ok_document(&format!("  <payees>\n{payees}  </payees>\n"))
}

/// A document under a status.
pub(super) fn xml(status: StatusCode, document: String) -> Response {
    (status, [(CONTENT_TYPE, HeaderValue::from_static(XML))], document).into_response()
}
