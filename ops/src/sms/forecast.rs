//! Who would be charged what by a run: the same questions as the run asks, and nothing written.

use std::collections::BTreeMap;

use anyhow::Context;
use jiff::Timestamp;
use shared::domain::identifier::UserId;
use shared::domain::money::Money;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::outlook::{ExpectedBill, Outcome, outlook};
use shared::domain::sms::rhythm::Schedule;
use shared::domain::sms::settings::Terms;

use super::Stores;

/// Users read at once.
const PAGE: u8 = 100;

/// Tells every bill that the run of this schedule would make at `now` of what ended at `through` or before, and of
/// limits that are reached.
///
/// # Errors
/// When the table cannot be read.
pub async fn tell(
    stores: &Stores,
    schedule: Schedule,
    through: Timestamp,
    now: Timestamp,
    say: &mut impl FnMut(String),
) -> anyhow::Result<()> {
    let terms = stores.terms().await?;
    say(format!("{} run, of what ended by {through}; nothing is written", schedule.as_str()));
    let (mut place, mut users, mut sums) = (None, 0_u64, BTreeMap::<&str, (u64, i64)>::new());
    loop {
        let due = stores.accounts.due(schedule, through, place.as_ref(), PAGE).await;
        let due = due.context("the list of who is due cannot be read (dynamodb:Query)")?;
        for user in due.items {
            let held = stores.accounts.get(&user).await;
            let account = held.context("an account cannot be read (dynamodb:GetItem)")?.account;
            users += 1;
            for (bill, words) in bills(account, &terms, through, now)? {
                say(words);
                let (count, sum) = sums.entry(bill.currency().code()).or_default();
                (*count, *sum) = (*count + 1, sum.saturating_add(bill.minor()));
            }
        }
        place = due.next;
        if place.is_none() {
            break;
        }
    }
    let sums = sums.iter().filter_map(|(code, (count, minor))| {
        let sum = Money::new(*minor, code.parse().ok()?);
        Some(format!("{count} bills of together {} {code}", sum.to_decimal()))
    });
    let sums: Vec<String> = sums.collect();
    say(format!(
        "{users} users are due: {}",
        if sums.is_empty() { "no bills".to_owned() } else { sums.join(", ") }
    ));
    Ok(())
}

/// The bills that would be made of an account, with what each is about.
fn bills(
    account: SmsAccount,
    terms: &Terms,
    through: Timestamp,
    now: Timestamp,
) -> anyhow::Result<Vec<(Money, String)>> {
    let (user, settings) = (account.user.clone(), terms.of(&account.overrides));
    let bills = outlook(account, &settings, through, now)?;
    Ok(bills.into_iter().map(|bill| (bill.amount, words(&user, &bill))).collect())
}

fn words(user: &UserId, bill: &ExpectedBill) -> String {
    let ExpectedBill { period, totals, amount, outcome } = bill;
    let outcome = match outcome {
        Outcome::Charged(account) => format!("charged to account {account}"),
        Outcome::NoSwitchAccount => "waits: no account at the switch".to_owned(),
        Outcome::AwaitsApproval => "waits for approval".to_owned(),
        Outcome::NothingToPay => "nothing to pay".to_owned(),
    };
    format!(
        "  {user}  {} to {}  {} messages  {} {}  {outcome}",
        period.start,
        period.end,
        totals.messages,
        amount.to_decimal(),
        amount.currency().code(),
    )
}
