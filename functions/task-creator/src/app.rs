//! What the function holds between events.

use std::num::NonZeroU16;
use std::time::Duration;

use jiff::SignedDuration;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::settings::{optional, parsed, required};
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::support_tasks::SupportTasks;
use shared::stores::table::Table;
use shared::workflows::panel_login::PanelLogin;

use crate::panel::{PanelAccess, PanelSource};

/// How long to wait after each try at a panel that lets nobody in or is not reached: some four minutes in
/// all, then whoever asked is told and can try again.
pub const DELAYS: &[Duration] =
    &[Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(60), Duration::from_secs(180)];

/// The function.
#[derive(Debug)]
pub struct App {
    /// The queue and its dead letters.
    pub batch: SqsBatch,
    /// The tasks.
    pub tasks: SupportTasks,
    /// The panel, with the account last read.
    pub panel: Refreshed<PanelAccess>,
    /// Where the panel and its account are.
    pub source: PanelSource,
    /// Counters.
    pub metrics: Metrics,
}

impl App {
    /// The panel with another account than `refused`, where the secret has one by now.
    pub async fn another_account(&self, refused: &PanelLogin) -> Option<PanelAccess> {
        if self.panel.may_be_rotated() {
            self.panel.renew(self.source.read().await);
        }
        match self.panel.get() {
            PanelAccess::On(login) if !login.is_as(refused) => Some(PanelAccess::On(login)),
            PanelAccess::On(_) | PanelAccess::Off { .. } => None,
        }
    }
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing or wrong, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let batch = SqsBatch {
        queue: Queue::new(sqs.clone(), required("SUPPORT_TASKS_QUEUE_URL")?),
        dead_letters: Queue::new(sqs, required("SUPPORT_TASKS_DLQ_URL")?),
        delays: DELAYS,
    };
    let table = Table::new(aws_sdk_dynamodb::Client::new(&startup.aws), required("CHATS_TABLE")?);
    let hours: NonZeroU16 = parsed("BILLING_SESSION_HOURS")?;
    let source = PanelSource {
        secrets: startup.secrets()?,
        caller: Caller::new(startup.http),
        is_enabled: parsed("BILLING_ENABLED")?,
        base_url: optional("BILLING_API_BASE_URL"),
        table: table.clone(),
        session_life: SignedDuration::from_hours(i64::from(hours.get())),
    };
    let panel = Refreshed::new(source.read().await?);
    Ok(App { batch, tasks: SupportTasks::new(table), panel, source, metrics: Metrics::new("task-creator") })
}
