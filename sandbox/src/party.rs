//! The parties that are played, and which of their operations a request is for.

use http::Method;

use crate::billz::operations::{BILLZ_OPERATIONS, billz_operation};
use crate::portmone::operations::PORTMONE_OPERATIONS;
use crate::sippy::operations::SIPPY_OPERATIONS;
use crate::telecom::TOP_UP;
use crate::telegram::{METHODS, method_named};

/// An outside party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Tripay,
    Telegram,
    Orders,
    Users,
    IspPanel,
    IspApi,
    Billz,
    Sippy,
    Portmone,
    Telecom,
}

impl Party {
    pub(crate) const ALL: [Self; 10] = [
        Self::Tripay,
        Self::Telegram,
        Self::Orders,
        Self::Users,
        Self::IspPanel,
        Self::IspApi,
        Self::Billz,
        Self::Sippy,
        Self::Portmone,
        Self::Telecom,
    ];

    /// The party's name in paths and in the control API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tripay => "tripay",
            Self::Telegram => "telegram",
            Self::Orders => "orders",
            Self::Users => "users",
            Self::IspPanel => "isp-panel",
            Self::IspApi => "isp-api",
            Self::Billz => "billz",
            Self::Sippy => "sippy",
            Self::Portmone => "portmone",
            Self::Telecom => "telecom",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|party| party.name() == name)
    }

    /// Every operation that a fault can be set for.
    pub(crate) fn operations(self) -> &'static [&'static str] {
        match self {
            Self::Tripay => &[
                "payment-channel",
                "fee-calculator",
                "transactions",
                "transaction/create",
                "transaction/detail",
                "transaction/check-status",
                "payment/instruction",
            ],
            Self::Telegram => &METHODS,
            Self::Orders => &["order", "payment-status"],
            Self::Users => &["user"],
            Self::IspPanel => &["login_page", "login", "create_task"],
            Self::IspApi => &["authenticate", "user_info", "worker_list"],
            Self::Billz => &BILLZ_OPERATIONS,
            Self::Sippy => &SIPPY_OPERATIONS,
            Self::Portmone => &PORTMONE_OPERATIONS,
            Self::Telecom => &[TOP_UP],
        }
    }
}

/// The operation name of a request that no operation of the party answers.
pub(crate) const UNKNOWN_OPERATION: &str = "unknown";

/// The party and the operation that a request is for; `None` where no party is spoken to (control, pages).
/// Sippy's and Portmone's paths do not tell their operations: see `sippy::operations`, `portmone::operations`.
pub(crate) fn recognise(method: &Method, path: &str) -> Option<(Party, &'static str)> {
    let (party, rest) = path.strip_prefix('/')?.split_once('/')?;
    let operation = match Party::named(party)? {
        Party::Tripay => {
            let (_, called) =
                rest.split_once('/').filter(|(side, _)| matches!(*side, "api-sandbox" | "api"))?;
            return Some((Party::Tripay, tripay_operation(called)));
        }
        Party::Telegram => match rest.split_once('/') {
            // The chats as a person sees them.
            _ if rest == "chats" || rest.starts_with("chats/") => return None,
            Some((_bot, called)) => (Party::Telegram, method_named(called).unwrap_or(UNKNOWN_OPERATION)),
            None => (Party::Telegram, UNKNOWN_OPERATION),
        },
        Party::Orders => match (method, rest.strip_prefix("internal/orders/")) {
            (&Method::GET, Some(id)) if !id.contains('/') => (Party::Orders, "order"),
            (&Method::POST, Some(rest)) if rest.ends_with("/payment-status") => {
                (Party::Orders, "payment-status")
            }
            _ => (Party::Orders, UNKNOWN_OPERATION),
        },
        Party::Users => match (method, rest.strip_prefix("internal/users/")) {
            (&Method::GET, Some(_)) => (Party::Users, "user"),
            _ => (Party::Users, UNKNOWN_OPERATION),
        },
        // The sandbox's own page about the panel.
        Party::IspPanel if rest.is_empty() => return None,
        Party::IspPanel => match (method, rest) {
            (&Method::GET, "index.php") => (Party::IspPanel, "login_page"),
            (&Method::POST, "index.php") => (Party::IspPanel, "login"),
            (&Method::POST, "create_task.php") => (Party::IspPanel, "create_task"),
            _ => (Party::IspPanel, UNKNOWN_OPERATION),
        },
        Party::IspApi => match (method, rest) {
            (&Method::POST, "authenticate") => (Party::IspApi, "authenticate"),
            (&Method::GET, "user-info") => (Party::IspApi, "user_info"),
            (&Method::GET, "worker-list") => (Party::IspApi, "worker_list"),
            _ => (Party::IspApi, UNKNOWN_OPERATION),
        },
        // The sandbox's own page about it.
        Party::Billz if rest.is_empty() => return None,
        Party::Billz => (Party::Billz, billz_operation(method, rest)),
        Party::Sippy if rest.is_empty() => return None,
        Party::Sippy => (Party::Sippy, UNKNOWN_OPERATION),
        Party::Portmone | Party::Telecom if rest.is_empty() => return None,
        Party::Portmone => (Party::Portmone, UNKNOWN_OPERATION),
        Party::Telecom => match (method, rest) {
            (&Method::POST, "top-ups") => (Party::Telecom, TOP_UP),
            _ => (Party::Telecom, UNKNOWN_OPERATION),
        },
    };
    Some(operation)
}

fn tripay_operation(called: &str) -> &'static str {
    let called = called.strip_prefix("merchant/").unwrap_or(called);
    Party::Tripay
        .operations()
        .iter()
        .find(|operation| **operation == called)
        .copied()
        .unwrap_or(UNKNOWN_OPERATION)
}
