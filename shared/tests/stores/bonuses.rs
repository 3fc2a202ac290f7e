//! Bonuses: one for each receipt, for ever; what is stored of them, and who has to look at which.

use futures::future::join_all;
use sandbox::testbed::dynamodb::BONUSES;
use shared::domain::bonus::deciding::Decision;
use shared::domain::bonus::limits::Limits;
use shared::domain::bonus::msisdn::MsisdnError;
use shared::domain::bonus::payees::Payees;
use shared::domain::bonus::{
    Bonus, BonusState, Call, Payment, Question, Refusal, Refuser, Standing, Wait, Word,
};
use shared::stores::bonuses::Inserted;
use shared::stores::place::Place;
use shared::stores::table::StoreError;

use crate::bonus_setup::{
    BonusStores, NOON, PHONE, SEALED, accepted, bonus, bonus_stores, cause, id, instant, limits, making,
};

fn is_new(inserted: &Inserted) -> bool {
    matches!(inserted, Inserted::New(_))
}

#[tokio::test]
async fn a_receipt_gets_one_bonus_however_often_it_is_accepted() {
    let stores = bonus_stores().await;
    let cause = cause(NOON);
    let insert = || stores.bonuses.insert(bonus("receipt-1", "user-1", NOON), &cause);
    let inserted = join_all((0..5).map(|_| insert())).await;
    let inserted: Vec<Inserted> = inserted.into_iter().map(Result::unwrap).collect();
    assert_eq!(inserted.iter().filter(|inserted| is_new(inserted)).count(), 1);
    for inserted in inserted {
        let (Inserted::New(told) | Inserted::Old(told)) = inserted;
        assert_eq!(told, bonus("receipt-1", "user-1", NOON));
    }
    assert_eq!(stores.count("BONUS"), 1);
}

#[tokio::test]
async fn who_comes_later_is_given_the_bonus_as_it_stands_and_not_the_one_that_was_brought() {
    let stores = BonusStores::with("receipt-1").await;
    stores.claim_making("receipt-1").await;
    let held = stores.read("receipt-1").await;
    let later = bonus("receipt-1", "user-2", "2026-11-22T12:00:00Z");
    let inserted = stores.bonuses.insert(later, &cause(NOON)).await.unwrap();
    let Inserted::Old(old) = inserted else { panic!("{inserted:?}") };
    assert_eq!((&old, old.user.as_str()), (&held, "user-1"));
    assert_eq!(stores.read("receipt-1").await, held);
}

#[tokio::test]
async fn a_lost_answer_or_request_of_inserting_leaves_one_bonus_and_tells_its_caller() {
    for is_answer in [true, false] {
        let stores = bonus_stores().await;
        if is_answer {
            stores.wire.drop_answer_of(1);
        } else {
            stores.wire.drop_request(1);
        }
        let inserted = stores.bonuses.insert(bonus("receipt-1", "user-1", NOON), &cause(NOON)).await.unwrap();
        // Whoever cannot tell goes on with the bonus that is there: that is the same.
        assert_eq!(is_new(&inserted), !is_answer);
        assert_eq!(stores.read("receipt-1").await, bonus("receipt-1", "user-1", NOON));
        assert_eq!(stores.dynamodb.items(BONUSES).len(), 1);
    }
}

