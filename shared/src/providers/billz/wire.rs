//! What Billz is told, in its words. <https://docs.billz.io>
//!
//! Numbers go out as the decimals that they are: no float is between our amounts and Billz's.

use http::HeaderValue;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::Shop;
use crate::domain::billz::operation::Operation;
use crate::domain::billz::order::OrderLine;
use crate::domain::billz::work::NewClient;
use crate::domain::identifier::{BillzClientId, BillzOrderId, PaymentTypeId};
use crate::domain::money::Money;
use crate::domain::zone::Zone;
use crate::providers::call::Call;

/// Asks for the result instead of an acceptance. Documented as a header for some calls, as a parameter for others.
const CHANNEL: &str = "Billz-Response-Channel";
/// Billz's own value for it, the same for everybody.
pub(super) const PLATFORM_ID: HeaderValue = HeaderValue::from_static("7d4a4c38-dd84-4902-b744-0488b80a4c01");

/// A decimal number, as JSON writes it.
struct Decimal(String);

/// `POST /v1/auth/login`
#[derive(Serialize)]
pub(super) struct Login<'a> {
    secret_token: &'a str,
}

/// `POST /v1/client`
#[derive(Serialize)]
pub(super) struct ClientBody<'a> {
    first_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    phone_number: String,
}

/// `POST /v2/order`
#[derive(Serialize)]
pub(super) struct DraftBody<'a> {
    shop_id: &'a str,
    cashbox_id: &'a str,
    comment: &'a str,
}

/// `PUT /v2/order-customer-new/{order}`
#[derive(Serialize)]
pub(super) struct CustomerBody<'a> {
    customer_id: &'a str,
    check_auth_code: bool,
}

/// `POST /v2/order-product/{order}`
#[derive(Serialize)]
pub(super) struct ItemBody<'a> {
    sold_measurement_value: Decimal,
    product_id: &'a str,
    used_wholesale_price: bool,
    is_manual: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_ids: Option<[&'a str; 1]>,
    response_type: &'static str,
}

/// `POST /v2/order-manual-discount/{order}`
#[derive(Serialize)]
pub(super) struct PriceBody {
    discount_unit: &'static str,
    discount_value: Decimal,
}

/// `POST /v2/order/create_postpone`
#[derive(Serialize)]
pub(super) struct PostponementBody<'a> {
    order_id: &'a str,
    comment: &'a str,
    time: &'a str,
}

/// `POST /v2/order-payment/{order}`
#[derive(Serialize)]
pub(super) struct PaymentBody<'a> {
    payments: [PaidBody<'a>; 1],
    comment: &'static str,
    with_cashback: u8,
    without_cashback: bool,
    /// False: the cheque goes to the tax office.
    skip_ofd: bool,
}

#[derive(Serialize)]
struct PaidBody<'a> {
    company_payment_type_id: &'a str,
    paid_amount: Decimal,
    returned_amount: u8,
}

/// `POST /v2/order/return-postpone`
#[derive(Serialize)]
pub(super) struct OrderBody<'a> {
    order_id: &'a str,
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl Decimal {
    fn of(money: Money) -> Self {
        let text = money.to_decimal();
        Self(text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned))
    }
}

/// Asks for the result of a sale's call, both ways.
pub(super) fn answered_at_once(call: Call) -> Call {
    call.header(CHANNEL, HeaderValue::from_static("HTTP")).query(&[(CHANNEL, "HTTP")])
}

pub(super) fn login(secret_token: &str) -> Login<'_> {
    Login { secret_token }
}

pub(super) fn new_client(client: &NewClient) -> ClientBody<'_> {
    ClientBody {
        first_name: &client.first_name,
        last_name: client.last_name.as_deref(),
        phone_number: client.phone.international(),
    }
}

pub(super) fn new_draft<'a>(shop: &'a Shop, comment: &'a str) -> DraftBody<'a> {
    DraftBody { shop_id: &shop.shop_id, cashbox_id: &shop.cashbox_id, comment }
}

pub(super) fn customer(client: &BillzClientId) -> CustomerBody<'_> {
    CustomerBody { customer_id: client.as_str(), check_auth_code: false }
}

/// No price of ours goes with it: the product has its own.
pub(super) fn item(line: &OrderLine) -> ItemBody<'_> {
    ItemBody {
        sold_measurement_value: Decimal(line.quantity.to_string()),
        product_id: line.product.as_str(),
        used_wholesale_price: false,
        is_manual: false,
        seller_ids: line.seller.as_ref().map(|seller| [seller.as_str()]),
        response_type: "HTTP",
    }
}

