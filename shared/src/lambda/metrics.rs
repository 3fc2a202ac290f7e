//! Counters, in CloudWatch's embedded metric format: a log line that CloudWatch counts.
//!
//! Written here rather than by a library because the closed list is the point: the alarms in
//! `infra/observability.yaml` are compared with it by a test.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use jiff::Timestamp;
use serde_json::json;

use super::settings;

/// The namespace in CloudWatch.
pub const NAMESPACE: &str = "Paydesk";

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A webhook was not believed or could not be read.
    WebhookRefused,
    /// A report changed an invoice.
    PaymentSettled,
    /// A report told nothing new.
    PaymentRepeated,
    /// A report contradicts what we know.
    PaymentDisagreed,
    /// A report names no invoice of ours.
    ReportUnmatched,
    /// A provider could not be reached, or did not answer usably.
    ProviderCallFailed,
    /// An event went from an outbox to its queue.
    EventRelayed,
    /// An outbox could not be read; it is in the dead-letter queue.
    EventRejected,
    /// The order service knows of a payment.
    OrderUpdateDelivered,
    /// The order service refused; the message is in the dead-letter queue.
    OrderUpdateRefused,
    /// The order service will be told again later.
    OrderUpdateRetried,
    /// An invoice's time ran out unpaid.
    InvoiceExpired,
    /// A payment was found by asking: its callback had been lost.
    PaymentHealed,
    /// Something uncertain could not be asked about in this run, or something due not be gone on with.
    ReconcileIncomplete,
    /// A request was answered with a 5xx.
    RequestFailed,
    /// A customer was reminded that an invoice will expire.
    PaymentReminded,
    /// It was decided who is told, and by which channels.
    NotificationPlanned,
    /// A notification waits for the end of its reader's quiet hours.
    NotificationDeferred,
    /// A channel's provider took a message.
    NotificationSent,
    /// A channel's provider refused a message, or it was given up.
    NotificationFailed,
    /// Nobody knows whether a message was sent: a person decides.
    NotificationUncertain,
    /// A message was not sent because its address is known not to work.
    NotificationSuppressed,
    /// A message will be tried again later.
    NotificationRetried,
    /// An email came back, or its reader complained.
    EmailBounced,
    /// A chat's update took effect.
    UpdateHandled,
    /// An update was not believed or could not be read.
    UpdateRefused,
    /// An update came again, or after a later one.
    UpdateRepeated,
    /// Somebody who is not of the staff tried what only the staff may do.
    StaffCommandRefused,
    /// The panel was logged in to.
    PanelLogin,
    /// The panel took a support task.
    TaskCreated,
    /// A support task was not made.
    TaskFailed,
    /// Nobody knows whether a support task was made: a person has to look.
    TaskNeedsReview,
    /// A job at Billz is done.
    BillzJobSucceeded,
    /// A job at Billz was refused, by Billz or by us.
    BillzJobRefused,
    /// A person has to look what became of a job at Billz.
    BillzJobNeedsReview,
    /// A job at Billz could not be read, or was given up; it is in the dead-letter queue.
    BillzJobDead,
    /// Billz was called.
    BillzCall,
    /// A call to Billz brought no result.
    BillzCallFailed,
    /// How long a call to Billz took, in milliseconds: one number for each, so that they have a mean.
    BillzCallMillis,
    /// Billz was logged in to.
    BillzLogin,
    /// Billz wanted to be left alone.
    BillzLimited,
    /// A user is due, and the queue knows.
    SmsUsersPlanned,
    /// An SMS bill has to be looked at, and the queue knows.
    SmsBillsWatched,
    /// A billing run got stuck.
    SmsRunFailed,
    /// A period of SMS became a bill.
    SmsBillMade,
    /// An SMS bill is paid.
    SmsBillPaid,
    /// The switch refused to charge an SMS bill; it is tried again.
    SmsChargeFailed,
    /// An SMS bill was refused as often as it is tried.
    SmsChargeGivenUp,
    /// Nobody knows yet whether an SMS bill was charged.
    SmsChargeUnclear,
    /// A person has to look whether an SMS bill was charged.
    SmsBillNeedsReview,
    /// Of each charge that ended, 100 where it was refused and 0 where it was made: the mean is how many in a hundred
    /// are refused.
    SmsChargeRefusedPercent,
    /// SMS bills are pending for more than two days.
    SmsBillsPendingLong,
    /// A reported SMS counts now.
    SmsUsageCounted,
    /// A reported SMS does not count: it was refused, or something else counted under its id.
    SmsUsageRefused,
    /// Billing could not say whether messages may be sent, and let them through.
    SmsCheckDegraded,
    /// Portmone was called: `portmone_request_total`, by method.
    PortmoneRequest,
    /// Portmone refused: `portmone_fail_total`, by its code.
    PortmoneFail,
    /// Of each call to Portmone, 100 where it brought no result and 0 where it did: the mean is how many in a hundred
    /// fail.
    PortmoneErrorPercent,
    /// Portmone answered in the first version of its protocol, though asked for a later one.
    PortmoneVersionFallback,
    /// From a report's coming until its bonus heard it, in milliseconds: `portmone_callback_latency`.
    PortmoneCallbackLatency,
    /// Portmone reported about a bill that no bonus has.
    PortmoneReportUnmatched,
    /// A proved report of Portmone's is not kept, and will not be when it comes again: it cannot be read, or its bill has
    /// too many.
    PortmoneReportNotKept,
    /// A bonus is paid out: `payout_success`.
    PayoutSuccess,
    /// A bonus was refused: `payout_failure`.
    PayoutFailure,
    /// Nobody knew in time whether a bonus was paid: `payout_timeout`.
    PayoutTimeout,
    /// A person has to look what became of a bonus.
    BonusNeedsReview,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 66] = [
        Self::WebhookRefused,
        Self::PaymentSettled,
        Self::PaymentRepeated,
        Self::PaymentDisagreed,
        Self::ReportUnmatched,
        Self::ProviderCallFailed,
        Self::EventRelayed,
        Self::EventRejected,
        Self::OrderUpdateDelivered,
        Self::OrderUpdateRefused,
        Self::OrderUpdateRetried,
        Self::InvoiceExpired,
        Self::PaymentHealed,
        Self::ReconcileIncomplete,
        Self::RequestFailed,
        Self::PaymentReminded,
        Self::NotificationPlanned,
        Self::NotificationDeferred,
        Self::NotificationSent,
        Self::NotificationFailed,
        Self::NotificationUncertain,
        Self::NotificationSuppressed,
        Self::NotificationRetried,
        Self::EmailBounced,
        Self::UpdateHandled,
        Self::UpdateRefused,
        Self::UpdateRepeated,
        Self::StaffCommandRefused,
        Self::PanelLogin,
        Self::TaskCreated,
        Self::TaskFailed,
        Self::TaskNeedsReview,
        Self::BillzJobSucceeded,
        Self::BillzJobRefused,
        Self::BillzJobNeedsReview,
        Self::BillzJobDead,
        Self::BillzCall,
        Self::BillzCallFailed,
        Self::BillzCallMillis,
        Self::BillzLogin,
        Self::BillzLimited,
        Self::SmsUsersPlanned,
        Self::SmsBillsWatched,
        Self::SmsRunFailed,
        Self::SmsBillMade,
        Self::SmsBillPaid,
        Self::SmsChargeFailed,
        Self::SmsChargeGivenUp,
        Self::SmsChargeUnclear,
        Self::SmsBillNeedsReview,
        Self::SmsChargeRefusedPercent,
        Self::SmsBillsPendingLong,
        Self::SmsUsageCounted,
        Self::SmsUsageRefused,
        Self::SmsCheckDegraded,
        Self::PortmoneRequest,
        Self::PortmoneFail,
        Self::PortmoneErrorPercent,
        Self::PortmoneVersionFallback,
        Self::PortmoneCallbackLatency,
        Self::PortmoneReportUnmatched,
        Self::PortmoneReportNotKept,
        Self::PayoutSuccess,
        Self::PayoutFailure,
        Self::PayoutTimeout,
        Self::BonusNeedsReview,
    ];

    /// The name in CloudWatch. Those of payouts are the ones that dashboards had before Paydesk.
    pub fn name(self) -> String {
        let before_us = match self {
            Self::PortmoneRequest => "portmone_request_total",
            Self::PortmoneFail => "portmone_fail_total",
            Self::PortmoneCallbackLatency => "portmone_callback_latency",
            Self::PayoutSuccess => "payout_success",
            Self::PayoutFailure => "payout_failure",
            Self::PayoutTimeout => "payout_timeout",
            ours => return format!("{ours:?}"),
        };
        before_us.to_owned()
    }

    /// What a metric is told apart by, where it is counted by kind.
    fn kind(self) -> &'static str {
        match self {
            Self::PortmoneRequest => "method",
            Self::PortmoneFail => "code",
            _ => "kind",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::PortmoneCallbackLatency => "Milliseconds",
            _ => "Count",
        }
    }
}

