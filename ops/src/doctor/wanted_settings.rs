//! Which environment variables which function wants, and what they have to be.

/// What a setting has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Anything.
    Text,
    /// An address of HTTP.
    Url,
    /// A number of minutes, at least one.
    Minutes,
    /// The same; 0 is never.
    MinutesOrNever,
    /// One of Tripay's two systems.
    Mode,
    /// IP addresses.
    Addresses,
    /// How emails go out.
    Transport,
    /// Who emails are from.
    Sender,
    /// Email addresses.
    Emails,
    /// A port.
    Port,
    /// How a connection to an SMTP relay is secured.
    Security,
    /// A time zone by its IANA name.
    TimeZone,
    /// The number of a Telegram chat.
    Chat,
    /// A certificate in PEM.
    Certificate,
    /// A number of hours, at least one.
    Hours,
    /// A number of days, at least one.
    Days,
    /// A number of seconds; 0 is not at all.
    Seconds,
    /// A number of milliseconds, at least one.
    Milliseconds,
    /// An id that somebody else gave, such as `5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10`.
    Uuid,
    /// On or off.
    Switch,
    /// A path below an address.
    Path,
    /// The name of a bot, without the @.
    Bot,
    /// Daily, weekly, monthly, or by limits.
    Frequency,
    /// A currency that Paydesk counts in.
    Currency,
    /// Numbers of hours, separated by commas.
    HourList,
    /// What is logged at least.
    LogLevel,
    /// A whole number that is not negative.
    Number,
    /// Numbers of minutes, separated by commas.
    MinuteList,
    /// A protocol version of Portmone's.
    PortmoneVersion,
    /// A language of Portmone's.
    PortmoneLanguage,
    /// Which payee tops up which numbers.
    PayeeRules,
    /// An id of a payee.
    Payee,
    /// SHA-256 fingerprints of certificates, separated by commas.
    Fingerprints,
}

/// A setting of functions: theirs, its name, its form, whether it must be there, and the parameter of `template.yaml`
/// behind it.
pub struct Setting(pub &'static [&'static str], pub &'static str, pub Form, pub bool, pub &'static str);

const ALL: &[&str] = &[
    "billing-api",
    "billz-api",
    "billz-consumer",
    "bonus-api",
    "bonus-consumer",
    "chat-api",
    "event-relay",
    "notification-api",
    "notification-sender",
    "order-updater",
    "portmone-callback",
    "reconciler",
    "sms-api",
    "sms-billing-cron",
    "sms-charge-worker",
    "sms-usage-recorder",
    "task-creator",
    "telegram-webhook",
    "tripay-callback",
];
const API: &[&str] = &["billing-api"];
const TOKENS: &[&str] = &["billing-api", "billz-api", "bonus-api", "chat-api", "notification-api", "sms-api"];
const TRIPAY: &[&str] = &["billing-api", "reconciler", "telegram-webhook"];
const PAYING: &[&str] = &["billing-api", "telegram-webhook"];
const BOT: &[&str] = &["telegram-webhook"];
const CREATOR: &[&str] = &["task-creator"];
const PANEL: &[&str] = &["task-creator", "telegram-webhook"];
const RELAY: &[&str] = &["event-relay"];
const BILLZ: &[&str] = &["billz-api", "billz-consumer"];
const BILLZ_QUEUES: &[&str] = &["billz-api", "billz-consumer", "event-relay"];
const TILL: &[&str] = &["billz-consumer"];
const SMS: &[&str] =
    &["sms-api", "sms-billing-cron", "sms-charge-worker", "sms-usage-recorder", "telegram-webhook"];
const SMS_TERMS: &[&str] = &["sms-api", "sms-charge-worker", "sms-usage-recorder", "telegram-webhook"];
const CHARGER: &[&str] = &["sms-charge-worker"];
const PLANNER: &[&str] = &["sms-billing-cron"];
const BONUSES: &[&str] = &["bonus-api", "bonus-consumer", "portmone-callback"];
const PAYER: &[&str] = &["bonus-consumer"];
const CALLBACK: &[&str] = &["portmone-callback"];
const SENDER: &[&str] = &["notification-sender"];
const NOTIFIERS: &[&str] = &["notification-api", "notification-sender"];
const WRITERS: &[&str] = &["notification-api", "notification-sender", "telegram-webhook"];

