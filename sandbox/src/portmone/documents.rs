//! The bodies of notices, in every dialect.

use quick_xml::escape::{escape, partial_escape};
use serde_json::json;

use super::amounts::amount_text;
use super::bills::{Bill, State};
use super::dates::{iso_day, period, time_of_day};
use super::payees::Language;
use crate::decimal::Decimal;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const BANK: &str = "<BANK><NAME>Sandbox Bank</NAME><CODE>399999</CODE>\
                    <ACCOUNT>UA383226690000029243832900000</ACCOUNT></BANK>";

/// What a notice says about a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Fail,
    Refund,
}

impl Outcome {
    /// Where it leads a bill; `None` where it contradicts what has become of the bill.
    pub(crate) fn leads_to(self, state: State) -> Option<State> {
        match (self, state) {
            (Self::Ok, State::Created | State::Rejected) => Some(State::Paid),
            (Self::Fail, State::Created) => Some(State::Rejected),
            (Self::Refund, State::Paid) => Some(State::Returned),
            (Self::Ok | Self::Fail | Self::Refund, _) => None,
        }
    }
}

/// What a notice says besides, where that is not the usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) outcome: Outcome,
    /// Claimed; the bill keeps its own.
    pub(crate) amount: Option<Decimal<2>>,
    /// Of a failure.
    pub(crate) code: String,
    pub(crate) description: String,
}

impl Wording {
    /// An honest notice.
    pub(crate) fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            amount: None,
            code: "p008".to_owned(),
            description: "The operator declined the top-up".to_owned(),
        }
    }

    /// What is said to have been paid: less than nothing is a refund.
    fn amount(&self, bill: &Bill) -> Decimal<2> {
        let own = bill.amount.unwrap_or_default();
        let own = if self.outcome == Outcome::Refund { Decimal(-own.0) } else { own };
        self.amount.unwrap_or(own)
    }
}

/// An `<rsp>` document. No such push of the real one is known; a refund has a negative amount, as in `<BILLS>`.
pub(crate) fn rsp(bill: &Bill, wording: &Wording) -> String {
    let id = bill.id;
    let (outcome, amount) = (wording.outcome, amount_text(wording.amount(bill)));
    if outcome == Outcome::Fail {
        return format!(
            "{DECLARATION}<rsp status=\"fail\"><bill id=\"{id}\"><billId>{id}</billId></bill>\
             <error code=\"{}\">Declined</error><error_description>{}</error_description></rsp>",
            escape(wording.code.as_str()),
            partial_escape(wording.description.as_str()),
        );
    }
    let is_told = outcome == Outcome::Refund || wording.amount.is_some();
    let amount = if is_told { format!("<paidAmount>{amount}</paidAmount>") } else { String::new() };
    format!(
        "{DECLARATION}<rsp status=\"ok\"><bill id=\"{id}\"><billId>{id}</billId>\
         <contractNumber>{}</contractNumber>{amount}<status>paid</status></bill></rsp>",
        bill.contract_number,
    )
}

/// `<BILLS>`: money came, or went back. That of a failure is the sandbox's own: `REJECTED` is the gateway's word.
pub(crate) fn bills(told: &[Bill], wording: &Wording) -> String {
    let status = if wording.outcome == Outcome::Fail { "REJECTED" } else { "PAYED" };
    let each = told.iter().map(|bill| {
        let time = bill.paid_at.unwrap_or(bill.created_at);
        let after = format!(
            "<STATUS>{status}</STATUS><PAY_TIME>{}</PAY_TIME><CARD_MASK>444433******0000</CARD_MASK>",
            time_of_day(time)
        );
        format!("<BILL>{}{BANK}{}{after}</BILL>", payee(bill), settled(bill, wording))
    });
    format!("{DECLARATION}<BILLS>{}</BILLS>", each.collect::<String>())
}

