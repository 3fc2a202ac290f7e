//! Invoices, ways to pay and codes, word for word; and what is said about accounts.

use shared::bot::commands::{Audience, Command, SmsBilling};
use shared::domain::invoice::{Invoice, Standing};
use shared::domain::locale::Locale;
use shared::domain::money::Money;
use shared::domain::payment_channel::PaymentChannel;

use super::scenes::{at, hostile, invoice, ordinary, payment, ways, with_code};
use super::{buttons, english, words};

const NUMBER: &str = "INV-20261121-7K3M9QZX";

#[test]
fn an_unpaid_invoice_says_until_when_and_how_to_pay() {
    let view = english().invoice(&invoice(&ordinary()), at(2));
    assert_eq!(
        view.html,
        "🧾 <b>Invoice</b> <code>INV-20261121-7K3M9QZX</code>\n\nState: ⏳ <b>Waiting for payment</b>\nOrder: \
         <code>order-1</code>\n• Olena Koval × 2: Rp75,000\nAmount: <b>Rp150,000</b>\nPay until: 22 November 2026, 15:00 \
         (WIB)"
    );
    assert_eq!(buttons(&view), [[format!("💳 Pay → i1:c:{NUMBER}")], ["⬅️ All invoices → i1:l".to_owned()]]);
}

#[test]
fn an_invoice_with_a_code_leads_back_to_it() {
    let view = english().invoice(&with_code(&ordinary(), "BCA_VA"), at(2));
    let wanted = [
        format!("💳 Show the payment code → i1:p:{NUMBER}:BCA_VA"),
        format!("🔁 Other way to pay → i1:c:{NUMBER}"),
        "⬅️ All invoices → i1:l".to_owned(),
    ];
    assert_eq!(buttons(&view).concat(), wanted);
    let later = english().invoice(&with_code(&ordinary(), "BCA_VA"), at(61));
    assert_eq!(buttons(&later).concat().first().unwrap(), &format!("💳 Pay → i1:c:{NUMBER}"));
}

#[test]
fn an_invoice_that_needs_no_money_offers_no_way_to_pay() {
    let paid = Invoice { standing: Standing::Paid(payment()), ..invoice(&ordinary()) };
    let view = english().invoice(&paid, at(5));
    assert!(view.html.contains("State: ✅ <b>Paid</b>"), "{}", view.html);
    let end = "\nPaid on: 21 November 2026, 15:04 (WIB)\nPaid with: BCA Virtual Account";
    assert!(view.html.ends_with(end), "{}", view.html);
    assert_eq!(buttons(&view), [["⬅️ All invoices → i1:l"]]);
    assert_eq!(english().code(&paid, at(5)), view, "there is no code to be had any more");
    let past_due = english().invoice(&invoice(&ordinary()), at(1440));
    assert!(past_due.html.contains("<b>The time to pay is over</b>"), "{}", past_due.html);
    assert_eq!(buttons(&past_due), [["⬅️ All invoices → i1:l"]]);
}

#[test]
fn a_long_order_is_shown_in_part() {
    let view = english().invoice(&invoice(&hostile("<b>")), at(2));
    assert_eq!(view.html.matches("• &lt;b&gt;").count(), 10);
    assert!(view.html.contains("\n… and 19 more items\n"), "{}", view.html);
}

#[test]
fn the_list_can_be_paged_to_and_fro() {
    let listed = [invoice(&ordinary())];
    let last = &listed.first().unwrap().number;
    let view = english().invoice_list(&listed, Some(last), false);
    assert_eq!(
        view.html,
        "🧾 <b>Your invoices</b>\n\n⏳ <code>INV-20261121-7K3M9QZX</code>\n<b>Rp150,000</b> · Waiting for payment"
    );
    let wanted = [
        vec![format!("⏳ Rp150,000 · {NUMBER} → i1:v:{NUMBER}")],
        vec!["‹ Newest → i1:l".to_owned(), format!("Older › → i1:l:{NUMBER}")],
    ];
    assert_eq!(buttons(&view), wanted);
    assert_eq!(english().invoice_list(&listed, None, true).rows.len(), 1);
}

#[test]
fn every_way_to_pay_shows_what_it_costs_on_top() {
    let mut ways = ways(&ordinary());
    ways.truncate(2);
    for (way, (name, fee)) in ways.iter_mut().zip([("BCA Virtual Account", 4_250), ("", 0)]) {
        way.offered.name = name.to_owned();
        way.fee.as_mut().unwrap().customer = Money::rupiah(fee);
    }
    let view = english().channels(&invoice(&ordinary()), &ways);
    assert_eq!(
        view.html,
        "How do you want to pay <b>Rp150,000</b>?\n\n<i>What stands behind a “+” is the fee on top of the amount.</i>"
    );
    let wanted = [
        format!("BCA Virtual Account · +Rp4,250 → i1:p:{NUMBER}:BCA_VA"),
        format!("BNI Virtual Account → i1:p:{NUMBER}:BNI_VA"),
        format!("⬅️ To the invoice → i1:v:{NUMBER}"),
    ];
    assert_eq!(buttons(&view).concat(), wanted);
    let free = english().channels(&invoice(&ordinary()), ways.get(1..).unwrap());
    assert_eq!(free.html, "How do you want to pay <b>Rp150,000</b>?");
}

