//! The small set that the parties hold after a reset. `README.md` of this crate lists it.

use crate::orders::{Order, OrderItem, Orders};
use crate::telegram::chats::{Chat, Telegram};
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
    locale: &str,
    roles: &[&str],
) -> (String, User) {
    let user = User {
        id: id.to_owned(),
        email: format!("{id}@example.com"),
        name: name.to_owned(),
        phone: phone.map(str::to_owned),
        telegram_chat_id,
        locale: locale.to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    (id.to_owned(), user)
}

/// Four customers and an admin.
pub(crate) fn users() -> Users {
    let users = [
        user("user-1", "Budi Santoso", Some("081234567890"), Some(700_000_001), "id", &["user"]),
        user("user-2", "Siti Aminah", None, None, "id", &["user"]),
        user("user-3", "Олена Шевченко", None, Some(700_000_003), "uk", &["user"]),
        user("user-4", "Alex Carter", None, None, "en", &["user"]),
        user("admin-1", "Agus Wijaya", Some("081298765432"), Some(700_000_009), "id", &["user", "admin"]),
    ];
    Users { users: users.into() }
}

/// The chats of those who have one, and the operators' group.
pub(crate) fn telegram() -> Telegram {
    Telegram::holding([
        Chat::new(700_000_001, "Budi Santoso", Some("user-1")),
        Chat::new(700_000_003, "Олена Шевченко", Some("user-3")),
        Chat::new(700_000_009, "Agus Wijaya", Some("admin-1")),
        Chat::new(-1_001_234_567_890, "Paydesk operators", None),
    ])
}
