//! Invoices as the API shows them.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::invoice::attempt::{Attempt, Instruction};
use shared::domain::invoice::settle::ReceivedReport;
use shared::domain::invoice::{Invoice, Payment};
use shared::domain::payment_report::ReportedStatus;
use shared::stores::unmatched_reports::UnmatchedReport;
use utoipa::ToSchema;

use crate::channels::ChannelView;

/// An invoice, as its customer sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceView {
    /// Opaque id.
    id: String,
    /// The number people read; today the same as the id.
    #[schema(example = "INV-20261121-7K3M9QZX")]
    number: String,
    /// The order it is for.
    order_id: String,
    /// Whose it is.
    user_id: String,
    /// `PENDING`, `PAID`, `EXPIRED`, `CANCELLED`, `REFUNDED` or `NEEDS_REVIEW`.
    state: &'static str,
    /// What the order costs, in rupiah.
    amount: i64,
    /// `IDR`.
    currency: &'static str,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Until when it can be paid.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was paid.
    #[schema(value_type = Option<String>, format = DateTime)]
    paid_at: Option<Timestamp>,
    /// How to pay it; null until a channel is chosen.
    payment: Option<PaymentView>,
    /// What was reported about payments, in order.
    payments: Vec<ReportView>,
    /// How it can be paid; only in the answer to its making.
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<Vec<ChannelView>>,
}

/// How to pay an invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// The chosen channel.
    channel: &'static str,
    /// `VIRTUAL_ACCOUNT`, `EWALLET`, `QRIS` or `CONVENIENCE_STORE`.
    method: &'static str,
    /// `SUBMITTING`, `OPEN`, `PAID`, `ENDED`, `ABSENT` or `REFUSED`.
    status: &'static str,
    /// Our reference at Tripay.
    merchant_ref: String,
    /// Tripay's reference.
    reference: Option<String>,
    /// The number to type in at the bank or the till.
    code: Option<String>,
    /// Where to go to pay, for channels that need it.
    url: Option<String>,
    /// Tripay's page for this payment, good for every channel.
    checkout_url: Option<String>,
    /// The content of the QR code.
    qr_string: Option<String>,
    /// A picture of the QR code.
    qr_image_url: Option<String>,
    /// What the customer pays, fees they bear included, in rupiah.
    amount_to_pay: Option<i64>,
    /// Until when the code can be paid.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// How to pay, in steps; they may hold simple HTML tags.
    instructions: Vec<InstructionView>,
}

/// Steps to pay one way.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstructionView {
    /// The way.
    title: String,
    /// The steps.
    steps: Vec<String>,
}

/// What was reported about a payment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// Tripay's reference.
    reference: String,
    /// The channel, where it is known.
    channel: Option<&'static str>,
    /// `SUCCESS`, `FAILED`, `EXPIRED`, `REFUNDED`; `DISPUTED` when it was not believed.
    status: &'static str,
    /// What counts towards the invoice, in rupiah.
    amount: i64,
    /// When it was dealt with.
    #[schema(value_type = String, format = DateTime)]
    processed_at: Timestamp,
}

/// An invoice, as operators and services see it: with the evidence.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceView {
    /// The invoice.
    #[serde(flatten)]
    invoice: InvoiceView,
    /// Since when a person has to decide.
    #[schema(value_type = Option<String>, format = DateTime)]
    review_opened_at: Option<Timestamp>,
    /// Every report, as it came.
    reports: Vec<RawReportView>,
    /// What persons decided.
    reviews: Vec<ReviewView>,
}

/// A report, as it came.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RawReportView {
    /// Tripay's reference.
    reference: String,
    /// Which attempt it names.
    attempt: u8,
    /// `PAID`, `FAILED`, `EXPIRED` or `REFUND`.
    status: &'static str,
    /// What counts towards the invoice, in rupiah.
    amount: i64,
    /// `callback`, or `inquiry` when we asked.
    source: &'static str,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// How it contradicts what we know, if it does.
    disagreement: Option<&'static str>,
    /// The report itself.
    raw: String,
}

/// What a person decided.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewView {
    /// `accept_payment`, `money_returned` or `dismiss`.
    decision: &'static str,
    /// Why.
    reason: String,
    /// Who.
    decided_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    decided_at: Timestamp,
}

/// A proved report that names no invoice of ours.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnmatchedView {
    /// Tripay's reference.
    reference: String,
    /// What should be our reference.
    merchant_ref: String,
    /// `PAID`, `FAILED`, `EXPIRED` or `REFUND`.
    status: String,
    /// What is said to have been paid, in rupiah.
    amount: i64,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// The report itself.
    raw: String,
}

