//! The client against the sandbox's Billz, which was written from Billz's own documents.

use jiff::{SignedDuration, Timestamp};
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::domain::billz::operation::{Answer, DraftSearch, Operation, OperationKind, Park, Refusal};
use shared::domain::billz::order::OrderLine;
use shared::domain::identifier::{BillzOrderId, PaymentTypeId};
use shared::domain::money::Money;
use shared::providers::billz::{Billz, BillzError};
use shared::retry::{Retry, Verdict};

use crate::billz_setup::{PRODUCT, REFERENCE, billz, operation, soum};

struct Desk {
    sandbox: Running,
    billz: Billz,
    token: SecretString,
}

impl Desk {
    async fn opened() -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let unlimited = json!({ "perSecond": 0 });
        sandbox.control("PUT", "/_control/billz/settings/limit", &unlimited).await.unwrap();
        let billz = billz(&sandbox.url());
        let token = billz.login(Timestamp::now()).await.unwrap().text;
        Self { sandbox, billz, token }
    }

    async fn perform(&self, operation: Operation) -> Result<Answer, BillzError> {
        self.billz.perform(&self.token, &operation, Timestamp::now()).await
    }

    async fn draft(&self) -> BillzOrderId {
        match self.perform(Operation::CreateDraft { comment: REFERENCE.to_owned() }).await.unwrap() {
            Answer::DraftCreated { order, number: Some(_) } => order,
            other => panic!("{other:?}"),
        }
    }

    async fn add(&self, order: &BillzOrderId, quantity: &str) -> Result<Answer, BillzError> {
        let quantity = quantity.parse().unwrap();
        let line = OrderLine { product: PRODUCT.parse().unwrap(), quantity, seller: None };
        self.perform(Operation::AddItem { order: order.clone(), line }).await
    }

    async fn find_draft(&self) -> Answer {
        let since = Timestamp::now() - SignedDuration::from_secs(30);
        self.perform(Operation::FindDraft { comment: REFERENCE.to_owned(), since }).await.unwrap()
    }

    /// Where an order stands, and what it costs.
    async fn look(&self, order: &BillzOrderId) -> Option<(Park, Option<Money>)> {
        match self.perform(Operation::ReadOrder { order: order.clone() }).await.unwrap() {
            Answer::Order(view) => view.map(|view| (view.park, view.total)),
            other => panic!("{other:?}"),
        }
    }

    async fn fault(&self, operation: &str) {
        let fault = json!({ "party": "billz", "operation": operation, "fault": "cut_after" });
        let (status, answer) = self.sandbox.control("POST", "/_control/faults", &fault).await.unwrap();
        assert!((200..300).contains(&status), "{answer}");
    }
}

fn payment(order: &BillzOrderId, amount: Money) -> Operation {
    let payment_type: PaymentTypeId = sandbox::billz::CASH_PAYMENT_TYPE_ID.parse().unwrap();
    Operation::Pay { order: order.clone(), payment_type, amount }
}

