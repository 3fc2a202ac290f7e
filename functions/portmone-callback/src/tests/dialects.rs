//! Each dialect is answered in its own words, byte for byte, and what it says is kept.

use jiff::{SignedDuration, Timestamp};
use shared::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};
use shared::domain::money::{Currency, Money};

use super::bench::{Answer, BILL, Bench, JSON, in_xml, result, taken, with_body, with_document};

fn hryvnias(minor: i64) -> Option<Money> {
    Some(Money::new(minor, Currency::Uah))
}

/// What is kept, without its evidence and its time.
fn said(report: &BillReport) -> (ReportedOutcome, Option<Money>, Option<&str>, ReportSource) {
    let payee = report.payee.as_ref().map(|payee| payee.as_str());
    (report.outcome.clone(), report.amount, payee, report.source)
}

/// A machine's clock may be set back between two looks at it: only the hour is asked.
fn assert_now(at: Timestamp) {
    assert!(Timestamp::now().duration_since(at).abs() < SignedDuration::from_hours(1), "{at}");
}

#[tokio::test]
async fn a_document_rsp_is_answered_with_a_status() {
    let bench = Bench::start().await;
    assert_eq!(bench.deliver("rsp-ok").await, taken());
    let reports = bench.reports().await;
    assert_eq!(said(&reports[0]), (ReportedOutcome::Paid, None, None, ReportSource::Direct));
    assert!(reports[0].recipient.as_ref().unwrap().ends_with("67"));
    assert_now(reports[0].received_at);

    assert_eq!(bench.deliver("rsp-fail").await, taken());
    let failed = bench.reports().await.remove(1);
    let reason = "The operator declined the top-up".to_owned();
    assert_eq!(failed.outcome, ReportedOutcome::Failed { code: "123".to_owned(), reason });
}

#[tokio::test]
async fn a_notice_of_payment_is_answered_with_a_result() {
    let bench = Bench::start().await;
    let ok = Answer {
        status: 200,
        content_type: "text/xml; charset=utf-8".to_owned(),
        body: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
               <RESULT><ERROR_CODE>0</ERROR_CODE><REASON>OK</REASON></RESULT>"
            .to_owned(),
    };
    assert_eq!(bench.deliver("bills-as-documented").await, ok);
    let documented = bench.bill("966666666").await.reports;
    let paid = (ReportedOutcome::Paid, hryvnias(12_035), Some("30098"), ReportSource::Biller);
    assert_eq!(said(&documented[0]), paid);

    assert_eq!(bench.deliver("bills-two").await, ok);
    let first = (ReportedOutcome::Paid, hryvnias(100), Some("2065"), ReportSource::Biller);
    assert_eq!(said(&bench.reports().await[0]), first);
    let second = (ReportedOutcome::Paid, hryvnias(250), Some("2066"), ReportSource::Biller);
    assert_eq!(said(&bench.bill("524").await.reports[0]), second);
}

#[tokio::test]
async fn a_registry_is_answered_with_one_result_and_kept_bill_by_bill() {
    let bench = Bench::start().await;
    assert_eq!(bench.deliver("pay-orders").await, result(200, 0, "OK"));
    for (bill, minor) in [("14561", 12_035), ("14562", 2_050)] {
        let reports = bench.bill(bill).await.reports;
        let paid = (ReportedOutcome::Paid, hryvnias(minor), Some("1001"), ReportSource::Registry);
        assert_eq!(reports.iter().map(said).collect::<Vec<_>>(), [paid], "{bill}");
    }
}

#[tokio::test]
async fn the_gateways_notice_is_answered_with_an_error_code_of_nought_and_the_time() {
    for case in ["json", "json-number"] {
        let bench = Bench::start().await;
        let Answer { status, content_type, body } = bench.deliver(case).await;
        assert_eq!((status, content_type.as_str()), (200, JSON), "{case}");
        let seconds = body
            .strip_prefix(r#"{"errorCode":"0","reason":"OK","responseId":""#)
            .and_then(|rest| rest.strip_suffix(r#""}"#));
        let seconds: i64 = seconds.unwrap_or_else(|| panic!("{body}")).parse().unwrap();
        assert_now(Timestamp::from_second(seconds).unwrap());
        let paid = (ReportedOutcome::Paid, None, None, ReportSource::Gateway);
        assert_eq!(said(&bench.reports().await[0]), paid, "{case}");
    }
}

#[tokio::test]
async fn whoever_is_asked_about_owes_us_nothing() {
    let bench = Bench::start().await;
    let reject = |number: &str| {
        format!(
            "<REJECT><PAYER><CONTRACT_NUMBER>{number}</CONTRACT_NUMBER></PAYER><ERROR_CODE>1</ERROR_CODE>\
             <ERROR_MESSAGE>Payer not found</ERROR_MESSAGE></REJECT>"
        )
    };
    let rejects = format!(
        "<RESPONSE><REJECTS><PAYEE>1001</PAYEE>{}{}</REJECTS></RESPONSE>",
        reject("08967563"),
        reject("03567892")
    );
    assert_eq!(bench.deliver("requests").await, in_xml(200, &rejects));
    bench.check_untouched();
}

#[tokio::test]
async fn what_is_asked_comes_back_as_text_and_not_as_elements() {
    let bench = Bench::start().await;
    let question = "<REQUESTS><PAYEE>1&lt;b/&gt;</PAYEE><PAYER><CONTRACT_NUMBER>&lt;/PAYER&gt;</CONTRACT_NUMBER>\
                    </PAYER></REQUESTS>";
    let answer = bench.send(with_document(question)).await;
    assert!(answer.body.contains("<PAYEE>1&lt;b/&gt;</PAYEE>"), "{}", answer.body);
    assert!(answer.body.contains("<CONTRACT_NUMBER>&lt;/PAYER&gt;</CONTRACT_NUMBER>"), "{}", answer.body);
}

#[tokio::test]
async fn what_is_kept_holds_no_number_and_no_token() {
    let bench = Bench::start().await;
    for case in ["rsp-ok", "rsp-fail", "bills-paid", "bills-refunded", "bills-as-documented", "pay-orders"] {
        assert_eq!(bench.deliver(case).await.status, 200, "{case}");
    }
    for account in ["671234567", "067.123.45.67", "<![CDATA[671234567]]>", "671234567 "] {
        let paid = format!(
            "<BILLS><BILL><BILL_ID>77</BILL_ID><PAYED_AMOUNT>1.00</PAYED_AMOUNT><PAYER><CONTRACT_NUMBER>{account}\
             </CONTRACT_NUMBER><ATTRIBUTE1>671234567</ATTRIBUTE1></PAYER></BILL></BILLS>"
        );
        assert_eq!(bench.send(with_document(&paid)).await.status, 200, "{account}");
        let direct = format!(
            "<rsp status=\"ok\"><bill id=\"78\"><contractNumber>{account}</contractNumber></bill></rsp>"
        );
        assert_eq!(bench.send(with_body(direct)).await.status, 200, "{account}");
    }
    let json = "{\"shopBillId\":\"79\",\"attribute1\":\"671234567\",\"phone_number\":671234567}";
    assert_eq!(bench.send(with_body(json)).await.status, 200);
    for item in bench.items() {
        let text = item.to_string();
        let numbers = ["380991234567", "991234567", "380671234567", "671234567", "067.123", "123.45"];
        for secret in numbers.into_iter().chain([super::bench::TOKEN]) {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let words = bench.item(BILL)["reports"]["L"][0]["M"]["words"]["S"].clone();
    assert!(words.as_str().unwrap().starts_with("<rsp status=\"ok\">"), "{words}");
}
