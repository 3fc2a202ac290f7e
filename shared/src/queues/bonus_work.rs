//! A bonus is to be looked at. Queue `bonus-payouts`.

use serde::{Deserialize, Serialize};

/// The version of [`BonusWork`] that is sent and read.
pub const VERSION: u8 = 1;

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BonusWork {
    /// Of this form of the message: 1.
    pub version: u8,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// The bonus or the bill.
    #[serde(flatten)]
    pub what: Wanted,
}

/// What is wanted: exactly one of these fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wanted {
    /// Go on with the bonus for this receipt.
    Bonus(String),
    /// Something was reported about this bill at Portmone: have its bonus hear it.
    Bill(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_field() {
        let head = r#""version":1,"correlationId":"callback-1""#;
        for (field, wanted) in [
            (r#""bonus":"receipt-1""#, Wanted::Bonus("receipt-1".to_owned())),
            (r#""bill":"523""#, Wanted::Bill("523".to_owned())),
        ] {
            let text = format!("{{{head},{field}}}");
            let work: BonusWork = serde_json::from_str(&text).unwrap();
            assert_eq!(work.what, wanted);
            assert_eq!(serde_json::to_string(&work).unwrap(), text);
        }
        for wrong in ["{}", &format!("{{{head}}}"), &format!(r#"{{{head},"receipt":"receipt-1"}}"#)] {
            assert!(serde_json::from_str::<BonusWork>(wrong).is_err(), "{wrong}");
        }
    }
}
