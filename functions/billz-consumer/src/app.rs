//! What the function holds between events.

use std::num::NonZeroU16;
use std::time::Duration;

use jiff::SignedDuration;
use shared::domain::billz::running::Rules;
use shared::domain::zone::Zone;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::settings::{list, optional, parsed, required};
use shared::lambda::startup::Startup;
use shared::providers::billz::Shop;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::billz_cards::BillzCards;
use shared::stores::billz_clients::BillzClients;
use shared::stores::billz_jobs::BillzJobs;
use shared::stores::billz_orders::BillzOrders;
use shared::stores::pulses::Pulses;
use shared::stores::table::Table;
use shared::workflows::billz_login::BillzLogin;

use crate::access::{BillzAccess, BillzSource};

/// How long to wait after each try at a Billz that does not answer or is limited: some three hours in all.
pub const DELAYS: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
    Duration::from_secs(1800),
    Duration::from_secs(7200),
];

/// The function.
#[derive(Debug)]
pub struct App {
    /// Jobs that people wait for.
    pub payments: SqsBatch,
    /// All others.
    pub operations: SqsBatch,
    /// What is kept.
    pub stores: Stores,
    /// Billz, with the secret token last read.
    pub billz: Refreshed<BillzAccess>,
    /// Where Billz and its secret token are.
    pub source: BillzSource,
    /// How jobs are done.
    pub ways: Ways,
    /// Counters.
    pub metrics: Metrics,
}

/// How jobs are done.
#[derive(Debug)]
pub struct Ways {
    /// How strictly.
    pub rules: Rules,
    /// How long Billz may take to show what it did (`BILLZ_SETTLE_SECONDS`). It says nowhere.
    pub settle: SignedDuration,
    /// The queues that a job may want its reply on.
    pub reply_queues: Vec<String>,
}

/// What is kept, all in one table.
#[derive(Debug)]
pub struct Stores {
    /// The jobs.
    pub jobs: BillzJobs,
    /// The orders.
    pub orders: BillzOrders,
    /// Who is whom at Billz.
    pub clients: BillzClients,
    /// The payment methods.
    pub cards: BillzCards,
    /// How the last batches fared.
    pub pulses: Pulses,
}

impl Stores {
    /// What is kept in `table`.
    pub fn new(table: &Table) -> Self {
        Self {
            jobs: BillzJobs::new(table.clone()),
            orders: BillzOrders::new(table.clone()),
            clients: BillzClients::new(table.clone()),
            cards: BillzCards::new(table.clone()),
            pulses: Pulses::new(table.clone()),
        }
    }
}

impl App {
    /// Billz with another secret token than `refused`, where the secret has one by now.
    pub async fn another_token(&self, refused: &BillzLogin) -> bool {
        if self.billz.may_be_rotated() {
            self.billz.renew(self.source.read().await);
        }
        matches!(self.billz.get(), BillzAccess::On(login) if !login.is_as(refused))
    }
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing or wrong, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let batch = |queue, dead_letters| SqsBatch {
        queue: Queue::new(sqs.clone(), queue),
        dead_letters: Queue::new(sqs.clone(), dead_letters),
        delays: DELAYS,
    };
    let table = Table::new(aws_sdk_dynamodb::Client::new(&startup.aws), required("BILLZ_TABLE")?);
    let gap: NonZeroU16 = parsed("BILLZ_REQUEST_GAP_MS")?;
    let source = BillzSource {
        secrets: startup.secrets()?,
        caller: Caller::new(startup.http.clone()),
        base_url: optional("BILLZ_BASE_URL"),
        shop: shop()?,
        table: table.clone(),
        gap: SignedDuration::from_millis(i64::from(gap.get())),
    };
    let settle: u16 = parsed("BILLZ_SETTLE_SECONDS")?;
    Ok(App {
        payments: batch(required("BILLZ_PAYMENTS_QUEUE_URL")?, required("BILLZ_PAYMENTS_DLQ_URL")?),
        operations: batch(required("BILLZ_OPERATIONS_QUEUE_URL")?, required("BILLZ_OPERATIONS_DLQ_URL")?),
        stores: Stores::new(&table),
        billz: Refreshed::new(source.read().await?),
        source,
        ways: Ways {
            rules: Rules { check_totals: parsed("BILLZ_CHECK_TOTALS")? },
            settle: SignedDuration::from_secs(i64::from(settle)),
            reply_queues: list("BILLZ_REPLY_QUEUES")?,
        },
        metrics: Metrics::new("billz-consumer"),
    })
}

/// The shop that is sold in; none where Billz is not used.
fn shop() -> anyhow::Result<Option<Shop>> {
    if optional("BILLZ_BASE_URL").is_none() {
        return Ok(None);
    }
    let zone: Zone = parsed("BILLZ_TIME_ZONE")?;
    let days: NonZeroU16 = parsed("BILLZ_POSTPONE_DAYS")?;
    // `ops billz check` finds them once Billz's address and secret token are there: until then jobs wait.
    let (Some(shop_id), Some(cashbox_id)) = (optional("BILLZ_SHOP_ID"), optional("BILLZ_CASHBOX_ID")) else {
        tracing::warn!("BILLZ_SHOP_ID or BILLZ_CASHBOX_ID is not set: jobs stay in their queues");
        return Ok(None);
    };
    Ok(Some(Shop { shop_id, cashbox_id, zone, postpone_days: days.get() }))
}
