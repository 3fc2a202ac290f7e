//! The ways in which Portmone reports. Which one it is, is told by the body itself.
//!
//! The biller protocol has no official page that is public: what is read is what several billers' servers read. A
//! payment and its return differ by the sign of `PAYED_AMOUNT`. Of the states of a bill `PAYED` is known, and
//! `REJECTED`; older notices have none. Any other state is neither a payment nor its failure, so that such a bill is not
//! read, and a person sees it: it would be guessing to keep it as either. The other bills of its notice are read.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::form_urlencoded;

use super::callback::{Dialect, Notice, Payer, UnreadBill};
use super::masking::{beginning, masked, masked_account};
use super::wire::{self, Response};
use super::xml::{self, Element};
use crate::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use crate::domain::identifier::{PayeeId, PortmoneBillId};
use crate::domain::money::Money;
use crate::providers::xml::Wrong;

/// Longest evidence of one report, in bytes.
const MAX_WORDS: usize = 2 << 10;

/// What a bill says once.
const SAID_ONCE: [&str; 4] = ["BILL_ID", "PAYED_AMOUNT", "STATUS", "PAYER"];
/// Longest word for a state that is shown, in bytes.
const MAX_STATE: usize = 32;

/// A report about a bill.
type Report = (PortmoneBillId, BillReport);

/// What is read of the bills in a document.
#[derive(Default)]
struct Bills {
    reports: Vec<Report>,
    unread: Vec<UnreadBill>,
}

/// The gateway's JSON. <https://github.com/Portmone/WordPress>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GatewayNotice<'a> {
    #[serde(borrow)]
    shop_bill_id: &'a RawValue,
    #[serde(borrow, default)]
    bill_amount: Option<&'a RawValue>,
    #[serde(default)]
    status: Option<String>,
}

/// Reads a proved notice.
///
/// # Errors
/// What is wrong with it, and how it is written as far as that can be told.
pub(super) fn read(body: &[u8], received_at: Timestamp) -> Result<Notice, (Dialect, Wrong)> {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    match text.first() {
        Some(b'<') => {
            let report = direct(body, received_at).map_err(|what| (Dialect::Direct, what))?;
            Ok(Notice::Reports { dialect: Dialect::Direct, reports: vec![report], unread: Vec::new() })
        }
        Some(b'{') => {
            let report = gateway(text, received_at).map_err(|what| (Dialect::Gateway, what))?;
            Ok(Notice::Reports { dialect: Dialect::Gateway, reports: vec![report], unread: Vec::new() })
        }
        Some(_) => biller(body, received_at),
        None => Err((Dialect::Direct, "it is empty")),
    }
}

fn direct(body: &[u8], received_at: Timestamp) -> Result<Report, Wrong> {
    let (root, is_ok) = match wire::of_root(xml::read(body)?)? {
        Response::Ok(root) => (root, true),
        Response::Fail(root) => (root, false),
    };
    let bill = wire::bill_id(&root)?.ok_or("it names no bill")?;
    let told = |name: &str| root.text_at(&["bill", name]);
    if told("currency").is_some_and(|currency| currency != "UAH") {
        return Err("it is in another currency");
    }
    let amount = told("paidAmount").or_else(|| told("amount")).map(hryvnias).transpose()?;
    let outcome = if is_ok {
        match told("status").map(str::to_lowercase).as_deref() {
            Some("paid" | "payed") | None => paid_or_returned(amount)?,
            Some(_) => return Err("it has a state that is not known"),
        }
    } else {
        // What was asked for does not change who said no: a protocol version has no part in a notice.
        let fault = wire::fault(&root, 1);
        ReportedOutcome::Failed { reason: fault.words(), code: fault.code }
    };
    let report = BillReport {
        amount: amount.and_then(|amount| told_amount(&outcome, amount)),
        outcome,
        payee: wire::payee(&root)?,
        recipient: told("contractNumber").map(masked_account),
        source: ReportSource::Direct,
        received_at,
        words: words(&root.to_xml()),
    };
    Ok((bill, report))
}

