//! Whatever is asked for, however it is cut into pages, and whatever happens in between: the pages
//! together are the filtered list.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Strategy, any, proptest};
use proptest::test_runner::Config;
use proptest::{collection, option, prop_assert, prop_assert_eq, test_runner::TestCaseError};
use shared::domain::invoice::review::OpenReview;
use shared::domain::invoice::{Invoice, InvoiceState, Payment, Standing};
use shared::domain::money::Money;
use shared::stores::transactions::Filter;

use crate::setup::{Stores, cause, invoice, minute, stores, with_code};

const CHANNELS: [&str; 2] = ["BCA_VA", "QRIS"];

/// What an invoice to be stored is like: microseconds after the start, customer, state, channel.
type Like = (u16, u8, u8, Option<u8>);

fn like() -> impl Strategy<Value = Like> {
    // Few instants, half a millisecond apart, so that many invoices share one.
    (0..24_u16, 0..3_u8, 0..6_u8, option::of(0..2_u8))
}

fn instant(halves: u16) -> Timestamp {
    minute(0) + SignedDuration::from_micros(i64::from(halves) * 500)
}

fn invoice_like(index: usize, (at, customer, state, channel): Like) -> Invoice {
    let number = format!("INV-20261121-{index:08}");
    let mut invoice = invoice(&number, &format!("order-{index}"), &format!("user-{customer}"), instant(at));
    if let Some(channel) = channel {
        invoice = with_code(invoice, CHANNELS[usize::from(channel)]);
    }
    let payment = || Payment {
        reference: "DEV-T1".parse().unwrap(),
        channel: channel.map(|channel| CHANNELS[usize::from(channel)].parse().unwrap()),
        amount: Money::rupiah(150_000),
        paid_at: minute(4),
    };
    match state {
        0 => {}
        1 => invoice.standing = Standing::Paid(payment()),
        2 => invoice.standing = Standing::Expired { at: minute(9) },
        3 => invoice.standing = Standing::Cancelled { at: minute(9) },
        4 => invoice.standing = Standing::Refunded { payment: payment(), at: minute(9) },
        _ => invoice.open_review = Some(OpenReview { opened_at: minute(9) }),
    }
    invoice
}

fn filter() -> impl Strategy<Value = Filter> {
    let some = (option::of(0..3_u8), option::of(0..6_usize), option::of(0..24_u16), option::of(0..24_u16));
    (some, option::of(0..2_usize)).prop_map(|((customer, state, from, to), channel)| Filter {
        customer: customer.map(|customer| format!("user-{customer}").parse().unwrap()),
        state: state.map(|state| InvoiceState::ALL[state]),
        from: from.map(instant),
        to: to.map(instant),
        channel: channel.map(|channel| CHANNELS[channel].parse().unwrap()),
    })
}

/// The filter's words, in plain Rust.
fn passes(filter: &Filter, invoice: &Invoice) -> bool {
    let channel = invoice.chosen_attempt().map(|attempt| attempt.channel);
    filter.customer.as_ref().is_none_or(|wanted| *wanted == invoice.order.customer)
        && filter.state.is_none_or(|wanted| wanted == invoice.state())
        && filter.from.is_none_or(|from| invoice.created_at >= from)
        && filter.to.is_none_or(|to| invoice.created_at < to)
        && filter.channel.is_none_or(|wanted| channel == Some(wanted))
}

fn place(invoice: &Invoice) -> (i64, String) {
    (invoice.created_at.as_millisecond(), invoice.number.to_string())
}

fn numbers<'a>(invoices: impl IntoIterator<Item = &'a Invoice>) -> Vec<String> {
    invoices.into_iter().map(|invoice| invoice.number.to_string()).collect()
}

/// All pages; `between` happens after each.
async fn pages(
    stores: &Stores,
    filter: &Filter,
    limit: u8,
    mut between: impl AsyncFnMut(usize),
) -> Result<Vec<Invoice>, TestCaseError> {
    let (mut shown, mut after) = (Vec::new(), None);
    for page in 0..200 {
        let listing = stores.invoices.list(filter, after.as_ref(), limit).await.unwrap();
        prop_assert!(listing.invoices.len() <= usize::from(limit));
        shown.extend(listing.invoices);
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
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_pages_together_are_the_filtered_list(
        likes in collection::vec(like(), 0..20), filter in filter(), limit in 1..8_u8,
    ) {
        block_on(async {
            let stores = stores().await;
            let mut all = Vec::new();
            for (index, like) in likes.into_iter().enumerate() {
                all.push(stores.hold(invoice_like(index, like)).await);
            }
            let shown = pages(&stores, &filter, limit, async |_| ()).await?;
            all.retain(|invoice| passes(&filter, invoice));
            all.sort_by_key(|invoice| std::cmp::Reverse(place(invoice)));
            prop_assert_eq!(numbers(&shown), numbers(&all));
            prop_assert_eq!(shown, all);
            Ok(())
        })?;
    }

    #[test]
    fn what_is_made_or_changed_between_pages_hides_nothing_and_shows_nothing_twice(
        likes in collection::vec(like(), 1..16),
        later in collection::vec(like(), 1..8),
        cancelled in collection::vec(any::<bool>(), 16),
        customer in option::of(0..3_u8),
        limit in 1..5_u8,
    ) {
        block_on(async {
            let stores = stores().await;
            let customer = customer.map(|customer| format!("user-{customer}").parse().unwrap());
            let filter = Filter { customer, ..Filter::default() };
            let mut first = Vec::new();
            for (index, like) in likes.into_iter().enumerate() {
                first.push(stores.hold(invoice_like(index, like)).await);
            }
            let between = async |page: usize| {
                if let Some(like) = later.get(page) {
                    stores.hold(invoice_like(1000 + page, *like)).await;
                }
                let moved = first.get(page).filter(|_| cancelled[page]);
                if let Some(invoice) = moved.filter(|invoice| invoice.state() == InvoiceState::Pending) {
                    let cancel = |invoice: &mut Invoice| invoice.cancel(minute(10)).unwrap();
                    stores.invoices.change(&invoice.number, &cause(), cancel).await.unwrap();
                }
            };
            let shown = pages(&stores, &filter, limit, between).await?;
            let places: Vec<_> = shown.iter().map(place).collect();
            prop_assert!(places.is_sorted_by(|one, next| one > next), "{:?}", places);
            let shown: HashSet<String> = numbers(&shown).into_iter().collect();
            for invoice in first.iter().filter(|invoice| passes(&filter, invoice)) {
                prop_assert!(shown.contains(invoice.number.as_str()), "{} is hidden", invoice.number);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn the_watched_are_paged_oldest_first() {
    let stores = stores().await;
    let mut watched = Vec::new();
    for index in 0..13_u8 {
        let like = (u16::from(index / 2), 0, index % 4, (index % 3 == 0).then_some(0));
        let invoice = stores.hold(invoice_like(usize::from(index), like)).await;
        if invoice.is_watched() {
            watched.push(invoice);
        }
    }
    watched.sort_by_key(place);
    assert!(watched.len() > 5 && watched.len() < 13, "{}", watched.len());
    for limit in 1..8 {
        let (mut shown, mut after) = (Vec::new(), None);
        loop {
            let listing = stores.invoices.watched(after.as_ref(), limit).await.unwrap();
            shown.extend(listing.invoices.into_iter().map(|versioned| versioned.invoice));
            after = listing.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(numbers(&shown), numbers(&watched), "{limit} at a time");
    }
}
