//! The clients against the sandbox's Portmone and telecom, which were written from the facts and not from the clients.

use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use serde_json::{Value, json};
use shared::providers::portmone::gateway::{GatewayCredentials, PortmoneGateway};
use shared::providers::portmone::outcome::PortmoneError;
use shared::providers::portmone::{
    CreateBill, CreatedBill, PayBill, Portmone, PortmoneCredentials, PortmoneSettings,
};
use shared::providers::telecom::{Telecom, TelecomError, TopUp};
use shared::retry::{Retry, Verdict};

use crate::portmone_setup::{SAFE, payee, phone, uah};
use crate::setup::caller;

struct Play {
    sandbox: Running,
    portmone: Portmone,
}

impl Play {
    async fn started() -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let portmone = client(&sandbox, 2, None, sandbox::portmone::PASSWORD);
        Self { sandbox, portmone }
    }

    async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.sandbox.control(method, path, body).await.unwrap();
        assert!((200..300).contains(&status), "{path}: {answer}");
        answer
    }

    async fn set(&self, settings: &Value) {
        self.control("PUT", "/_control/portmone/settings/reseller", settings).await;
    }

    async fn fault(&self, party: &str, operation: &str, fault: &str) {
        let fault = json!({ "party": party, "operation": operation, "fault": fault });
        self.control("POST", "/_control/faults", &fault).await;
    }

    async fn create(&self) -> Result<CreatedBill, PortmoneError> {
        create(&self.portmone).await
    }

    async fn bill(&self, bill: &CreatedBill) -> Value {
        self.control("GET", &format!("/_control/portmone/bills/{}", bill.bill), &Value::Null).await
    }
}

fn client(sandbox: &Running, version: u32, lang: Option<&str>, password: &str) -> Portmone {
    let base = format!("{}/portmone/api/directcash/", sandbox.url());
    let settings = PortmoneSettings { base, version, lang: lang.map(str::to_owned) };
    let credentials =
        PortmoneCredentials { login: sandbox::portmone::LOGIN.into(), password: password.into() };
    Portmone::new(caller(), &settings, credentials).unwrap()
}

async fn create(portmone: &Portmone) -> Result<CreatedBill, PortmoneError> {
    let (payee, phone) = (payee(), phone());
    let comment = "Top-up for receipt r-1".to_owned();
    let wish = CreateBill { payee: &payee, contract_number: &phone, amount: uah(100), comment };
    portmone.create_bill(&wish).await.outcome
}

#[tokio::test]
async fn a_bill_is_made_and_paid_in_every_shape() {
    for shape in ["superset", "attribute", "element"] {
        let play = Play::started().await;
        play.set(&json!({ "shape": shape })).await;
        let created = play.create().await.unwrap();
        assert_eq!(created.payee, Some(payee()), "{shape}");
        let paid = play.portmone.pay_bill(&PayBill { bill: &created.bill, amount: uah(100) }).await;
        let told = paid.outcome.unwrap();
        assert!(told.is_paid(), "{shape}: {told:?}");
        assert_eq!((told.paid_amount, told.payee), (Some(uah(100)), Some(payee())), "{shape}");
        assert_eq!(told.bill.as_ref(), Some(&created.bill), "{shape}");
        assert!(!paid.answer.contains("380991234567"), "{}", paid.answer);
        let bill = play.bill(&created).await;
        assert_eq!((&bill["state"], &bill["payments"]), (&json!("paid"), &json!(1)));
        assert_eq!((&bill["contractNumber"], &bill["amount"]), (&json!("380991234567"), &json!(1)));
        let again = play.portmone.pay_bill(&PayBill { bill: &created.bill, amount: uah(100) }).await;
        assert_eq!(again.outcome.unwrap_err().retry(), Retry::Never);
    }
}

#[tokio::test]
async fn whoever_is_not_known_and_whatever_is_not_known_is_refused() {
    let play = Play::started().await;
    let stranger = client(&play.sandbox, 2, None, "wrong");
    let error = create(&stranger).await.unwrap_err();
    assert!(matches!(error, PortmoneError::CredentialsRefused(_)), "{error:?}");
    let unknown = "999999".parse().unwrap();
    let error =
        play.portmone.pay_bill(&PayBill { bill: &unknown, amount: uah(100) }).await.outcome.unwrap_err();
    let fault = error.fault().unwrap();
    assert!(fault.description.is_some() && !fault.fell_back, "{fault:?}");
    play.set(&json!({ "fallback": true })).await;
    let error =
        play.portmone.pay_bill(&PayBill { bill: &unknown, amount: uah(100) }).await.outcome.unwrap_err();
    assert!(error.fault().unwrap().fell_back, "{error:?}");
    let old = client(&play.sandbox, 1, None, sandbox::portmone::PASSWORD);
    let error = old.pay_bill(&PayBill { bill: &unknown, amount: uah(100) }).await.outcome.unwrap_err();
    assert!(!error.fault().unwrap().fell_back, "{error:?}");
}