/// `<PAY_ORDERS>`: one payment of the bank for many bills.
pub(crate) fn pay_orders(number: u64, told: &[Bill], wording: &Wording, now: i64) -> String {
    let amount = Decimal(told.iter().map(|bill| wording.amount(bill).0).sum());
    let each = told.iter().map(|bill| format!("<BILL>{}</BILL>", settled(bill, wording)));
    format!(
        "{DECLARATION}<PAY_ORDERS><PAY_ORDER><PAY_ORDER_ID>{number}</PAY_ORDER_ID>\
         <PAY_ORDER_DATE>{}</PAY_ORDER_DATE><PAY_ORDER_NUMBER>{}</PAY_ORDER_NUMBER>\
         <PAY_ORDER_AMOUNT>{}</PAY_ORDER_AMOUNT>{}{BANK}<BILLS>{}</BILLS></PAY_ORDER></PAY_ORDERS>",
        iso_day(now),
        number + 120_000_000,
        amount_text(amount),
        told.first().map(payee).unwrap_or_default(),
        each.collect::<String>(),
    )
}

fn payee(bill: &Bill) -> String {
    let name = partial_escape(bill.payee.name(Language::default())).into_owned();
    format!("<PAYEE><NAME>{name}</NAME><CODE>{}</CODE></PAYEE>", bill.payee.id)
}

fn settled(bill: &Bill, wording: &Wording) -> String {
    let (made, paid) = (bill.created_at, bill.paid_at.unwrap_or(bill.created_at));
    format!(
        "<BILL_ID>{id}</BILL_ID><BILL_NUMBER>{id}/1</BILL_NUMBER><BILL_DATE>{}</BILL_DATE>\
         <BILL_PERIOD>{}</BILL_PERIOD><PAY_DATE>{}</PAY_DATE><PAYED_AMOUNT>{}</PAYED_AMOUNT>\
         <PAYED_COMMISSION>0.00</PAYED_COMMISSION><PAYED_DEBT>0.00</PAYED_DEBT><AUTH_CODE>TESTPM</AUTH_CODE>\
         <PAYER><CONTRACT_NUMBER>{}</CONTRACT_NUMBER></PAYER>",
        iso_day(made),
        period(made),
        iso_day(paid),
        amount_text(wording.amount(bill)),
        bill.contract_number,
        id = bill.id,
    )
}

/// The gateway's notice: it names the bill, and whoever wants to know more asks.
pub(crate) fn json_notice(bill: &Bill) -> String {
    let order = bill.comment.clone().unwrap_or_default();
    json!({ "shopOrderNumber": order, "shopBillId": bill.id }).to_string()
}

/// Somebody whom Portmone asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payer {
    pub(crate) contract_number: String,
    /// At most four.
    pub(crate) attributes: Vec<String>,
    pub(crate) amount: Option<Decimal<2>>,
}

/// `<REQUESTS>`: who owes how much?
pub(crate) fn requests(payee: &str, payers: &[Payer]) -> String {
    let each = payers.iter().map(|payer| {
        let attributes = (1..).zip(&payer.attributes).map(|(number, value)| {
            format!("<ATTRIBUTE{number}>{}</ATTRIBUTE{number}>", partial_escape(value.as_str()))
        });
        let amount = payer.amount.map(|amount| format!("<AMOUNT>{}</AMOUNT>", amount_text(amount)));
        format!(
            "<PAYER><CONTRACT_NUMBER>{}</CONTRACT_NUMBER>{}{}</PAYER>",
            partial_escape(payer.contract_number.as_str()),
            attributes.collect::<String>(),
            amount.unwrap_or_default(),
        )
    });
    let payee = partial_escape(payee);
    format!("{DECLARATION}<REQUESTS><PAYEE>{payee}</PAYEE>{}</REQUESTS>", each.collect::<String>())
}

/// XML in the form field `data`.
pub(super) fn in_form(document: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("data", document).finish()
}
