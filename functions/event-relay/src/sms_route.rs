//! What the events of SMS billing are, as messages: what is to be billed or charged goes to who does it, customers
//! hear of their bills, and operators of one that nobody knows about.

use shared::domain::money::CurrencyError;
use shared::notices::Notice;
use shared::notices::sms_billed::SmsBilled;
use shared::notices::sms_charge_failed::SmsChargeFailed;
use shared::notices::sms_needs_review::SmsNeedsReview;
use shared::notices::sms_threshold_reached::SmsThresholdReached;
use shared::queues::notification::Notification;
use shared::queues::sms_charge::{SmsCharge, VERSION, Wanted};
use shared::stores::outbox::StoredEvent;
use shared::stores::sms_events::{StoredLimitNear, StoredSmsBill, StoredSmsTrouble, StoredSmsUser};

use crate::route::notification;

/// The message that has what is open of a user billed.
pub fn limit_reached(event: &StoredEvent, user: &StoredSmsUser) -> SmsCharge {
    charge(event, Wanted::LimitOf(user.user_id.clone()))
}

/// The message that has a bill charged.
pub fn charge_wanted(event: &StoredEvent, bill: &StoredSmsBill) -> SmsCharge {
    charge(event, Wanted::Bill(bill.number.clone()))
}

/// The message that a limit is near.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn limit_near(event: &StoredEvent, near: &StoredLimitNear) -> Result<Notification, CurrencyError> {
    let notice = SmsThresholdReached {
        period_start: near.period_start,
        used: near.used_minor,
        limit: near.limit_minor,
        currency: near.currency.parse()?,
        messages: near.messages,
    };
    Ok(notification(event, Some(&near.user_id), Notice::SmsThresholdReached(notice)))
}

/// The message that a bill is paid.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn paid(event: &StoredEvent, bill: &StoredSmsBill) -> Result<Notification, CurrencyError> {
    let notice = SmsBilled {
        period_start: bill.period_start,
        period_end: bill.period_end,
        messages: bill.messages,
        amount: bill.amount_minor,
        currency: bill.currency.parse()?,
    };
    Ok(notification(event, Some(&bill.user_id), Notice::SmsBilled(notice)))
}

/// The message that a bill could not be charged. Why stays with the operators: it is in the switch's words, or about
/// what only they can mend.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn charge_failed(event: &StoredEvent, trouble: &StoredSmsTrouble) -> Result<Notification, CurrencyError> {
    let bill = &trouble.bill;
    let notice = SmsChargeFailed {
        period_start: bill.period_start,
        period_end: bill.period_end,
        amount: bill.amount_minor,
        currency: bill.currency.parse()?,
    };
    Ok(notification(event, Some(&bill.user_id), Notice::SmsChargeFailed(notice)))
}

/// The message that a person has to look whether a bill was charged.
///
/// # Errors
/// When it speaks of money that we do not know.
pub fn review_opened(event: &StoredEvent, trouble: &StoredSmsTrouble) -> Result<Notification, CurrencyError> {
    let StoredSmsTrouble { bill, reason } = trouble;
    let notice = SmsNeedsReview {
        bill: bill.number.clone(),
        user_id: bill.user_id.clone(),
        period_start: bill.period_start,
        period_end: bill.period_end,
        amount: bill.amount_minor,
        currency: bill.currency.parse()?,
        reason: reason.clone(),
    };
    Ok(notification(event, None, Notice::SmsNeedsReview(notice)))
}

fn charge(event: &StoredEvent, what: Wanted) -> SmsCharge {
    SmsCharge { version: VERSION, correlation_id: event.correlation_id.clone(), what }
}
