//! The log of deliveries: whatever is asked for, over months and in whatever pages, the pages together are
//! the filtered list.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Strategy, proptest};
use proptest::test_runner::{Config, TestCaseError};
use proptest::{collection, option, prop_assert, prop_assert_eq};
use shared::domain::notification::Channel;
use shared::domain::notification::delivery::{Delivery, DeliveryState, Outcome};
use shared::stores::deliveries::listing::Filter;
use shared::stores::deliveries::{Claiming, Kept, NewDelivery};

use crate::deliveries::new_delivery;
use crate::setup::{Stores, stores};

const EVENTS: [&str; 2] = ["payment.expired", "sms.billed"];

fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

/// Instants around the ends of months, some of them in the same millisecond; the newest is now.
fn instant(number: u8) -> Timestamp {
    let number = i64::from(number);
    if number < 6 {
        return now() - SignedDuration::from_micros(number * 400);
    }
    let ends: [&str; 4] =
        ["2026-11-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-02-01T00:00:00Z", "2025-12-01T00:00:00Z"];
    let end: Timestamp = ends[usize::try_from(number % 4).unwrap()].parse().unwrap();
    end + SignedDuration::from_micros((number / 4 - 2) * 400)
}

/// What a delivery is like: instant, user, event, channel, state.
type Like = (u8, Option<u8>, usize, usize, u8);

fn like() -> impl Strategy<Value = Like> {
    (0..22_u8, option::weighted(0.8, 0..2_u8), 0..2_usize, 0..2_usize, 0..3_u8)
}

fn user(number: u8) -> String {
    format!("user-{number}")
}

async fn hold(stores: &Stores, index: usize, (at, to, event, channel, state): Like) -> Delivery {
    let channel = ["email", "telegram"][channel];
    let new = NewDelivery {
        event: EVENTS[event].to_owned(),
        user: to.map(|number| user(number).parse().unwrap()),
        ..new_delivery(&format!("n-{index:03}.{channel}"))
    };
    let at = instant(at);
    if state == 0 {
        stores.deliveries.queue(&new, at).await.unwrap();
    } else {
        let Claiming::Send(claimed) = stores.deliveries.claim(&new, 0, at).await.unwrap() else {
            panic!("not claimed")
        };
        let outcome =
            if state == 1 { Outcome::Sent("42".to_owned()) } else { Outcome::Unclear("cut".to_owned()) };
        stores.deliveries.finish(*claimed, &outcome, at).await.unwrap();
    }
    stores.deliveries.get(&new.id).await.unwrap().unwrap().delivery
}

fn filter() -> impl Strategy<Value = Filter> {
    let who = (
        option::weighted(0.3, 0..2_u8),
        option::weighted(0.3, 0..2_usize),
        option::weighted(0.3, 0..2_usize),
    );
    let when =
        (option::weighted(0.4, 0..22_u8), option::weighted(0.4, 0..22_u8), option::weighted(0.3, 0..4_usize));
    (who, when).prop_map(|((to, event, channel), (from, until, state))| Filter {
        user: to.map(|number| user(number).parse().unwrap()),
        event: event.map(|event| EVENTS[event].to_owned()),
        channel: channel.map(|channel| Channel::ALL[channel]),
        state: state.map(|state| DeliveryState::ALL[state]),
        from: from.map(instant),
        to: until.map(instant),
    })
}

/// The filter's words, in plain Rust.
fn passes(filter: &Filter, delivery: &Delivery) -> bool {
    filter.user.as_ref().is_none_or(|user| delivery.user.as_ref() == Some(user))
        && filter.event.as_ref().is_none_or(|event| *event == delivery.event)
        && filter.channel.is_none_or(|channel| channel == delivery.id.channel)
        && filter.state.is_none_or(|state| state == delivery.state())
        && filter.from.is_none_or(|from| delivery.created_at >= from)
        && filter.to.is_none_or(|to| delivery.created_at < to)
}

fn place(delivery: &Delivery) -> (i64, String) {
    (delivery.created_at.as_millisecond(), delivery.id.to_string())
}

