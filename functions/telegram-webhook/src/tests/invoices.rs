//! A customer's invoices in the chat: the list, one of them, and codes to pay with.

use sandbox::testbed::dynamodb::INVOICES;
use serde_json::json;

use crate::tests::bench::Bench;
use crate::tests::bills::{CREATE, fault, label, number, put, transactions};

#[tokio::test]
async fn who_is_tied_to_nobody_has_no_invoices_and_who_has_none_is_told_so() {
    let bench = Bench::start().await;
    put(&bench, 1, "user-1", 24).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/invoices").await;
    let told = bot.shows("not connected to an account yet").offers(&[]);
    for data in ["i1:l".to_owned(), format!("i1:v:{}", number(1)), format!("i1:p:{}:BCA_VA", number(1))] {
        let delivered = user.delivers(&user.pushes_data(told.message_id, &data)).await;
        assert!(delivered.body.contains("not connected to an account yet"), "{}", delivered.body);
    }
    bench.link("user-4").await;
    user.says("/invoices").await;
    bot.shows("You have no invoices yet.").offers(&[]);
    assert_eq!(transactions(&bench).await.len(), 0);
}

#[tokio::test]
async fn the_list_shows_each_invoice_once_newest_first_in_pages_of_six() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    for n in 1..=14 {
        put(&bench, n, "user-4", 24).await;
        put(&bench, n + 100, "user-1", 24).await;
    }
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/invoices").await;
    let mut page = bot.shows("Your invoices");
    let mut listed = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let carried = page.buttons.iter().flatten().filter_map(|button| button.data.clone());
        let numbers: Vec<String> =
            carried.filter_map(|data| data.strip_prefix("i1:v:").map(str::to_owned)).collect();
        sizes.push(numbers.len());
        listed.extend(numbers);
        if !page.labels().contains(&"Older ›") {
            break;
        }
        // One that comes while somebody turns the pages moves nothing.
        put(&bench, 20 + u64::try_from(sizes.len()).unwrap(), "user-4", 24).await;
        user.presses("Older ›").await;
        page = bot.shows("Your invoices").is_edit_of(page.message_id);
    }
    let expected: Vec<String> = (1..=14).rev().map(|n| number(n).to_string()).collect();
    assert_eq!((sizes, listed), (vec![6, 6, 2], expected));
    user.presses("‹ Newest").await;
    bot.shows(number(22).as_str());
}

#[tokio::test]
async fn another_person_s_invoice_is_none() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    put(&bench, 1, "user-4", 24).await;
    let theirs = put(&bench, 2, "user-1", 24).await;
    let stored = bench.aws.dynamodb.items(INVOICES);
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/invoices").await;
    let list = bot.shows(number(1).as_str()).says_nothing_of(theirs.as_str());
    for what in ["v", "c", "p"] {
        for number in [theirs.clone(), number(99)] {
            let channel = if what == "p" { ":BCA_VA" } else { "" };
            user.presses_data(list.message_id, &format!("i1:{what}:{number}{channel}")).await;
            assert!(bot.answers("There is no such invoice.").is_alert);
        }
    }
    // A list "after" an invoice that is not theirs begins at the newest, and tells nothing of it.
    let delivered = user.delivers(&user.pushes_data(list.message_id, &format!("i1:l:{theirs}"))).await;
    assert!(delivered.body.contains(number(1).as_str()), "{}", delivered.body);
    assert_eq!(bot.newest().unwrap(), list);
    assert_eq!(bench.aws.dynamodb.items(INVOICES), stored);
    assert_eq!((transactions(&bench).await.len(), bench.wire.count(CREATE)), (0, 0));
}

#[tokio::test]
async fn an_invoice_leads_to_the_ways_to_pay_and_a_way_to_a_code_that_stays() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    let invoice = put(&bench, 1, "user-4", 24).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/invoices").await;
    let list = bot.shows("Your invoices");
    user.presses(list.labels()[0]).await;
    let shown = bot.shows("Waiting for payment").says("VPS <1 vCPU> & backup").is_edit_of(list.message_id);
    assert_eq!(shown.labels(), ["💳 Pay", "⬅️ All invoices"]);
    user.presses("💳 Pay").await;
    let ways = bot.shows("How do you want to pay");
    user.presses(label(&ways, "BCA")).await;
    let code = bot.shows("BCA Virtual Account").says(invoice.as_str()).says("To pay");
    let held = transactions(&bench).await;
    assert_eq!(held.len(), 1);
    let pay_code = held[0]["payCode"].as_str().unwrap_or_default().to_owned();
    let copies = code.button("📋 Copy the number").copies.clone().unwrap();
    assert!(code.text.contains(&copies), "{}", code.text);
    assert!(pay_code.is_empty() || pay_code == copies, "{held:?}");
    // The same way again, from here or from the invoice, is the same code.
    user.presses("⬅️ To the invoice").await;
    bot.shows("Waiting for payment");
    user.presses("💳 Show the payment code").await;
    let again = bot.shows("BCA Virtual Account");
    assert_eq!(again.button("📋 Copy the number").copies.as_deref(), Some(copies.as_str()));
    user.presses("🔁 Other way to pay").await;
    let ways = bot.shows("How do you want to pay");
    user.presses(label(&ways, "BCA")).await;
    assert_eq!(bot.shows("BCA Virtual Account").button("📋 Copy the number").copies, Some(copies));
    assert_eq!((transactions(&bench).await.len(), bench.wire.count(CREATE)), (1, 1));
    assert_eq!(bot.calls().len(), 0);
}

