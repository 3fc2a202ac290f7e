//! What Portmone sends without being asked: what each dialect is read as.

use shared::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use shared::providers::portmone::callback::{CallbackError, Dialect, Notice, Payer, UnreadBill};

use crate::portmone_setup::{NOW, REQUESTS, RSP_OK, form, read, uah};
use crate::setup::at;

const RSP_FAIL: &str = include_str!("../fixtures/portmone/rsp_fail.xml");
const BILLS: &str = include_str!("../fixtures/portmone/bills.xml");
const PAY_ORDERS: &str = include_str!("../fixtures/portmone/pay_orders.xml");
const GATEWAY: &str = include_str!("../fixtures/portmone/gateway_notice.json");

/// The reports of a body, and how it is to be answered.
fn reports(body: &str) -> (Dialect, Vec<(String, BillReport)>) {
    match read(body).unwrap_or_else(|error| panic!("{body}: {error}")) {
        Notice::Reports { dialect, reports, unread } => {
            assert_eq!(unread, [], "{body}");
            (dialect, reports.into_iter().map(|(bill, report)| (bill.to_string(), report)).collect())
        }
        other => panic!("{other:?}"),
    }
}

fn the_report(body: &str) -> (Dialect, String, BillReport) {
    let (dialect, mut reports) = reports(body);
    assert_eq!(reports.len(), 1);
    let (bill, report) = reports.remove(0);
    (dialect, bill, report)
}

fn wrong(body: &str) -> (Dialect, &'static str) {
    match read(body) {
        Err(CallbackError::Unreadable { dialect, what }) => (dialect, what),
        other => panic!("{body}: {other:?}"),
    }
}

/// What is kept of a notice of which not all can be read, by bill, and what cannot.
fn in_parts(document: &str) -> (Vec<String>, Vec<UnreadBill>) {
    match read(&form(document)) {
        Ok(Notice::Reports { dialect: Dialect::Biller, reports, unread }) => {
            (reports.into_iter().map(|(bill, _)| bill.to_string()).collect(), unread)
        }
        other => panic!("{document}: {other:?}"),
    }
}

fn unread(bill: Option<&str>, state: Option<&str>, what: &'static str) -> UnreadBill {
    UnreadBill { bill: bill.map(|bill| bill.parse().unwrap()), state: state.map(str::to_owned), what }
}

fn failed(code: &str, reason: &str) -> ReportedOutcome {
    ReportedOutcome::Failed { code: code.to_owned(), reason: reason.to_owned() }
}

#[test]
fn an_rsp_is_a_payment_or_its_failure() {
    let (dialect, bill, report) = the_report(RSP_OK);
    assert_eq!((dialect, bill.as_str()), (Dialect::Direct, "523"));
    let expected = BillReport {
        outcome: ReportedOutcome::Paid,
        amount: None,
        payee: None,
        recipient: Some("+**********67".to_owned()),
        source: ReportSource::Direct,
        received_at: at(NOW),
        words: "<rsp status=\"ok\"><bill id=\"523\"><billId>523</billId><contractNumber>**********67</contractNumber>\
                <status>paid</status></bill></rsp>"
            .to_owned(),
    };
    assert_eq!(report, expected);
    let (_, bill, report) = the_report(RSP_FAIL);
    assert_eq!((bill.as_str(), report.outcome), ("523", failed("123", "The operator declined the top-up")));
    let whole = "<rsp status='ok'><bill><billId>7</billId><payee id='2065'>K</payee><amount>1.00</amount>\
                 <currency>UAH</currency></bill></rsp>";
    let (_, bill, report) = the_report(whole);
    assert_eq!((bill.as_str(), report.outcome), ("7", ReportedOutcome::Paid));
    assert_eq!((report.amount, report.payee), (Some(uah(100)), Some("2065".parse().unwrap())));
    let returned = the_report(&whole.replace("1.00", "-1.00")).2;
    assert_eq!((returned.outcome, returned.amount), (ReportedOutcome::Refunded, Some(uah(100))));
}