/// All of them.
pub const SETTINGS: &[Setting] = &[
    Setting(ALL, "STACK", Form::Text, true, ""),
    Setting(ALL, "LOG_LEVEL", Form::LogLevel, false, "LogLevel"),
    Setting(
        &["billing-api", "reconciler", "telegram-webhook", "tripay-callback"],
        "INVOICES_TABLE",
        Form::Text,
        true,
        "",
    ),
    Setting(
        &["tripay-callback"],
        "TRIPAY_CALLBACK_SOURCE_IPS",
        Form::Addresses,
        false,
        "TripayCallbackSourceIps",
    ),
    Setting(TOKENS, "IDEMPOTENCY_TABLE", Form::Text, true, ""),
    Setting(TRIPAY, "TRIPAY_MODE", Form::Mode, true, "TripayMode"),
    Setting(TRIPAY, "TRIPAY_BASE_URL", Form::Url, false, "TripayBaseUrl"),
    Setting(PAYING, "TRIPAY_CALLBACK_URL", Form::Url, false, "TripayCallbackUrl"),
    Setting(PAYING, "TRIPAY_RETURN_URL", Form::Url, false, "TripayReturnUrl"),
    Setting(
        &["billing-api", "order-updater"],
        "ORDER_SERVICE_BASE_URL",
        Form::Url,
        true,
        "OrderServiceBaseUrl",
    ),
    Setting(
        &["billing-api", "notification-sender", "telegram-webhook"],
        "USER_SERVICE_BASE_URL",
        Form::Url,
        true,
        "UserServiceBaseUrl",
    ),
    Setting(API, "INVOICE_LIFETIME_MINUTES", Form::Minutes, true, "InvoiceLifetimeMinutes"),
    Setting(TOKENS, "JWKS_URL", Form::Url, false, "JwksUrl"),
    Setting(TOKENS, "JWT_ISSUER", Form::Text, false, "JwtIssuer"),
    Setting(TOKENS, "JWT_AUDIENCE", Form::Text, false, "JwtAudience"),
    Setting(
        &[
            "billing-api",
            "billz-api",
            "billz-consumer",
            "bonus-api",
            "bonus-consumer",
            "chat-api",
            "notification-api",
            "notification-sender",
            "order-updater",
            "reconciler",
            "sms-api",
            "sms-charge-worker",
            "task-creator",
            "telegram-webhook",
        ],
        "OUTBOUND_PROXY_URL",
        Form::Url,
        false,
        "OutboundProxyUrl",
    ),
    Setting(RELAY, "ORDER_UPDATES_QUEUE_URL", Form::Url, true, ""),
    Setting(&["event-relay", "order-updater"], "DEAD_LETTER_QUEUE_URL", Form::Url, true, ""),
    Setting(&["order-updater"], "QUEUE_URL", Form::Url, true, ""),
    Setting(&["reconciler"], "EXPIRY_REMINDER_MINUTES", Form::MinutesOrNever, true, "ExpiryReminderMinutes"),
    // ---- Notifications ----
    Setting(WRITERS, "NOTIFICATIONS_TABLE", Form::Text, true, ""),
    Setting(
        &["event-relay", "notification-api", "notification-sender"],
        "NOTIFICATIONS_QUEUE_URL",
        Form::Url,
        true,
        "",
    ),
    Setting(NOTIFIERS, "EMAIL_QUEUE_URL", Form::Url, true, ""),
    Setting(NOTIFIERS, "TELEGRAM_QUEUE_URL", Form::Url, true, ""),
    Setting(SENDER, "EMAIL_FEEDBACK_QUEUE_URL", Form::Url, true, ""),
    Setting(SENDER, "NOTIFICATIONS_DLQ_URL", Form::Url, true, ""),
    Setting(SENDER, "EMAIL_DLQ_URL", Form::Url, true, ""),
    Setting(SENDER, "TELEGRAM_DLQ_URL", Form::Url, true, ""),
    Setting(SENDER, "EMAIL_FEEDBACK_DLQ_URL", Form::Url, true, ""),
    Setting(WRITERS, "COMPANY_NAME", Form::Text, true, "CompanyName"),
    Setting(WRITERS, "DEFAULT_TIME_ZONE", Form::TimeZone, true, "DefaultTimeZone"),
    Setting(SENDER, "OPERATORS_TELEGRAM_CHAT_ID", Form::Chat, false, "OperatorsTelegramChatId"),
    Setting(SENDER, "OPERATORS_EMAILS", Form::Emails, false, "OperatorsEmails"),
    Setting(SENDER, "OPERATORS_LOCALE", Form::Text, false, "OperatorsLocale"),
    Setting(SENDER, "EMAIL_TRANSPORT", Form::Transport, true, "EmailTransport"),
    Setting(SENDER, "EMAIL_FROM", Form::Sender, false, "EmailFrom"),
    // What of these must be there depends on the transport: `email` looks.
    Setting(SENDER, "EMAIL_CONFIGURATION_SET", Form::Text, false, ""),
    Setting(SENDER, "SMTP_HOST", Form::Text, false, "SmtpHost"),
    Setting(SENDER, "SMTP_PORT", Form::Port, false, "SmtpPort"),
    Setting(SENDER, "SMTP_SECURITY", Form::Security, false, "SmtpSecurity"),
    Setting(SENDER, "SMTP_ROOT_CERTIFICATE", Form::Certificate, false, "SmtpRootCertificate"),
    Setting(SENDER, "TELEGRAM_API_BASE_URL", Form::Url, true, "TelegramApiBaseUrl"),
    // ---- The bot and its tasks ----
    Setting(
        &["chat-api", "notification-sender", "task-creator", "telegram-webhook"],
        "CHATS_TABLE",
        Form::Text,
        true,
        "",
    ),
    Setting(&["event-relay", "task-creator"], "SUPPORT_TASKS_QUEUE_URL", Form::Url, true, ""),
    Setting(CREATOR, "SUPPORT_TASKS_DLQ_URL", Form::Url, true, ""),
    Setting(
        &["chat-api", "telegram-webhook"],
        "TELEGRAM_BOT_USERNAME",
        Form::Bot,
        false,
        "TelegramBotUsername",
    ),
    Setting(BOT, "DIALOGUE_MINUTES", Form::Minutes, true, "DialogueMinutes"),
    Setting(PANEL, "BILLING_ENABLED", Form::Switch, true, "BillingEnabled"),
    Setting(PANEL, "BILLING_API_BASE_URL", Form::Url, false, "BillingApiBaseUrl"),
    Setting(CREATOR, "BILLING_SESSION_HOURS", Form::Hours, true, "BillingSessionHours"),
    Setting(BOT, "ISP_API_BASE_URL", Form::Url, false, "IspApiBaseUrl"),
    Setting(BOT, "ISP_LOGIN_PATH", Form::Path, true, "IspLoginPath"),
    Setting(BOT, "ISP_SEARCH_PATH", Form::Path, true, "IspSearchPath"),
    Setting(BOT, "ISP_SEARCH_PARAMETER", Form::Text, true, "IspSearchParameter"),
    Setting(BOT, "ISP_WORKERS_PATH", Form::Path, false, "IspWorkersPath"),
    // ---- Billz: what of these must be there where it is used, `billz` looks ----
    Setting(BILLZ, "BILLZ_TABLE", Form::Text, true, ""),
    Setting(BILLZ, "BILLZ_BASE_URL", Form::Url, false, "BillzBaseUrl"),
    Setting(BILLZ_QUEUES, "BILLZ_PAYMENTS_QUEUE_URL", Form::Url, true, ""),
    Setting(BILLZ_QUEUES, "BILLZ_OPERATIONS_QUEUE_URL", Form::Url, true, ""),
    Setting(TILL, "BILLZ_PAYMENTS_DLQ_URL", Form::Url, true, ""),
    Setting(TILL, "BILLZ_OPERATIONS_DLQ_URL", Form::Url, true, ""),
    Setting(TILL, "BILLZ_REPLY_QUEUES", Form::Text, true, ""),
    Setting(RELAY, "BILLZ_REPLY_QUEUE_URL", Form::Url, true, ""),
    Setting(TILL, "BILLZ_SHOP_ID", Form::Uuid, false, "BillzShopId"),
    Setting(TILL, "BILLZ_CASHBOX_ID", Form::Uuid, false, "BillzCashboxId"),
    Setting(TILL, "BILLZ_POSTPONE_DAYS", Form::Days, true, "BillzPostponeDays"),
    Setting(TILL, "BILLZ_TIME_ZONE", Form::TimeZone, true, "BillzTimeZone"),
    Setting(TILL, "BILLZ_REQUEST_GAP_MS", Form::Milliseconds, true, "BillzRequestGapMs"),
    Setting(TILL, "BILLZ_SETTLE_SECONDS", Form::Seconds, true, "BillzSettleSeconds"),
    Setting(TILL, "BILLZ_CHECK_TOTALS", Form::Switch, true, "BillzCheckTotals"),
    // ---- SMS: whether the switch can be asked, `sippy` looks ----
    Setting(SMS, "SMS_BILLING_TABLE", Form::Text, true, ""),
    Setting(
        &["event-relay", "sms-billing-cron", "sms-charge-worker"],
        "SMS_CHARGES_QUEUE_URL",
        Form::Url,
        true,
        "",
    ),
    Setting(CHARGER, "SMS_CHARGES_DLQ_URL", Form::Url, true, ""),
    Setting(&["sms-usage-recorder"], "SMS_USAGE_QUEUE_URL", Form::Url, true, ""),
    Setting(&["sms-usage-recorder"], "SMS_USAGE_DLQ_URL", Form::Url, true, ""),
    Setting(&["sms-api", "sms-billing-cron"], "SMS_BILLING_RUNS_QUEUE_URL", Form::Url, true, ""),
    Setting(PLANNER, "SMS_BILLING_RUNS_DLQ_URL", Form::Url, true, ""),
    Setting(SMS_TERMS, "SMS_BILLING_DEFAULT_FREQUENCY", Form::Frequency, true, "SmsBillingDefaultFrequency"),
    Setting(SMS_TERMS, "SMS_BILLING_DEFAULT_CURRENCY", Form::Currency, true, "SmsBillingDefaultCurrency"),
    Setting(SMS_TERMS, "SMS_BILLING_AUTO_PROCESS", Form::Switch, true, "SmsBillingAutoProcess"),
    Setting(
        SMS_TERMS,
        "SMS_BILLING_NOTIFICATION_ENABLED",
        Form::Switch,
        true,
        "SmsBillingNotificationEnabled",
    ),
    Setting(CHARGER, "SMS_BILLING_RETRY_HOURS", Form::HourList, true, "SmsBillingRetryHours"),
    Setting(&["sms-charge-worker", "telegram-webhook"], "SIPPY_URL", Form::Url, false, "SippyUrl"),
    Setting(CHARGER, "SIPPY_CA_PEM", Form::Certificate, false, "SippyCaPem"),
    Setting(CHARGER, "SIPPY_SETTLE_SECONDS", Form::Seconds, true, "SippySettleSeconds"),
    // ---- Bonuses: whether Portmone can be asked, `portmone` looks ----
    Setting(BONUSES, "BONUSES_TABLE", Form::Text, true, ""),
    Setting(PAYER, "RECEIPT_DECISIONS_QUEUE_URL", Form::Url, true, ""),
    Setting(PAYER, "RECEIPT_DECISIONS_DLQ_URL", Form::Url, true, ""),
    Setting(&["bonus-consumer", "event-relay"], "BONUS_PAYOUTS_QUEUE_URL", Form::Url, true, ""),
    Setting(PAYER, "BONUS_PAYOUTS_DLQ_URL", Form::Url, true, ""),
    Setting(RELAY, "ANALYTICS_QUEUE_URL", Form::Url, true, ""),
    Setting(PAYER, "PORTMONE_API_BASE", Form::Url, false, "PortmoneApiBase"),
    Setting(PAYER, "PORTMONE_VERSION", Form::PortmoneVersion, true, "PortmoneVersion"),
    Setting(PAYER, "PORTMONE_LANG", Form::PortmoneLanguage, false, "PortmoneLang"),
    Setting(PAYER, "PORTMONE_CA_PEM", Form::Certificate, false, "PortmoneCaPem"),
    Setting(PAYER, "PORTMONE_PAYEES", Form::PayeeRules, false, "PortmonePayees"),
    Setting(PAYER, "PORTMONE_PAYEE_ID", Form::Payee, false, "PortmonePayeeId"),
    Setting(PAYER, "PORTMONE_SETTLE_SECONDS", Form::Seconds, true, "PortmoneSettleSeconds"),
    Setting(PAYER, "PORTMONE_GATEWAY_URL", Form::Url, false, "PortmoneGatewayUrl"),
    Setting(PAYER, "TELECOM_URL", Form::Url, false, "TelecomUrl"),
    Setting(PAYER, "BONUS_MOST_PER_DAY", Form::Number, false, "BonusMostPerDay"),
    Setting(PAYER, "BONUS_MOST_PER_USER", Form::Number, false, "BonusMostPerUser"),
    Setting(PAYER, "BONUS_MOST_AMOUNT_MINOR", Form::Number, true, "BonusMostAmountMinor"),
    Setting(PAYER, "BONUS_RETRY_MINUTES", Form::MinuteList, false, "BonusRetryMinutes"),
    Setting(PAYER, "BONUS_DEFAULT_LOCALE", Form::Text, true, "BonusDefaultLocale"),
    Setting(CALLBACK, "PORTMONE_CALLBACK_SOURCE_IPS", Form::Addresses, false, "PortmoneCallbackSourceIps"),
    Setting(
        CALLBACK,
        "PORTMONE_CALLBACK_CERTIFICATES",
        Form::Fingerprints,
        false,
        "PortmoneCallbackCertificates",
    ),
];
