//! A customer as `user-info` shows one: about half of the fields that the real one is known to have.

use serde_json::{Value, json};

use crate::isp_panel::directory::{Customer, Directory};

/// The number of the first customer.
const FIRST_ID: usize = 1_001;

pub(super) fn user_info(customer: &Customer, directory: &Directory) -> Value {
    let place = directory.customers.keys().take_while(|username| **username != customer.username).count();
    let (first_name, last_name) = customer.name.split_once(' ').unwrap_or((&customer.name, ""));
    json!({
        "id": FIRST_ID + place,
        "userName": customer.username,
        "firstName": first_name,
        "lastName": last_name,
        "mobile": customer.mobile,
        "phone": customer.phone,
        "mailAddress": format!("{}@example.com", customer.username),
        "address": customer.address,
        "comment": null,
        "creationDate": "2025-01-15 09:30:00",
        "lastLogin": "2026-11-20 18:05:11",
        "lastLogOut": "2026-11-20 18:04:57",
        "archived": false,
        "online": true,
        "active": true,
        "activatedAccount": true,
        "blocked": false,
        "expiryAccount": "2026-12-15 09:30:00",
        "accountTypeName": "Home 20",
        "userUpTime": "0 D : 4 H : 15 M : 27 S",
        "ipAddress": format!("192.0.2.{}", 1 + place % 250),
        "basicSpeedUp": 4096,
        "basicSpeedDown": 20480,
        "dailyQuota": "10240",
        "monthlyQuota": "307200",
        "userSessions": [{
            "startSession": "2026-11-20 18:05:11",
            "endSession": null,
            "sessionTime": "0 D : 4 H : 15 M : 27 S",
        }],
        "pingResult": null,
        "latitude": null,
        "longitude": null,
    })
}
