//! Sends notices, and writes down what each delivery got. Portmone repeats what was not taken, in a rhythm that is not
//! known: this one repeats what it is told to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::CONTENT_TYPE;
use http::{Method, Request, Response};
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};

use super::TOKEN_HEADER;
use super::answers::XML;
use super::bills::Bill;
use super::documents::{Outcome, Wording, bills, in_form, json_notice, pay_orders, rsp};
use super::settings::Dialect;
use crate::outgoing;
use crate::party::Party;
use crate::world::World;

const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// What a notice bears to prove itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    #[default]
    Good,
    /// The last letter is another.
    Bad,
    /// There is no header.
    Missing,
}

/// A notice, ready to be sent any number of times: the bytes stay the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    content_type: &'static str,
    body: String,
    /// What whoever takes it says.
    taken_by: TakenBy,
    proof: Proof,
}

/// How an answer says that the notice was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TakenBy {
    /// `{"status":"ok"}`
    StatusOk,
    /// `<RESULT>` with `ERROR_CODE` 0.
    Result,
    /// `{"errorCode":"0"}`
    ErrorCode,
    /// `<RESPONSE>` without `SYSTEM_ERROR`.
    Response,
}

impl TakenBy {
    fn holds(self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body);
        let document = || serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
        match self {
            Self::StatusOk => document()["status"] == "ok",
            Self::Result => text.contains("<RESULT>") && text.contains("<ERROR_CODE>0</ERROR_CODE>"),
            Self::ErrorCode => document()["errorCode"] == "0",
            Self::Response => text.contains("<RESPONSE>") && !text.contains("<SYSTEM_ERROR"),
        }
    }
}

impl Notice {
    /// About one bill.
    pub(crate) fn about(
        world: &World,
        bill: &Bill,
        dialect: Dialect,
        wording: &Wording,
        proof: Proof,
    ) -> Self {
        let one = std::slice::from_ref(bill);
        match dialect {
            Dialect::Rsp => {
                Self { content_type: XML, body: rsp(bill, wording), taken_by: TakenBy::StatusOk, proof }
            }
            Dialect::Bills => Self::form(&bills(one, wording), TakenBy::Result, proof),
            Dialect::PayOrders => Self::registry(world, one, wording, proof),
            Dialect::Json => {
                let (content_type, taken_by) = ("application/json", TakenBy::ErrorCode);
                Self { content_type, body: json_notice(bill), taken_by, proof }
            }
        }
    }

    /// About several bills: a payment order of the bank.
    pub(crate) fn registry(world: &World, told: &[Bill], wording: &Wording, proof: Proof) -> Self {
        let number = world.portmone().next_pay_order();
        Self::form(&pay_orders(number, told, wording, world.clock.now_seconds()), TakenBy::Result, proof)
    }

    /// About several bills: each as if it came alone.
    pub(crate) fn list(told: &[Bill], wording: &Wording, proof: Proof) -> Self {
        Self::form(&bills(told, wording), TakenBy::Result, proof)
    }

    /// A question about payers.
    pub(crate) fn question(document: &str, proof: Proof) -> Self {
        Self::form(document, TakenBy::Response, proof)
    }

    fn form(document: &str, taken_by: TakenBy, proof: Proof) -> Self {
        Self { content_type: "application/x-www-form-urlencoded", body: in_form(document), taken_by, proof }
    }
}

/// What became of a delivery.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivery {
    at: String,
    url: Option<String>,
    request_body: String,
    /// `null` where no answer came.
    status: Option<u16>,
    body: Option<String>,
    error: Option<String>,
    ms: u128,
    accepted: bool,
}

/// Delivers a notice once.
pub(crate) async fn deliver(world: &World, notice: &Notice) -> Delivery {
    let (url, token) = {
        let office = world.portmone();
        (office.settings.callback_url.clone(), office.settings.webhook_token.clone())
    };
    let mut delivery = Delivery {
        at: world.clock.now_text(),
        url: url.clone(),
        request_body: notice.body.clone(),
        status: None,
        body: None,
        error: None,
        ms: 0,
        accepted: false,
    };
    let began = Instant::now();
    let answer = match url {
        None => Err("no callback URL is set".to_owned()),
        Some(url) => send(world, notice, &url, &token).await,
    };
    match answer {
        Ok(response) => {
            delivery.accepted = response.status().is_success() && notice.taken_by.holds(response.body());
            delivery.status = Some(response.status().as_u16());
            delivery.body = Some(String::from_utf8_lossy(response.body()).into_owned());
        }
        Err(reason) => delivery.error = Some(reason),
    }
    delivery.ms = began.elapsed().as_millis();
    delivery
}

async fn send(world: &World, notice: &Notice, url: &str, token: &str) -> Result<Response<Bytes>, String> {
    let mut request =
        Request::builder().method(Method::POST).uri(url).header(CONTENT_TYPE, notice.content_type);
    match notice.proof {
        Proof::Good => request = request.header(TOKEN_HEADER, token),
        Proof::Bad => {
            let mut other = token.to_owned();
            let last = other.pop();
            other.push(if last == Some('x') { 'y' } else { 'x' });
            request = request.header(TOKEN_HEADER, other);
        }
        Proof::Missing => {}
    }
    let request = request.body(Bytes::from(notice.body.clone())).map_err(|error| error.to_string())?;
    outgoing::send(world, (Party::Portmone, "callback"), request, DELIVERY_TIMEOUT).await
}

/// Tells of a payment without being told to, where the settings say so.
pub(super) fn send_by_itself(world: &Arc<World>, bill: &Bill) {
    let (dialect, delay_ms) = {
        let office = world.portmone();
        (office.settings.auto_callback, office.settings.auto_callback_delay_ms)
    };
    let Some(dialect) = dialect else { return };
    let notice = Notice::about(world, bill, dialect, &Wording::of(Outcome::Ok), Proof::Good);
    let world = Arc::clone(world);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        deliver(&world, &notice).await;
    });
}