fn biller(body: &[u8], received_at: Timestamp) -> Result<Notice, (Dialect, Wrong)> {
    let wrong = |what| (Dialect::Biller, what);
    let mut fields = form_urlencoded::parse(body).filter(|(name, _)| name == "data");
    let (Some((_, document)), None) = (fields.next(), fields.next()) else {
        return Err(wrong("it is neither XML nor JSON nor a form with one field `data`"));
    };
    let root = xml::read(document.as_bytes()).map_err(wrong)?;
    let bills = match root.name.as_str() {
        "BILLS" => bills_of(&root, received_at).map_err(wrong)?,
        "PAY_ORDERS" => registry(&root, received_at).map_err(wrong)?,
        "REQUESTS" => return requests(&root).map_err(|what| (Dialect::Requests, what)),
        _ => return Err(wrong("it is XML, but no BILLS, PAY_ORDERS or REQUESTS")),
    };
    Ok(Notice::Reports { dialect: Dialect::Biller, reports: bills.reports, unread: bills.unread })
}

fn bills_of(root: &Element, received_at: Timestamp) -> Result<Bills, Wrong> {
    let mut bills = Bills::default();
    bills.read(root, &Ok(None), ReportSource::Biller, received_at);
    if bills.count() == 0 { Err("it has no bills") } else { Ok(bills) }
}

fn registry(root: &Element, received_at: Timestamp) -> Result<Bills, Wrong> {
    let mut bills = Bills::default();
    for order in root.named("PAY_ORDER") {
        let before = bills.count();
        let payee = code_of_payee(order);
        for inside in order.named("BILLS") {
            bills.read(inside, &payee, ReportSource::Registry, received_at);
        }
        if bills.count() == before {
            let what = "it has an order without bills";
            bills.unread.push(UnreadBill { bill: None, state: None, what });
        }
    }
    // One without orders says nothing; one with something else is not known.
    if bills.count() == 0 && !root.children.is_empty() { Err("it has no orders") } else { Ok(bills) }
}

impl Bills {
    fn count(&self) -> usize {
        self.reports.len().saturating_add(self.unread.len())
    }

    /// Reads each bill in an element by itself; a registry says once for many who was paid.
    fn read(
        &mut self,
        bills: &Element,
        payee: &Result<Option<PayeeId>, Wrong>,
        source: ReportSource,
        received_at: Timestamp,
    ) {
        for bill in bills.named("BILL") {
            let payee = payee.clone();
            match payee.and_then(|payee| report_of(bill, payee, source, received_at)) {
                Ok(report) => self.reports.push(report),
                Err(what) => self.unread.push(unread(bill, what)),
            }
        }
    }
}

fn report_of(
    bill: &Element,
    payee: Option<PayeeId>,
    source: ReportSource,
    received_at: Timestamp,
) -> Result<Report, Wrong> {
    if SAID_ONCE.iter().any(|name| bill.has_several(name)) {
        return Err("it has a bill that says something twice");
    }
    let id = bill.text_at(&["BILL_ID"]).ok_or("it has a bill without a BILL_ID")?;
    let id: PortmoneBillId = id.parse().map_err(|_| "it names a bill by what is no id")?;
    let amount = hryvnias(bill.text_at(&["PAYED_AMOUNT"]).ok_or("it has a bill without a PAYED_AMOUNT")?)?;
    let outcome = match bill.text_at(&["STATUS"]) {
        None | Some("PAYED") => paid_or_returned(Some(amount))?,
        Some("REJECTED") if amount.minor() >= 0 => {
            ReportedOutcome::Failed { code: "REJECTED".to_owned(), reason: String::new() }
        }
        Some(_) => return Err("it has a bill in a state that is not known"),
    };
    let report = BillReport {
        amount: told_amount(&outcome, amount),
        outcome,
        payee: code_of_payee(bill)?.or(payee),
        recipient: bill.text_at(&["PAYER", "CONTRACT_NUMBER"]).map(masked_account),
        source,
        received_at,
        words: words(&bill.to_xml()),
    };
    Ok((id, report))
}

