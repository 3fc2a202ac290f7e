//! What messages are jobs, which are not, and what is said of those.

use serde_json::value::RawValue;

use super::*;
use crate::domain::billz::order::{DeliveryStatus, NewOrder};
use crate::domain::money::{Currency, Money};

/// Messages that are jobs, and what each is.
pub(super) const GOOD: &str = include_str!("../../../tests/fixtures/billz_jobs/good.json");
/// Messages that are none, and what is said of them.
pub(super) const BAD: &str = include_str!("../../../tests/fixtures/billz_jobs/bad.json");

/// A message that is a job.
#[derive(Deserialize)]
pub(super) struct GoodMessage {
    pub(super) what: String,
    pub(super) message: Box<RawValue>,
}

/// A message that is none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BadMessage {
    pub(super) reason: String,
    /// Whether its sender can know from the schema. It cannot say all that the parser asks for.
    pub(super) schema_refuses: bool,
    pub(super) message: Box<RawValue>,
}

fn good() -> Vec<GoodMessage> {
    serde_json::from_str(GOOD).unwrap()
}

/// What a message asks for, where it is a job.
struct SentJob {
    work: Work,
    sent_at_ms: Option<i64>,
    reply_queue: Option<String>,
    fingerprint: String,
}

fn job(body: &str) -> SentJob {
    match parse(body) {
        Ok(BillzMessage::Job { id: _, work, sent_at_ms, reply_queue, fingerprint }) => {
            SentJob { work, sent_at_ms, reply_queue, fingerprint }
        }
        other => panic!("{body}: {other:?}"),
    }
}

fn job_of(what: &str) -> SentJob {
    job(good().iter().find(|good| good.what == what).unwrap().message.get())
}

fn order_of(what: &str) -> NewOrder {
    let Work::PlaceOrder(order) = job_of(what).work else { panic!("{what} places no order") };
    *order
}

fn soum(minor: i64) -> Money {
    Money::new(minor, Currency::Uzs)
}

#[test]
fn each_of_the_eleven_kinds_can_be_sent() {
    let mut kinds: Vec<JobKind> = good().iter().map(|good| job(good.message.get()).work.kind()).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), JobKind::ALL.len(), "{kinds:?}");
}

#[test]
fn what_is_no_job_is_told_by_the_field_that_is_wrong() {
    let bad: Vec<BadMessage> = serde_json::from_str(BAD).unwrap();
    assert!(bad.len() > 60, "{}", bad.len());
    for BadMessage { reason, message, .. } in bad {
        let error = parse(message.get()).unwrap_err();
        assert_eq!(error.reason, reason, "{message}");
    }
}

