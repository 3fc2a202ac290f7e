//! Reports on transactions (Tripay's callbacks): their bytes, their signature, and what became of each delivery.

use serde::{Deserialize, Serialize};

use super::credentials::{Side, sign};
use super::php_json;
use super::transaction::{Status, Transaction};

/// The only event Tripay has.
pub(crate) const PAYMENT_STATUS: &str = "payment_status";

/// How a report is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signing {
    #[default]
    Good,
    /// One digit is another.
    Bad,
    /// There is no signature header.
    Missing,
    /// There are two, one good and one bad.
    Doubled,
}

/// A report's body, in the order of Tripay's table.
#[derive(Debug, Serialize)]
struct Body<'a> {
    reference: &'a str,
    merchant_ref: &'a str,
    payment_method: &'a str,
    payment_method_code: &'a str,
    total_amount: i64,
    fee_merchant: i64,
    fee_customer: i64,
    total_fee: i64,
    amount_received: i64,
    is_closed_payment: u8,
    status: Status,
    paid_at: Option<i64>,
    note: Option<&'a str>,
}

/// The body of Tripay's tester, which counts its money as nothing; its keys have another order.
#[derive(Debug, Serialize)]
struct ZeroAmountBody<'a> {
    reference: &'a str,
    merchant_ref: &'a str,
    payment_method: Option<&'a str>,
    payment_method_code: Option<&'a str>,
    amount_received: i64,
    fee_merchant: i64,
    fee_customer: i64,
    total_amount: i64,
    is_closed_payment: u8,
    status: Status,
    paid_at: Option<i64>,
    note: Option<&'a str>,
    total_fee: i64,
}

/// What is reported about a transaction, and how.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    pub(crate) status: Status,
    /// What the customer is said to have paid; `None` is what the transaction says.
    pub(crate) amount: Option<i64>,
    pub(crate) note: Option<String>,
    pub(crate) signing: Signing,
    pub(crate) event: String,
}

impl Wording {
    /// An honest report of a status.
    pub(crate) fn of(status: Status) -> Self {
        Self { status, amount: None, note: None, signing: Signing::Good, event: PAYMENT_STATUS.to_owned() }
    }
}

/// A report, ready to be sent any number of times: the bytes stay the same.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// The transaction whose record keeps the deliveries; a tester's report has none.
    pub(crate) about: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) body: String,
    /// The values of `X-Callback-Signature`.
    pub(crate) signatures: Vec<String>,
    pub(crate) event: String,
}

/// A report that is to be sent again.
#[derive(Clone, Debug)]
pub(crate) struct DueReport {
    pub(crate) report: Report,
    /// Which delivery it will be: 2 is the first repetition.
    pub(crate) attempt: u32,
    pub(crate) due_at: i64,
}

/// What a delivery got.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivery {
    pub(crate) attempt: u32,
    pub(crate) at: String,
    pub(crate) url: Option<String>,
    pub(crate) request_body: String,
    /// The status of the answer.
    pub(crate) status: Option<u16>,
    pub(crate) body: Option<String>,
    /// Why there is no answer.
    pub(crate) error: Option<String>,
    pub(crate) ms: u128,
    /// Whether Tripay would be content: 2xx, and `success` is `true`.
    pub(crate) accepted: bool,
}

impl Report {
    /// A report about a transaction.
    pub(crate) fn about(transaction: &Transaction, wording: &Wording, default_url: Option<&str>) -> Self {
        let sums = transaction.sums;
        let amount = wording.amount.unwrap_or(sums.amount);
        let has_money = matches!(wording.status, Status::Paid | Status::Refund);
        let body = php_json::encode(&Body {
            reference: &transaction.reference,
            merchant_ref: &transaction.merchant_ref,
            payment_method: transaction.channel.name,
            payment_method_code: transaction.channel.code,
            total_amount: amount,
            fee_merchant: sums.fee_merchant,
            fee_customer: sums.fee_customer,
            total_fee: sums.total_fee,
            amount_received: amount.saturating_sub(sums.total_fee),
            is_closed_payment: 1,
            status: wording.status,
            paid_at: transaction.paid_at.filter(|_paid| has_money),
            note: wording.note.as_deref(),
        });
        let signatures = signatures(transaction.side, &body, wording.signing);
        let url = transaction.callback_url.as_deref().or(default_url).map(str::to_owned);
        Self {
            about: Some(transaction.reference.clone()),
            url,
            body,
            signatures,
            event: wording.event.clone(),
        }
    }

    /// What Tripay's callback tester sends: signed, PAID, and worth nothing.
    pub(crate) fn zero_amount(side: Side, reference: &str, merchant_ref: &str, url: Option<&str>) -> Self {
        Self::tester(
            side,
            url,
            php_json::encode(&ZeroAmountBody {
                reference,
                merchant_ref,
                payment_method: None,
                payment_method_code: None,
                amount_received: 0,
                fee_merchant: 0,
                fee_customer: 0,
                total_amount: 0,
                is_closed_payment: 1,
                status: Status::Paid,
                paid_at: None,
                note: None,
                total_fee: 0,
            }),
        )
    }

    /// What the test button of Tripay's dashboard sends: signed, PAID, and about nothing.
    pub(crate) fn null_ids(url: Option<&str>) -> Self {
        let body = concat!(
            r#"{"reference":null,"merchant_ref":null,"payment_method":null,"payment_method_code":null,"#,
            r#""total_amount":0,"fee_merchant":0,"fee_customer":0,"total_fee":0,"amount_received":0,"#,
            r#""is_closed_payment":1,"status":"PAID","paid_at":null,"note":"Test Callback"}"#
        );
        Self::tester(Side::Sandbox, url, body.to_owned())
    }