#[tokio::test]
async fn a_store_that_is_down_inserts_nothing_and_says_so() {
    let stores = bonus_stores().await;
    stores.wire.answer_next("PutItem", 3, (500, r#"{"__type":"InternalServerError"}"#.to_owned()));
    let refused = stores.bonuses.insert(bonus("receipt-1", "user-1", NOON), &cause(NOON)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(stores.dynamodb.items(BONUSES).len(), 0);
}

#[tokio::test]
async fn what_cannot_be_paid_is_stored_as_refused_and_told() {
    let stores = bonus_stores().await;
    let (payees, limits): (Payees, Limits) = (Payees::default(), limits(None, None));
    let unusable =
        Bonus::new(accepted("receipt-1", "user-1"), Err(MsisdnError), &payees, &limits, instant(NOON));
    let inserted = stores.bonuses.insert(unusable, &cause(NOON)).await.unwrap();
    let Inserted::New(told) = inserted else { panic!("{inserted:?}") };
    let stored = stores.read("receipt-1").await;
    assert_eq!(stored, told, "what is told to others is told, and not told again");
    assert_eq!((stored.state(), stored.due_at()), (BonusState::Refused, None));
    assert_eq!(stores.new_events(), ["receipt-1.1.0 bonus.failed"]);
    let failure = &stores.item("BONUS#receipt-1")["outbox"]["L"][0]["M"];
    assert_eq!(failure["code"]["S"], "invalid_msisdn");
    assert_eq!(failure["is_by_portmone"]["BOOL"], false);
}

#[tokio::test]
async fn a_bonus_being_paid_as_it_is_stored() {
    let stores = BonusStores::with("receipt-1").await;
    let making = stores.claim_making("receipt-1").await;
    stores.claim_paying("receipt-1", &making, "523").await;
    let mut item = stores.item("BONUS#receipt-1");
    let mark = item["mark"]["S"].take();
    assert_eq!(mark.as_str().unwrap().len(), 32);
    insta::assert_json_snapshot!(item);
    // The number itself is nowhere in the table, and the sealed one only here.
    for item in stores.dynamodb.items(BONUSES) {
        let text = item.to_string();
        assert!(!text.contains(PHONE) && !text.contains(&PHONE[3..]), "{text}");
        assert_eq!(text.contains(SEALED), item["pk"]["S"] == "BONUS#receipt-1", "{text}");
    }
}

/// Every way to stand.
fn standings() -> Vec<Standing> {
    let at = instant("2026-11-21T12:34:56.789Z");
    let wait = Wait { not_before: at, reason: Some("limited".to_owned()) };
    let call = Call { number: 7, since: at, look_at: instant("2026-11-21T13:00:00Z") };
    let payment = |word| Payment { at, word };
    let refusal = |by, code: &str| Refusal { by, code: code.to_owned(), reason: "no".to_owned() };
    let review = |question| Standing::NeedsReview { since: at, question, evidence: "who knows".to_owned() };
    vec![
        Standing::Created(Wait::none(at)),
        Standing::Created(wait.clone()),
        Standing::MakingBill(call.clone()),
        Standing::BillMade(wait.clone()),
        Standing::Paying { call: call.clone(), is_unclear: false },
        Standing::Paying { call: call.clone(), is_unclear: true },
        Standing::Paid { payment: payment(Word::Answer), wait },
        Standing::ToppingUp { payment: payment(Word::Report), call },
        Standing::Done { payment: payment(Word::Person), at },
        Standing::Refused { at, refusal: refusal(Refuser::Paydesk, "gave_up") },
        Standing::Refused { at, refusal: refusal(Refuser::Portmone, "p001") },
        review(Question::Payment),
        review(Question::TopUp(payment(Word::Answer))),
        Standing::Cancelled { at, reason: "a gift".to_owned(), payment: None },
        Standing::Cancelled { at, reason: "a gift".to_owned(), payment: Some(payment(Word::Report)) },
        Standing::Refunded { at, payment: payment(Word::Report) },
    ]
}

#[tokio::test]
async fn every_standing_reads_back_as_it_was_written_and_no_bonus_ever_ends() {
    let stores = BonusStores::with("receipt-1").await;
    for standing in standings() {
        stores.decide("receipt-1", |bonus| bonus.standing = standing.clone()).await;
        let (stored, item) = (stores.read("receipt-1").await, stores.item("BONUS#receipt-1"));
        assert_eq!(stored.standing, standing);
        assert_eq!(item.get("ttl"), None, "{standing:?}");
        let state = format!("BONUS_STATE#{}", stored.state().as_str());
        assert_eq!(item["gsi1pk"]["S"], state, "{standing:?}");
        assert_eq!(item.get("gsi3pk").is_some(), stored.state().is_going_on(), "{standing:?}");
    }
}

#[tokio::test]
async fn everything_else_of_a_bonus_reads_back_as_it_was_written() {
    let stores = BonusStores::with("receipt-1").await;
    for decision in Decision::ALL {
        let full = |bonus: &mut Bonus| {
            bonus.payments = 2;
            bonus.unreached = 1;
            bonus.first_payment_at = Some(instant(NOON));
            bonus.last_payment_at = Some(instant("2026-11-21T12:05:00Z"));
            bonus.has_lost_answer = true;
            bonus.is_contradicted = true;
            bonus.tries = 3;
            bonus.reports_heard = 4;
            bonus.exchanges = 5;
            bonus.is_reported_paid = true;
            bonus.reported_failure = Some(Refusal {
                by: Refuser::Portmone,
                code: "123".to_owned(),
                reason: "Declined".to_owned(),
            });
            bonus.decided = Some((5, decision));
        };
        stores.decide("receipt-1", full).await;
        let mut expected = bonus("receipt-1", "user-1", NOON);
        full(&mut expected);
        assert_eq!(stores.read("receipt-1").await, expected);
    }
}

async fn due(stores: &BonusStores, at: &str) -> Vec<String> {
    let due = stores.bonuses.due(instant(at), None, 100).await.unwrap();
    assert_eq!(due.next, None);
    due.items.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn bonuses_are_due_when_their_time_has_come_the_longest_due_first() {
    let stores = bonus_stores().await;
    for (receipt, at) in [("c", "12:00:02Z"), ("a", "12:00:01Z"), ("b", "12:00:02Z"), ("d", "12:00:00Z")] {
        stores.hold(bonus(receipt, "user-1", &format!("2026-11-21T{at}"))).await;
    }
    assert_eq!(due(&stores, "2026-11-21T11:59:59.999Z").await, Vec::<String>::new());
    assert_eq!(due(&stores, "2026-11-21T12:00:01Z").await, ["d", "a"]);
    assert_eq!(due(&stores, "2026-11-21T12:00:02Z").await, ["d", "a", "b", "c"]);
    // What is being done is due again when whoever does it must be gone.
    stores.claim_making("d").await;
    assert_eq!(due(&stores, "2026-11-21T12:02:59Z").await, ["a", "b", "c"]);
    assert_eq!(due(&stores, "2026-11-21T12:03:00Z").await, ["a", "b", "c", "d"]);
    assert_eq!(stores.decide("d", making).await, None, "nobody else does it before that");
}

#[tokio::test]
async fn what_is_at_its_end_or_waits_for_a_person_is_not_due() {
    let stores = BonusStores::with("receipt-1").await;
    for standing in standings() {
        stores.decide("receipt-1", |bonus| bonus.standing = standing.clone()).await;
        let is_due = !due(&stores, "2030-01-01T00:00:00Z").await.is_empty();
        assert_eq!(is_due, stores.read("receipt-1").await.state().is_going_on(), "{standing:?}");
    }
}

#[tokio::test]
async fn pages_of_what_is_due_hold_each_once_and_read_keys_alone() {
    let stores = bonus_stores().await;
    let names = ["a", "a.b", "b", "c", "d"];
    for receipt in names {
        stores.hold(bonus(receipt, "user-1", NOON)).await;
    }
    stores.wire.reset();
    for limit in 1..=6 {
        let (mut seen, mut after): (Vec<String>, Option<Place>) = (Vec::new(), None);
        loop {
            let page = stores.bonuses.due(instant(NOON), after.as_ref(), limit).await.unwrap();
            assert!(page.items.len() <= usize::from(limit));
            seen.extend(page.items.iter().map(ToString::to_string));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, names, "{limit} at a time");
    }
    let item = stores.wire.calls()[0].response_json()["Items"][0].clone();
    let mut held: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
    held.sort_unstable();
    assert_eq!(held, ["gsi3pk", "gsi3sk", "pk", "sk"]);
}

#[tokio::test]
async fn there_is_no_bonus_of_another_receipt() {
    let stores = BonusStores::with("receipt-1").await;
    assert_eq!(stores.bonuses.get(&id("receipt-2")).await.unwrap(), None);
    let changed = stores.bonuses.change(&id("receipt-2"), None, &cause(NOON), |bonus| bonus.tries = 9).await;
    assert!(changed.unwrap().is_none());
    assert_eq!(stores.dynamodb.items(BONUSES).len(), 1);
}
