//! The small set that the parties hold after a reset. `README.md` of this crate lists it.

use crate::billz::company::Company;
use crate::billz::products::Product;
use crate::decimal::Decimal;
use crate::isp_panel::directory::{Customer, Directory, Worker};
use crate::orders::{Order, OrderItem, Orders};
use crate::sippy::accounts::Account;
use crate::sippy::switch::Switch;
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

/// Four customers, a member of the staff and an admin.
pub(crate) fn users() -> Users {
    let users = [
        user("user-1", "Budi Santoso", Some("081234567890"), Some(700_000_001), "id", &["user"]),
        user("user-2", "Siti Aminah", None, None, "id", &["user"]),
        user("user-3", "Олена Шевченко", None, Some(700_000_003), "uk", &["user"]),
        user("user-4", "Alex Carter", None, None, "en", &["user"]),
        user("staff-1", "Taras Melnyk", None, None, "en", &["user", "staff"]),
        user("admin-1", "Agus Wijaya", Some("081298765432"), Some(700_000_009), "id", &["user", "admin"]),
    ];
    Users { users: users.into() }
}

/// The chats of those who have one, and the operators' group.
pub(crate) fn telegram() -> Telegram {
    Telegram::holding([
        Chat::new(700_000_001, "Budi Santoso", Some("user-1")).speaking("id"),
        Chat::new(700_000_003, "Олена Шевченко", Some("user-3")).speaking("uk"),
        Chat::new(700_000_009, "Agus Wijaya", Some("admin-1")).speaking("id"),
        Chat::new(-1_001_234_567_890, "Paydesk operators", None),
    ])
}

/// Login name, name and the last digits of the mobile number.
const CUSTOMERS: [(&str, &str, u32); 20] = [
    ("customer123", "Nadia Haddad", 123),
    ("test_customer", "Test Customer", 100),
    ("koval_a", "Andriy Koval", 201),
    ("bohdana.koval", "Bohdana Koval", 202),
    ("d_koval", "Daryna Koval-O'Hara", 203),
    ("stepan.koval", "Stepan Koval", 204),
    ("kovalchuk1", "Iryna Kovalchuk", 205),
    ("kovalenko77", "Oleksandr Kovalenko", 206),
    ("o.kovalenko", "Олена Коваленко", 207),
    ("kovalska", "Марія Ковальська", 208),
    ("kovalyov_p", "Petro Kovalyov", 209),
    ("h.kovalova", "Ганна Ковальова", 210),
    ("obrien", "Siobhán O'Brien", 301),
    ("dangelo", "Luca D’Angelo", 302),
    ("ahmad.saleh", "أحمد صالح", 303),
    ("layla_khoury", "ليلى خوري", 304),
    ("karimov", "Жасур Каримов", 305),
    ("budi.santoso", "Budi Santoso", 306),
    ("siti_a", "Siti Aminah", 307),
    ("toko_maju", "Toko \"Maju\" & Anak <Cabang 2>", 308),
];

const WORKERS: [(u32, &str); 8] = [
    (7, "Олексій Бондар"),
    (13, "Sami Nassar"),
    (15, "Rima Aoun"),
    (21, "Jean-Pierre O'Neill"),
    (24, "خليل منصور"),
    (28, "Dewi Lestari"),
    (33, "Азиза Юсупова"),
    (41, "Night shift <north & east>"),
];

/// Customers, ten of them with `koval` in their login names, and the workers.
pub(crate) fn isp_directory() -> Directory {
    let customers = CUSTOMERS.map(|(username, name, number)| {
        let customer = Customer {
            username: username.to_owned(),
            name: name.to_owned(),
            mobile: Some(format!("+1{number:010}")),
            phone: None,
            address: None,
        };
        (customer.username.clone(), customer)
    });
    let workers = WORKERS.map(|(id, name)| (id, Worker { id, name: name.to_owned() }));
    Directory { customers: customers.into(), workers: workers.into() }
}

/// Id, name, soum, how many there are, and whether a sale may name its own price.
const PRODUCTS: [(&str, &str, i64, i64, bool); 3] = [
    ("2ce40c63-4527-4898-a975-7c30c255fd50", "Ko‘ylak – рубашка \"Oq\" M", 35_000, 100, true),
    ("90219ac7-88b7-43f6-bed9-5c6761aefa72", "Palto <zimnee> & sharf", 280_000, 5, false),
    ("3e5d7f90-1b2c-4d3e-8f4a-5b6c7d8e9f01", "Atlas ipak", 127_050, 2, false),
];

/// A shop that sold nothing yet.
pub(crate) fn billz() -> Company {
    Company::selling(PRODUCTS.map(|(id, name, price, stock, allows_free_price)| Product {
        id: id.to_owned(),
        name: name.to_owned(),
        price: Decimal(price * 100),
        stock: Decimal(stock * 1_000),
        allows_free_price,
    }))
}

/// Number, user, currency and balance in hundredths.
const ACCOUNTS: [(i32, &str, &str, i64); 4] = [
    (3, "acme", "USD", 8_765),
    (4, "globex", "USD", 500),
    (5, "umbrella", "EUR", 25_000),
    (6, "initech", "UAH", 100_000),
];

/// A switch on which nothing was paid yet.
pub(crate) fn sippy() -> Switch {
    Switch::holding(ACCOUNTS.map(|(i_account, username, currency, balance)| {
        Account::holding(i_account, username, currency, Decimal(balance))
    }))
}
