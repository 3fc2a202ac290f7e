//! What SES tells about emails it took: bounces, complaints, rejections.
//!
//! Event publishing of a configuration set, through SNS with raw delivery.
//! <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>

use std::collections::HashMap;

use serde::Deserialize;

use super::delivery_tag;
use crate::domain::notification::delivery_id::DeliveryId;

/// What became of an email.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "WireEvent")]
pub struct MailFeedback {
    /// Which delivery it was; none when the email was not tagged by us.
    pub delivery: Option<DeliveryId>,
    /// What happened.
    pub fate: MailFate,
    /// In words, for people. Names no address.
    pub reason: String,
    /// The addresses it is about.
    pub addresses: Vec<String>,
}

/// What happened to an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFate {
    /// It came back, and so will every other to these addresses.
    AddressDead,
    /// It came back this time.
    CameBack,
    /// It arrived, and its reader wants no more.
    Complained,
    /// SES took it and then did not send it.
    NotSent,
    /// Something else that is of no consequence here.
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    /// `notificationType` where an identity's own topic is used instead of a configuration set.
    #[serde(alias = "notificationType")]
    event_type: String,
    mail: WireMail,
    #[serde(default)]
    bounce: Option<WireBounce>,
    #[serde(default)]
    complaint: Option<WireComplaint>,
    #[serde(default)]
    reject: Option<WireReject>,
}

#[derive(Debug, Deserialize)]
struct WireMail {
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBounce {
    /// `Permanent`, `Transient` or `Undetermined`.
    bounce_type: String,
    #[serde(default)]
    bounce_sub_type: String,
    #[serde(default)]
    bounced_recipients: Vec<WireAddress>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireComplaint {
    #[serde(default)]
    complaint_feedback_type: Option<String>,
    #[serde(default)]
    complained_recipients: Vec<WireAddress>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAddress {
    email_address: String,
}

#[derive(Debug, Deserialize)]
struct WireReject {
    #[serde(default)]
    reason: String,
}

impl From<WireEvent> for MailFeedback {
    fn from(event: WireEvent) -> Self {
        let delivery =
            event.mail.tags.get(delivery_tag::NAME).and_then(|ids| delivery_tag::read(ids.first()?));
        let addresses = |list: Vec<WireAddress>| list.into_iter().map(|one| one.email_address).collect();
        let of = |fate, reason, addresses| Self { delivery, fate, reason, addresses };
        match (event.bounce, event.complaint, event.reject) {
            (Some(bounce), _, _) => {
                let is_permanent = bounce.bounce_type.eq_ignore_ascii_case("permanent");
                let fate = if is_permanent { MailFate::AddressDead } else { MailFate::CameBack };
                let reason = format!("bounced: {} {}", bounce.bounce_type, bounce.bounce_sub_type);
                of(fate, reason, addresses(bounce.bounced_recipients))
            }
            (None, Some(complaint), _) => {
                let kind = complaint.complaint_feedback_type.unwrap_or_else(|| "unspecified".to_owned());
                // Somebody took it out of the spam again.
                let fate = if kind == "not-spam" { MailFate::Other } else { MailFate::Complained };
                of(fate, format!("complaint: {kind}"), addresses(complaint.complained_recipients))
            }
            (None, None, Some(reject)) => {
                of(MailFate::NotSent, format!("rejected by SES: {}", reject.reason), Vec::new())
            }
            (None, None, None) => of(MailFate::Other, event.event_type, Vec::new()),
        }
    }
}
