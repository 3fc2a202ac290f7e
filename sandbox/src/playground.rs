//! The small set that the parties hold after a reset. `README.md` of this crate lists it.

use crate::orders::{Order, OrderItem, Orders};
use crate::users::{User, Users};

fn item(name: &str, price: i64, quantity: i64) -> OrderItem {
    OrderItem { name: name.to_owned(), price, quantity, sku: None }
}

fn order(id: &str, user_id: &str, items: Vec<OrderItem>) -> Order {
    Order {
        id: id.to_owned(),
        user_id: user_id.to_owned(),
        amount: items.iter().map(|item| item.price * item.quantity).sum(),
        currency: "IDR".to_owned(),
        items,
        status: "PENDING".to_owned(),
    }
}

/// Two orders of user-1 and one of user-2.
pub(crate) fn orders() -> Orders {
    let orders = [
        order(
            "order-1",
            "user-1",
            vec![item("VPS 1 vCPU / 1 GB", 100_000, 1), item("Backup & snapshot", 25_000, 2)],
        ),
        order(
            "order-2",
            "user-2",
            vec![item("Kopi Gayo 1 kg – kafé", 185_000, 1), item("Ongkos kirim", 15_000, 1)],
        ),
        order("order-3", "user-1", vec![item("Domain .id, 1 tahun", 250_000, 1)]),
    ];
    Orders::holding(orders)
}

fn user(
    id: &str,
    name: &str,
    phone: Option<&str>,
    telegram_chat_id: Option<i64>,
    roles: &[&str],
) -> (String, User) {
    let user = User {
        id: id.to_owned(),
        email: format!("{id}@example.com"),
        name: name.to_owned(),
        phone: phone.map(str::to_owned),
        telegram_chat_id,
        locale: "id".to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    (id.to_owned(), user)
}

/// Two customers and an admin.
pub(crate) fn users() -> Users {
    let users = [
        user("user-1", "Budi Santoso", Some("081234567890"), Some(700_000_001), &["user"]),
        user("user-2", "Siti Aminah", None, None, &["user"]),
        user("admin-1", "Agus Wijaya", Some("081298765432"), Some(700_000_009), &["user", "admin"]),
    ];
    Users { users: users.into() }
}
