//! What the function holds between updates.

use aws_sdk_dynamodb::Client;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::bot::commands::SmsBilling;
use shared::domain::locale::Locale;
use shared::domain::sms::settings::Defaults;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::{SecretBatch, SecretReader};
use shared::lambda::settings::{optional, required};
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::providers::internal_service::{InternalKeys, InternalService};
use shared::providers::isp_api::{IspApi, IspRoutes};
use shared::providers::telegram::update::{Update, UpdateError, Updates};
use shared::providers::tripay::Credentials;
use shared::providers::user_service::UserService;
use shared::stores::chats::Chats;
use shared::stores::contacts::Contacts;
use shared::stores::directory::Directory;
use shared::stores::invoices::Invoices;
use shared::stores::support_tasks::SupportTasks;
use shared::stores::table::Table;
use shared::workflows::channel_list::ChannelList;
use shared::workflows::pay_invoice::Cashier;
use shared::workflows::sms_terms::defaults;
use shared::workflows::tripay_client::{TripayClient, base_url};

use crate::settings::{BotSettings, isp_routes};
use crate::subscribers::Subscribers;
use crate::usage::SmsUsage;
use crate::views::Words;

/// The secret with the account at the internet provider's API.
const ISP_API: &str = "isp-api";

/// The function.
pub struct App {
    pub chats: Chats,
    pub tasks: SupportTasks,
    pub invoices: Invoices,
    pub contacts: Contacts,
    pub subscribers: Subscribers,
    /// None where nobody is billed for SMS.
    pub sms: Option<SmsUsage>,
    pub tripay: TripayClient,
    pub channels: ChannelList,
    pub settings: BotSettings,
    pub metrics: Metrics,
    source: Source,
    held: Refreshed<Held>,
}

/// What is made of secrets that may be rotated.
#[derive(Debug, Clone)]
struct Held {
    updates: Updates,
    users: UserService,
}

/// Where that comes from.
#[derive(Debug)]
struct Source {
    secrets: SecretReader,
    caller: Caller,
    users_url: String,
}

/// The secret `telegram`, as far as updates are concerned.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WebhookSecret {
    /// What Telegram proves itself with. Empty: the bot is off.
    #[serde(default)]
    webhook_secret: SecretString,
}

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    pub chats: Table,
    pub invoices: Table,
    /// For contacts only.
    pub notifications: Table,
    /// For SMS usage only, with what the deployment says about it; none where nobody is billed for SMS.
    pub sms_billing: Option<(Table, Defaults)>,
}

/// Where the others are.
#[derive(Debug, Clone)]
pub struct Parties {
    pub users: String,
    pub tripay: String,
    /// None where the directory is used instead.
    pub isp: Option<(String, IspRoutes)>,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing or wrong, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let client = Client::new(&startup.aws);
    let table = |name: String| Table::new(client.clone(), name);
    // Without a switch nobody is billed.
    let sms_billing = match optional("SIPPY_URL") {
        Some(_) => Some((table(required("SMS_BILLING_TABLE")?), defaults()?)),
        None => None,
    };
    let tables = Tables {
        sms_billing,
        chats: table(required("CHATS_TABLE")?),
        invoices: table(required("INVOICES_TABLE")?),
        notifications: table(required("NOTIFICATIONS_TABLE")?),
    };
    let parties =
        Parties { users: required("USER_SERVICE_BASE_URL")?, tripay: base_url()?, isp: isp_routes()? };
    let caller = Caller::new(startup.http.clone());
    App::new(tables, startup.secrets()?, caller, parties, BotSettings::read()?).await
}

