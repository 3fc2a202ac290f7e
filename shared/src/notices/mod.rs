//! What people are told: typed events and their texts in every language.
//!
//! Pure: nothing here sends, stores or reads a clock. A [`Notice`] is read once, at the edge, by
//! [`Notice::read`] or from a queue's message; both check every field, and their errors name the
//! field but never what stood in it.
//!
//! A new event is a file with its fields, a line in the list below, and a text in each language.

pub mod about;
pub mod billz_failed;
pub mod billz_order_changed;
pub mod bonus_delayed;
pub mod bonus_failed;
pub mod bonus_initiated;
pub mod bonus_needs_review;
pub mod bonus_paid;
pub mod field;
pub mod order_created;
pub mod payment_confirmed;
pub mod payment_expired;
pub mod payment_expiring;
pub mod payment_needs_review;
pub mod sms_billed;
pub mod sms_charge_failed;
pub mod sms_needs_review;
pub mod sms_threshold_reached;
pub mod task_created;
pub mod task_failed;
pub mod task_needs_review;
pub mod texts;
pub mod vps_active;
pub mod vps_expiring;
pub mod vps_provisioning_failed;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::locale::Locale;
use about::About;

macro_rules! notices {
    ($($name:literal => $kind:ident in $module:ident,)+) => {
        /// Something that people are told.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(tag = "event", content = "data")]
        pub enum Notice {
            $(
                #[doc = concat!("`", $name, "`")]
                #[serde(rename = $name)]
                $kind($module::$kind),
            )+
        }

        /// A kind of notice, by its event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum NoticeKind {
            $(
                #[doc = concat!("`", $name, "`")]
                $kind,
            )+
        }

        impl Notice {
            /// Of which kind it is.
            pub fn kind(&self) -> NoticeKind {
                match self {
                    $(Self::$kind(_) => NoticeKind::$kind,)+
                }
            }
        }

        impl NoticeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The event's name, such as `payment.confirmed`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// What holds for all of this kind.
            pub fn about(self) -> About {
                match self {
                    $(Self::$kind => $module::$kind::ABOUT,)+
                }
            }

            /// A notice of this kind with every field, to look at.
            pub fn sample(self) -> Notice {
                match self {
                    $(Self::$kind => Notice::$kind($module::$kind::sample()),)+
                }
            }

            /// Its text in a language, before it is compiled.
            fn text(self, locale: Locale) -> &'static str {
                match (self, locale) {
                    $(
                        (Self::$kind, Locale::En) => include_str!(concat!("texts/en/", $name, ".txt")),
                        (Self::$kind, Locale::Id) => include_str!(concat!("texts/id/", $name, ".txt")),
                        (Self::$kind, Locale::Uk) => include_str!(concat!("texts/uk/", $name, ".txt")),
                        (Self::$kind, Locale::Uz) => include_str!(concat!("texts/uz/", $name, ".txt")),
                        (Self::$kind, Locale::Ru) => include_str!(concat!("texts/ru/", $name, ".txt")),
                    )+
                }
            }

            /// Reads the fields. `None` when they are not those of this kind.
            fn parse(self, fields: serde_json::Value) -> Option<Notice> {
                match self {
                    $(Self::$kind => serde_json::from_value(fields).ok().map(Notice::$kind),)+
                }
            }
        }
    };
}

notices! {
    "order.created" => OrderCreated in order_created,
    "payment.confirmed" => PaymentConfirmed in payment_confirmed,
    "payment.expiring" => PaymentExpiring in payment_expiring,
    "payment.expired" => PaymentExpired in payment_expired,
    "vps.active" => VpsActive in vps_active,
    "vps.provisioning_failed" => VpsProvisioningFailed in vps_provisioning_failed,
    "vps.expiring" => VpsExpiring in vps_expiring,
    "bonus.initiated" => BonusInitiated in bonus_initiated,
    "bonus.paid" => BonusPaid in bonus_paid,
    "bonus.failed" => BonusFailed in bonus_failed,
    "bonus.delayed" => BonusDelayed in bonus_delayed,
    "bonus.needs_review" => BonusNeedsReview in bonus_needs_review,
    "sms.threshold_reached" => SmsThresholdReached in sms_threshold_reached,
    "sms.billed" => SmsBilled in sms_billed,
    "sms.charge_failed" => SmsChargeFailed in sms_charge_failed,
    "sms.needs_review" => SmsNeedsReview in sms_needs_review,
    "task.created" => TaskCreated in task_created,
    "task.failed" => TaskFailed in task_failed,
    "task.needs_review" => TaskNeedsReview in task_needs_review,
    "payment.needs_review" => PaymentNeedsReview in payment_needs_review,
    "billz.order_changed" => BillzOrderChanged in billz_order_changed,
    "billz.failed" => BillzFailed in billz_failed,
}

impl FromStr for NoticeKind {
    type Err = NoticeError;

    fn from_str(name: &str) -> Result<Self, NoticeError> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or(NoticeError::UnknownEvent)
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why something is no notice. Without any value of it: it could be a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// Nobody is told of an event of this name.
    #[error("there is no such event")]
    UnknownEvent,
    /// Its fields are not those of the event.
    #[error("{reason}")]
    Malformed {
        /// Which field it is, and what should be there.
        reason: String,
    },
}

impl Notice {
    /// Reads an event by its name and its fields.
    ///
    /// # Errors
    /// When there is no such event, or a field is missing, unknown or not what it should be.
    pub fn read(event: &str, data: serde_json::Value) -> Result<Self, NoticeError> {
        let kind: NoticeKind = event.parse()?;
        let malformed = |reason: String| NoticeError::Malformed { reason };
        let serde_json::Value::Object(given) = &data else {
            return Err(malformed("the fields are not an object".to_owned()));
        };
        if given.keys().any(|key| !kind.fields().iter().any(|field| field.name == key)) {
            let known: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
            return Err(malformed(format!("an unknown field; {kind} has {}", known.join(", "))));
        }
        if let Some(missing) =
            kind.fields().iter().find(|field| field.is_required && !given.contains_key(field.name))
        {
            return Err(malformed(format!("{} is missing", missing.name)));
        }
        let wrong = given.clone();
        kind.parse(data).ok_or_else(|| malformed(culprit(kind, &wrong)))
    }
}

/// Puts the fields one by one into a notice that is known to be right.
fn culprit(kind: NoticeKind, given: &serde_json::Map<String, serde_json::Value>) -> String {
    for field in kind.fields() {
        let Some(value) = given.get(field.name) else { continue };
        let Ok(mut sample) = serde_json::to_value(kind.sample()) else { continue };
        if let Some(place) = sample.pointer_mut(&format!("/data/{}", field.name)) {
            *place = value.clone();
        }
        if kind.parse(sample["data"].take()).is_none() {
            return format!("{} is not {}", field.name, field.form.expected());
        }
    }
    format!("these are not the fields of {kind}")
}

/// A notice as it is written, before any of it is believed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unread {
    event: String,
    data: serde_json::Value,
}

impl<'de> Deserialize<'de> for Notice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let unread = Unread::deserialize(deserializer)?;
        Self::read(&unread.event, unread.data).map_err(serde::de::Error::custom)
    }
}
