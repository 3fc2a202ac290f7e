//! SMS usage against limits, with a bar.

use jiff::Timestamp;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::micros::Micros;
use shared::domain::sms::settings::Settings;

use super::{Filling, View, Words};

/// Parts of the bar.
const PARTS: usize = 10;

impl Words {
    /// What somebody used and was not billed for, and when they are.
    pub fn usage(&self, account: &SmsAccount, settings: &Settings, now: Timestamp) -> View {
        let currency = settings.currency.value;
        let open = account.open(currency).unwrap_or_default();
        let (limit, most) = (settings.max_amount.value, settings.max_messages.value);
        let used = account.used_percent(settings);
        let percent = usize::from(used.cost.max(used.messages));
        let full = percent / (100 / PARTS);
        let bar = "▓".repeat(full) + &"░".repeat(PARTS.saturating_sub(full));
        let of = |used: &str, limit: &str| {
            self.html("usage_of", &[("used", Filling::Words(used)), ("limit", Filling::Words(limit))])
        };
        let amount = |micros: Micros| self.locale.amount(micros.rounded(currency));
        let mut lines = vec![
            self.html("usage", &[]),
            String::new(),
            format!("{bar} <b>{percent}%</b>"),
            self.fact("label_used", &of(&amount(open.cost), &amount(limit))),
            self.fact("label_messages", &of(&open.messages.to_string(), &most.to_string())),
        ];
        if settings.active.value {
            let next = match account.next_bill_at(settings, now) {
                Some(end) => self.moment(end),
                None => self.html("usage_by_limit", &[]),
            };
            lines.push(self.fact("label_next_bill", &next));
        }
        if account.awaiting_approval > 0 {
            lines.push(self.fact("label_pending_bills", &account.awaiting_approval.to_string()));
        }
        View::of(lines.join("\n"))
    }
}