#[tokio::test]
async fn a_qr_code_comes_as_a_picture_and_a_wallet_as_a_link() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    put(&bench, 1, "user-4", 24).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/help").await;
    let message = bot.shows("/invoices").message_id;
    user.presses_data(message, &format!("i1:p:{}:QRIS", number(1))).await;
    let shown = bot.shows("Scan the QR code").is_new();
    let (picture, link) = (shown.picture.clone().unwrap(), shown.button("🔳 Open the QR code").url.clone());
    assert!(picture.contains("/qr/"), "{picture}");
    assert_eq!(link, Some(picture));
    user.presses_data(message, &format!("i1:v:{}", number(1))).await;
    let invoice = bot.shows(&number(1).to_string());
    assert_eq!(invoice.button("🔳 Open the QR code").url, link, "also where no picture arrived");
    user.presses_data(message, &format!("i1:p:{}:OVO", number(1))).await;
    let wallet = bot.shows("OVO").says("Press the button below");
    assert!(wallet.button("📱 Open and pay").url.as_deref().unwrap().starts_with("http"));
    assert_eq!(transactions(&bench).await.len(), 2, "each way has a transaction of its own");
}

#[tokio::test]
async fn fees_on_top_are_shown_before_they_are_chosen() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    put(&bench, 1, "user-4", 24).await;
    bench.control("PUT", "/_control/tripay/settings/merchant", json!({ "feeBearer": "customer" })).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/help").await;
    let message = bot.shows("/invoices").message_id;
    user.presses_data(message, &format!("i1:c:{}", number(1))).await;
    let ways = bot.shows("is the fee on top of the amount");
    let bca = label(&ways, "BCA");
    assert!(bca.contains(" · +Rp"), "{bca}");
    user.presses(bca).await;
    bot.shows("fee included");
}

#[tokio::test]
async fn two_taps_on_a_way_to_pay_make_one_transaction() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    put(&bench, 1, "user-4", 24).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/help").await;
    let message = bot.shows("/invoices").message_id;
    let data = format!("i1:p:{}:BCA_VA", number(1));
    let taps = [user.pushes_data(message, &data), user.pushes_data(message, &data)];
    bench.wire.reset();
    let (first, second) = futures::join!(user.delivers(&taps[0]), user.delivers(&taps[1]));
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!((transactions(&bench).await.len(), bench.wire.count(CREATE)), (1, 1));
    bot.looks_away();
    // Whoever was told to wait gets the same code a moment later; a repeated update too.
    for tap in &taps {
        let delivered = user.delivers(tap).await;
        assert!(delivered.body.contains("BCA Virtual Account"), "{}", delivered.body);
    }
    bot.looks_away();
    assert_eq!((transactions(&bench).await.len(), bench.wire.count(CREATE)), (1, 1));
}

#[tokio::test]
async fn while_tripay_does_not_do_its_part_there_is_no_code_and_then_there_is_one() {
    for (operation, kind) in [("transaction/create", "refuse"), ("payment-channel", "server_error")] {
        let bench = Bench::start().await;
        bench.link("user-4").await;
        put(&bench, 1, "user-4", 24).await;
        let app = bench.app().await;
        let (user, bot) = bench.chat(&app);
        user.says("/help").await;
        let message = bot.shows("/invoices").message_id;
        let data = format!("i1:p:{}:BCA_VA", number(1));
        fault(&bench, operation, kind).await;
        user.presses_data(message, &data).await;
        let note = bot.answers("The payment provider does not answer as it should.");
        assert!(note.is_alert, "{operation}");
        assert_eq!(transactions(&bench).await.len(), 0);
        user.presses_data(message, &data).await;
        bot.shows("BCA Virtual Account");
        assert_eq!(transactions(&bench).await.len(), 1);
    }
}

#[tokio::test]
async fn where_tripay_is_not_configured_nothing_can_be_paid() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    put(&bench, 1, "user-4", 24).await;
    bench.aws.secrets.set("paydesk/tripay", &json!({ "apiKey": "", "privateKey": "", "merchantCode": "" }));
    let stored = bench.aws.dynamodb.items(INVOICES);
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/invoices").await;
    let message = bot.shows("Your invoices").message_id;
    for data in [format!("i1:c:{}", number(1)), format!("i1:p:{}:BCA_VA", number(1))] {
        user.presses_data(message, &data).await;
        assert!(bot.answers("Payments cannot be made here at the moment.").is_alert);
    }
    assert_eq!(bench.aws.dynamodb.items(INVOICES), stored, "no attempt is kept that nobody carries out");
}

#[tokio::test]
async fn what_needs_no_money_any_more_has_no_code() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    let overdue = put(&bench, 1, "user-4", 0).await;
    let cancelled = put(&bench, 2, "user-4", 24).await;
    let cause = shared::stores::invoices::Cause::new("story".to_owned(), jiff::Timestamp::now());
    let invoices = shared::stores::invoices::Invoices::new(bench.table(INVOICES));
    invoices
        .change(&cancelled, &cause, |invoice| invoice.cancel(cause.now))
        .await
        .unwrap()
        .unwrap()
        .outcome
        .unwrap();
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/invoices").await;
    let message = bot.shows("Your invoices").message_id;
    for (number, state, refusal) in [
        (&cancelled, "Cancelled", "This invoice cannot be paid any more. State: Cancelled."),
        (&overdue, "The time to pay is over", "The time to pay this invoice is over."),
    ] {
        user.presses_data(message, &format!("i1:v:{number}")).await;
        bot.shows(state).offers(&["⬅️ All invoices"]);
        user.presses_data(message, &format!("i1:p:{number}:BCA_VA")).await;
        assert!(bot.answers(refusal).is_alert);
    }
    assert_eq!((transactions(&bench).await.len(), bench.wire.count(CREATE)), (0, 0));
}
