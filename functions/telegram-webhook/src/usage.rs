//! A customer's SMS usage in the chat: what is not billed yet, against their limits.

use shared::domain::sms::settings::Defaults;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_settings::SmsSettings;
use shared::stores::table::{StoreError, Table};
use shared::workflows::sms_terms::SmsTerms;

use crate::reply::Reply;
use crate::turn::Turn;

/// Where usage is looked up, where people are billed for SMS.
#[derive(Debug)]
pub struct SmsUsage {
    accounts: SmsAccounts,
    terms: SmsTerms,
}

impl SmsUsage {
    /// Usage in `table`, with what the deployment says where nobody set anything.
    pub fn new(table: Table, defaults: Defaults) -> Self {
        let accounts = SmsAccounts::new(table.clone());
        Self { accounts, terms: SmsTerms::new(SmsSettings::new(table), defaults) }
    }
}

/// Their usage. Where nobody is billed for SMS, there is no such command.
pub async fn show(turn: Turn<'_>) -> Result<Reply, StoreError> {
    let Some(sms) = &turn.app.sms else { return Ok(turn.show(turn.words().unknown())) };
    let Some(user) = turn.user() else { return Ok(turn.show(turn.words().not_linked())) };
    let (terms, held) = tokio::try_join!(sms.terms.current(), sms.accounts.get(user))?;
    let settings = terms.of(&held.account.overrides);
    Ok(turn.show(turn.words().usage(&held.account, &settings, turn.cause.now)))
}
