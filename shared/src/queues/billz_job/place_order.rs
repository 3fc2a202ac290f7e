//! A whole order. Its senders' model is wide: what is not known here is kept as it came, and shown.

use std::collections::BTreeMap;

use super::bank_card::without_bank_card;
use super::fields::{Fault, Fields, amount, id, name, numbered_id, phone, price, quantity, words_of};
use super::payload::MAX_COMMENT;
use super::tree::Json;
use crate::domain::billz::order::{
    Delivery, DeliveryAddress, DeliveryStatus, NewOrder, OrderDetails, OrderLine, OrderProduct, OrderStore,
};
use crate::domain::billz::work::NewClient;
use crate::domain::identifier::{ClientId, ProductId, SellerId};
use crate::domain::money::{Currency, Money};

/// Most products of one order.
const MAX_PRODUCTS: usize = 100;
/// Longest word or name of things, in characters.
const MAX_WORDS: usize = 300;
/// Longest address of a picture, in characters.
const MAX_URL: usize = 2000;

/// What was not taken of an order, by name.
type Rest = BTreeMap<String, Json>;

/// The payload of `PLACE_ORDER`.
pub(super) fn new_order(mut fields: Fields) -> Result<NewOrder, Fault> {
    let order_id = fields.required("orderID", numbered_id)?;
    let client_id: Option<ClientId> = fields.optional("clientIdSys", id)?;
    let seller: Option<SellerId> = fields.optional("employeeID", id)?;
    let (subtotal, discount) = amounts(&mut fields)?;
    let total = fields.required("totalPrice", amount)?;
    let region = fields.words("region", MAX_WORDS)?;
    let mut kept = Rest::new();
    let client = client(&mut fields, client_id.as_ref(), &mut kept)?;
    let products = products(&mut fields, seller.as_ref(), &mut kept)?;
    let details = details(fields, kept)?;
    Ok(NewOrder { id: order_id, client_id, client, products, subtotal, discount, total, region, details })
}

fn amounts(fields: &mut Fields) -> Result<(Money, Money), Fault> {
    let subtotal = fields.required("subTotalPrice", price)?;
    let discount = fields.optional("discountAmount", amount)?.unwrap_or(Money::new(0, Currency::Uzs));
    if discount.minor() >= subtotal.minor() {
        return Err(Fault::new(fields.path_of("discountAmount"), "is not below subTotalPrice"));
    }
    Ok((subtotal, discount))
}

fn client(
    fields: &mut Fields,
    system_id: Option<&ClientId>,
    kept: &mut Rest,
) -> Result<Option<NewClient>, Fault> {
    let Some(json) = fields.take("clientInfo") else { return Ok(None) };
    let mut fields = Fields::of(&fields.path_of("clientInfo"), json)?;
    let client = NewClient {
        phone: fields.required("phone", phone)?,
        first_name: fields.required("firstName", name)?,
        last_name: fields.optional("lastName", name)?,
        system_id: system_id.cloned(),
    };
    keep(kept, "clientInfo", fields.rest());
    Ok(Some(client))
}

fn products(
    fields: &mut Fields,
    seller: Option<&SellerId>,
    kept: &mut Rest,
) -> Result<Vec<OrderProduct>, Fault> {
    let path = fields.path_of("products");
    let Some(json) = fields.take("products") else { return Err(Fault::new(path, "is missing")) };
    let Json::List(list) = json else { return Err(Fault::new(path, "is not a list")) };
    if list.is_empty() || list.len() > MAX_PRODUCTS {
        return Err(Fault::new(path, format!("an order has 1 to {MAX_PRODUCTS} products")));
    }
    let (mut products, mut rests) = (Vec::new(), Vec::new());
    for (place, json) in list.into_iter().enumerate() {
        let (product, rest) = product(Fields::of(&format!("{path}[{place}]"), json)?, seller)?;
        products.push(product);
        rests.push(Json::Object(rest));
    }
    if rests.iter().any(|rest| *rest != Json::Object(Rest::new())) {
        kept.insert("products".to_owned(), Json::List(rests));
    }
    Ok(products)
}

