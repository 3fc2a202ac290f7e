//! The secrets: there, and of the shape that their owners give out? Never prints any of one.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::lambda::secrets::{SecretBatch, SecretError};
use shared::providers::billz::BillzCredentials;
use shared::providers::internal_service::InternalKeys;
use shared::providers::isp_api::IspCredentials;
use shared::providers::isp_panel::session::PanelCredentials;
use shared::providers::mail::smtp::SmtpCredentials;
use shared::providers::sippy::SippyCredentials;
use shared::providers::telegram::TelegramCredentials;
use shared::providers::tripay::Credentials;

use super::finding::Finding;
use super::functions::Functions;
use crate::deployment::Deployment;
use crate::portmone::secret::PortmoneSecret;
use crate::receipts::ReceiptsSecret;

/// Bytes that a key of HMAC-SHA256 has at least.
const SHORTEST_KEY: usize = 32;

/// Letters of a bot's token behind its number, at least. All that were seen have 35; Telegram promises no length.
const SHORTEST_TELEGRAM_KEY: usize = 30;

/// Letters that Telegram takes at most to prove itself with.
const LONGEST_WEBHOOK_SECRET: usize = 256;

/// Who pays bonuses.
const PAYER: &str = "bonus-consumer";

/// The secrets that it needs.
const BONUSES: [&str; 3] = ["portmone", "receipts", "telecom"];

/// The part of the secret `api` that is always needed, and the one that JWKS replaces.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiSecret {
    jwt_secret: SecretString,
    cursor_key: SecretString,
}

/// The secret `cron`.
#[derive(Deserialize)]
struct CronSecret {
    secret: SecretString,
}

/// The secret `telecom`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TelecomSecret {
    api_key: SecretString,
}

/// The secret `telegram`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bot {
    bot_token: SecretString,
    /// What Telegram proves itself with; empty where nobody writes to the bot.
    #[serde(default)]
    webhook_secret: SecretString,
}

impl Bot {
    /// To ask Telegram with.
    pub fn credentials(self) -> TelegramCredentials {
        TelegramCredentials { bot_token: self.bot_token }
    }

    /// Whether updates can be believed.
    pub fn has_webhook_secret(&self) -> bool {
        !self.webhook_secret.expose_secret().trim().is_empty()
    }
}

/// The secrets that the provider checks go on with.
#[derive(Debug, Default)]
pub struct Held {
    /// To ask Tripay with.
    pub tripay: Option<Credentials>,
    /// To ask the company's services with.
    pub internal: Option<InternalKeys>,
    /// To ask Telegram with.
    pub telegram: Option<Bot>,
    /// To log in to the ISP's panel with.
    pub panel: Option<PanelCredentials>,
    /// To ask the ISP's API with.
    pub isp_api: Option<IspCredentials>,
    /// To log in to Billz with.
    pub billz: Option<BillzCredentials>,
    /// To log in to the switch with.
    pub sippy: Option<SippyCredentials>,
    /// To ask Portmone with.
    pub portmone: Option<PortmoneSecret>,
}

