//! Billz as the test plays it, and each operation with Billz's answer to it. Fixtures whose name begins with
//! `composed_` are put together from what is known of the fields; the others are Billz's own examples.

use jiff::Timestamp;
use secrecy::SecretString;
use shared::domain::billz::operation::{
    Answer, DraftSearch, Operation, OperationKind, OrderView, Park, Refusal,
};
use shared::domain::billz::order::OrderLine;
use shared::domain::billz::work::NewClient;
use shared::domain::identifier::BillzOrderId;
use shared::domain::money::{Currency, Money};
use shared::providers::billz::{Billz, BillzCredentials, BillzError, Shop};
use shared::providers::call::CallError;

use crate::odd_server::{OddServer, Play, Seen, json};
use crate::setup::{at, caller};

pub const SECRET_TOKEN: &str = "sandbox-billz-secret-token-00000000";
pub const ORDER: &str = "5fffc042-afe5-48bf-8203-eb72b27500da";
pub const CLIENT: &str = "622c8993-9f82-45ae-a69d-63103d8506d5";
pub const PRODUCT: &str = "2ce40c63-4527-4898-a975-7c30c255fd50";
pub const REFERENCE: &str = "order_12345_1795000000000";

pub const DONE: &str = include_str!("../fixtures/billz/composed_done.json");
pub const ACCEPTED: &str = include_str!("../fixtures/billz/composed_accepted.json");
pub const SHOWN: &str = include_str!("../fixtures/billz/composed_order.json");
pub const EXPIRED: &str = include_str!("../fixtures/billz/token_expired.json");

pub fn credentials() -> BillzCredentials {
    BillzCredentials { secret_token: SecretString::from(SECRET_TOKEN) }
}

pub fn shop() -> Shop {
    Shop {
        shop_id: "5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10".to_owned(),
        cashbox_id: "0c9a7c2e-8f5b-4c0d-a2a7-6b1d3e4f5a60".to_owned(),
        zone: "Asia/Tashkent".parse().unwrap(),
        postpone_days: 30,
    }
}

pub fn billz(url: &str) -> Billz {
    Billz::new(caller(), &format!("{url}/billz/"), shop(), credentials()).unwrap()
}

pub fn token() -> SecretString {
    SecretString::from("head.access.sign")
}

pub fn now() -> Timestamp {
    at("2026-11-21T01:47:30Z")
}

pub fn order() -> BillzOrderId {
    ORDER.parse().unwrap()
}

pub fn soum(minor: i64) -> Money {
    Money::new(minor, Currency::Uzs)
}

pub fn operation(kind: OperationKind) -> Operation {
    let order = order();
    match kind {
        OperationKind::FindClient => Operation::FindClient { phone: "+998901234567".parse().unwrap() },
        OperationKind::CreateClient => Operation::CreateClient(NewClient {
            phone: "+998901234567".parse().unwrap(),
            first_name: "Aziza".to_owned(),
            last_name: Some("Karimova".to_owned()),
            system_id: None,
        }),
        OperationKind::CreateDraft => Operation::CreateDraft { comment: REFERENCE.to_owned() },
        OperationKind::FindDraft => {
            Operation::FindDraft { comment: REFERENCE.to_owned(), since: at("2026-11-21T01:46:00Z") }
        }
        OperationKind::AttachClient => Operation::AttachClient { order, client: CLIENT.parse().unwrap() },
        OperationKind::AddItem => Operation::AddItem {
            order,
            line: OrderLine {
                product: PRODUCT.parse().unwrap(),
                quantity: "1.25".parse().unwrap(),
                seller: Some("90219ac7-88b7-43f6-bed9-5c6761aefa71".parse().unwrap()),
            },
        },
        OperationKind::SetTotal => Operation::SetTotal { order, total: soum(25_410_050) },
        OperationKind::Postpone => {
            Operation::Postpone { order, comment: "Order 12345 - Tashkent".to_owned() }
        }
        OperationKind::ReadOrder => Operation::ReadOrder { order },
        OperationKind::Pay => Operation::Pay {
            order,
            payment_type: "c6e84d9b-0ef0-4d5a-886d-147c74a9b051".parse().unwrap(),
            amount: soum(25_410_000),
        },
        OperationKind::ReturnToDraft => Operation::ReturnToDraft { order },
        OperationKind::DeleteDraft => Operation::DeleteDraft { order },
    }
}

/// The order of the fixture, as we read it.
pub fn view() -> OrderView {
    OrderView {
        number: Some("213945".to_owned()),
        park: Park::Active,
        total: Some(soum(25_410_000)),
        quantity: Some("3".parse().unwrap()),
        document: SHOWN.trim().to_owned(),
    }
}

/// What Billz says to an operation that goes well, and what that is in our words.
pub fn good(kind: OperationKind) -> (&'static str, Answer) {
    match kind {
        OperationKind::FindClient => (
            include_str!("../fixtures/billz/composed_clients.json"),
            Answer::Client(Some(CLIENT.parse().unwrap())),
        ),
        OperationKind::CreateClient => (
            include_str!("../fixtures/billz/composed_client_created.json"),
            Answer::ClientCreated(CLIENT.parse().unwrap()),
        ),
        OperationKind::CreateDraft => (
            include_str!("../fixtures/billz/order_created.json"),
            Answer::DraftCreated {
                order: "38c3920a-ffdd-4233-a823-8af3266f5f4f".parse().unwrap(),
                number: Some("5632631379".to_owned()),
            },
        ),
        OperationKind::FindDraft => (
            include_str!("../fixtures/billz/composed_drafts.json"),
            Answer::Draft(DraftSearch::Found { order: order(), number: Some("213945".to_owned()) }),
        ),
        OperationKind::AttachClient | OperationKind::AddItem | OperationKind::SetTotal => {
            (DONE, Answer::Done)
        }
        OperationKind::Postpone => (SHOWN, Answer::Postponed(Some(view()))),
        OperationKind::ReadOrder => (SHOWN, Answer::Order(Some(view()))),
        OperationKind::Pay => (include_str!("../fixtures/billz/paid.json"), Answer::Done),
        OperationKind::ReturnToDraft | OperationKind::DeleteDraft => (ACCEPTED, Answer::Done),
    }
}

/// Performs an operation at a server that plays `play`, and shows what it was asked. It is asked once at most.
pub async fn perform(kind: OperationKind, play: Play) -> (Result<Answer, BillzError>, Vec<Seen>) {
    let server = OddServer::start([play.clone()]).await;
    let result = billz(server.url()).perform(&token(), &operation(kind), now()).await;
    assert_eq!(server.connections(), 1, "{kind:?} of {play:?} was repeated");
    let seen = server.seen();
    assert!(seen.len() <= 1, "{kind:?} of {play:?} was repeated");
    (result, seen)
}

pub async fn answer(kind: OperationKind, body: &str) -> Result<Answer, BillzError> {
    perform(kind, json(200, body)).await.0
}

pub async fn refusal(kind: OperationKind, play: Play) -> Refusal {
    match perform(kind, play.clone()).await.0 {
        Err(BillzError::Refused(refusal)) => refusal,
        other => panic!("{kind:?} of {play:?}: {other:?}"),
    }
}

pub async fn call_error(kind: OperationKind, play: Play) -> CallError {
    match perform(kind, play.clone()).await.0 {
        Err(BillzError::Call(error)) => error,
        other => panic!("{kind:?} of {play:?}: {other:?}"),
    }
}
