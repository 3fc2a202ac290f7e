//! What PortmoneDirect is asked, byte by byte, and what its answers are read as.

use shared::providers::portmone::outcome::PortmoneError;
use shared::providers::portmone::{
    CreateBill, CreatedBill, PaidBill, PayBill, Payee, Portmone, PortmoneCredentials, PortmoneSettings,
};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::OddServer;
use crate::portmone_setup::{
    Asking, CREATED, FAIL_1, PASSWORD, PAYEES, bill, credentials, error_after, payee, phone, portmone,
    settings, uah, xml,
};
use crate::setup::caller;

const WHO: &str = "login=reseller&password=S33d+%26+passw0rd";

/// Creates a bill where the answer is `body`.
async fn created(body: &str) -> Option<CreatedBill> {
    let server = OddServer::start([xml(body)]).await;
    let (payee, phone) = (payee(), phone());
    let wish =
        CreateBill { payee: &payee, contract_number: &phone, amount: uah(100), comment: String::new() };
    portmone(server.url()).create_bill(&wish).await.outcome.ok()
}

/// Pays a bill where the answer is `body`.
async fn paid(body: &str) -> PaidBill {
    let server = OddServer::start([xml(body)]).await;
    let bill = bill();
    portmone(server.url()).pay_bill(&PayBill { bill: &bill, amount: uah(100) }).await.outcome.unwrap()
}

#[tokio::test]
async fn every_request_is_a_form_in_the_body_and_nothing_in_the_url() {
    let server = OddServer::start(Asking::ALL.map(|asking| xml(asking.sample()))).await;
    let portmone = portmone(server.url());
    for asking in Asking::ALL {
        asking.of(&portmone).await.outcome.unwrap();
    }
    let bodies = [
        format!(
            "method=bills.create&{WHO}&version=2&payeeId=2065&contractNumber=380991234567&amount=1200.45&currency=UAH\
             &comment=Top-up+for+receipt+r-1"
        ),
        format!("method=bills.pay&{WHO}&version=2&billId=523&amount=1200.45"),
        format!("method=payers.getPayersList&{WHO}&version=2"),
    ];
    for (seen, body) in server.seen().iter().zip(bodies) {
        assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/api/directcash/"));
        assert_eq!(seen.body, body);
        assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
        assert_eq!(seen.header("accept"), "text/xml, application/xml");
    }
    let used: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(used, [1, 2, 1], "a payment has a connection of its own");
}

#[tokio::test]
async fn languages_are_asked_for_from_version_2_on() {
    for (version, lang, expected) in [
        (1, None, "version=1"),
        (1, Some("en"), "version=1"),
        (2, Some("en"), "version=2&lang=en"),
        (3, Some("uk"), "version=3&lang=uk"),
    ] {
        let server = OddServer::start([xml(PAYEES)]).await;
        let settings = PortmoneSettings { version, lang: lang.map(str::to_owned), ..settings(server.url()) };
        Portmone::new(caller(), &settings, credentials()).unwrap().payees().await.outcome.unwrap();
        assert_eq!(server.seen()[0].body, format!("method=payers.getPayersList&{WHO}&{expected}"));
    }
}

#[tokio::test]
async fn what_is_shown_of_a_request_says_neither_who_asks_nor_whose_phone_it_is() {
    let portmone = portmone("http://127.0.0.1:9");
    let (payee, phone, bill) = (payee(), phone(), bill());
    let comment = "for +38 (099) 123-45-67".to_owned();
    let wish = CreateBill { payee: &payee, contract_number: &phone, amount: uah(100), comment };
    assert_eq!(
        portmone.shown_create(&wish),
        "method=bills.create&login=***&password=***&version=2&payeeId=2065&contractNumber=**********67&amount=1.00\
         &currency=UAH&comment=for+%2B**+%28***%29+***-**-67"
    );
    assert_eq!(
        portmone.shown_pay(&PayBill { bill: &bill, amount: uah(5) }),
        "method=bills.pay&login=***&password=***&version=2&billId=523&amount=0.05"
    );
}