/// Reads all secrets in one request and looks at each.
pub async fn check(deployment: &Deployment, functions: &Functions) -> (Vec<Finding>, Held) {
    let mut names = vec!["tripay", "api", "internal", "telegram"];
    let is_smtp =
        functions.setting("EMAIL_TRANSPORT") == Some("smtp") && functions.setting("EMAIL_FROM").is_some();
    if is_smtp {
        names.push("smtp");
    }
    let (has_panel, has_billz) = (functions.has("task-creator"), functions.has("billz-consumer"));
    let (has_switch, has_cron) = (functions.has("sms-charge-worker"), functions.has("sms-api"));
    for (is_there, theirs) in [
        (has_panel, ["isp-panel", "isp-api"].as_slice()),
        (has_billz, &["billz"]),
        (has_switch, &["sippy"]),
        (has_cron, &["cron"]),
        (functions.has(PAYER), &BONUSES),
    ] {
        names.extend(theirs.iter().filter(|_| is_there));
    }
    let batch = match deployment.secrets().batch(&names).await {
        Ok(batch) => batch,
        Err(error) => return (vec![unreadable(&error)], Held::default()),
    };
    let mut look = Look { stack: &deployment.stack, batch: &batch, findings: Vec::new() };
    let is_production = functions.setting("TRIPAY_MODE") == Some("production");
    let has_jwks = functions.setting("JWKS_URL").is_some();
    let mut held =
        Held { tripay: look.at("tripay", |found| tripay_trouble(found, is_production)), ..Held::default() };
    look.at("api", |found| api_trouble(found, has_jwks));
    held.internal = look.at("internal", internal_trouble);
    held.telegram = look.at("telegram", telegram_trouble);
    if is_smtp {
        look.at("smtp", smtp_trouble);
    }
    if has_panel {
        let account = |found: &PanelCredentials| account_trouble(&found.username, &found.password);
        held.panel = look.at("isp-panel", account);
        let account = |found: &IspCredentials| account_trouble(&found.username, &found.password);
        held.isp_api = look.at("isp-api", account);
    }
    if has_billz {
        held.billz = look.at("billz", billz_trouble);
    }
    if has_switch {
        let account = |found: &SippyCredentials| account_trouble(&found.username, &found.password);
        held.sippy = look.at("sippy", account);
    }
    if has_cron {
        look.at("cron", cron_trouble);
    }
    held.portmone = look.at_bonuses(deployment, functions);
    (look.findings, held)
}

/// Reads the secrets of bonuses alone.
pub async fn check_bonuses(
    deployment: &Deployment,
    functions: &Functions,
) -> (Vec<Finding>, Option<PortmoneSecret>) {
    let batch = match deployment.secrets().batch(&BONUSES).await {
        Ok(batch) => batch,
        Err(error) => return (vec![unreadable(&error)], None),
    };
    let mut look = Look { stack: &deployment.stack, batch: &batch, findings: Vec::new() };
    let portmone = look.at_bonuses(deployment, functions);
    (look.findings, portmone)
}

fn unreadable(error: &SecretError) -> Finding {
    let fix = "your own credentials need secretsmanager:BatchGetSecretValue and GetSecretValue";
    Finding::failed("secrets", error.to_string(), fix)
}

/// A look at secrets that were read, one after the other.
struct Look<'a> {
    stack: &'a str,
    batch: &'a SecretBatch,
    findings: Vec<Finding>,
}

impl Look<'_> {
    /// A secret, when it is usable. The finding about it is kept.
    fn at<T: serde::de::DeserializeOwned>(
        &mut self,
        name: &str,
        trouble: impl Fn(&T) -> Option<String>,
    ) -> Option<T> {
        let (finding, found) = read(self.stack, self.batch, name, trouble);
        self.findings.push(finding);
        found
    }

    /// Those of bonuses, where some are paid. What has to be in them depends on what is on.
    fn at_bonuses(&mut self, deployment: &Deployment, functions: &Functions) -> Option<PortmoneSecret> {
        if !functions.has(PAYER) {
            return None;
        }
        let is_on = |setting| functions.setting(setting).is_some();
        let (pays, tops_up) = (is_on("PORTMONE_API_BASE"), is_on("TELECOM_URL"));
        self.at("receipts", |found| receipts_trouble(found, pays));
        self.at("telecom", |found| telecom_trouble(found, tops_up));
        self.at("portmone", |found: &PortmoneSecret| found.trouble(&deployment.http))
    }
}

