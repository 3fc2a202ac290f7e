//! Somebody's SMS are to be billed, or a bill of theirs looked at. Queue `sms-charges`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of [`SmsCharge`] that is sent and read.
pub const VERSION: u8 = 1;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmsCharge {
    /// Of this form of the message: 1.
    pub version: u8,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// The user or the bill.
    #[serde(flatten)]
    pub what: Wanted,
}

/// What is wanted: exactly one of these fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wanted {
    /// Close and charge this user's periods that ended by then.
    Periods(EndedPeriods),
    /// A limit of this user was reached: bill what is open.
    LimitOf(String),
    /// Charge this bill, or ask what became of its debit.
    Bill(String),
}

/// Whose periods, and until when they ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndedPeriods {
    /// The user.
    pub user_id: String,
    /// The instant that the run was scheduled for.
    pub through: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_field() {
        let read = |text: &str| serde_json::from_str::<SmsCharge>(text).map(|charge| charge.what);
        let head = r#""version":1,"correlationId":"run-1""#;
        let periods = r#""periods":{"userId":"user-1","through":"2026-11-22T02:00:00Z"}"#;
        assert!(matches!(read(&format!("{{{head},{periods}}}")), Ok(Wanted::Periods(_))));
        assert_eq!(
            read(&format!(r#"{{{head},"limitOf":"user-1"}}"#)).unwrap(),
            Wanted::LimitOf("user-1".to_owned())
        );
        let bill = format!(r#"{{{head},"bill":"SMS-20261122-00000000"}}"#);
        assert_eq!(serde_json::to_string(&serde_json::from_str::<SmsCharge>(&bill).unwrap()).unwrap(), bill);
        for wrong in ["{}", &format!("{{{head}}}"), &format!(r#"{{{head},"user":"user-1"}}"#)] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
