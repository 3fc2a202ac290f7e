//! What the methods are called in the log and for faults.

use http::Method;

use crate::party::UNKNOWN_OPERATION;

/// Every name.
pub(crate) const BILLZ_OPERATIONS: [&str; 21] = [
    "login",
    "refresh",
    "create_order",
    "add_item",
    "change_item",
    "discount",
    "attach_client",
    "recalculate",
    "pay",
    "postpone",
    "return_postpone",
    "delete_order",
    "get_order",
    "list_drafts",
    "create_client",
    "find_client",
    "list_shops",
    "list_cash_boxes",
    "list_payment_types",
    "list_products",
    "json_rpc",
];

/// The name of a request, by its path below `/billz/`.
pub(crate) fn billz_operation(method: &Method, path: &str) -> &'static str {
    let parts: Vec<&str> = path.split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("POST", ["v1", "auth", "login"]) => "login",
        ("POST", ["v2", "auth", "refresh"]) => "refresh",
        ("POST", ["v2", "order"]) => "create_order",
        ("POST", ["v2", "order-product", _]) => "add_item",
        ("PUT", ["v1", "order-item", _]) => "change_item",
        ("POST", ["v2", "order-manual-discount", _]) => "discount",
        ("PUT", ["v2", "order-customer-new", _]) => "attach_client",
        ("POST", ["v1", "recalculate-order-bill", _]) => "recalculate",
        ("POST", ["v2", "order-payment", _]) => "pay",
        ("POST", ["v2", "order", "create_postpone"]) => "postpone",
        ("POST", ["v2", "order", "return-postpone"]) => "return_postpone",
        ("DELETE", ["v2", "order", _]) => "delete_order",
        ("GET", ["v2", "order", _]) => "get_order",
        ("GET", ["v2", "order-notes"]) => "list_drafts",
        ("POST", ["v1", "client"]) => "create_client",
        ("GET", ["v1", "client"]) => "find_client",
        ("GET", ["v1", "shop"]) => "list_shops",
        ("GET", ["v1", "cash-box"]) => "list_cash_boxes",
        ("GET", ["v1", "company-payment-type"]) => "list_payment_types",
        ("GET", ["v2", "products"]) => "list_products",
        ("POST", ["v1", "orders"]) => "json_rpc",
        _ => UNKNOWN_OPERATION,
    }
}