    fn tester(side: Side, url: Option<&str>, body: String) -> Self {
        let signatures = signatures(side, &body, Signing::Good);
        Self { about: None, url: url.map(str::to_owned), body, signatures, event: PAYMENT_STATUS.to_owned() }
    }
}

fn signatures(side: Side, body: &str, signing: Signing) -> Vec<String> {
    let private_key = side.credentials().private_key;
    let good = sign(private_key, body.as_bytes());
    let bad = || {
        let other = if good.starts_with('0') { "1" } else { "0" };
        format!("{other}{}", good.get(1..).unwrap_or_default())
    };
    match signing {
        Signing::Good => vec![good],
        Signing::Bad => vec![bad()],
        Signing::Missing => Vec::new(),
        Signing::Doubled => vec![good.clone(), bad()],
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Signing, Wording, sign};
    use crate::options::FeeBearer;
    use crate::tripay::channels::channel;
    use crate::tripay::credentials::Side;
    use crate::tripay::transaction::{Customer, Status, Sums, Transaction};

    const TEST_KEY: &str = "sandbox-private-key-for-tests";

    fn qris_transaction() -> Transaction {
        let qris = channel("QRIS").unwrap();
        Transaction {
            side: Side::Sandbox,
            reference: "DEV-T9999100001AB3DE".to_owned(),
            merchant_ref: "INV-20261121-A1B2C3".to_owned(),
            channel: qris,
            customer: Customer { name: "Budi".to_owned(), email: "b@example.com".to_owned(), phone: None },
            callback_url: None,
            return_url: None,
            requested_amount: 150_000,
            sums: Sums::of(qris, 150_000, FeeBearer::Merchant),
            items: Vec::new(),
            pay_code: None,
            status: Status::Paid,
            created_at: 1_795_222_800,
            expired_time: 1_795_226_400,
            paid_at: Some(1_795_226_400),
            deliveries: Vec::new(),
        }
    }

    #[test]
    fn a_payment_report_has_the_documented_bytes() {
        let mut wording = Wording::of(Status::Paid);
        wording.note = Some("uji coba / café".to_owned());
        let report = Report::about(&qris_transaction(), &wording, Some("http://shop"));
        let expected = concat!(
            r#"{"reference":"DEV-T9999100001AB3DE","merchant_ref":"INV-20261121-A1B2C3","#,
            r#""payment_method":"QRIS by ShopeePay","payment_method_code":"QRIS","total_amount":150000,"#,
            r#""fee_merchant":1800,"fee_customer":0,"total_fee":1800,"amount_received":148200,"#,
            r#""is_closed_payment":1,"status":"PAID","paid_at":1795226400,"note":"uji coba \/ caf\u00e9"}"#
        );
        assert_eq!((report.body.as_str(), report.body.len()), (expected, 330));
        let documented = "f2593f89b2699598e442524110c1526fd5b94c661d288afcc0292f11f3aa134b";
        assert_eq!(sign(TEST_KEY, report.body.as_bytes()), documented);
        assert_eq!(report.url.as_deref(), Some("http://shop"));
    }

    #[test]
    fn an_expiry_report_has_the_documented_bytes() {
        let report = Report::about(&qris_transaction(), &Wording::of(Status::Expired), None);
        let documented = "5f8e1f83441ba2ad942ccc6feb1f474bb849be52419af0a334b5a23af20215a5";
        assert_eq!(sign(TEST_KEY, report.body.as_bytes()), documented);
    }

    #[test]
    fn tester_reports_have_the_documented_bytes() {
        let zero = Report::zero_amount(Side::Sandbox, "DEV-T9999100002ZZ9QW", "INV-20261121-A1B2C3", None);
        let documented = "26f8234a143e42a4a27dbc8fa54dbc24dd34e571c38c62e8df9d3f3e110cc059";
        assert_eq!(sign(TEST_KEY, zero.body.as_bytes()), documented);
        let null = Report::null_ids(None);
        let documented = "a4ce561cc413e5ac3cb2b7ddb21018773b950741793831174b29f91ba51b6cf5";
        assert_eq!(sign(TEST_KEY, null.body.as_bytes()), documented);
    }

    #[test]
    fn a_report_about_another_amount_is_still_signed() {
        let mut wording = Wording::of(Status::Paid);
        wording.amount = Some(1_000);
        let report = Report::about(&qris_transaction(), &wording, None);
        assert!(report.body.contains(r#""total_amount":1000,"#), "{}", report.body);
        let key = Side::Sandbox.credentials().private_key;
        assert_eq!(report.signatures, [sign(key, report.body.as_bytes())]);
    }

    #[test]
    fn every_wrong_way_of_signing_is_wrong() {
        let signed = |signing| {
            let wording = Wording { signing, ..Wording::of(Status::Paid) };
            Report::about(&qris_transaction(), &wording, None)
        };
        let good = signed(Signing::Good).signatures;
        let bad = signed(Signing::Bad).signatures;
        assert_eq!((bad.len(), bad[0].len()), (1, 64));
        assert_ne!(bad, good);
        assert_eq!(signed(Signing::Missing).signatures, Vec::<String>::new());
        assert_eq!(signed(Signing::Doubled).signatures, [good[0].clone(), bad[0].clone()]);
    }
}
