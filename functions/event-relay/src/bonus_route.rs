//! What the events of bonuses are, as messages: reports on bills and people's wishes go to who pays bonuses out,
//! customers hear in their chat what becomes of theirs, operators what needs them, and analytics counts payouts.

use shared::domain::money::CurrencyError;
use shared::notices::Notice;
use shared::notices::bonus_delayed::BonusDelayed;
use shared::notices::bonus_failed::BonusFailed;
use shared::notices::bonus_initiated::BonusInitiated;
use shared::notices::bonus_needs_review::BonusNeedsReview;
use shared::notices::bonus_paid::BonusPaid;
use shared::queues::analytics_event::{AnalyticsEvent, AnalyticsKind, AnalyticsPayload};
use shared::queues::bonus_work::{BonusWork, VERSION, Wanted};
use shared::queues::notification::{Notification, ToldChat};
use shared::stores::bonus_events::{StoredBonus, StoredBonusFailure, StoredBonusTrouble};
use shared::stores::outbox::StoredEvent;

use crate::route::{Message, notification};

/// What operators are told of a payment that came back; every language has its words for it.
const REFUNDED: &str = "refunded";

/// The message that has a bonus hear what was reported about its bill.
pub fn reported(event: &StoredEvent, bill: &str) -> Message {
    work(event, Wanted::Bill(bill.to_owned()))
}

/// The message that has a bonus gone on with.
pub fn wanted(event: &StoredEvent, receipt: &str) -> Message {
    work(event, Wanted::Bonus(receipt.to_owned()))
}

/// A bonus that is being paid out: for its user, and for who counts.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn initiated(event: &StoredEvent, bonus: &StoredBonus) -> Result<Vec<Message>, CurrencyError> {
    let notice = BonusInitiated {
        bonus_id: bonus.receipt_id.clone(),
        amount: bonus.amount_minor,
        currency: bonus.currency.parse()?,
        recipient: bonus.recipient.clone(),
        bill: bonus.bill.clone(),
    };
    let told = in_chat(event, bonus, Notice::BonusInitiated(notice));
    Ok(vec![told, counted(event, bonus, AnalyticsKind::PayoutInitiated, None)])
}

/// A bonus that is paid out: for its user, and for who counts.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn succeeded(event: &StoredEvent, bonus: &StoredBonus) -> Result<Vec<Message>, CurrencyError> {
    let notice = BonusPaid {
        bonus_id: bonus.receipt_id.clone(),
        amount: bonus.amount_minor,
        currency: bonus.currency.parse()?,
        recipient: bonus.recipient.clone(),
        bill: bonus.bill.clone(),
    };
    let told = in_chat(event, bonus, Notice::BonusPaid(notice));
    Ok(vec![told, counted(event, bonus, AnalyticsKind::PayoutSuccess, None)])
}

/// A bonus that was not paid: for its user, and for who counts.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn failed(event: &StoredEvent, failure: &StoredBonusFailure) -> Result<Vec<Message>, CurrencyError> {
    let StoredBonusFailure { bonus, is_by_portmone, code, reason } = failure;
    let notice = BonusFailed {
        bonus_id: bonus.receipt_id.clone(),
        amount: bonus.amount_minor,
        currency: bonus.currency.parse()?,
        // For our own causes each language has words; Portmone's are in the language that it was asked for.
        reason: if *is_by_portmone { reason.clone() } else { code.clone() },
    };
    let told = in_chat(event, bonus, Notice::BonusFailed(notice));
    Ok(vec![told, counted(event, bonus, AnalyticsKind::PayoutFailure, Some(code))])
}

/// A bonus of which nobody knew in time whether it was paid: for its user, and for who counts. The operators hear of
/// it by the question that is opened with it.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn timed_out(event: &StoredEvent, bonus: &StoredBonus) -> Result<Vec<Message>, CurrencyError> {
    let notice = BonusDelayed {
        bonus_id: bonus.receipt_id.clone(),
        amount: bonus.amount_minor,
        currency: bonus.currency.parse()?,
        recipient: bonus.recipient.clone(),
        bill: bonus.bill.clone(),
    };
    let told = in_chat(event, bonus, Notice::BonusDelayed(notice));
    Ok(vec![told, counted(event, bonus, AnalyticsKind::PayoutTimeout, None)])
}

/// A bonus that a person has to look at: for the operators.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn needs_review(event: &StoredEvent, trouble: &StoredBonusTrouble) -> Result<Message, CurrencyError> {
    let StoredBonusTrouble { bonus, reason } = trouble;
    let notice = BonusNeedsReview {
        receipt_id: bonus.receipt_id.clone(),
        user_id: bonus.user_id.clone(),
        bill: bonus.bill.clone(),
        amount: bonus.amount_minor,
        currency: bonus.currency.parse()?,
        reason: reason.clone(),
    };
    Ok(Message::Notification(notification(event, None, Notice::BonusNeedsReview(notice))))
}

/// A bonus whose payment came back: for the operators, and for who counts. Its user was told that it is paid, and
/// what they are told now, a person decides.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn refunded(event: &StoredEvent, bonus: &StoredBonus) -> Result<Vec<Message>, CurrencyError> {
    let trouble = StoredBonusTrouble { bonus: bonus.clone(), reason: REFUNDED.to_owned() };
    let told = needs_review(event, &trouble)?;
    Ok(vec![told, counted(event, bonus, AnalyticsKind::PayoutRefunded, None)])
}

fn work(event: &StoredEvent, what: Wanted) -> Message {
    Message::BonusWork(BonusWork { version: VERSION, correlation_id: event.correlation_id.clone(), what })
}

/// The message to whose bonus it is, in the chat in which they sent the receipt.
fn in_chat(event: &StoredEvent, bonus: &StoredBonus, notice: Notice) -> Message {
    let chat = ToldChat { id: bonus.chat, locale: bonus.locale.clone() };
    let told = notification(event, Some(&bonus.user_id), notice);
    Message::Notification(Notification { chat: Some(chat), ..told })
}

fn counted(event: &StoredEvent, bonus: &StoredBonus, kind: AnalyticsKind, code: Option<&String>) -> Message {
    let payload = AnalyticsPayload {
        receipt_id: bonus.receipt_id.clone(),
        bonus_id: bonus.receipt_id.clone(),
        bill_id: bonus.bill.clone(),
        error_code: code.cloned(),
        amount_minor: bonus.amount_minor,
        currency: bonus.currency.clone(),
    };
    Message::Analytics(AnalyticsEvent { id: event.id.clone(), kind, ts: event.occurred_at, payload })
}