/// A secret, when it is usable, and the finding about it.
fn read<T: serde::de::DeserializeOwned>(
    stack: &str,
    batch: &SecretBatch,
    name: &str,
    trouble: impl Fn(&T) -> Option<String>,
) -> (Finding, Option<T>) {
    let check = format!("secret {stack}/{name}");
    let shape = match name {
        "tripay" => r#"{"apiKey":"…","privateKey":"…","merchantCode":"T…"}"#,
        "api" => r#"{"jwtSecret":"…","cursorKey":"…","cronSecret":"…"}"#,
        "telegram" => {
            r#"{"botToken":"<digits>:<letters>","webhookSecret":"…"}: the token as @BotFather tells it, empty switches \
               Telegram off; webhookSecret by `ops telegram set-webhook --new-secret`"#
        }
        "smtp" => r#"{"username":"…","password":"…"}; both empty, the relay asks for none"#,
        "isp-panel" | "isp-api" => r#"{"username":"…","password":"…"}; both empty where it is not used"#,
        "sippy" => {
            r#"{"username":"…","password":"…"}: the switch's web login and its API password; both empty where it is not used"#
        }
        "cron" => {
            r#"{"secret":"…"}: what a scheduler of your own starts runs with; empty where there is none"#
        }
        "portmone" => {
            r#"{"login":"…","password":"…","certificatePem":"…","privateKeyPem":"…","webhookToken":"…","gatewayLogin":"…","gatewayPassword":"…","gatewayPayeeId":"…"}: what is not used is empty; the certificate by `ops portmone import-cert`"#
        }
        "receipts" => r#"{"encryptionSecret":"…"}: what the receipt system seals numbers of phones with"#,
        "telecom" => r#"{"apiKey":"…"}; empty where Portmone tops up by itself"#,
        "billz" => r#"{"secretToken":"…"}: an integration key, made in Billz; empty where it is not used"#,
        _ => r#"{"apiKeys":["…"]}"#,
    };
    let mut fix = format!(
        "aws secretsmanager put-secret-value --secret-id {stack}/{name} --secret-string file://… (shape: {shape})"
    );
    if name == "tripay" {
        fix.push_str(
            "\nTripay shows them in its member area: sandbox under API & Integrasi > Simulator > Merchant > Detail, \
             production under Merchant > Opsi > Edit",
        );
    }
    match batch.get::<T>(name) {
        Ok(found) => match trouble(&found) {
            None => (Finding::ok(check, "well-formed"), Some(found)),
            Some(trouble) => (Finding::failed(check, trouble, fix), None),
        },
        Err(SecretError::Missing(_)) => (Finding::failed(check, "it is missing", fix), None),
        Err(error) => (Finding::failed(check, error.to_string(), fix), None),
    }
}

fn tripay_trouble(found: &Credentials, is_production: bool) -> Option<String> {
    let (api_key, private_key) =
        (found.api_key.expose_secret().trim(), found.private_key.expose_secret().trim());
    let code = found.merchant_code.trim();
    if api_key.is_empty() || private_key.is_empty() || code.is_empty() {
        return Some("a field is empty: Tripay is not configured".to_owned());
    }
    if !code.strip_prefix('T').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some("merchantCode is not T and digits".to_owned());
    }
    match (api_key.starts_with("DEV-"), is_production) {
        (true, true) => {
            Some("apiKey is one of the sandbox (DEV-…), but TRIPAY_MODE is production".to_owned())
        }
        (false, false) => {
            Some("apiKey is not one of the sandbox (DEV-…), but TRIPAY_MODE is sandbox".to_owned())
        }
        _ if !private_key.is_ascii() || !api_key.is_ascii() => {
            Some("a key has letters that are not ASCII".to_owned())
        }
        _ => None,
    }
}

fn api_trouble(found: &ApiSecret, has_jwks: bool) -> Option<String> {
    let is_short = |key: &SecretString| key.expose_secret().len() < SHORTEST_KEY;
    if is_short(&found.cursor_key) {
        return Some(format!("cursorKey is shorter than {SHORTEST_KEY} bytes"));
    }
    if !has_jwks && is_short(&found.jwt_secret) {
        return Some(format!(
            "jwtSecret is shorter than {SHORTEST_KEY} bytes, and there is no JwksUrl instead"
        ));
    }
    None
}