#[test]
fn a_number_can_be_copied() {
    let view = english().code(&with_code(&ordinary(), "BCA_VA"), at(2));
    assert_eq!(
        view.html,
        "💳 <b>BCA Virtual Account</b>\n\n🧾 <b>Invoice</b> <code>INV-20261121-7K3M9QZX</code>\nAccount number: \
         <code>8808123456789012</code>\nTo pay: <b>Rp154,250</b> (fee included)\nValid until: 21 November 2026, 16:00 \
         (WIB)\n\n<i>Pay exactly this amount.</i>"
    );
    let wanted = [
        "📋 Copy the number → copy 8808123456789012".to_owned(),
        "📄 How to pay → open https://tripay.co.id/checkout/R1".to_owned(),
        format!("🔁 Other way to pay → i1:c:{NUMBER}"),
        format!("⬅️ To the invoice → i1:v:{NUMBER}"),
    ];
    assert_eq!(buttons(&view).concat(), wanted);
    assert_eq!(view.picture_url, None);
}

#[test]
fn a_qr_code_is_a_picture_with_a_link_for_those_who_do_not_see_it() {
    let view = english().code(&with_code(&ordinary(), "QRIS"), at(2));
    let picture = "https://tripay.co.id/checkout/R1.png";
    assert_eq!(view.picture_url.as_deref(), Some(picture));
    assert!(view.html.contains("Scan the QR code") && !view.html.contains("8808"), "{}", view.html);
    assert_eq!(buttons(&view).concat().first().unwrap(), &format!("🔳 Open the QR code → open {picture}"));
}

#[test]
fn a_wallet_is_opened() {
    let view = english().code(&with_code(&ordinary(), "SHOPEEPAY"), at(2));
    assert!(view.html.starts_with("💳 <b>ShopeePay</b>"), "{}", view.html);
    let button = "📱 Open and pay → open https://tripay.co.id/checkout/R1";
    assert_eq!(buttons(&view).concat().first().unwrap(), button);
}

#[test]
fn an_address_that_is_none_becomes_no_button_and_no_picture() {
    for url in ["javascript:alert(1)", "tg://user?id=1", "https://a b", "", "https://пример"] {
        let mut cast = ordinary();
        url.clone_into(&mut cast.url);
        let view = english().code(&with_code(&cast, "QRIS"), at(2));
        assert_eq!((view.picture_url, view.rows.len()), (None, 2), "{url}");
    }
}

#[test]
fn a_code_whose_time_is_over_or_that_is_still_being_made_is_not_shown() {
    let past = english().code(&with_code(&ordinary(), "BCA_VA"), at(60));
    assert!(past.html.starts_with("The time of this payment code is over."), "{}", past.html);
    let mut being_made = invoice(&ordinary());
    being_made.choose_channel("BCA_VA".parse().unwrap(), at(1)).unwrap();
    let pending = english().code(&being_made, at(2));
    assert!(pending.html.starts_with("The payment code is just being made."), "{}", pending.html);
    for view in [past, pending] {
        let wanted =
            [format!("🔁 Other way to pay → i1:c:{NUMBER}"), format!("⬅️ To the invoice → i1:v:{NUMBER}")];
        assert_eq!(buttons(&view).concat(), wanted);
    }
}

#[test]
fn channels_are_called_as_people_know_them() {
    let names: Vec<String> = PaymentChannel::all().map(|channel| english().channel(channel)).collect();
    for name in [
        "BCA Virtual Account",
        "Mandiri Virtual Account",
        "CIMB Niaga Virtual Account",
        "Virtual Account (Other banks)",
        "OVO",
        "ShopeePay",
        "QRIS",
        "QRIS (ShopeePay)",
        "QRIS (Nobu)",
        "Alfamart",
    ] {
        assert!(names.iter().any(|known| known == name), "{name} is not among {names:?}");
    }
}

#[test]
fn every_language_is_offered_by_its_own_name() {
    let wanted = [
        ["English → l1:en"],
        ["Bahasa Indonesia → l1:id"],
        ["✅ Українська → l1:uk"],
        ["Oʻzbekcha → l1:uz"],
        ["Русский → l1:ru"],
    ];
    assert_eq!(buttons(&words(Locale::Uk).languages()), wanted);
}

#[test]
fn help_lists_what_this_person_may_do_and_how_a_stranger_gets_further() {
    let stranger = english().help(&Command::for_audience(Audience::Stranger, SmsBilling::On)).html;
    assert!(
        stranger.contains("\n/language – Choose the language\n") && !stranger.contains("/task"),
        "{stranger}"
    );
    assert!(stranger.ends_with("choose “Connect Telegram” there and follow the link."), "{stranger}");
    let staff = english().help(&Command::for_audience(Audience::Staff, SmsBilling::On)).html;
    assert!(
        staff.contains("/task – Create a support task") && !staff.contains("Connect Telegram"),
        "{staff}"
    );
}

#[test]
fn people_are_called_by_their_names_which_are_words_and_no_markup() {
    let view = english().linked(" <b>Olena</b>\n{company} ");
    assert!(view.html.starts_with("✅ Done, &lt;b&gt;Olena&lt;/b&gt; {company}! This chat"), "{}", view.html);
    assert_eq!(buttons(&view), [["🧾 My invoices → i1:l"]]);
    let stranger = english().welcome(None);
    assert!(
        stranger.html.starts_with("👋 Hello! This is the bot of <b>Nusa &amp; Co</b>."),
        "{}",
        stranger.html
    );
    assert!(stranger.rows.is_empty() && stranger.html.contains("“Connect Telegram”"), "{}", stranger.html);
    assert_eq!(english().linked("\u{202e}").html, english().linked("").html);
}
