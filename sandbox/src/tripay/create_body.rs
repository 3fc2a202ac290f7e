//! Reads the body of a create: JSON, or a form with PHP's brackets (`order_items[0][name]=…`).

use serde_json::{Map, Value};

use super::transaction::{Customer, Item};

/// What a create asks for, each part of the right kind but nothing weighed yet.
#[derive(Debug)]
pub(crate) struct CreateRequest {
    pub(crate) method: String,
    pub(crate) merchant_ref: String,
    pub(crate) amount: i64,
    pub(crate) customer: Customer,
    pub(crate) items: Vec<Item>,
    pub(crate) callback_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) expired_time: Option<i64>,
    pub(crate) signature: String,
}

/// Reads a create request; a refusal is Tripay's message.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Result<CreateRequest, String> {
    let tree = if content_type.starts_with("application/json") {
        serde_json::from_slice(body).map_err(|_unreadable| "The given data was invalid.".to_owned())?
    } else {
        form_tree(body)
    };
    let fields = Fields(&tree);
    let request = CreateRequest {
        method: fields.required_text("method")?,
        merchant_ref: fields.required_text("merchant_ref")?,
        amount: fields.required_integer("amount")?,
        customer: Customer {
            name: fields.required_text("customer_name")?,
            email: fields.required_text("customer_email")?,
            phone: fields.text("customer_phone"),
        },
        items: fields.list("order_items").into_iter().map(read_item).collect::<Result<_, _>>()?,
        callback_url: fields.text("callback_url"),
        return_url: fields.text("return_url"),
        expired_time: fields.integer("expired_time")?,
        signature: fields.required_text("signature")?,
    };
    match request.items.is_empty() {
        true => Err("The order items field is required.".to_owned()),
        false => Ok(request),
    }
}

fn read_item(tree: &Value) -> Result<Item, String> {
    let fields = Fields(tree);
    Ok(Item {
        sku: fields.text("sku"),
        name: fields.required_text("name")?,
        price: fields.required_integer("price")?,
        quantity: fields.required_integer("quantity")?,
        product_url: fields.text("product_url"),
        image_url: fields.text("image_url"),
    })
}

struct Fields<'a>(&'a Value);

impl<'a> Fields<'a> {
    fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn required_text(&self, name: &str) -> Result<String, String> {
        self.text(name).ok_or_else(|| format!("The {} field is required.", in_words(name)))
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, String> {
        let read = |text: String| text.parse::<i64>();
        self.text(name)
            .map(read)
            .transpose()
            .map_err(|_other_kind| format!("The {} must be an integer.", in_words(name)))
    }

    fn required_integer(&self, name: &str) -> Result<i64, String> {
        self.integer(name)?.ok_or_else(|| format!("The {} field is required.", in_words(name)))
    }

    fn list(&self, name: &str) -> Vec<&'a Value> {
        match self.0.get(name) {
            Some(Value::Array(members)) => members.iter().collect(),
            // A form's list is a map by position, as PHP has it.
            Some(Value::Object(members)) => members.values().collect(),
            _ => Vec::new(),
        }
    }
}

fn in_words(name: &str) -> String {
    name.replace('_', " ")
}

/// `a[b][c]=d` as `{"a":{"b":{"c":"d"}}}`. Positions are padded, so that they sort as numbers do.
fn form_tree(body: &[u8]) -> Value {
    let mut tree = Map::new();
    for (key, value) in url::form_urlencoded::parse(body) {
        let mut steps = key.split('[').map(|step| step.trim_end_matches(']'));
        let mut place = tree.entry(steps.next().unwrap_or_default()).or_insert(Value::Null);
        for step in steps {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let step = if step.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("{step:0>8}")
            } else {
                step.to_owned()
            };
            match place {
                Value::Object(members) => place = members.entry(step).or_insert(Value::Null),
                _ => break,
            }
        }
        *place = Value::String(value.into_owned());
    }
    Value::Object(tree)
}

#[cfg(test)]
mod tests {
    use super::read;

    const FORM: &str = concat!(
        "method=BRIVA&merchant_ref=INV-20261121-A1B2C3&amount=150000&customer_name=Budi+Santoso",
        "&customer_email=budi%40example.com&customer_phone=081234567890",
        "&order_items%5B0%5D%5Bsku%5D=VPS-1&order_items%5B0%5D%5Bname%5D=VPS+1+vCPU+%2F+1+GB",
        "&order_items%5B0%5D%5Bprice%5D=100000&order_items%5B0%5D%5Bquantity%5D=1",
        "&order_items%5B1%5D%5Bname%5D=Backup+%26+snapshot&order_items%5B1%5D%5Bprice%5D=25000",
        "&order_items%5B1%5D%5Bquantity%5D=2",
        "&callback_url=https%3A%2F%2Fapi.example.com%2Fwebhooks%2Ftripay",
        "&return_url=https%3A%2F%2Fapp.example.com%2Finvoices%2F1%3Fx%3D1&expired_time=1795312800",
        "&signature=0beaa67f1853b163d44595570e4786f89ad64b7714d6ccbfb177d0ba54d683de"
    );

    #[test]
    fn the_documented_form_is_read_whole() {
        assert_eq!(FORM.len(), 649);
        let request = read("application/x-www-form-urlencoded", FORM.as_bytes()).unwrap();
        assert_eq!(request.method, "BRIVA");
        assert_eq!(request.amount, 150_000);
        assert_eq!(request.customer.name, "Budi Santoso");
        assert_eq!(request.items[0].name, "VPS 1 vCPU / 1 GB");
        assert_eq!(request.items[0].sku.as_deref(), Some("VPS-1"));
        assert_eq!((request.items[1].sku.as_deref(), request.items[1].quantity), (None, 2));
        assert_eq!(request.return_url.as_deref(), Some("https://app.example.com/invoices/1?x=1"));
        assert_eq!(request.expired_time, Some(1_795_312_800));
    }

    #[test]
    fn json_says_the_same_and_decimals_are_refused() {
        let body = |amount: &str| {
            format!(
                r#"{{"method":"QRIS","merchant_ref":"R","amount":{amount},"customer_name":"B",
                "customer_email":"b@example.com","signature":"s",
                "order_items":[{{"name":"A","price":1000,"quantity":1}}]}}"#
            )
        };
        let request = read("application/json; charset=utf-8", body("1000").as_bytes()).unwrap();
        assert_eq!((request.amount, request.items.len(), request.customer.phone), (1_000, 1, None));
        let refusal = read("application/json", body("1000.0").as_bytes()).unwrap_err();
        assert_eq!(refusal, "The amount must be an integer.");
        let refusal = read("application/json", b"{}").unwrap_err();
        assert_eq!(refusal, "The method field is required.");
    }
}