fn refusal_of(result: Result<Answer, BillzError>) -> Refusal {
    match result {
        Err(BillzError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn an_order_is_made_filled_put_aside_and_paid() {
    let desk = Desk::opened().await;
    let new_client = operation(OperationKind::CreateClient);
    let find_client = operation(OperationKind::FindClient);
    assert_eq!(desk.perform(find_client.clone()).await, Ok(Answer::Client(None)));
    let Answer::ClientCreated(client) = desk.perform(new_client).await.unwrap() else { panic!("no client") };
    assert_eq!(desk.perform(find_client).await, Ok(Answer::Client(Some(client.clone()))));

    let order = desk.draft().await;
    assert_eq!(desk.look(&order).await, Some((Park::Draft, Some(soum(0)))));
    let attach = Operation::AttachClient { order: order.clone(), client };
    assert_eq!(desk.perform(attach).await, Ok(Answer::Done));
    assert_eq!(desk.add(&order, "2").await, Ok(Answer::Done));
    assert_eq!(desk.look(&order).await, Some((Park::Draft, Some(soum(7_000_000)))));
    let total = soum(6_500_050);
    for _ in 0..2 {
        let set = Operation::SetTotal { order: order.clone(), total };
        assert_eq!(desk.perform(set).await, Ok(Answer::Done), "set, and not taken off");
    }
    let postpone = Operation::Postpone { order: order.clone(), comment: "Order 12345".to_owned() };
    let Answer::Postponed(Some(view)) = desk.perform(postpone).await.unwrap() else { panic!("not shown") };
    assert_eq!((view.park, view.total, view.quantity), (Park::Active, Some(total), "2".parse().ok()));
    let refused = refusal_of(desk.perform(payment(&order, soum(7_000_000))).await);
    assert_eq!(refused.code, Refusal::WRONG_TOTAL);
    assert!(refused.reason.contains("65000.5"), "{refused:?}");
    assert_eq!(desk.perform(payment(&order, total)).await, Ok(Answer::Done));
    assert_eq!(desk.look(&order).await, Some((Park::Completed, Some(total))));
}

#[tokio::test]
async fn an_order_that_was_put_aside_is_deleted_after_it_was_returned() {
    let desk = Desk::opened().await;
    let order = desk.draft().await;
    desk.add(&order, "1").await.unwrap();
    let postpone = Operation::Postpone { order: order.clone(), comment: String::new() };
    desk.perform(postpone).await.unwrap();
    let delete = Operation::DeleteDraft { order: order.clone() };
    assert_eq!(refusal_of(desk.perform(delete.clone()).await).code, Refusal::NOT_A_DRAFT);
    assert_eq!(desk.perform(Operation::ReturnToDraft { order: order.clone() }).await, Ok(Answer::Done));
    assert_eq!(desk.perform(delete.clone()).await, Ok(Answer::Done));
    assert_eq!(desk.look(&order).await, None);
    assert_eq!(refusal_of(desk.perform(delete).await).code, Refusal::ORDER_UNKNOWN);
}

#[tokio::test]
async fn what_is_out_of_stock_or_unknown_is_named() {
    let desk = Desk::opened().await;
    let order = desk.draft().await;
    let refused = refusal_of(desk.add(&order, "100.5").await);
    assert_eq!((refused.code.as_str(), refused.product.as_deref()), (Refusal::OUT_OF_STOCK, Some(PRODUCT)));
    let line =
        OrderLine { product: "nothing".parse().unwrap(), quantity: "1".parse().unwrap(), seller: None };
    let refused = refusal_of(desk.perform(Operation::AddItem { order, line }).await);
    assert_eq!((refused.code.as_str(), refused.product.as_deref()), (Refusal::REFUSED, Some("nothing")));
    let missing: BillzOrderId = "38c3920a-ffdd-4233-a823-8af3266f5f4f".parse().unwrap();
    assert_eq!(refusal_of(desk.add(&missing, "1").await).code, Refusal::ORDER_UNKNOWN);
    assert_eq!(desk.look(&missing).await, None);
}

#[tokio::test]
async fn a_draft_whose_answer_is_lost_is_found_by_our_reference() {
    let desk = Desk::opened().await;
    assert_eq!(desk.find_draft().await, Answer::Draft(DraftSearch::Absent));
    desk.fault("create_order").await;
    let create = Operation::CreateDraft { comment: REFERENCE.to_owned() };
    assert_eq!(desk.perform(create).await.unwrap_err().retry(), Retry::AskFirst);
    let Answer::Draft(DraftSearch::Found { order, number: Some(_) }) = desk.find_draft().await else {
        panic!("not found")
    };
    assert_eq!(desk.look(&order).await, Some((Park::Draft, Some(soum(0)))));
}

#[tokio::test]
async fn a_draft_that_lost_its_comment_makes_the_search_doubtful() {
    let desk = Desk::opened().await;
    desk.perform(Operation::CreateDraft { comment: String::new() }).await.unwrap();
    assert_eq!(desk.find_draft().await, Answer::Draft(DraftSearch::Doubtful));
}

#[tokio::test]
async fn an_ended_token_is_told_and_a_new_one_is_taken() {
    let desk = Desk::opened().await;
    desk.sandbox.control("POST", "/_control/billz/tokens/expire", &Value::Null).await.unwrap();
    let find = Operation::ReadOrder { order: "order-1".parse().unwrap() };
    assert_eq!(desk.perform(find.clone()).await, Err(BillzError::TokenExpired));
    let token = desk.billz.login(Timestamp::now()).await.unwrap().text;
    let answer = desk.billz.perform(&token, &find, Timestamp::now()).await;
    assert_eq!(answer, Ok(Answer::Order(None)));
}

#[tokio::test]
async fn what_is_to_be_set_up_is_listed() {
    let desk = Desk::opened().await;
    let ids = |list: Vec<(String, String)>| list.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(desk.billz.shops(&desk.token).await.unwrap()), [sandbox::billz::SHOP_ID]);
    assert_eq!(ids(desk.billz.cash_boxes(&desk.token).await.unwrap()), [sandbox::billz::CASHBOX_ID]);
    let types = ids(desk.billz.payment_types(&desk.token).await.unwrap());
    assert!(types.contains(&sandbox::billz::CASH_PAYMENT_TYPE_ID.to_owned()), "{types:?}");
}