fn product(mut fields: Fields, seller: Option<&SellerId>) -> Result<(OrderProduct, Rest), Fault> {
    // Some senders give Billz's id beside their own, others know no other.
    let (billz, own): (Option<ProductId>, Option<ProductId>) =
        (fields.optional("ID", id)?, fields.optional("productID", id)?);
    let senders = own.clone().filter(|own| billz.as_ref().is_some_and(|billz| billz != own));
    let known = billz.or(own).ok_or_else(|| Fault::new(fields.path_of("ID"), "is missing"))?;
    let quantity = fields.required("qty", quantity)?;
    let (name, names) = product_name(&mut fields)?;
    let product = OrderProduct {
        line: OrderLine { product: known, quantity, seller: seller.cloned() },
        name,
        sku: fields.code("sku", MAX_WORDS)?,
        bar_code: fields.code("barCode", MAX_WORDS)?,
        image_url: fields.words("imageUrl", MAX_URL)?,
        color: fields.words("COLOR", MAX_WORDS)?,
        size: fields.words("SIZE", MAX_WORDS)?,
        subtotal: fields.optional("subTotalPrice", amount)?,
        discount: fields.optional("discountAmount", amount)?,
        total: fields.optional("totalPrice", amount)?,
    };
    let mut rest = fields.rest();
    rest.extend(names.map(|names| ("name".to_owned(), names)));
    rest.extend(senders.map(|own| ("productID".to_owned(), Json::Text(own.to_string()))));
    Ok((product, rest))
}

/// A product's name: a text, or one for each language, of which the staff's comes first.
fn product_name(fields: &mut Fields) -> Result<(Option<String>, Option<Json>), Fault> {
    let names = match fields.take("name") {
        Some(Json::Object(names)) => names,
        Some(written) => {
            let name = words_of(Some(written), MAX_WORDS);
            return Ok((name.map_err(|reason| Fault::new(fields.path_of("name"), reason))?, None));
        }
        None => return Ok((None, None)),
    };
    let whole = Json::Object(names.clone());
    let mut names = Fields::of(&fields.path_of("name"), whole.clone())?;
    for language in ["uz", "ru", "en"] {
        if let Some(name) = names.words(language, MAX_WORDS)? {
            return Ok((Some(name), Some(whole)));
        }
    }
    Ok((None, Some(whole)))
}

fn details(mut fields: Fields, mut kept: Rest) -> Result<OrderDetails, Fault> {
    let details = OrderDetails {
        sort: fields.words("orderType", MAX_WORDS)?,
        payment_method: fields.words("paymentMethod", MAX_WORDS)?,
        store: OrderStore {
            id: fields.words("storeId", MAX_WORDS)?,
            external_id: fields.words("storeExternalID", MAX_WORDS)?,
            name: fields.words("store", MAX_WORDS)?,
        },
        delivery: Delivery {
            status: fields.optional("deliveryStatus", delivery_status)?.unwrap_or_default(),
            price: fields.optional("deliverySubTotalPrice", amount)?,
            address: address(&mut fields, &mut kept)?,
            time: fields.words("deliveryTime", MAX_WORDS)?,
            comment: fields.words("deliveryComment", MAX_COMMENT)?,
        },
        comment: fields.words("comment", MAX_COMMENT)?,
        document: String::new(),
    };
    let path = fields.path().to_owned();
    kept.extend(fields.rest());
    let rest = Json::Object(kept);
    without_bank_card(&path, &rest)?;
    let document = Some(rest.canonical()).filter(|rest| rest != "{}").unwrap_or_default();
    Ok(OrderDetails { document, ..details })
}

fn address(fields: &mut Fields, kept: &mut Rest) -> Result<DeliveryAddress, Fault> {
    let Some(json) = fields.take("deliveryAddress") else { return Ok(DeliveryAddress::default()) };
    let mut fields = Fields::of(&fields.path_of("deliveryAddress"), json)?;
    let address = DeliveryAddress {
        street: fields.words("street", MAX_WORDS)?,
        city: fields.words("city", MAX_WORDS)?,
        postal_code: fields.words("postalCode", MAX_WORDS)?,
        full_address: fields.words("fullAddress", MAX_WORDS)?,
        apartment: fields.words("apartment", MAX_WORDS)?,
        floor: fields.words("floor", MAX_WORDS)?,
        entrance: fields.words("entrance", MAX_WORDS)?,
        intercom: fields.words("intercom", MAX_WORDS)?,
        landmark: fields.words("landmark", MAX_WORDS)?,
    };
    keep(kept, "deliveryAddress", fields.rest());
    Ok(address)
}

fn delivery_status(json: &Json) -> Result<DeliveryStatus, String> {
    let known = if let Json::Text(name) = json { DeliveryStatus::of_name(name) } else { None };
    let names = || DeliveryStatus::ALL.map(DeliveryStatus::as_str).join(", ");
    known.ok_or_else(|| format!("is none of {}", names()))
}

fn keep(kept: &mut Rest, name: &str, rest: Rest) {
    if !rest.is_empty() {
        kept.insert(name.to_owned(), Json::Object(rest));
    }
}
