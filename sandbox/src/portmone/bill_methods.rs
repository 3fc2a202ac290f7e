//! PortmoneDirect's methods: `bills.create`, `bills.pay` and `payers.getPayersList`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, StatusCode, Uri};
use hyper::body::Bytes;

use super::amounts::read_amount;
use super::answers::{Manner, created, fail_document, paid, payees, xml};
use super::bills::{Bill, Trap};
use super::form::Form;
use super::notices::send_by_itself;
use super::office::NewBill;
use super::operations::answered_version;
use super::payees::{Language, Payee};
use super::refusals::Refusal;
use super::{LOGIN, PASSWORD};
use crate::decimal::Decimal;
use crate::world::World;

/// How late the answer of a slow contract is.
const SLOW: Duration = Duration::from_secs(3);
const FORM: &str = "application/x-www-form-urlencoded";

/// What was done, in a document.
struct Done {
    document: String,
    /// What becomes of the answer.
    trap: Option<Trap>,
}

/// Answers a call, as well or badly as the contract number wants.
pub(super) async fn call(
    State(world): State<Arc<World>>,
    (method, uri): (Method, Uri),
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fail = |status: StatusCode, refusal: &Refusal| {
        xml(status, fail_document(refusal, answered_version(&world, &body)))
    };
    if method != Method::POST {
        let refusal = Refusal::bad_request("Only POST is taken, with the parameters in the body");
        return fail(StatusCode::METHOD_NOT_ALLOWED, &refusal);
    }
    let outcome = check_place(&uri, &headers).and_then(|()| done(&world, &body));
    match outcome {
        Err(refusal) => fail(StatusCode::OK, &refusal),
        Ok(done) => sent(done).await,
    }
}

/// Parameters stand in the body and nowhere else.
fn check_place(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    if uri.query().is_some() {
        return Err(Refusal::bad_request("The parameters must be in the body, not in the URL"));
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM)) {
        true => Ok(()),
        false => Err(Refusal::bad_request(format!("The body must be {FORM}"))),
    }
}

fn done(world: &Arc<World>, body: &[u8]) -> Result<Done, Refusal> {
    let mut form = Form::read(body)?;
    let (login, password) = (form.take("login"), form.take("password"));
    if (login.as_deref(), password.as_deref()) != (Some(LOGIN), Some(PASSWORD)) {
        return Err(Refusal::wrong_credentials());
    }
    let manner = manner(world, &mut form, answered_version(world, body))?;
    match form.take("method").as_deref() {
        Some("bills.create") => create(world, form, manner),
        Some("bills.pay") => pay(world, form, manner),
        Some("payers.getPayersList") => {
            form.end()?;
            Ok(Done { document: payees(manner), trap: None })
        }
        _ => Err(Refusal::unknown_method()),
    }
}

fn manner(world: &World, form: &mut Form, version: u8) -> Result<Manner, Refusal> {
    if !matches!(form.take("version").as_deref(), None | Some("1" | "2")) {
        return Err(Refusal::bad_request("version must be 1 or 2"));
    }
    let shape = world.portmone().settings.shape;
    let language = match form.take("lang").filter(|_| version > 1) {
        None => Language::default(),
        Some(name) => Language::named(&name)
            .ok_or_else(|| Refusal::bad_request(format!("lang must be uk, ru or en, not {name}")))?,
    };
    Ok(Manner { version, language, shape })
}

fn create(world: &World, mut form: Form, manner: Manner) -> Result<Done, Refusal> {
    let payee = form.need("payeeId")?;
    let contract_number = form.need("contractNumber")?;
    let payee = Payee::numbered(&payee).ok_or_else(|| Refusal::unknown_payee(&payee))?;
    if !payee.has_contract(&contract_number) {
        return Err(Refusal::unknown_contract());
    }
    let amount = form.take("amount").map(|text| amount_of(&text)).transpose()?;
    let currency = form.take("currency").unwrap_or_else(|| "UAH".to_owned());
    if currency != "UAH" {
        return Err(Refusal::bad_request("currency must be UAH"));
    }
    let comment = form.take("comment");
    form.end()?;
    let trap = Trap::of(&contract_number);
    if trap == Some(Trap::DeclinesBill) {
        return Err(Refusal::declined());
    }
    let new = NewBill { payee, contract_number, amount, currency, comment };
    let bill = world.portmone().make(new, world.clock.now_seconds());
    Ok(Done { document: created(&bill, manner), trap: trap.filter(|trap| *trap == Trap::BreaksOffBill) })
}

fn amount_of(text: &str) -> Result<Decimal<2>, Refusal> {
    let wrong = || Refusal::bad_request(format!("amount must be like 1.00 and above 0, not {text}"));
    read_amount(text).ok_or_else(wrong)
}

fn pay(world: &Arc<World>, mut form: Form, manner: Manner) -> Result<Done, Refusal> {
    let (id, amount) = (form.need("billId")?, form.need("amount")?);
    let amount = amount_of(&amount)?;
    form.end()?;
    let bill = paid_bill(world, &id, amount)?;
    send_by_itself(world, &bill);
    let trap = bill.trap().filter(|trap| *trap != Trap::BreaksOffBill);
    Ok(Done { document: paid(&bill, manner), trap })
}

fn paid_bill(world: &World, id: &str, amount: Decimal<2>) -> Result<Bill, Refusal> {
    let mut office = world.portmone();
    let bill = office.bill_mut(id).ok_or_else(|| Refusal::unknown_bill(id))?;
    bill.pay(amount, world.clock.now_seconds())?;
    let bill = bill.clone();
    office.paid += 1;
    Ok(bill)
}

async fn sent(done: Done) -> Response {
    let mut document = done.document;
    match done.trap {
        Some(Trap::BreaksOffBill | Trap::BreaksOffPayment) => {
            let end = document.find("</bill>").unwrap_or(0);
            document.truncate(end);
        }
        Some(Trap::HangsPayment) => futures::future::pending().await,
        Some(Trap::SlowsPayment) => tokio::time::sleep(SLOW).await,
        Some(Trap::DeclinesBill | Trap::DeclinesPayment) | None => {}
    }
    xml(StatusCode::OK, document)
}