async fn pages(
    stores: &Stores,
    filter: &Filter,
    limit: u8,
    mut between: impl AsyncFnMut(usize),
) -> Result<Vec<Delivery>, TestCaseError> {
    let (mut shown, mut after) = (Vec::new(), None);
    for page in 0..200 {
        let listing = stores.deliveries.list(filter, after.as_ref(), limit, now()).await.unwrap();
        prop_assert!(listing.deliveries.len() <= usize::from(limit));
        shown.extend(listing.deliveries.into_iter().map(|kept: Kept| kept.delivery));
        let Some(next) = listing.next else { return Ok(shown) };
        prop_assert!(after.is_none_or(|after| next < after), "the list does not go on");
        after = Some(next);
        between(page).await;
    }
    Err(TestCaseError::fail("the list never ends"))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(Config { cases: 16, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_pages_together_are_the_filtered_list(
        likes in collection::vec(like(), 0..20), filter in filter(), limit in 1..8_u8,
    ) {
        block_on(async {
            let stores = stores().await;
            let mut all = Vec::new();
            for (index, like) in likes.into_iter().enumerate() {
                all.push(hold(&stores, index, like).await);
            }
            let shown = pages(&stores, &filter, limit, async |_| ()).await?;
            all.retain(|delivery| passes(&filter, delivery));
            all.sort_by_key(|delivery| std::cmp::Reverse(place(delivery)));
            prop_assert_eq!(shown, all);
            Ok(())
        })?;
    }

    #[test]
    fn what_is_made_or_changed_between_pages_hides_nothing_and_shows_nothing_twice(
        likes in collection::vec(like(), 1..16),
        later in collection::vec(like(), 1..8),
        of_user in option::of(0..2_u8),
        limit in 1..5_u8,
    ) {
        block_on(async {
            let stores = stores().await;
            let filter = Filter { user: of_user.map(|number| user(number).parse().unwrap()), ..Filter::default() };
            let mut first = Vec::new();
            for (index, like) in likes.into_iter().enumerate() {
                first.push(hold(&stores, index, like).await);
            }
            let between = async |page: usize| {
                if let Some(like) = later.get(page) {
                    hold(&stores, 500 + page, *like).await;
                }
                if let Some(delivery) = first.get(page) {
                    stores.deliveries.bounce(&delivery.id, "no such user", now()).await.unwrap();
                }
            };
            let shown = pages(&stores, &filter, limit, between).await?;
            let places: Vec<_> = shown.iter().map(place).collect();
            prop_assert!(places.is_sorted_by(|one, next| one > next), "{:?}", places);
            let shown: HashSet<String> = shown.iter().map(|delivery| delivery.id.to_string()).collect();
            for delivery in first.iter().filter(|delivery| passes(&filter, delivery)) {
                prop_assert!(shown.contains(&delivery.id.to_string()), "{} is hidden", delivery.id);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_rare_kind_among_many_is_found_in_parts_that_may_be_empty() {
    let stores = stores().await;
    for index in 0..30 {
        hold(&stores, index, (0, Some(0), usize::from(index == 0), 0, 0)).await;
    }
    let filter = Filter { event: Some(EVENTS[1].to_owned()), ..Filter::default() };
    let shown = pages(&stores, &filter, 1, async |_| ()).await.unwrap();
    assert_eq!(shown.len(), 1);
}

#[tokio::test]
async fn one_request_reads_no_more_than_its_share() {
    let stores = stores().await;
    stores.wire.reset();
    let listing = stores.deliveries.list(&Filter::default(), None, 10, now()).await.unwrap();
    assert!(listing.deliveries.is_empty());
    assert_eq!(stores.wire.count("Query"), 8, "thirteen empty months are more than one part");
    let next = listing.next.expect("there are more months");
    let rest = stores.deliveries.list(&Filter::default(), Some(&next), 10, now()).await.unwrap();
    assert_eq!((stores.wire.count("Query"), rest.next.is_none()), (13, true));
}

#[tokio::test]
async fn a_person_is_found_without_looking_at_anybody_else() {
    let stores = stores().await;
    for index in 0..6 {
        hold(&stores, index, (0, Some(u8::from(index == 3)), 0, 0, 0)).await;
    }
    stores.wire.reset();
    let filter = Filter { user: Some(user(1).parse().unwrap()), ..Filter::default() };
    let listing = stores.deliveries.list(&filter, None, 10, now()).await.unwrap();
    assert_eq!((listing.deliveries.len(), stores.wire.count("Query")), (1, 1));
}