#[tokio::test]
async fn companies_are_shown_in_the_language_asked_for() {
    let play = Play::started().await;
    let mut names = Vec::new();
    for lang in [None, Some("uk"), Some("en")] {
        let payees =
            client(&play.sandbox, 2, lang, sandbox::portmone::PASSWORD).payees().await.outcome.unwrap();
        names.push(payees.into_iter().find(|one| one.id == payee()).unwrap().name);
    }
    assert_eq!(names[0], names[1]);
    assert_ne!(names[1], names[2]);
}

#[tokio::test]
async fn a_payment_whose_answer_is_lost_is_not_known_and_one_before_it_is_not_either() {
    for (fault, payments) in [("cut_after", 1), ("cut_before", 0), ("garbage", 1), ("server_error", 0)] {
        let play = Play::started().await;
        let created = play.create().await.unwrap();
        play.fault("portmone", "bills.pay", fault).await;
        let error = play
            .portmone
            .pay_bill(&PayBill { bill: &created.bill, amount: uah(100) })
            .await
            .outcome
            .unwrap_err();
        assert_eq!(error.retry(), Retry::AskFirst, "{fault}");
        assert_eq!(play.bill(&created).await["payments"], payments, "{fault}");
    }
    let play = Play::started().await;
    for (fault, retry) in [("cut_after", SAFE), ("garbage", SAFE), ("refuse", Retry::Never)] {
        play.fault("portmone", "bills.create", fault).await;
        assert_eq!(play.create().await.unwrap_err().retry(), retry, "{fault}");
    }
}

#[tokio::test]
async fn the_gateway_shows_what_became_of_a_bill() {
    let play = Play::started().await;
    let secret = json!({
        "gatewayLogin": sandbox::portmone::GATEWAY_LOGIN,
        "gatewayPassword": sandbox::portmone::GATEWAY_PASSWORD,
        "gatewayPayeeId": sandbox::portmone::GATEWAY_PAYEE,
    });
    let credentials: GatewayCredentials = serde_json::from_value(secret).unwrap();
    let url = format!("{}/portmone/gateway/", play.sandbox.url());
    let gateway = PortmoneGateway::new(caller(), &url, credentials.clone()).unwrap();
    assert_eq!(gateway.result(&"999999".parse().unwrap()).await, Ok(Vec::new()));
    let created = play.create().await.unwrap();
    let is_paid = async || gateway.result(&created.bill).await.unwrap().iter().any(|order| order.is_paid());
    assert!(!is_paid().await);
    play.portmone.pay_bill(&PayBill { bill: &created.bill, amount: uah(100) }).await.outcome.unwrap();
    let orders = gateway.result(&created.bill).await.unwrap();
    assert_eq!(
        (orders.len(), orders[0].bill.as_ref(), orders[0].amount),
        (1, Some(&created.bill), Some(uah(100)))
    );
    assert!(is_paid().await);
    let stranger = GatewayCredentials { password: "wrong".into(), ..credentials };
    let error =
        PortmoneGateway::new(caller(), &url, stranger).unwrap().result(&created.bill).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Never);
}

#[tokio::test]
async fn a_phone_is_topped_up_once_for_a_key() {
    let play = Play::started().await;
    let url = format!("{}/telecom", play.sandbox.url());
    let telecom = Telecom::new(caller(), &url, sandbox::telecom::API_KEY.into()).unwrap();
    let phone = phone();
    let top_up = TopUp { key: "r-1", phone: &phone, amount: uah(100) };
    play.fault("telecom", "top-up", "cut_after").await;
    assert_eq!(telecom.top_up(&top_up).await.0.unwrap_err().retry(), SAFE);
    assert_eq!(telecom.top_up(&top_up).await.0, Ok(()));
    let counts = play.control("GET", "/_control/telecom/counts", &Value::Null).await;
    assert_eq!(counts["topUps"], 1);
    let other = TopUp { amount: uah(200), ..top_up };
    assert!(matches!(telecom.top_up(&other).await.0, Err(TelecomError::Refused(_))));
    let path = "/_control/telecom/subscribers/380991234567";
    play.control("PUT", path, &json!({ "refused": true, "detail": "blocked" })).await;
    let (outcome, _) = telecom.top_up(&TopUp { key: "r-2", ..top_up }).await;
    assert_eq!(outcome, Err(TelecomError::Refused("blocked".to_owned())));
    let stranger = Telecom::new(caller(), &url, "wrong".into()).unwrap();
    assert_eq!(stranger.top_up(&TopUp { key: "r-3", ..top_up }).await.0.unwrap_err().retry(), SAFE);
}
