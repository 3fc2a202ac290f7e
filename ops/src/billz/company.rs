//! What Billz shows to our integration key: shops, cash boxes and payment types, each with its id.

use std::time::Duration;

use anyhow::{Context, anyhow};
use jiff::{SignedDuration, Timestamp};
use shared::domain::pace::Turn;
use shared::domain::zone::Zone;
use shared::providers::billz::{Billz, BillzCredentials, BillzError, Shop};
use shared::retry::Failure;
use shared::stores::paces::SharedPace;
use shared::stores::table::Table;

use crate::deployment::Deployment;
use crate::doctor::functions::Functions;

/// Whose pace it is.
const PARTY: &str = "billz";
/// From one call to the next, where no function says.
const USUAL_GAP_MS: i64 = 550;

/// A turn is taken so long before it is used: it would be used late if it were there before it is written down.
const LEAD: SignedDuration = SignedDuration::from_millis(300);
/// The longest that a call waits for its turn: jobs have theirs, too.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// A list of Billz's - id and name of each - or why there is none.
pub type Listed = Result<Vec<(String, String)>, BillzError>;

/// What a company has at Billz.
#[derive(Debug)]
pub struct Company {
    /// How long the token of this login is good for.
    pub token_lives_for: Duration,
    /// Its shops.
    pub shops: Listed,
    /// Their cash boxes.
    pub cash_boxes: Listed,
    /// Its ways of being paid.
    pub payment_types: Listed,
}

/// Billz, and the pace that all calls to it share.
#[derive(Debug)]
pub struct Door {
    billz: Billz,
    pace: SharedPace,
}

/// Why nothing can be seen.
#[derive(Debug)]
pub enum Shut {
    /// Billz does not let us in.
    Login(BillzError),
    /// No turn could be taken in the pace, so nobody was asked.
    Turn(anyhow::Error),
}

impl Door {
    /// Billz, as the functions reach it. A shop is not needed yet: its ids are what is looked for.
    ///
    /// # Errors
    /// When a setting cannot be used, or the table of the pace cannot be found.
    pub async fn find(
        deployment: &Deployment,
        functions: &Functions,
        base_url: &str,
        credentials: BillzCredentials,
    ) -> anyhow::Result<Self> {
        let gap = functions.setting("BILLZ_REQUEST_GAP_MS").and_then(|gap| gap.parse().ok());
        let name = match functions.setting("BILLZ_TABLE") {
            Some(name) => name.to_owned(),
            None => deployment.table("BillzOrders").await?,
        };
        let table = Table::new(aws_sdk_dynamodb::Client::new(&deployment.sdk), name);
        let caller = functions.caller(deployment)?;
        let zone: Zone = functions.setting("BILLZ_TIME_ZONE").unwrap_or("Asia/Tashkent").parse()?;
        let shop = Shop { shop_id: String::new(), cashbox_id: String::new(), zone, postpone_days: 1 };
        let billz = Billz::new(caller, base_url, shop, credentials);
        let billz = billz.with_context(|| {
            let stack = &deployment.stack;
            format!("{base_url} is no address, or the secret {stack}/billz has no secretToken")
        })?;
        let gap = SignedDuration::from_millis(gap.unwrap_or(USUAL_GAP_MS));
        Ok(Self { billz, pace: SharedPace::new(table, PARTY, gap) })
    }

    /// Logs in, with a token of its own, and asks for every list: four calls, each in its turn.
    ///
    /// # Errors
    /// When there is no token to ask with.
    pub async fn look(&self) -> Result<Company, Shut> {
        let now = self.turn().await?;
        let token = self.billz.login(now).await.map_err(Shut::Login)?;
        self.turn().await?;
        let shops = self.billz.shops(&token.text).await;
        self.turn().await?;
        let cash_boxes = self.billz.cash_boxes(&token.text).await;
        self.turn().await?;
        let payment_types = self.billz.payment_types(&token.text).await;
        Ok(Company { token_lives_for: token.lives_for, shops, cash_boxes, payment_types })
    }

    /// Waits for the turn; the instant that it is then.
    async fn turn(&self) -> Result<Timestamp, Shut> {
        let after = |now: Timestamp, wait| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        let now = Timestamp::now();
        let turn = self.pace.take(after(now, LEAD), after(now, PATIENCE)).await;
        let turn = turn.context("dynamodb:GetItem and dynamodb:PutItem on the table BillzOrders");
        match turn.map_err(Shut::Turn)? {
            Turn::At(turn) => {
                let wait = turn.duration_since(Timestamp::now());
                tokio::time::sleep(wait.max(SignedDuration::ZERO).unsigned_abs()).await;
                Ok(turn)
            }
            Turn::NotBefore(at) => Err(Shut::Turn(anyhow!("others go first until {at}"))),
        }
    }
}

impl Shut {
    /// What happened.
    pub fn words(&self) -> String {
        match self {
            Self::Login(error) => words(error),
            Self::Turn(error) => format!("no turn can be taken in the pace that all calls share: {error:#}"),
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Login(BillzError::Refused(_) | BillzError::TokenExpired) => {
                "is the secret `billz` the integration key as Billz shows it, and is it still there? Make a new one \
                 in Billz, and put it into the secret"
            }
            Self::Login(error) => advice(error),
            Self::Turn(_) => {
                "your own credentials need these permissions; where others go first, look again in a minute"
            }
        }
    }
}

/// What Billz said, or what became of the call.
pub fn words(error: &BillzError) -> String {
    match error {
        BillzError::Refused(refusal) => refusal.reason.clone(),
        BillzError::TokenExpired => "Billz does not take the token that it gave just now".to_owned(),
        BillzError::Call(error) => format!("{error} {}", error.excerpt).trim().to_owned(),
    }
}

/// What to do when a list is not given.
pub fn advice(error: &BillzError) -> &'static str {
    match error {
        BillzError::Refused(_) => "give the role of the integration key the right to see this, in Billz",
        BillzError::TokenExpired => "is that Billz's address? BillzBaseUrl, and the proxy, if you use one",
        BillzError::Call(error) => match error.failure {
            Failure::Limited(_) => {
                "too many calls come from this address: look again in a minute; if others share it, raise BillzRequestGapMs"
            }
            Failure::NotReached
            | Failure::NoAnswer
            | Failure::ServerError
            | Failure::Unreadable
            | Failure::Refused => {
                "is Billz up, is BillzBaseUrl right, may this machine (and the functions) reach it? And the proxy, if \
                 you use one"
            }
        },
    }
}