#[tokio::test]
async fn a_bill_is_known_by_either_shape_of_its_id() {
    let operator = Some(payee());
    for (body, id, payee) in [
        (include_str!("../fixtures/portmone/created_attribute.xml"), "523", operator.clone()),
        (include_str!("../fixtures/portmone/created_element.xml"), "12345", operator.clone()),
        (CREATED, "523", operator),
        (include_str!("../fixtures/portmone/created_mock.xml"), "0b0f7b0e-6a1f-4a7e-9a51-3a7f6b0f5c11", None),
        ("<rsp status='ok'><bill id=' 7 '><billId>8</billId></bill></rsp>", "7", None),
        ("<rsp status='ok'><bill id=''><bill_id>8</bill_id></bill></rsp>", "8", None),
        ("<rsp status='ok'><bill><id>9</id></bill><billId>1</billId></rsp>", "9", None),
        ("<rsp status='ok'><bill/><bill_id>2</bill_id><billId> 1 </billId></rsp>", "1", None),
        ("<rsp status='ok'><bill_id>2</bill_id></rsp>", "2", None),
    ] {
        let expected = CreatedBill { bill: id.parse().unwrap(), payee };
        assert_eq!(created(body).await, Some(expected), "{body}");
    }
}

#[tokio::test]
async fn a_bill_without_an_id_that_can_be_one_was_not_made_for_all_we_know() {
    for body in [
        "<rsp status='ok'/>",
        "<rsp status='ok'><bill/></rsp>",
        "<rsp status='ok'><bill id='5 3'/></rsp>",
        "<rsp status='ok'><bill id='../x'><billId>5</billId></bill></rsp>",
        "<rsp status='ok'><bill id='5'><payee id='a b'/></bill></rsp>",
        "<rsp status='OK'><bill id='5'/></rsp>",
        "<rsp><bill id='5'/></rsp>",
        "<answer status='ok'><bill id='5'/></answer>",
    ] {
        assert_eq!(created(body).await, None, "{body}");
    }
}

#[tokio::test]
async fn a_payment_is_read_with_what_it_says() {
    let bill_paid = paid(include_str!("../fixtures/portmone/paid.xml")).await;
    let expected = PaidBill {
        paid_amount: Some(uah(120_045)),
        status: Some("paid".to_owned()),
        paid_at: Some("12.03.2026 15:45:48".to_owned()),
        bill: Some(bill()),
        payee: Some(payee()),
    };
    assert_eq!(bill_paid, expected);
    assert!(bill_paid.is_paid());
    for (inside, is_paid, amount) in [
        ("<status>PAYED</status>", true, None),
        ("<status>created</status><paidAmount>1.00</paidAmount>", false, Some(uah(100))),
        ("<paidAmount>1</paidAmount>", true, Some(uah(100))),
        ("<paidAmount>1.0000</paidAmount>", true, Some(uah(100))),
        ("<paidAmount/><status>paid</status>", true, None),
        ("", false, None),
    ] {
        let bill_paid = paid(&format!("<rsp status='ok'><bill id='523'>{inside}</bill></rsp>")).await;
        assert_eq!((bill_paid.is_paid(), bill_paid.paid_amount), (is_paid, amount), "{inside}");
    }
}

