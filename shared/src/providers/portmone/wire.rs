//! Portmone's answers: documents `<rsp>`. <https://docs.portmone.com.ua/docs/en/PortmoneDirectEng>
//!
//! The official page shows no answer of `bills.create`: real clients read the id of the bill from an attribute, others
//! from an element. Both are read.

use std::str::FromStr;

use super::masking::{beginning, masked};
use super::outcome::Fault;
use super::xml::{Element, read};
use super::{CreatedBill, PaidBill, Payee};
use crate::domain::identifier::{PayeeId, PortmoneBillId};
use crate::domain::money::{Currency, Money};
use crate::providers::xml::Wrong;

/// Longest code and status that is kept, in bytes.
const MAX_CODE: usize = 64;
/// Longest words of a refusal that are kept, in bytes.
const MAX_WORDS: usize = 500;
/// By these words of a code or a short text a refusal is taken to be about who asks. Payments are declined in words like
/// "authorization declined", so that what begins like them is not enough.
const ABOUT_ACCESS: [&str; 12] = [
    "unauthorized",
    "not authorized",
    "authentication",
    "auth_failed",
    "auth failed",
    "login",
    "password",
    "логін",
    "логин",
    "пароль",
    "помилка авторизац",
    "ошибка авторизац",
];
/// Where the id of a bill may stand, beside its attribute.
const BILL_IDS: [&[&str]; 5] =
    [&["bill", "billId"], &["bill", "bill_id"], &["bill", "id"], &["billId"], &["bill_id"]];

/// A document `<rsp>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Response {
    /// It was done.
    Ok(Element),
    /// It was not.
    Fail(Element),
}

/// Reads an answer.
///
/// # Errors
/// What is wrong with it.
pub(super) fn response(body: &[u8]) -> Result<Response, Wrong> {
    of_root(read(body)?)
}

/// The document by its outermost element.
pub(super) fn of_root(root: Element) -> Result<Response, Wrong> {
    if root.name != "rsp" {
        return Err("it is XML, but no <rsp>");
    }
    match root.attribute("status") {
        Some("ok") => Ok(Response::Ok(root)),
        Some("fail") => Ok(Response::Fail(root)),
        Some(_) | None => Err("it has neither the status ok nor fail"),
    }
}

/// Why it was not done.
pub(super) fn fault(root: &Element, version: u32) -> Fault {
    let error = root.child("error");
    let code =
        beginning(words(error.and_then(|error| error.attribute("code")).unwrap_or_default()), MAX_CODE);
    let text = error.map(|error| words(error.text())).unwrap_or_default();
    Fault {
        seems_about_access: is_about_access(&code, &text),
        code,
        text,
        description: root.text_at(&["error_description"]).map(words),
        fell_back: version >= 2 && root.child("error_description").is_none(),
    }
}

/// Whether a refusal seems to be about who asks.
fn is_about_access(code: &str, text: &str) -> bool {
    let told = format!("{code} {text}").to_lowercase();
    ABOUT_ACCESS.iter().any(|words| told.contains(words))
}

pub(super) fn created(root: &Element) -> Result<CreatedBill, Wrong> {
    let bill = bill_id(root)?.ok_or("it names no bill")?;
    Ok(CreatedBill { bill, payee: payee(root)? })
}

/// What is known of the payment: that it was made is said by the status of the document.
///
/// # Errors
/// When something of it is there and cannot be read: it might be another amount, bill or payee than ours.
pub(super) fn paid(root: &Element, currency: Currency) -> Result<PaidBill, Wrong> {
    let told = |name: &str| root.text_at(&["bill", name]).or_else(|| root.text_at(&[name]));
    let kept = |text: &str| beginning(words(text), MAX_CODE);
    let readable = |text| amount(text, currency).ok_or("it has an amount that is none");
    Ok(PaidBill {
        paid_amount: told("paidAmount").map(readable).transpose()?,
        status: told("status").map(kept),
        paid_at: told("payDate").map(kept),
        bill: bill_id(root)?,
        payee: payee(root)?,
    })
}

/// An amount in hryvnias, the only currency of the biller protocol.
pub(super) fn hryvnias(text: &str) -> Option<Money> {
    amount(text, Currency::Uah)
}

/// An amount, which may have more zeros behind its point than the currency has.
fn amount(text: &str, currency: Currency) -> Option<Money> {
    let decimals = usize::try_from(currency.exponent()).ok()?;
    let Some((whole, behind)) = text.split_once('.').filter(|(_, behind)| behind.len() > decimals) else {
        return Money::from_decimal(text, currency).ok();
    };
    let (kept, rest) = behind.split_at_checked(decimals)?;
    let is_exact = rest.bytes().all(|digit| digit == b'0');
    let point = if kept.is_empty() { "" } else { "." };
    is_exact.then(|| Money::from_decimal(&format!("{whole}{point}{kept}"), currency).ok())?
}

/// The companies in an answer whose shape is not documented: whatever is called so and has an id.
pub(super) fn payees(root: &Element) -> Vec<Payee> {
    let mut payees = Vec::new();
    for element in &root.children {
        let id = element
            .attribute("id")
            .or_else(|| element.text_at(&["id"]))
            .or_else(|| element.text_at(&["payeeId"]));
        let is_one = matches!(element.name.to_lowercase().as_str(), "payee" | "payer");
        match id.and_then(|id| id.parse().ok()).filter(|_| is_one) {
            Some(id) => {
                let name = element.text_at(&["name"]).unwrap_or(element.text());
                payees.push(Payee { id, name: words(name) });
            }
            None => payees.extend(self::payees(element)),
        }
    }
    payees
}

/// The bill that a document names; none when it names none.
///
/// # Errors
/// When what should be its id cannot be one, or it is about several bills: nothing of a second one is to be lost.
pub(super) fn bill_id(root: &Element) -> Result<Option<PortmoneBillId>, Wrong> {
    if root.has_several("bill") {
        return Err("it is about several bills");
    }
    let attribute = root.child("bill").and_then(|bill| bill.attribute("id")).filter(|id| !id.is_empty());
    let text = attribute.or_else(|| BILL_IDS.iter().find_map(|path| root.text_at(path)));
    text.map(PortmoneBillId::from_str).transpose().map_err(|_| "it names a bill by what is no id")
}

pub(super) fn payee(root: &Element) -> Result<Option<PayeeId>, Wrong> {
    let payee = root.child("bill").and_then(|bill| bill.child("payee"));
    let id = payee.and_then(|payee| payee.attribute("id")).filter(|id| !id.is_empty());
    id.map(PayeeId::from_str).transpose().map_err(|_| "it names a payee by what is no id")
}

/// Somebody else's words in one line, bounded and masked.
pub(super) fn words(text: &str) -> String {
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    beginning(masked(&visible), MAX_WORDS)
}
