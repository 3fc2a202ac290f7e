//! What was said between us and others about a bonus, kept for disputes: passwords and numbers of phones are masked
//! before they come here.

use jiff::Timestamp;

use super::Call;
use super::report::BillReport;

/// One exchange: what was asked and answered, or what was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its number among those of its bonus.
    pub number: u32,
    /// What it was about.
    pub method: Method,
    /// When it began.
    pub at: Timestamp,
    /// What was asked, or reported.
    pub request: String,
    /// What was answered; none while nobody knows.
    pub answer: Option<Answered>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// When it came.
    pub at: Timestamp,
    /// What it was, or why there was none.
    pub words: String,
}

/// What an exchange was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `bills.create`.
    CreateBill,
    /// `bills.pay`.
    PayBill,
    /// The telecom's top-up.
    TopUp,
    /// A report of Portmone's.
    Report,
}

impl Method {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::CreateBill, Self::PayBill, Self::TopUp, Self::Report];

    /// The name in the API and in stored exchanges.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateBill => "bills.create",
            Self::PayBill => "bills.pay",
            Self::TopUp => "top-up",
            Self::Report => "report",
        }
    }
}

impl Exchange {
    /// A call that is about to be made.
    pub(super) fn asked(call: &Call, method: Method, request: String) -> Self {
        Self { number: call.number, method, at: call.since, request, answer: None }
    }

    /// The same with its answer.
    pub(super) fn answered(self, words: String, at: Timestamp) -> Self {
        Self { answer: Some(Answered { at, words }), ..self }
    }

    /// A report that was heard.
    pub(super) fn reported(number: u32, report: &BillReport) -> Self {
        Self {
            number,
            method: Method::Report,
            at: report.received_at,
            request: report.words.clone(),
            answer: None,
        }
    }
}
