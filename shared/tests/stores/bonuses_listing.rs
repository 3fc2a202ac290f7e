//! Lists of bonuses, newest first: of a user, of a chat, of states, of all, over months.

use std::collections::BTreeSet;

use shared::domain::bonus::{Bonus, BonusState, Refusal, Refuser, Standing};
use shared::domain::dialogue::ChatId;
use shared::stores::bonuses::listing::Filter;
use shared::stores::place::Place;

use crate::bonus_setup::{BonusStores, bonus, bonus_stores, instant};

const NOW: &str = "2026-12-01T12:00:00Z";

/// Bonuses of three months; the newest comes last. Every other one is refused.
async fn with_many() -> BonusStores {
    let stores = bonus_stores().await;
    let made = [
        ("1", "user-1", "2026-09-30T12:00:00Z"),
        ("2", "user-2", "2026-09-30T12:00:00Z"),
        ("3", "user-1", "2026-11-01T12:00:00Z"),
        ("4", "user-1", "2026-11-02T12:00:00Z"),
        ("5", "user-2", "2026-11-30T23:59:59.999Z"),
        ("6", "user-1", "2026-12-01T00:00:00Z"),
    ];
    for (place, (receipt, user, at)) in made.into_iter().enumerate() {
        let mut bonus = bonus(receipt, user, at);
        if place % 2 == 1 {
            let refusal =
                Refusal { by: Refuser::Paydesk, code: "gave_up".to_owned(), reason: "no answer".to_owned() };
            bonus.standing = Standing::Refused { at: instant(at), refusal };
        }
        if receipt == "4" {
            bonus.chat = ChatId(-100);
        }
        stores.hold(bonus).await;
    }
    stores
}

/// The receipts of a list, the same however many are asked for at once.
async fn listed(stores: &BonusStores, filter: &Filter) -> Vec<String> {
    let mut lists = BTreeSet::new();
    for limit in 1..=7 {
        let (mut seen, mut after): (Vec<String>, Option<Place>) = (Vec::new(), None);
        loop {
            let (bonuses, next) =
                stores.bonuses.list(filter, after.as_ref(), limit, instant(NOW)).await.unwrap();
            assert!(bonuses.len() <= usize::from(limit));
            seen.extend(bonuses.iter().map(|bonus| bonus.receipt.to_string()));
            after = next;
            if after.is_none() {
                break;
            }
        }
        lists.insert(seen);
    }
    assert_eq!(lists.len(), 1, "{lists:?}");
    lists.into_iter().next().unwrap()
}

fn of_user(user: &str) -> Filter {
    Filter { user: Some(user.parse().unwrap()), ..Filter::default() }
}

#[tokio::test]
async fn bonuses_are_listed_newest_first_by_user_chat_and_state() {
    let stores = with_many().await;
    assert_eq!(listed(&stores, &Filter::default()).await, ["6", "5", "4", "3", "2", "1"]);
    assert_eq!(listed(&stores, &of_user("user-1")).await, ["6", "4", "3", "1"]);
    assert_eq!(listed(&stores, &of_user("nobody")).await, Vec::<String>::new());
    let in_chat = Filter { chat: Some(ChatId(-100)), ..Filter::default() };
    assert_eq!(listed(&stores, &in_chat).await, ["4"]);
    let states = |states: &[BonusState]| Filter { states: states.to_vec(), ..Filter::default() };
    assert_eq!(listed(&stores, &states(&[BonusState::Refused])).await, ["6", "4", "2"]);
    let manual = [BonusState::Refused, BonusState::NeedsReview];
    assert_eq!(listed(&stores, &states(&manual)).await, ["6", "4", "2"]);
    let open_of_user = Filter { states: vec![BonusState::Created], ..of_user("user-1") };
    assert_eq!(listed(&stores, &open_of_user).await, ["3", "1"]);
    let refused_in_chat = Filter { chat: Some(ChatId(4711)), ..states(&[BonusState::Refused]) };
    assert_eq!(listed(&stores, &refused_in_chat).await, ["6", "2"]);
}

#[tokio::test]
async fn a_bonus_that_changes_its_state_changes_lists_and_keeps_its_place() {
    let stores = with_many().await;
    let list = |state| Filter { states: vec![state], ..Filter::default() };
    stores.claim_making("3").await;
    assert_eq!(listed(&stores, &list(BonusState::Created)).await, ["5", "1"]);
    assert_eq!(listed(&stores, &list(BonusState::MakingBill)).await, ["3"]);
    assert_eq!(listed(&stores, &Filter::default()).await, ["6", "5", "4", "3", "2", "1"]);
}

#[tokio::test]
async fn what_is_made_while_somebody_pages_is_neither_shown_twice_nor_hides_others() {
    let stores = with_many().await;
    let now = instant(NOW);
    let (first, next) = stores.bonuses.list(&Filter::default(), None, 2, now).await.unwrap();
    stores.hold(bonus("7", "user-1", "2026-12-01T11:00:00Z")).await;
    let (rest, _) = stores.bonuses.list(&Filter::default(), next.as_ref(), 10, now).await.unwrap();
    let receipts = |bonuses: Vec<Bonus>| -> Vec<String> {
        bonuses.into_iter().map(|bonus| bonus.receipt.to_string()).collect()
    };
    assert_eq!(
        (receipts(first), receipts(rest)),
        (vec!["6".to_owned(), "5".to_owned()], ["4", "3", "2", "1"].map(str::to_owned).to_vec(),)
    );
}