fn internal_trouble(found: &InternalKeys) -> Option<String> {
    let is_usable = |key: &SecretString| {
        let key = key.expose_secret();
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match found.api_keys.as_slice() {
        [] => Some("apiKeys is empty: the order and the user service cannot be called".to_owned()),
        [_] | [_, _] if found.api_keys.iter().all(is_usable) => None,
        [_] | [_, _] => Some("a key is empty, or has letters that cannot stand in a header".to_owned()),
        _ => Some("more than two keys: one is current, one may be on its way out".to_owned()),
    }
}

fn telegram_trouble(found: &Bot) -> Option<String> {
    let (token, secret) = (found.bot_token.expose_secret(), found.webhook_secret.expose_secret());
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_usable =
        (SHORTEST_KEY..=LONGEST_WEBHOOK_SECRET).contains(&secret.len()) && secret.bytes().all(is_letter);
    if !secret.is_empty() && !is_usable {
        return Some(format!(
            "webhookSecret is not {SHORTEST_KEY} to {LONGEST_WEBHOOK_SECRET} of A-Z, a-z, 0-9, _ and -"
        ));
    }
    if token.trim().is_empty() {
        return None;
    }
    let is_bot = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let is_key = |key: &str| key.len() >= SHORTEST_TELEGRAM_KEY && key.bytes().all(is_letter);
    let is_token = token.split_once(':').is_some_and(|(id, key)| is_bot(id) && is_key(key));
    (!is_token).then(|| "botToken is not digits, a colon and some 35 letters".to_owned())
}

fn billz_trouble(found: &BillzCredentials) -> Option<String> {
    let token = found.secret_token.expose_secret().trim();
    let is_token = token.bytes().all(|byte| byte.is_ascii_graphic());
    (!is_token).then(|| "secretToken has blanks, or letters that are not ASCII".to_owned())
}

fn cron_trouble(found: &CronSecret) -> Option<String> {
    let length = found.secret.expose_secret().len();
    (1..SHORTEST_KEY).contains(&length).then(|| format!("secret is shorter than {SHORTEST_KEY} bytes"))
}

fn receipts_trouble(found: &ReceiptsSecret, pays: bool) -> Option<String> {
    let is_empty = found.encryption_secret.expose_secret().is_empty();
    (pays && is_empty).then(|| "encryptionSecret is empty: no bonus is paid, decisions wait".to_owned())
}

fn telecom_trouble(found: &TelecomSecret, tops_up: bool) -> Option<String> {
    let key = found.api_key.expose_secret();
    if tops_up && key.is_empty() {
        return Some("apiKey is empty, but TelecomUrl is set: phones are not topped up".to_owned());
    }
    let is_word = key.bytes().all(|byte| byte.is_ascii_graphic());
    (!is_word).then(|| "apiKey has letters that cannot stand in a header".to_owned())
}

fn smtp_trouble(found: &SmtpCredentials) -> Option<String> {
    account_trouble(&found.username.as_str().into(), &found.password)
}

fn account_trouble(username: &SecretString, password: &SecretString) -> Option<String> {
    let has_password = !password.expose_secret().is_empty();
    match (username.expose_secret().is_empty(), has_password) {
        (true, true) => Some("there is a password, but username is empty".to_owned()),
        (false, false) => Some("there is a username, but password is empty".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(api_key: &str, private_key: &str, code: &str) -> Credentials {
        Credentials {
            api_key: api_key.into(),
            private_key: private_key.into(),
            merchant_code: code.to_owned(),
        }
    }

    #[test]
    fn credentials_of_the_other_system_are_found_out_before_they_are_used() {
        assert_eq!(tripay_trouble(&credentials("DEV-abc", "a-b", "T1"), false), None);
        assert_eq!(tripay_trouble(&credentials("abc", "a-b", "T1"), true), None);
        assert!(
            tripay_trouble(&credentials("abc", "a-b", "T1"), false)
                .unwrap()
                .contains("TRIPAY_MODE is sandbox")
        );
        assert!(tripay_trouble(&credentials("DEV-abc", "a-b", "T1"), true).unwrap().contains("production"));
        assert!(tripay_trouble(&credentials("DEV-abc", " ", "T1"), false).unwrap().contains("empty"));
        assert!(
            tripay_trouble(&credentials("DEV-abc", "a-b", "1234"), false).unwrap().contains("merchantCode")
        );
    }

    #[test]
    fn one_or_two_usable_keys_are_wanted() {
        let keys = |keys: &[&str]| InternalKeys { api_keys: keys.iter().map(|key| (*key).into()).collect() };
        assert_eq!(internal_trouble(&keys(&["one"])), None);
        assert_eq!(internal_trouble(&keys(&["one", "two"])), None);
        for bad in [&[] as &[&str], &[""], &["with space"], &["one", "zwölf"], &["one", "two", "three"]] {
            assert!(internal_trouble(&keys(bad)).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn short_keys_are_refused_and_key_sets_make_the_token_secret_needless() {
        let secret =
            |jwt: &str, cursor: &str| ApiSecret { jwt_secret: jwt.into(), cursor_key: cursor.into() };
        let long = "0123456789abcdef0123456789abcdef";
        assert_eq!(api_trouble(&secret(long, long), false), None);
        assert_eq!(api_trouble(&secret("", long), true), None);
        assert!(api_trouble(&secret("", long), false).unwrap().contains("jwtSecret"));
        assert!(api_trouble(&secret(long, "short"), true).unwrap().contains("cursorKey"));
    }

    #[test]
    fn a_token_that_is_none_is_found_and_none_at_all_is_a_choice() {
        let secret = "0123456789_abcdef-0123456789abcdef";
        let bot = |token: &str, secret: &str| Bot { bot_token: token.into(), webhook_secret: secret.into() };
        let trouble = |token: &str| telegram_trouble(&bot(token, secret));
        assert_eq!(telegram_trouble(&bot("", "")), None);
        for bad in [&secret[..31], &format!("{secret}!"), &secret.repeat(8)] {
            assert!(telegram_trouble(&bot("", bad)).unwrap().starts_with("webhookSecret is not"), "{bad}");
        }
        let key = "AbCdEfGhIjKlMnOpQrStUvWxYz_-0123456";
        assert_eq!(trouble(""), None);
        assert_eq!(trouble(&format!("123456789:{key}")), None);
        for bad in [
            key.to_owned(),
            format!(":{key}"),
            format!("bot123:{key}"),
            format!("123:{key}:7"),
            format!("123:{}", &key[6..]),
            format!("123:{key}\n"),
            format!("123:{} ", &key[1..]),
        ] {
            assert!(trouble(&bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn an_integration_key_is_one_word_or_none() {
        let trouble = |token: &str| billz_trouble(&BillzCredentials { secret_token: token.into() });
        for good in ["", "0123456789abcdef", "0123456789abcdef\n"] {
            assert_eq!(trouble(good), None);
        }
        for bad in ["integration key", "ключ"] {
            assert!(trouble(bad).unwrap().starts_with("secretToken has blanks"), "{bad}");
        }
    }

    #[test]
    fn a_secret_of_a_scheduler_is_long_or_none() {
        let trouble = |secret: &str| cron_trouble(&CronSecret { secret: secret.into() });
        assert_eq!((trouble(""), trouble("0123456789abcdef0123456789abcdef")), (None, None));
        assert!(trouble("short").unwrap().contains("shorter than 32 bytes"));
    }

    #[test]
    fn an_account_at_the_relay_is_whole_or_none() {
        let trouble = |username: &str, password: &str| {
            smtp_trouble(&SmtpCredentials { username: username.to_owned(), password: password.into() })
        };
        assert_eq!((trouble("", ""), trouble("paydesk", "secret")), (None, None));
        assert!(trouble("paydesk", "").unwrap().contains("password is empty"));
        assert!(trouble("", "secret").unwrap().contains("username is empty"));
    }
}