fn unread(bill: &Element, what: Wrong) -> UnreadBill {
    let is_plain = |text: &&str| {
        let is_known = |letter: u8| letter.is_ascii_alphabetic() || matches!(letter, b'_' | b'-' | b' ');
        text.len() <= MAX_STATE && text.bytes().all(is_known)
    };
    UnreadBill {
        bill: bill.text_at(&["BILL_ID"]).and_then(|id| id.parse().ok()),
        state: bill.text_at(&["STATUS"]).filter(is_plain).map(str::to_owned),
        what,
    }
}

fn requests(root: &Element) -> Result<Notice, Wrong> {
    let payee = root.text_at(&["PAYEE"]).ok_or("it asks for no payee")?.to_owned();
    let account =
        |payer: &Element| payer.text_at(&["CONTRACT_NUMBER"]).map(|number| Payer(number.to_owned()));
    let payers: Option<Vec<Payer>> = root.named("PAYER").map(account).collect();
    let payers =
        payers.filter(|payers| !payers.is_empty()).ok_or("it asks for no payer, or one without a number")?;
    Ok(Notice::Requests { payee, payers })
}

fn gateway(body: &[u8], received_at: Timestamp) -> Result<Report, Wrong> {
    let notice: GatewayNotice<'_> = serde_json::from_slice(body).map_err(|_| "it is JSON, but no notice")?;
    let outcome = match notice.status.as_deref() {
        None | Some("PAYED") => ReportedOutcome::Paid,
        Some("REJECTED") => ReportedOutcome::Failed { code: "REJECTED".to_owned(), reason: String::new() },
        Some("RETURN") => ReportedOutcome::Refunded,
        Some(_) => return Err("it has a state that is not known"),
    };
    let bill = plain(notice.shop_bill_id).parse().map_err(|_| "it names a bill by what is no id")?;
    let report = BillReport {
        outcome,
        amount: notice.bill_amount.and_then(|amount| hryvnias(plain(amount)).ok()),
        payee: None,
        recipient: None,
        source: ReportSource::Gateway,
        received_at,
        words: words(&String::from_utf8_lossy(body)),
    };
    Ok((bill, report))
}

/// What stands in a text, or a number as it is written; nothing of anything else. Ids and amounts have no letters that a
/// text would have to write in another way.
pub(super) fn plain(value: &RawValue) -> &str {
    let value = value.get();
    let is_number = value.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-');
    if is_number {
        value
    } else {
        value.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default()
    }
}

/// `<PAYEE>` with a `<CODE>`, or with nothing but the code. That it is the payee's id of PortmoneDirect is inferred: no page
/// that is public says so, and it is a point of the certification. Were it another, each report of the biller protocol
/// would disagree with its bonus.
fn code_of_payee(element: &Element) -> Result<Option<PayeeId>, Wrong> {
    let code = element.text_at(&["PAYEE", "CODE"]).or_else(|| element.text_at(&["PAYEE"]));
    code.map(|code| code.parse().map_err(|_| "it names a payee by what is no id")).transpose()
}

fn hryvnias(text: &str) -> Result<Money, Wrong> {
    wire::hryvnias(text).ok_or("it has an amount that is none")
}

/// Less than nothing is money that went back.
fn paid_or_returned(amount: Option<Money>) -> Result<ReportedOutcome, Wrong> {
    match amount.map(Money::minor) {
        Some(0) => Err("it reports a payment of nothing"),
        Some(minor) if minor < 0 => Ok(ReportedOutcome::Refunded),
        Some(_) | None => Ok(ReportedOutcome::Paid),
    }
}

/// How much a report is about. That nothing was paid is what a failure says of any bill: it is no other amount.
fn told_amount(outcome: &ReportedOutcome, amount: Money) -> Option<Money> {
    let is_nothing = matches!(outcome, ReportedOutcome::Failed { .. }) && amount.minor() == 0;
    (!is_nothing).then(|| size_of(amount))
}

fn size_of(amount: Money) -> Money {
    Money::new(amount.minor().saturating_abs(), amount.currency())
}

fn words(text: &str) -> String {
    beginning(masked(text), MAX_WORDS)
}