#[test]
fn an_rsp_that_says_nothing_clear_is_refused() {
    for body in [
        "<rsp status='ok'/>",
        "<rsp status='fail'><error code='1'>no</error></rsp>",
        "<rsp status='ok'><bill id='a b'/></rsp>",
        "<rsp status='maybe'><bill id='523'/></rsp>",
        "<rsp status='ok'><bill id='523'><status>created</status></bill></rsp>",
        "<rsp status='ok'><bill id='523'><amount>1,00</amount></bill></rsp>",
        "<rsp status='ok'><bill id='523'><amount>0.00</amount></bill></rsp>",
        "<rsp status='ok'><bill id='523'><amount>1.00</amount><currency>USD</currency></bill></rsp>",
        "<BILLS/>",
        "<!DOCTYPE rsp><rsp status='ok'><bill id='523'/></rsp>",
        &RSP_OK[..RSP_OK.len() - 8],
        &format!("{RSP_OK}x"),
    ] {
        assert_eq!(wrong(body).0, Dialect::Direct, "{body}");
    }
}

#[test]
fn bills_are_payments_and_a_negative_amount_is_a_return() {
    for (document, outcome) in [
        (BILLS, ReportedOutcome::Paid),
        (include_str!("../fixtures/portmone/bills_2010.xml"), ReportedOutcome::Paid),
        (include_str!("../fixtures/portmone/bills_returned.xml"), ReportedOutcome::Refunded),
    ] {
        let (dialect, bill, report) = the_report(&form(document));
        assert_eq!((dialect, bill.as_str(), report.outcome), (Dialect::Biller, "966666666", outcome));
        assert_eq!((report.amount, report.payee), (Some(uah(12_035)), Some("30098".parse().unwrap())));
        assert_eq!((report.recipient.as_deref(), report.source), (Some("******63"), ReportSource::Biller));
        assert!(report.words.starts_with("<BILL><PAYEE><NAME>COMPANY_NAME</NAME>"), "{}", report.words);
        assert!(report.words.contains("UA*************************00"), "{}", report.words);
        assert!(report.words.contains("<PAY_DATE>2021-07-14</PAY_DATE>"), "{}", report.words);
    }
    let rejected = BILLS.replace(">PAYED<", ">REJECTED<");
    let report = the_report(&form(&rejected)).2;
    assert_eq!((report.outcome, report.amount), (failed("REJECTED", ""), Some(uah(12_035))));
}

#[test]
fn a_failure_of_which_nothing_was_paid_tells_no_amount() {
    let rejected = BILLS.replace(">PAYED<", ">REJECTED<").replace("120.35", "0.00");
    let report = the_report(&form(&rejected)).2;
    assert_eq!((report.outcome, report.amount), (failed("REJECTED", ""), None));
    let told = |amounts: &str| {
        format!("<rsp status='fail'><bill id='523'>{amounts}</bill><error code='1'>no</error></rsp>")
    };
    for (amounts, expected) in [
        ("<paidAmount>0.00</paidAmount>", None),
        ("<paidAmount>0</paidAmount><amount>1.00</amount>", None),
        ("<amount>1.00</amount>", Some(uah(100))),
    ] {
        let report = the_report(&told(amounts)).2;
        assert_eq!((report.outcome, report.amount), (failed("1", "no"), expected), "{amounts}");
    }
}

#[test]
fn several_bills_are_several_reports_and_the_order_of_elements_is_nothing() {
    let bill = |id: &str, amount: &str| {
        format!("<BILL><PAYED_AMOUNT> {amount} </PAYED_AMOUNT><PAYEE>1</PAYEE><BILL_ID>{id}</BILL_ID></BILL>")
    };
    let document = format!("<BILLS>{}{}<OTHER/></BILLS>", bill("1", "5"), bill("2", "-0.50"));
    let (_, reports) = reports(&form(&document));
    let told: Vec<_> = reports
        .iter()
        .map(|(bill, report)| (bill.as_str(), report.outcome.as_str(), report.amount))
        .collect();
    assert_eq!(told, [("1", "paid", Some(uah(500))), ("2", "refunded", Some(uah(50)))]);
}

#[test]
fn a_registry_reports_each_of_its_bills() {
    let (dialect, bill, report) = the_report(&form(PAY_ORDERS));
    assert_eq!((dialect, bill.as_str(), report.outcome), (Dialect::Biller, "14561", ReportedOutcome::Paid));
    assert_eq!((report.amount, report.source), (Some(uah(12_035)), ReportSource::Registry));
    assert_eq!(report.payee, Some("1001".parse().unwrap()), "said once for all of them");
    let (_, reports) = reports(&form(include_str!("../fixtures/portmone/pay_orders_two_bills.xml")));
    let told: Vec<_> = reports.iter().map(|(bill, report)| (bill.as_str(), report.amount)).collect();
    assert_eq!(told, [("14561", Some(uah(12_035))), ("14562", Some(uah(2_050)))]);
    assert_eq!(self::reports(&form("<PAY_ORDERS/>")), (Dialect::Biller, Vec::new()));
}