impl InvoiceView {
    /// The customer's view.
    pub fn of(invoice: &Invoice) -> Self {
        Self {
            id: invoice.number.to_string(),
            number: invoice.number.to_string(),
            order_id: invoice.order.id.to_string(),
            user_id: invoice.order.customer.to_string(),
            state: invoice.state().as_str(),
            amount: invoice.order.amount.minor(),
            currency: invoice.order.amount.currency().code(),
            created_at: invoice.created_at,
            expires_at: invoice.expires_at,
            paid_at: invoice.payment().map(|payment| payment.paid_at),
            payment: shown_attempt(invoice).map(|attempt| PaymentView::of(invoice, attempt)),
            payments: invoice.reports.iter().map(|report| ReportView::of(invoice, report)).collect(),
            channels: None,
        }
    }

    /// The same, with the ways to pay it.
    pub fn with_channels(self, channels: Vec<ChannelView>) -> Self {
        Self { channels: Some(channels), ..self }
    }
}

/// The attempt that was paid, or the one whose code is to be paid.
fn shown_attempt(invoice: &Invoice) -> Option<&Attempt> {
    let paid_by = |payment: &Payment| {
        let is_it =
            |attempt: &&Attempt| attempt.transaction().is_some_and(|t| t.reference == payment.reference);
        invoice.attempts.iter().find(is_it)
    };
    invoice.payment().and_then(paid_by).or_else(|| invoice.chosen_attempt())
}

impl PaymentView {
    fn of(invoice: &Invoice, attempt: &Attempt) -> Self {
        let transaction = attempt.transaction();
        let instruction =
            |way: &Instruction| InstructionView { title: way.title.clone(), steps: way.steps.clone() };
        Self {
            channel: attempt.channel.as_str(),
            method: attempt.channel.method().as_str(),
            status: attempt.progress.as_str(),
            merchant_ref: invoice.merchant_ref(attempt.number).to_string(),
            reference: transaction.map(|transaction| transaction.reference.to_string()),
            code: transaction.and_then(|transaction| transaction.code.clone()),
            url: transaction.and_then(|transaction| transaction.url.clone()),
            checkout_url: transaction.and_then(|transaction| transaction.checkout_url.clone()),
            qr_string: transaction.and_then(|transaction| transaction.qr_string.clone()),
            qr_image_url: transaction.and_then(|transaction| transaction.qr_image_url.clone()),
            amount_to_pay: transaction.map(|transaction| transaction.amount_to_pay.minor()),
            expires_at: transaction.map(|transaction| transaction.expires_at),
            instructions: transaction
                .map(|transaction| transaction.instructions.iter().map(instruction).collect())
                .unwrap_or_default(),
        }
    }
}

impl ReportView {
    fn of(invoice: &Invoice, report: &ReceivedReport) -> Self {
        let status = match (report.disagreement, report.status) {
            (Some(_), _) => "DISPUTED",
            (None, ReportedStatus::Paid) => "SUCCESS",
            (None, ReportedStatus::Refunded) => "REFUNDED",
            (None, status) => status.as_str(),
        };
        Self {
            reference: report.reference.to_string(),
            channel: invoice.attempt(report.attempt).map(|attempt| attempt.channel.as_str()),
            status,
            amount: report.amount.minor(),
            processed_at: report.received_at,
        }
    }
}

impl EvidenceView {
    /// The view with the evidence.
    pub fn of(invoice: &Invoice) -> Self {
        let report = |report: &ReceivedReport| RawReportView {
            reference: report.reference.to_string(),
            attempt: report.attempt.get(),
            status: report.status.as_str(),
            amount: report.amount.minor(),
            source: report.source.as_str(),
            received_at: report.received_at,
            disagreement: report.disagreement.map(|disagreement| disagreement.as_str()),
            raw: report.raw.clone(),
        };
        let review = |review: &shared::domain::invoice::review::Review| ReviewView {
            decision: review.decision.as_str(),
            reason: review.reason.clone(),
            decided_by: review.decided_by.to_string(),
            decided_at: review.decided_at,
        };
        Self {
            invoice: InvoiceView::of(invoice),
            review_opened_at: invoice.open_review.as_ref().map(|open| open.opened_at),
            reports: invoice.reports.iter().map(report).collect(),
            reviews: invoice.reviews.iter().map(review).collect(),
        }
    }
}

impl UnmatchedView {
    /// The view of an unmatched report.
    pub fn of(report: UnmatchedReport) -> Self {
        Self {
            reference: report.reference,
            merchant_ref: report.merchant_ref,
            status: report.status,
            amount: report.amount,
            received_at: report.received_at,
            raw: report.raw,
        }
    }
}