/// `CURRENCY` does not take off: it sets.
pub(super) fn price(total: Money) -> PriceBody {
    PriceBody { discount_unit: "CURRENCY", discount_value: Decimal::of(total) }
}

pub(super) fn postponement<'a>(
    order: &'a BillzOrderId,
    comment: &'a str,
    time: &'a str,
) -> PostponementBody<'a> {
    PostponementBody { order_id: order.as_str(), comment, time }
}

pub(super) fn payment(payment_type: &PaymentTypeId, amount: Money) -> PaymentBody<'_> {
    let paid = PaidBody {
        company_payment_type_id: payment_type.as_str(),
        paid_amount: Decimal::of(amount),
        returned_amount: 0,
    };
    PaymentBody { payments: [paid], comment: "", with_cashback: 0, without_cashback: false, skip_ofd: false }
}

pub(super) fn order(order: &BillzOrderId) -> OrderBody<'_> {
    OrderBody { order_id: order.as_str() }
}

/// Until when an order is put aside, by the shop's clock: `YYYY-MM-DD HH:MM:SS`.
pub(super) fn postponed_until(now: Timestamp, shop: &Shop) -> String {
    let until = later(&on_the_clock(now, &shop.zone), i32::from(shop.postpone_days));
    format!("{} {:.0}", until.date(), until.time())
}

/// The day before `since` and the day after `now`, by the shop's clock: whatever clock Billz takes days from,
/// what was made since is between them.
pub(super) fn days_around(since: Timestamp, now: Timestamp, zone: &Zone) -> (String, String) {
    let (start, end) = (later(&on_the_clock(since, zone), -1), later(&on_the_clock(now, zone), 1));
    (start.date().to_string(), end.date().to_string())
}

/// Who an operation is about: what no log may repeat.
pub(super) fn persons(operation: &Operation) -> Vec<&str> {
    match operation {
        Operation::FindClient { phone } => vec![phone.digits()],
        Operation::CreateClient(client) => {
            let names = [Some(client.first_name.as_str()), client.last_name.as_deref()];
            names.into_iter().flatten().chain([client.phone.digits()]).collect()
        }
        Operation::CreateDraft { .. }
        | Operation::FindDraft { .. }
        | Operation::AttachClient { .. }
        | Operation::AddItem { .. }
        | Operation::SetTotal { .. }
        | Operation::Postpone { .. }
        | Operation::ReadOrder { .. }
        | Operation::Pay { .. }
        | Operation::ReturnToDraft { .. }
        | Operation::DeleteDraft { .. } => Vec::new(),
    }
}

fn on_the_clock(at: Timestamp, zone: &Zone) -> Zoned {
    at.to_zoned(zone.rules().clone())
}

fn later(at: &Zoned, days: i32) -> Zoned {
    at.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn amounts_go_out_as_the_decimals_that_they_are() {
        for (minor, text) in [
            (25_410_000, "254100"),
            (25_410_050, "254100.50"),
            (1, "0.01"),
            (0, "0"),
            (i64::MAX, "92233720368547758.07"),
        ] {
            let body = price(Money::new(minor, Currency::Uzs));
            let written = serde_json::to_string(&body).unwrap();
            assert_eq!(written, format!(r#"{{"discount_unit":"CURRENCY","discount_value":{text}}}"#));
        }
    }

    #[test]
    fn times_are_those_of_the_shops_clock() {
        let shop = |zone: &str| Shop {
            shop_id: String::new(),
            cashbox_id: String::new(),
            zone: zone.parse().unwrap(),
            postpone_days: 30,
        };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (now, zone, until) in [
            ("2026-11-21T01:47:30.987Z", "Asia/Tashkent", "2026-12-21 06:47:30"),
            ("2026-12-05T20:00:00Z", "Asia/Tashkent", "2027-01-05 01:00:00"),
            // The clock goes back in between: thirty days later it still shows the same time.
            ("2026-10-20T10:00:00Z", "Europe/Kyiv", "2026-11-19 13:00:00"),
        ] {
            assert_eq!(postponed_until(at(now), &shop(zone)), until);
        }
        let zone = shop("Asia/Tashkent").zone;
        let days = days_around(at("2026-11-21T20:00:00Z"), at("2026-11-22T20:30:00Z"), &zone);
        assert_eq!(days, ("2026-11-21".to_owned(), "2026-11-24".to_owned()));
    }
}