#[test]
fn a_bill_that_says_nothing_clear_is_not_read_and_says_which_it_is() {
    let (no_id, no_amount) = ("it has a bill without a BILL_ID", "it has a bill without a PAYED_AMOUNT");
    let (amount, state) = ("it has an amount that is none", "it has a bill in a state that is not known");
    let bill = Some("966666666");
    for (document, expected) in [
        (BILLS.replace("<BILL_ID>966666666</BILL_ID>", ""), unread(None, Some("PAYED"), no_id)),
        (
            BILLS.replace("966666666", "96 66"),
            unread(None, Some("PAYED"), "it names a bill by what is no id"),
        ),
        (BILLS.replace("<PAYED_AMOUNT>120.35</PAYED_AMOUNT>", ""), unread(bill, Some("PAYED"), no_amount)),
        (BILLS.replace("120.35", "0.00"), unread(bill, Some("PAYED"), "it reports a payment of nothing")),
        (BILLS.replace("120.35", "1e3"), unread(bill, Some("PAYED"), amount)),
        (BILLS.replace("120.35", "120.355"), unread(bill, Some("PAYED"), amount)),
        (BILLS.replace(">PAYED<", ">CREATED<"), unread(bill, Some("CREATED"), state)),
        (BILLS.replace(">PAYED<", ">380991234567<"), unread(bill, None, state)),
        (
            BILLS.replace(">PAYED<", ">REJECTED<").replace("120.35", "-120.35"),
            unread(bill, Some("REJECTED"), state),
        ),
        (BILLS.replace("30098", "3 0"), unread(bill, Some("PAYED"), "it names a payee by what is no id")),
    ] {
        assert_eq!(in_parts(&document), (Vec::new(), vec![expected]), "{document:.200}");
    }
}

#[test]
fn the_bills_beside_one_that_cannot_be_read_are_read() {
    let bill = |id: &str, state: &str| {
        format!(
            "<BILL><BILL_ID>{id}</BILL_ID><PAYED_AMOUNT>1.00</PAYED_AMOUNT><STATUS>{state}</STATUS></BILL>"
        )
    };
    let three = format!("{}{}{}", bill("1", "PAYED"), bill("2", "RETURN"), bill("3", "REJECTED"));
    let state = "it has a bill in a state that is not known";
    let expected = (vec!["1".to_owned(), "3".to_owned()], vec![unread(Some("2"), Some("RETURN"), state)]);
    assert_eq!(in_parts(&format!("<BILLS>{three}</BILLS>")), expected);
    let order = |inside: &str| format!("<PAY_ORDER>{inside}</PAY_ORDER>");
    let orders = [
        order(&format!("<PAYEE>9 9</PAYEE><BILLS>{}</BILLS>", bill("4", "PAYED"))),
        order("<BILLS/>"),
        order(&bill("5", "PAYED")),
        order(&format!("<BILLS>{three}</BILLS>")),
    ];
    let (kept, unread) = in_parts(&format!("<PAY_ORDERS>{}</PAY_ORDERS>", orders.concat()));
    assert_eq!(kept, ["1", "3"]);
    let (payee, order) = ("it names a payee by what is no id", "it has an order without bills");
    let wrong: Vec<_> = unread.iter().map(|unread| unread.what).collect();
    assert_eq!(wrong, [payee, order, order, state]);
}

#[test]
fn nothing_of_a_second_bill_is_lost() {
    let bill = |id: &str| format!("<BILL><BILL_ID>{id}</BILL_ID><PAYED_AMOUNT>1.00</PAYED_AMOUNT></BILL>");
    let order = format!(
        "<PAY_ORDERS><PAY_ORDER><BILLS>{}</BILLS><BILLS>{}{}</BILLS></PAY_ORDER></PAY_ORDERS>",
        bill("1"),
        bill("2"),
        bill("3")
    );
    assert_eq!(in_parts(&order), (vec!["1".to_owned(), "2".to_owned(), "3".to_owned()], Vec::new()));
    let twice = "it has a bill that says something twice";
    for name in ["BILL_ID", "PAYED_AMOUNT", "STATUS", "PAYER"] {
        let whole = format!("<{name}>");
        let doubled = BILLS.replacen(&whole, &format!("<{name}>PAYED</{name}>{whole}"), 1);
        let (kept, unread) = in_parts(&doubled);
        assert_eq!((kept.len(), unread[0].what, unread.len()), (0, twice, 1), "{name}");
    }
    let two = "<rsp status='ok'><bill id='1'><status>paid</status></bill><bill id='2'/></rsp>";
    assert_eq!(wrong(two), (Dialect::Direct, "it is about several bills"));
}