/// The counters of one function.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// The function as it is deployed, `<stack>-<function>`: stacks of one account are told apart.
    function: String,
}

impl Metrics {
    /// The counters of `function`.
    pub fn new(function: &str) -> Self {
        let stack = settings::optional("STACK").unwrap_or_else(|| "no-stack".to_owned());
        Self { function: format!("{stack}-{function}") }
    }

    /// Counts one.
    pub fn count(&self, metric: Metric) {
        self.add(metric, 1);
    }

    /// Counts one, once in all and once for its kind.
    pub fn count_kind(&self, metric: Metric, kind: &str) {
        self.write(metric, 1, Some(kind));
    }

    /// Counts `number` at once; nothing for 0.
    pub fn add(&self, metric: Metric, number: usize) {
        if number > 0 {
            self.write(metric, number, None);
        }
    }

    /// Keeps one number, 0 too, of which the mean is read.
    pub fn sample(&self, metric: Metric, number: usize) {
        self.write(metric, number, None);
    }

    #[expect(clippy::print_stdout, reason = "CloudWatch reads metrics off standard output")]
    fn write(&self, metric: Metric, number: usize, kind: Option<&str>) {
        let name = metric.name();
        let dimensions = match kind {
            Some(_) => json!([["function"], ["function", metric.kind()]]),
            None => json!([["function"]]),
        };
        let line = json!({
            "_aws": {
                "Timestamp": Timestamp::now().as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": dimensions,
                    "Metrics": [{ "Name": name, "Unit": metric.unit() }],
                }],
            },
            "function": self.function,
            metric.kind(): kind,
            name: number,
        });
        println!("{line}");
    }
}