#[tokio::test]
async fn a_payment_of_which_something_cannot_be_read_is_in_doubt() {
    let bill = |id: &str, inside: &str| format!("<rsp status='ok'><bill id='{id}'>{inside}</bill></rsp>");
    for body in [
        bill("523", "<status>paid</status><paidAmount>0,50</paidAmount>"),
        bill("523", "<status>paid</status><paidAmount>1.001</paidAmount>"),
        bill("523", "<status>paid</status><paidAmount>UAH 1.00</paidAmount>"),
        "<rsp status='ok'><bill id='523'><status>paid</status></bill><bill id='524'/></rsp>".to_owned(),
        bill("5 2 3", "<status>paid</status><paidAmount>1.00</paidAmount>"),
        bill("523", "<payee id='20 65'>K</payee><status>paid</status>"),
        format!("{}<!-- -->", bill("523", "<paidAmount>much</paidAmount>")),
    ] {
        let (error, ..) = error_after(Asking::Pay, xml(&body)).await;
        assert_eq!(error.retry(), Retry::AskFirst, "{body}");
        let PortmoneError::Call(call) = &error else { panic!("{body}: {error}") };
        assert_eq!(call.failure, Failure::Unreadable, "{body}");
    }
}

#[tokio::test]
async fn companies_are_found_wherever_they_stand() {
    let payee = |id: &str, name: &str| Payee { id: id.parse().unwrap(), name: name.to_owned() };
    let both = vec![payee("2065", "Kyivstar"), payee("2066", "Vodafone")];
    for (body, expected) in [
        (PAYEES, both.clone()),
        (
            "<rsp status='ok'><payer id='2065'>Kyivstar</payer><payer><id>2066</id><name>Vodafone</name></payer></rsp>",
            both.clone(),
        ),
        (
            "<rsp status='ok'><list><group><payee id='2065'>Kyivstar</payee></group>\
             <payee><payeeId>2066</payeeId><name>Vodafone</name></payee></list></rsp>",
            both,
        ),
        ("<rsp status='ok'><payee id='a b'>x</payee><tariff id='1'>y</tariff></rsp>", Vec::new()),
        ("<rsp status='ok'/>", Vec::new()),
    ] {
        let server = OddServer::start([xml(body)]).await;
        assert_eq!(portmone(server.url()).payees().await.outcome.unwrap(), expected, "{body}");
    }
}

#[tokio::test]
async fn what_is_kept_of_an_answer_is_masked_and_bounded() {
    let (payee, phone) = (payee(), phone());
    let wish =
        CreateBill { payee: &payee, contract_number: &phone, amount: uah(100), comment: String::new() };
    let long = CREATED.replace("created", &"x".repeat(9000));
    for body in [CREATED, &long] {
        let server = OddServer::start([xml(body)]).await;
        let kept = portmone(server.url()).create_bill(&wish).await.answer;
        assert!(kept.starts_with("<?xml") && kept.contains("<contractNumber>**********67<"), "{kept}");
        assert!(kept.contains("<billId>523<") && kept.len() <= 4096, "{kept}");
    }
    let server = OddServer::start([xml(FAIL_1)]).await;
    assert_eq!(portmone(server.url()).create_bill(&wish).await.answer, FAIL_1);
}

#[test]
fn without_an_endpoint_or_credentials_portmone_is_off() {
    let of = |base: &str, password: &str| {
        let settings = PortmoneSettings { base: base.to_owned(), version: 2, lang: None };
        let credentials = PortmoneCredentials { login: "reseller".into(), password: password.into() };
        Portmone::new(caller(), &settings, credentials)
    };
    for (base, password) in [
        ("", "x"),
        (" ", "x"),
        ("direct.portmone.example/api/", "x"),
        ("ftp://direct.portmone.example/api/", "x"),
        ("https://user:secret@direct.portmone.example/api/", "x"),
        ("https://direct.portmone.example/api/?method=bills.pay", "x"),
        ("https://direct.portmone.example/api/", " "),
    ] {
        assert!(of(base, password).is_none(), "{base:?} {password:?}");
    }
    let told = format!("{:?}", of(" https://direct.portmone.example/api#x ", PASSWORD).unwrap());
    assert!(told.contains("https://direct.portmone.example/api/\"") && !told.contains("S33d"), "{told}");
    let secret = r#"{"login":"l","password":"p","certificatePem":"","webhookToken":"t"}"#;
    assert!(serde_json::from_str::<PortmoneCredentials>(secret).unwrap().are_complete());
}