#[test]
fn documents_that_say_nothing_clear_are_refused_whole() {
    for document in [
        "<BILLS/>".to_owned(),
        "<BILLS><OTHER/></BILLS>".to_owned(),
        "<PAY_ORDERS><ORDER/></PAY_ORDERS>".to_owned(),
        RSP_OK.to_owned(),
        "<OTHER/>".to_owned(),
        "x".to_owned(),
        String::new(),
        format!("<!DOCTYPE BILLS [<!ENTITY a 'b'>]>{BILLS}"),
        BILLS.replace("COMPANY_NAME", "&a;"),
        "<BILLS>".repeat(50_000),
    ] {
        assert_eq!(wrong(&form(&document)).0, Dialect::Biller, "{document:.200}");
    }
    for body in [
        "data=",
        "date=%3CBILLS%2F%3E",
        "SHOPBILLID=1&RESULT=0",
        "[1]",
        "x",
        &format!("{0}&{0}", form(BILLS)),
    ] {
        assert_eq!(wrong(body).0, Dialect::Biller, "{body:.200}");
    }
    assert_eq!(wrong(" \n").0, Dialect::Direct);
}

#[test]
fn requests_are_questions_about_payers() {
    let payers = ["08967563", "03567892"].map(|number| Payer(number.to_owned())).to_vec();
    let notice = Notice::Requests { payee: "1001".to_owned(), payers };
    assert_eq!(read(&form(REQUESTS)), Ok(notice.clone()));
    assert!(!format!("{notice:?}").contains("08967563"), "{notice:?}");
    for document in [
        "<REQUESTS/>",
        "<REQUESTS><PAYEE>1</PAYEE></REQUESTS>",
        "<REQUESTS><PAYER><CONTRACT_NUMBER>1</CONTRACT_NUMBER></PAYER></REQUESTS>",
        "<REQUESTS><PAYEE>1</PAYEE><PAYER/></REQUESTS>",
    ] {
        assert_eq!(wrong(&form(document)).0, Dialect::Requests, "{document}");
    }
}

#[test]
fn the_gateways_json_names_a_bill_and_proves_nothing_more() {
    let (dialect, bill, report) = the_report(GATEWAY);
    assert_eq!(
        (dialect, bill.as_str(), report.source),
        (Dialect::Gateway, "432722352", ReportSource::Gateway)
    );
    assert_eq!((report.outcome, report.amount, report.payee), (ReportedOutcome::Paid, None, None));
    assert_eq!(report.words.trim(), GATEWAY.trim());
    let full =
        "\u{feff} {\"shopBillId\":\"7\",\"billAmount\":50.5,\"status\":\"PAYED\",\"other\":{\"a\":[1]}}";
    let (_, bill, report) = the_report(full);
    assert_eq!((bill.as_str(), report.amount), ("7", Some(uah(5_050))));
    for (status, outcome) in [("REJECTED", failed("REJECTED", "")), ("RETURN", ReportedOutcome::Refunded)] {
        let (_, _, report) = the_report(&format!("{{\"shopBillId\":\"7\",\"status\":\"{status}\"}}"));
        assert_eq!((report.outcome, report.source), (outcome, ReportSource::Gateway));
    }
    for body in [
        "{}",
        "{\"shopOrderNumber\":\"1\"}",
        "{\"shopBillId\":null}",
        "{\"shopBillId\":true}",
        "{\"shopBillId\":\"\"}",
        "{\"shopBillId\":[1]}",
        "{\"shopBillId\":1,\"shopBillId\":2}",
        "{\"shopBillId\":\"a\\u0020b\"}",
        "{\"shopBillId\":1,\"status\":\"PREAUTH\"}",
        "{\"shopBillId\":1}x",
    ] {
        assert_eq!(wrong(body).0, Dialect::Gateway, "{body}");
    }
    let deep = format!("{{\"shopBillId\":1,\"a\":{}", "[".repeat(100_000));
    assert_eq!(wrong(&deep).0, Dialect::Gateway);
}
