//! The outside parties, with their credentials as last read.

use shared::lambda::aws::account;
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::lambda::settings::{SettingError, optional, parsed, required};
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::providers::internal_service::{InternalKeyError, InternalService};
use shared::providers::mail::ses::Ses;
use shared::providers::mail::smtp::{Relay, Smtp, SmtpCredentials, SmtpSetupError};
use shared::providers::mail::{Mailer, Sender};
use shared::providers::telegram::Telegram;
use shared::providers::user_service::UserService;

/// Who is called.
#[derive(Debug, Clone)]
pub struct Parties {
    pub users: UserService,
    /// None: email is off.
    pub mailer: Option<Mailer>,
    /// None: Telegram is off.
    pub telegram: Option<Telegram>,
}

/// Where the parties and their credentials are.
#[derive(Debug, Clone)]
pub struct PartySource {
    pub secrets: SecretReader,
    pub caller: Caller,
    pub users_url: String,
    pub telegram_url: String,
    pub mail: MailRoute,
}

/// How emails go out: `EMAIL_TRANSPORT`.
#[derive(Debug, Clone)]
pub enum MailRoute {
    /// Not at all: `EMAIL_FROM` is empty.
    Off,
    /// Through Amazon SES.
    Ses { ses: Ses, sender: Sender },
    /// Through a relay. `own_root` is a certificate in PEM that is believed beside the public ones.
    Smtp { relay: Relay, own_root: Option<String>, sender: Sender },
}

/// Why the parties cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum PartyError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Key(#[from] InternalKeyError),
    #[error(transparent)]
    Smtp(#[from] SmtpSetupError),
}

impl MailRoute {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or wrong, by name.
    pub fn from_settings(startup: &Startup) -> Result<Self, SettingError> {
        if optional("EMAIL_FROM").is_none() {
            return Ok(Self::Off);
        }
        let sender = parsed("EMAIL_FROM")?;
        match required("EMAIL_TRANSPORT")?.as_str() {
            "ses" => {
                let caller = Caller::new(startup.http.clone());
                Ok(Self::Ses {
                    ses: Ses::new(caller, account()?, optional("EMAIL_CONFIGURATION_SET")),
                    sender,
                })
            }
            "smtp" => {
                let (host, port) = (required("SMTP_HOST")?, parsed("SMTP_PORT")?);
                let relay = Relay { host, port, security: parsed("SMTP_SECURITY")? };
                Ok(Self::Smtp { relay, own_root: optional("SMTP_ROOT_CERTIFICATE"), sender })
            }
            _ => Err(SettingError::Wrong { name: "EMAIL_TRANSPORT", reason: "it is ses or smtp".to_owned() }),
        }
    }
}

impl PartySource {
    /// The parties, with their credentials as they are now.
    ///
    /// # Errors
    /// When a credential is missing or malformed.
    pub async fn read(&self) -> Result<Parties, PartyError> {
        let mut names = vec!["internal", "telegram"];
        if matches!(self.mail, MailRoute::Smtp { .. }) {
            names.push("smtp");
        }
        let secrets = self.secrets.batch(&names).await?;
        let users = InternalService::new(self.caller.clone(), &self.users_url, &secrets.get("internal")?)?;
        let mailer = match &self.mail {
            MailRoute::Off => None,
            MailRoute::Ses { ses, sender } => Some(Mailer::through_ses(ses.clone(), sender.clone())),
            MailRoute::Smtp { relay, own_root, sender } => {
                let credentials: SmtpCredentials = secrets.get("smtp")?;
                let smtp = Smtp::new(relay.clone(), &credentials, own_root.as_deref())?;
                Some(Mailer::through_smtp(smtp, sender.clone()))
            }
        };
        let telegram = Telegram::new(self.caller.clone(), &self.telegram_url, secrets.get("telegram")?);
        Ok(Parties { users: UserService::new(users), mailer, telegram })
    }
}
