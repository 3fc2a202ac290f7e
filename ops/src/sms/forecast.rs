//! Who would be charged what by a run: the same questions as the run asks, and nothing written.

use std::collections::BTreeMap;

use anyhow::Context;
use jiff::Timestamp;
use shared::domain::money::Money;
use shared::domain::sms::account::{SmsAccount, Through};
use shared::domain::sms::bill::{SmsBill, Standing};
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::rhythm::{Schedule, date_of};
use shared::domain::sms::settings::{Settings, Terms};

use super::Stores;

/// Users read at once.
const PAGE: u8 = 100;

/// Tells every bill that the run of this schedule would make of what ended at `through` or before.
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
    mut account: SmsAccount,
    terms: &Terms,
    through: Timestamp,
    now: Timestamp,
) -> anyhow::Result<Vec<(Money, String)>> {
    let settings = terms.of(&account.overrides);
    let mut bills = Vec::new();
    while let Some(period) = account.close(Through::Due(through), &settings) {
        // A number that is not used: no bill is made.
        let number = BillNumber::new(date_of(now), 0);
        let bill = SmsBill::new(number, account.user.clone(), period, &settings, now)?;
        let words = format!(
            "  {}  {} to {}  {} messages  {} {}  {}",
            bill.user,
            bill.start,
            bill.end,
            bill.totals.messages,
            bill.amount.to_decimal(),
            bill.amount.currency().code(),
            outcome(&bill, &settings)
        );
        bills.push((bill.amount, words));
    }
    Ok(bills)
}

fn outcome(bill: &SmsBill, settings: &Settings) -> String {
    match (&bill.standing, settings.switch_account) {
        (Standing::Paid { .. }, _) => "nothing to pay".to_owned(),
        (Standing::AwaitingApproval, _) => "waits for approval".to_owned(),
        (_, Some(account)) => format!("charged to account {account}"),
        (_, None) => "waits: no account at the switch".to_owned(),
    }
}
