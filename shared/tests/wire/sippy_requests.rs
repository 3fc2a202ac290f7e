//! What the switch is told, and what its answers say.

use shared::domain::money::{Currency, Money};
use shared::providers::sippy::ledger::{Account, Debit, Payment, PaymentOutcome};
use shared::providers::sippy::outcome::SippyError;
use shared::retry::{Retry, Verdict};

use crate::odd_server::{OddServer, Play};
use crate::setup::at;
use crate::sippy_setup::{
    ACCOUNT, Asking, DEBIT_OK, NO_PAYMENTS, PAYMENTS, REFERENCE, SAFE, account, around_it, challenge, debit,
    sippy, usd, xml,
};

async fn body_of(asking: Asking) -> String {
    let server = OddServer::start([challenge("n1"), xml(asking.sample())]).await;
    asking.of(&sippy(server.url())).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 2, "{asking:?}");
    for request in &seen {
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/xmlapi/xmlapi"));
        assert_eq!((request.header("content-type"), request.header("accept")), ("text/xml", "text/xml"));
        assert_eq!(request.header("content-length"), request.body.len().to_string());
    }
    seen[1].body.clone()
}

#[tokio::test]
async fn requests_go_out_byte_for_byte() {
    for (asking, expected) in [
        (Asking::Debit, include_str!("../fixtures/sippy/request_debit.xml")),
        (Asking::Account, include_str!("../fixtures/sippy/request_account.xml")),
        (Asking::Payments, include_str!("../fixtures/sippy/request_payments.xml")),
        (Asking::Check, include_str!("../fixtures/sippy/request_accounts.xml")),
    ] {
        assert_eq!(body_of(asking).await, expected, "{asking:?}");
    }
}

async fn debited(debit: Debit<'_>) -> String {
    let server = OddServer::start([challenge("n1"), xml(DEBIT_OK)]).await;
    sippy(server.url()).debit(&debit).await.unwrap();
    server.seen()[1].body.clone()
}

#[tokio::test]
async fn an_amount_is_always_a_plain_decimal_number_with_a_point() {
    for (amount, expected) in [
        (usd(2500), "25.00"),
        (usd(1), "0.01"),
        (usd(i64::MAX), "92233720368547758.07"),
        (Money::rupiah(150_000), "150000.0"),
    ] {
        let body = debited(Debit { amount, ..debit() }).await;
        assert!(body.contains(&format!("<double>{expected}</double>")), "{body}");
    }
}

#[tokio::test]
async fn notes_begin_with_our_reference_and_are_cut_behind_it() {
    let notes = |body: String| {
        let behind = body.split_once("<name>payment_notes</name><value><string>").unwrap().1.to_owned();
        behind.split_once("</string>").unwrap().0.to_owned()
    };
    let long = "ї".repeat(300);
    let sent = notes(debited(Debit { words: &long, ..debit() }).await);
    assert_eq!(sent.chars().count(), 255);
    assert_eq!(sent, format!("{REFERENCE} {}", "ї".repeat(240)));
    assert_eq!(notes(debited(Debit { words: "", ..debit() }).await), REFERENCE);
    let odd = "a\r\nb\u{0}\u{1f}\u{ffff}<\"'>&amp;";
    let sent = notes(debited(Debit { words: odd, ..debit() }).await);
    assert_eq!(sent, format!("{REFERENCE} a  b   &lt;\"'&gt;&amp;amp;"));
}

#[tokio::test]
async fn an_account_has_what_the_switch_writes_with_a_minus() {
    let acme = Account {
        username: "acme".to_owned(),
        base_currency: "USD".to_owned(),
        payment_currency: Some("USD".to_owned()),
        balance: Some(usd(8765)),
        is_blocked: false,
    };
    for (body, expected) in [
        (ACCOUNT.to_owned(), acme.clone()),
        (ACCOUNT.replace("-87.65", "3.141"), Account { balance: Some(usd(-315)), ..acme.clone() }),
        (ACCOUNT.replace("-87.65", "-1e1"), Account { balance: Some(usd(1000)), ..acme.clone() }),
        (ACCOUNT.replace("-87.65", "-0.0"), Account { balance: Some(usd(0)), ..acme.clone() }),
        (ACCOUNT.replace("-87.65", "much"), Account { balance: None, ..acme.clone() }),
        (
            ACCOUNT.replace("<int>0</int>", "<boolean>1</boolean>"),
            Account { is_blocked: true, ..acme.clone() },
        ),
        (
            ACCOUNT.replace("<string>USD</string>", "GBP"),
            Account {
                base_currency: "GBP".to_owned(),
                payment_currency: Some("GBP".to_owned()),
                balance: None,
                ..acme.clone()
            },
        ),
        (
            ACCOUNT.replace("payment_currency", "x").replace(">USD<", ">EUR<"),
            Account {
                base_currency: "EUR".to_owned(),
                payment_currency: None,
                balance: Some(Money::new(8765, Currency::Eur)),
                ..acme
            },
        ),
    ] {
        let server = OddServer::start([challenge("n1"), xml(&body)]).await;
        assert_eq!(sippy(server.url()).account(account(3)).await, Ok(expected), "{body}");
    }
}

