//! What was decided about a receipt: an accepted one gets its bonus, once, and it is driven at once.

use shared::domain::bonus::Bonus;
use shared::domain::bonus::accepting::Accepted;
use shared::queues::batch::Delivery;
use shared::queues::receipt_decision::{Meaning, ReceiptDecision};
use shared::stores::bonuses::Inserted;
use shared::stores::table::StoreError;
use shared::workflows::store_trouble::put_off;

use crate::driving::Driver;
use crate::seals::SealError;

/// Deals with a decision.
pub async fn decided(driver: &Driver<'_>, decision: ReceiptDecision) -> Delivery {
    let accepted = match decision.meaning(driver.app.rules.default_locale) {
        Ok(Meaning::Pay(accepted)) => *accepted,
        Ok(Meaning::Nothing(receipt)) => {
            let correlation_id = &driver.correlation_id;
            tracing::info!(correlationId = correlation_id, %receipt, "a receipt that earns no bonus");
            return Delivery::Done;
        }
        Err(error) => return Delivery::Dead { reason: format!("malformed decision: {error}") },
    };
    pay(driver, accepted).await.unwrap_or_else(|error| put_off(&error))
}

async fn pay(driver: &Driver<'_>, accepted: Accepted) -> Result<Delivery, StoreError> {
    // Looked up first: a message that comes again needs no key, and its number may be sealed with one that is gone.
    let (bonus, is_new) = match driver.app.bonuses.get(&accepted.receipt).await? {
        Some(bonus) => (bonus, false),
        None => match opened(driver, accepted.clone()).await {
            Ok(bonus) => match driver.app.bonuses.insert(bonus, &driver.cause()).await? {
                Inserted::New(bonus) => (bonus, true),
                Inserted::Old(bonus) => (bonus, false),
            },
            Err(delivery) => return Ok(delivery),
        },
    };
    let (correlation_id, receipt, state) = (&driver.correlation_id, &bonus.receipt, bonus.state().as_str());
    if !bonus.is_for(&accepted) {
        let reason = "the receipt has a bonus of another user or of another amount".to_owned();
        return Ok(Delivery::Dead { reason });
    }
    tracing::info!(correlationId = correlation_id, %receipt, state, isNew = is_new, "receipt accepted");
    if is_new {
        driver.count_new(&bonus);
    }
    // With the secrets as they are now: the number may have been what had them read again.
    let parties = driver.app.parties.get();
    let driver = Driver { parties, correlation_id: correlation_id.clone(), ..*driver };
    driver.drive(receipt).await?;
    Ok(Delivery::Done)
}

/// The bonus for what was accepted, with its number opened in memory.
async fn opened(driver: &Driver<'_>, accepted: Accepted) -> Result<Bonus, Delivery> {
    let mut opened = driver.parties.seals.open(&accepted.msisdn);
    if opened.is_err() && driver.app.parties.may_be_rotated() {
        // It may have been sealed with a newer secret than is held here.
        driver.app.parties.renew(driver.app.source.read().await);
        opened = driver.app.parties.get().seals.open(&accepted.msisdn);
    }
    let rules = &driver.app.rules;
    match opened {
        Ok(phone) => {
            let phone = phone.as_ref().map_err(|error| *error);
            Ok(Bonus::new(accepted, phone, &rules.payees, &rules.limits, driver.cause().now))
        }
        // A foreign one, too: while a secret is being rotated, the one that opens it may not be here yet.
        Err(error @ (SealError::NoKey | SealError::Foreign)) => {
            Err(Delivery::Retry { after: None, reason: error.to_string() })
        }
    }
}