#[test]
fn of_a_malformed_message_its_job_and_kind_are_known_where_they_can_be() {
    let error = |body: &str| parse(body).unwrap_err();
    let whole = error(r#"{"type":"ADD_ITEM","payload":{},"correlationId":"job-1"}"#);
    assert_eq!(whole.id, Some("job-1".parse().unwrap()));
    assert_eq!((whole.kind, whole.reason.as_str()), (Some(JobKind::AddItem), "payload.orderId: is missing"));
    let half = error(r#"{"type":"X","payload":{},"correlationId":"job-1"}"#);
    assert_eq!((half.id, half.kind), (Some("job-1".parse().unwrap()), None));
    for body in ["", "[]", "not JSON", r#"{"type":"#] {
        let error = error(body);
        assert_eq!((error.id, error.kind), (None, None), "{body}");
        assert!(error.reason.starts_with("the message: "), "{}", error.reason);
    }
}

#[test]
fn a_reason_quotes_nothing_that_was_sent() {
    let secret = "Zuhra-998901234567";
    for body in [
        format!(r#"{{"type":"{secret}","payload":{{}},"correlationId":"job-1"}}"#),
        format!(
            r#"{{"type":"CREATE_CLIENT","payload":{{"clientPhone":"{secret}"}},"correlationId":"job-1"}}"#
        ),
        format!(r#"{{"type":"CREATE_CLIENT","payload":{{"clientPhone":"{secret}""#),
        format!(r#"{{"type":"GET_ORDER","payload":{{"orderId":"o","{secret}":1}},"correlationId":"job-1"}}"#),
        format!(r#"{{"type":"GET_ORDER","payload":"{secret}","correlationId":"job-1"}}"#),
        format!(
            r#"{{"type":"GET_ORDER","payload":{{"orderId":"o o {secret}"}},"correlationId":"{secret} 1"}}"#
        ),
    ] {
        let error = parse(&body).unwrap_err();
        assert!(!error.reason.contains("Zuhra"), "{}", error.reason);
    }
}

#[test]
fn amounts_and_quantities_are_exact() {
    let payment = job_of("a payment with tiyin, answered to");
    assert_eq!(payment.reply_queue.as_deref(), Some("paydesk-billz-replies"));
    assert_eq!(payment.sent_at_ms, Some(1_795_248_000_000));
    assert!(matches!(payment.work, Work::MakePayment { total, .. } if total == soum(3_500_010)));
    let body = |total: &str| {
        let payload = format!(r#"{{"orderId":"o","cardId":"c","totalPrice":{total}}}"#);
        format!(r#"{{"type":"MAKE_PAYMENT","payload":{payload},"correlationId":"job-1"}}"#)
    };
    // The nearest float of the first is 999999999999999.9; of 0.29 it is 0.28999999999999998.
    for (total, minor) in [("999999999999999.98", 99_999_999_999_999_998), ("0.29", 29), ("150", 15_000)] {
        let work = job(&body(total)).work;
        assert!(matches!(work, Work::MakePayment { total, .. } if total == soum(minor)), "{total}: {work:?}");
    }
    assert!(parse(&body("1e3")).is_err());
    let Work::AddItem { line, .. } = job_of("a part of an item").work else { panic!() };
    assert_eq!(line.quantity.thousandths(), 250);
}

#[test]
fn a_discount_is_said_as_what_is_left() {
    let left = |what: &str| match job_of(what).work {
        Work::CreateDiscount { new_total, .. } => new_total,
        other => panic!("{other:?}"),
    };
    assert_eq!((left("a discount"), left("a discount of all")), (soum(10_000_000), soum(0)));
}

#[test]
fn an_order_as_services_send_it_is_read_whole() {
    let order = order_of("a whole order, as services send it");
    assert_eq!((order.id.as_str(), order.comment().as_str()), ("12345", "Order 12345 - Tashkent"));
    assert_eq!(order.client_id.unwrap().as_str(), "64a7b8c9d5e6f7890abcdef2");
    assert_eq!((order.subtotal, order.discount, order.total), (soum(10_000), soum(0), soum(10_000)));
    assert!(order.client.is_none());
    let [product] = order.products.as_slice() else { panic!("one product") };
    assert_eq!((product.line.product.as_str(), product.line.quantity.thousandths()), ("prod123", 2000));
    assert_eq!(product.name.as_deref(), Some("Mahsulot nomi"));
    assert_eq!(order.details.delivery.address.street.as_deref(), Some("Main Street 123"));
    assert_eq!(order.details.delivery.price, Some(soum(2000)));
    for kept in
        [r#""latitude":41.2995"#, r#""createdBy":"64a7b8c9d5e6f7890abcdef3""#, r#""en":"Product Name""#]
    {
        assert!(order.details.document.contains(kept), "{}", order.details.document);
    }
}

#[test]
fn an_order_with_all_that_can_be_said_keeps_it() {
    let order = order_of("a whole order, as much as can be");
    assert_eq!((order.id.as_str(), order.price()), ("A-17", soum(10_000_000)));
    let client = order.client.unwrap();
    assert_eq!((client.phone.digits(), client.first_name.as_str()), ("998900000001", "Aziza"));
    assert_eq!(client.system_id, order.client_id);
    let [mug, part] = order.products.as_slice() else { panic!("two products") };
    assert_eq!(mug.line.product.as_str(), "2ce40c63-4527-4898-a975-7c30c255fd50", "Billz's own id");
    assert_eq!(mug.line.seller.as_ref().map(|seller| seller.as_str()), Some("e1"));
    assert_eq!(
        (mug.name.as_deref(), mug.color.as_deref(), mug.size.as_deref()),
        (Some("Mug"), Some("red"), Some("L"))
    );
    assert_eq!((part.line.quantity.thousandths(), part.bar_code.as_deref()), (250, Some("4780000000011")));
    let details = &order.details;
    assert_eq!(details.delivery.status, DeliveryStatus::Packaged);
    assert_eq!(
        (details.comment.as_deref(), details.delivery.time.as_deref()),
        (Some("Call first"), Some("18:00"))
    );
    for kept in [
        r#""_id":"64a7b8c9d5e6f7890abcdeff""#,
        r#""birthday":"2000-01-01""#,
        r#""productID":"64a7b8c9d5e6f7890abcdaaa""#,
        r#""mapProvider":"yandex""#,
    ] {
        assert!(details.document.contains(kept), "{}", details.document);
    }
    assert!(!details.document.contains("998900000001"), "what has its own place stands there alone");
}

#[test]
fn an_order_with_little_to_say_keeps_no_document() {
    assert_eq!(order_of("a whole order, as little as can be").details.document, "");
}

#[test]
fn the_same_job_has_one_fingerprint_and_another_job_another() {
    let body = |kind: &str, payload: &str, id: &str| {
        format!(r#"{{"correlationId":"{id}","payload":{payload},"type":"{kind}"}}"#)
    };
    let item = r#"{"orderId":"o","productId":"p","qty":2}"#;
    let first = job(&body("ADD_ITEM", item, "job-1")).fingerprint;
    assert_eq!(first.len(), 64);
    let again = r#" { "qty": 2.0, "productId": "p", "orderId": "\u006f" } "#;
    assert_eq!(job(&body("ADD_ITEM", again, "job-1")).fingerprint, first);
    assert_eq!(job(&body("ADD_ITEM", item, "job-2")).fingerprint, first, "ids are compared beside it");
    let null = r#"{"orderId":"o","productId":"p","qty":2,"employeeID":null}"#;
    assert_eq!(job(&body("ADD_ITEM", null, "job-1")).fingerprint, first);
    let more = r#"{"orderId":"o","productId":"p","qty":3}"#;
    assert_ne!(job(&body("ADD_ITEM", more, "job-1")).fingerprint, first);
    let (get, delete) =
        (body("GET_ORDER", r#"{"orderId":"o"}"#, "a"), body("DELETE_ORDER", r#"{"orderId":"o"}"#, "a"));
    assert_ne!(job(&get).fingerprint, job(&delete).fingerprint);
}

#[test]
fn a_correlation_id_leaves_room_for_the_ids_that_are_made_of_it() {
    let body = |id: &str| format!(r#"{{"type":"CREATE_ORDER","payload":{{}},"correlationId":"{id}"}}"#);
    assert!(parse(&body(&"j".repeat(MAX_CORRELATION_ID))).is_ok());
    let error = parse(&body(&"j".repeat(MAX_CORRELATION_ID + 1))).unwrap_err();
    assert_eq!((error.id, error.reason.as_str()), (None, "correlationId: has more than 100 characters"));
}

#[test]
fn what_people_and_programs_write_beside_an_order_is_no_bank_card() {
    let order = |more: &str| {
        let payload = format!(
            r#"{{"orderID":1,"products":[{{"ID":"p","qty":1}}],"subTotalPrice":1,"totalPrice":1,{more}}}"#
        );
        parse(&format!(r#"{{"type":"PLACE_ORDER","payload":{payload},"correlationId":"job-1"}}"#))
    };
    for more in [
        r#""createdAt":1795248000006,"coordinates":{"latitude":41.29949580000003}"#,
        r#""images":["https://example.com/1234567890123456/4111111111111111.jpg"]"#,
        r#""userId":"64a7b8c94111111111111111","phones":["901234567","901234562"]"#,
        r#""extra":{"barCodes":["4780000000045",4780000000045]}"#,
    ] {
        assert!(order(more).is_ok(), "{more}: {:?}", order(more));
    }
}

#[test]
fn what_goes_on_names_its_job_and_nothing_else() {
    let body = serde_json::to_string(&ResumeJob { resume: "job-1".to_owned() }).unwrap();
    assert_eq!(parse(&body), Ok(BillzMessage::Resume { id: "job-1".parse().unwrap() }));
    let error = parse(r#"{"resume":"job-1","payload":{}}"#).unwrap_err();
    assert_eq!(error.reason, "payload: is not known here");
    let error = parse(r#"{"resume":"a b"}"#).unwrap_err();
    assert!(error.reason.starts_with("resume: an identifier has"), "{}", error.reason);
}

#[test]
fn a_message_longer_than_can_be_kept_is_refused_unread() {
    let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(MAX_BYTES));
    assert_eq!(parse(&long).unwrap_err().reason, "the message has more than 204800 bytes");
}