impl App {
    /// The function over its parts.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub async fn new(
        tables: Tables,
        secrets: SecretReader,
        caller: Caller,
        parties: Parties,
        settings: BotSettings,
    ) -> anyhow::Result<Self> {
        let source = Source { secrets, caller, users_url: parties.users };
        let mut names = vec!["telegram", "internal", "tripay"];
        names.extend(parties.isp.as_ref().map(|_| ISP_API));
        let (held, batch) = source.read(&names).await?;
        let credentials: Credentials = batch.get("tripay")?;
        let Source { secrets, caller, .. } = &source;
        let api = match parties.isp {
            Some((base_url, routes)) => {
                Some(IspApi::new(caller.clone(), &base_url, batch.get(ISP_API)?, routes))
            }
            None => None,
        };
        let tripay = TripayClient::new(caller.clone(), parties.tripay, secrets.clone(), credentials);
        let directory = Directory::new(tables.chats.clone());
        Ok(Self {
            tasks: SupportTasks::new(tables.chats.clone()),
            chats: Chats::new(tables.chats),
            invoices: Invoices::new(tables.invoices),
            contacts: Contacts::new(tables.notifications),
            subscribers: Subscribers { api, directory },
            sms: tables.sms_billing.map(|(table, defaults)| SmsUsage::new(table, defaults)),
            tripay,
            channels: ChannelList::default(),
            settings,
            metrics: Metrics::new("telegram-webhook"),
            source,
            held: Refreshed::new(held),
        })
    }

    /// Proves and reads an update. When the token does not fit, it may have been rotated: it is read again,
    /// at most once a minute.
    ///
    /// # Errors
    /// When the update is forged or unreadable.
    pub async fn open(&self, headers: &HeaderMap, body: &[u8]) -> Result<Update, UpdateError> {
        let opened = self.held.get().updates.open(headers, body);
        let refresh = match &opened {
            Ok(_) => self.held.is_stale(),
            Err(UpdateError::TokenInvalid | UpdateError::Disabled) => self.held.may_be_rotated(),
            Err(UpdateError::TooLong | UpdateError::Unreadable) => false,
        };
        if !refresh {
            return opened;
        }
        self.held.renew(self.read_again().await);
        opened.or_else(|_| self.held.get().updates.open(headers, body))
    }

    /// What may have been rotated. The account at the provider's API is used from now on.
    async fn read_again(&self) -> anyhow::Result<Held> {
        let mut names = vec!["telegram", "internal"];
        names.extend(self.subscribers.api.as_ref().map(|_| ISP_API));
        let (held, batch) = self.source.read(&names).await?;
        if let Some(api) = &self.subscribers.api {
            api.use_account(batch.get(ISP_API)?);
        }
        Ok(held)
    }

    /// The user service.
    pub fn users(&self) -> UserService {
        self.held.get().users
    }

    /// Whether people are billed for SMS.
    pub fn sms_billing(&self) -> SmsBilling {
        if self.sms.is_some() { SmsBilling::On } else { SmsBilling::Off }
    }

    /// What codes are made with. `users` is [`App::users`].
    pub fn cashier<'a>(&'a self, users: &'a UserService) -> Cashier<'a> {
        Cashier {
            tripay: &self.tripay,
            channels: &self.channels,
            invoices: &self.invoices,
            users,
            metrics: &self.metrics,
            callback_url: self.settings.callback_url.as_deref(),
            return_url: self.settings.return_url.as_deref(),
        }
    }

    /// The words of a language.
    pub fn words(&self, locale: Locale) -> Words {
        Words::new(locale, &self.settings.time_zone, &self.settings.company_name)
    }

    /// The words for who told no more than the language of their Telegram.
    pub fn words_for(&self, language: &str) -> Words {
        self.words(Locale::of_tag(language))
    }
}

impl Source {
    /// Reads secrets, those that are held among them.
    async fn read(&self, names: &[&str]) -> anyhow::Result<(Held, SecretBatch)> {
        let (batch, before) = tokio::join!(self.secrets.batch(names), self.secrets.previous("telegram"));
        let batch = batch?;
        let internal: InternalKeys = batch.get("internal")?;
        let users = InternalService::new(self.caller.clone(), &self.users_url, &internal)?;
        let updates = updates(batch.get("telegram")?, before?);
        Ok((Held { updates, users: UserService::new(users) }, batch))
    }
}

fn updates(current: WebhookSecret, before: Option<WebhookSecret>) -> Updates {
    let secrets = [Some(current), before].into_iter().flatten().map(|secret| secret.webhook_secret);
    // An empty token proves nothing: anybody can send it. Switched off now, the one before counts no more.
    let mut tokens: Vec<SecretString> = secrets.collect();
    if tokens.first().is_none_or(|current| current.expose_secret().is_empty()) {
        tokens.clear();
    }
    tokens.retain(|token| !token.expose_secret().is_empty());
    Updates { secret_tokens: tokens }
}