fn booked() -> Payment {
    Payment {
        id: 991,
        at: Some(at("2026-11-21T02:00:07Z")),
        amount: Some(usd(1235)),
        amount_as_told: "12.35 USD".to_owned(),
        notes: format!("{REFERENCE} SMS usage billing: 247 messages"),
        outcome: PaymentOutcome::Booked,
    }
}

async fn payments(plays: impl IntoIterator<Item = Play>) -> (Result<Vec<Payment>, SippyError>, Vec<String>) {
    let server = OddServer::start([challenge("n1")].into_iter().chain(plays)).await;
    let (from, to) = around_it();
    let result = sippy(server.url()).payments(account(3), from, to).await;
    (result, server.seen().into_iter().skip(1).map(|seen| seen.body).collect())
}

#[tokio::test]
async fn a_payment_is_read_whatever_its_sign() {
    for (body, expected) in [
        (PAYMENTS.to_owned(), booked()),
        (
            PAYMENTS.replace("12.35", "-12.35"),
            Payment { amount_as_told: "-12.35 USD".to_owned(), ..booked() },
        ),
        (
            PAYMENTS.replace("12.35", "12.354"),
            Payment { amount: None, amount_as_told: "12.354 USD".to_owned(), ..booked() },
        ),
        (
            PAYMENTS.replace("USD", "GBP"),
            Payment { amount: None, amount_as_told: "12.35 GBP".to_owned(), ..booked() },
        ),
        (
            PAYMENTS.replace("<int>1</int>", "<int>2</int>"),
            Payment { outcome: PaymentOutcome::Failed, ..booked() },
        ),
        (PAYMENTS.replace("<int>1</int>", "<nil/>"), Payment { outcome: PaymentOutcome::Untold, ..booked() }),
        (PAYMENTS.replace("payment_time", "time"), Payment { at: None, ..booked() }),
        (PAYMENTS.replace("<name>notes", "<name>note"), Payment { notes: String::new(), ..booked() }),
    ] {
        let (read, asked) = payments([xml(&body), xml(NO_PAYMENTS)]).await;
        assert_eq!(read, Ok(vec![expected]), "{body}");
        assert_eq!(asked.len(), 2);
    }
}

#[test]
fn a_payment_names_a_reference_only_as_a_word() {
    let with = |notes: &str| Payment { notes: notes.to_owned(), ..booked() };
    assert!(booked().names(REFERENCE) && with(&format!("API debit: {REFERENCE}")).names(REFERENCE));
    for notes in ["", "SMSBILL-65F0C12 x", "XSMSBILL-65F0C1", "SMSBILL-65F0C"] {
        assert!(!with(notes).names(REFERENCE), "{notes:?}");
    }
}

/// A page of payments with these numbers.
fn page(ids: std::ops::Range<u32>) -> Play {
    let item = |id: u32| {
        format!(
            "<value><struct><member><name>i_payment</name><value><int>{id}</int></value></member></struct></value>"
        )
    };
    let items: String = ids.map(item).collect();
    xml(&NO_PAYMENTS.replace("<data></data>", &format!("<data>{items}</data>")))
}

/// A switch may give fewer at once than it is asked for: a short page is not the last one.
#[tokio::test]
async fn a_listing_ends_with_an_empty_page_and_no_sooner() {
    let (read, asked) = payments([page(0..3), page(3..4), page(4..7), xml(NO_PAYMENTS)]).await;
    let ids: Vec<i64> = read.unwrap().iter().map(|payment| payment.id).collect();
    assert_eq!(ids, [0, 1, 2, 3, 4, 5, 6]);
    let offset = |body: &String| {
        let behind = body.split_once("<name>offset</name><value><int>").unwrap().1;
        behind.split_once('<').unwrap().0.to_owned()
    };
    assert_eq!(asked.iter().map(offset).collect::<Vec<_>>(), ["0", "3", "4", "7"]);
}

#[tokio::test]
async fn a_payment_that_moves_to_the_next_page_is_one_payment() {
    let (read, _) = payments([page(0..3), page(2..5), xml(NO_PAYMENTS)]).await;
    assert_eq!(read.unwrap().len(), 5);
}

/// Half of a listing would prove that a debit is not there.
#[tokio::test]
async fn a_listing_that_does_not_end_is_none() {
    let (read, asked) = payments((0..40).map(|number| page(number * 100..(number + 1) * 100))).await;
    assert_eq!((read.unwrap_err().retry(), asked.len()), (SAFE, 20));
    let (read, asked) = payments([page(0..2), page(0..2), page(0..2)]).await;
    assert_eq!((read.unwrap_err().retry(), asked.len()), (SAFE, 2));
    for trouble in [Play::CutAfter, xml("<methodResponse>")] {
        let (read, _) = payments([page(0..2), trouble]).await;
        assert_eq!(read.unwrap_err().retry(), SAFE);
    }
    let of_another = PAYMENTS.replace("<int>3</int>", "<int>4</int>");
    for odd in [of_another, PAYMENTS.replace("i_payment", "payment")] {
        let (read, _) = payments([xml(&odd), xml(NO_PAYMENTS)]).await;
        assert_ne!(read.unwrap_err().retry(), Retry::Never, "{odd}");
    }
}
