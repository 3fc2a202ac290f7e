//! SMS that were sent, as their sender reports them. Queue `sms-usage`, and `POST /internal/sms/usage`: the same JSON.
//!
//! Numbers and texts are read to find a price, and go no further: they are neither stored nor logged.

use jiff::Timestamp;
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::decimal::Decimal;
use crate::unreadable::without_values;

/// Most events at once.
pub const MAX_EVENTS: usize = 500;

/// One event, or `{"events": […]}` with 1 to 500 of them, of any users.
#[derive(Debug)]
pub struct SmsUsage {
    /// The events, as they came.
    pub events: Vec<ReportedSms>,
}

/// 1 to 500 usage events.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManyReportedSms {
    /// The events, of any users.
    #[schema(min_items = 1, max_items = 500)]
    events: Vec<ReportedSms>,
}

/// A usage event: messages of one user to one destination. It counts once, however often it is reported.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportedSms {
    /// Names it among all of its user's.
    #[schema(example = "msg-65f0c1")]
    pub event_id: String,
    /// Whose they are.
    #[schema(example = "user-1")]
    pub user_id: String,
    /// When they were sent.
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    /// The number that they went to, with the country's code; used to find the price, and not kept.
    #[schema(example = "+998901234567")]
    pub to: Option<String>,
    /// The first digits of that number, with the country's code, where the number itself is not told.
    #[schema(example = "99890")]
    pub prefix: Option<String>,
    /// The country as the rate deck names it, where nothing of the number is told: its dearest rate counts.
    #[schema(example = "Uzbekistan")]
    pub country: Option<String>,
    /// What one of them says: its parts are counted, and it is not kept.
    pub text: Option<String>,
    /// How many parts one of them has, where its text is not told; 1 when neither is.
    #[schema(minimum = 1, maximum = 255)]
    pub segments: Option<u32>,
    /// How many messages; 1 when not given.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub messages: Option<u64>,
    /// What became of them.
    pub status: ReportedStatus,
    /// The price of one message with all its parts, in the currency of the user's settings: instead of the rate deck's.
    pub cost: Option<Decimal>,
}

/// `sent` and `delivered` are charged; `failed` is counted and free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReportedStatus {
    /// It went out.
    Sent,
    /// It arrived.
    Delivered,
    /// It did not.
    Failed,
}

/// Tells the two forms apart.
#[derive(Deserialize)]
struct Form {
    events: Option<IgnoredAny>,
}

impl<'de> Deserialize<'de> for SmsUsage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // What stood there may be somebody's number, or what they wrote.
        let said = |error: serde_json::Error| D::Error::custom(without_values(&error));
        let form: Form = serde_json::from_str(raw.get()).map_err(said)?;
        let events = match form.events {
            Some(_) => serde_json::from_str::<ManyReportedSms>(raw.get()).map_err(said)?.events,
            None => vec![serde_json::from_str(raw.get()).map_err(said)?],
        };
        if (1..=MAX_EVENTS).contains(&events.len()) {
            Ok(Self { events })
        } else {
            Err(D::Error::custom(format!("{} events, expected 1 to {MAX_EVENTS}", events.len())))
        }
    }
}

impl PartialSchema for SmsUsage {
    fn schema() -> RefOr<Schema> {
        let either = OneOfBuilder::new().item(Ref::from_schema_name("ReportedSms"));
        either.item(Ref::from_schema_name("ManyReportedSms")).into()
    }
}

impl ToSchema for SmsUsage {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("ReportedSms".to_owned(), ReportedSms::schema()));
        schemas.push(("ManyReportedSms".to_owned(), ManyReportedSms::schema()));
        ReportedSms::schemas(schemas);
        schemas.push(("ReportedStatus".to_owned(), ReportedStatus::schema()));
        schemas.push(("Decimal".to_owned(), Decimal::schema()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str =
        r#""eventId":"e-1","userId":"user-1","occurredAt":"2026-11-21T10:00:00Z","status":"sent""#;

    fn read(text: &str) -> Result<SmsUsage, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn one_event_is_read_and_many_are() {
        let one = read(&format!(r#"{{{EVENT},"to":"+998901234567","cost":0.0375,"segments":2}}"#)).unwrap();
        let [event] = &one.events[..] else { panic!("{one:?}") };
        assert_eq!((event.to.as_deref(), event.segments), (Some("+998901234567"), Some(2)));
        assert_eq!(event.cost.as_ref().unwrap().micros().unwrap().millionths(), 37_500);
        let many = read(&format!(r#"{{"events":[{{{EVENT}}},{{{EVENT}}}]}}"#)).unwrap();
        assert_eq!(many.events.len(), 2);
        let most = format!(r#"{{"events":[{}]}}"#, vec![format!("{{{EVENT}}}"); MAX_EVENTS].join(","));
        assert_eq!(read(&most).unwrap().events.len(), MAX_EVENTS);
    }

    #[test]
    fn what_is_neither_is_refused_in_words_that_hold_nothing_of_it() {
        for (text, told) in [
            ("{}".to_owned(), "missing field `eventId`"),
            (r#"{"events":[]}"#.to_owned(), "0 events, expected 1 to 500"),
            (r#"{"events":null}"#.to_owned(), "unknown field `events`"),
            (format!(r#"{{"events":[{{{EVENT}}}],{EVENT}}}"#), "unknown field `eventId`"),
            (format!(r#"{{{EVENT},"phone":"998901234567"}}"#), "unknown field `phone`"),
            (format!(r#"{{{EVENT},"to":998901234567}}"#), "another value, expected a string"),
            (format!(r#"{{{EVENT},"cost":"998901234567"}}"#), "another value, expected a decimal number"),
            (
                EVENT.replace("sent", "998901234567").replacen('"', "{\"", 1) + "}",
                "another value, expected one of",
            ),
            (r#""998901234567""#.to_owned(), "another value, expected struct Form"),
            (
                format!(r#"{{"events":[{}]}}"#, vec![format!("{{{EVENT}}}"); MAX_EVENTS + 1].join(",")),
                "501 events, expected 1 to 500",
            ),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.starts_with(told), "{text}: {error}");
            assert!(!error.contains("998901234567"), "{error}");
        }
    }
}
