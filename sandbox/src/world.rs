//! Everything a running sandbox holds.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::billz::company::Company;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::isp_api::tokens::Tokens;
use crate::isp_panel::panel::Panel;
use crate::options::Options;
use crate::orders::Orders;
use crate::playground;
use crate::portmone::office::Office;
use crate::request_log::RequestLog;
use crate::sippy::switch::Switch;
use crate::telecom::books::Books as TelecomBooks;
use crate::telegram::chats::Telegram;
use crate::tripay::books::Books;
use crate::users::Users;

/// The state of all parties. Shared by every request.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    /// Where the sandbox is reached, without a slash at the end.
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    tripay: Mutex<Books>,
    orders: Mutex<Orders>,
    users: Mutex<Users>,
    telegram: Mutex<Telegram>,
    isp_panel: Mutex<Panel>,
    isp_api: Mutex<Tokens>,
    billz: Mutex<Company>,
    sippy: Mutex<Switch>,
    portmone: Mutex<Office>,
    telecom: Mutex<TelecomBooks>,
}

impl World {
    /// A world as it is after a reset.
    pub(crate) fn new(options: Options, url: String) -> Self {
        Self {
            tripay: Mutex::new(Books::new(&options)),
            orders: Mutex::new(playground::orders()),
            users: Mutex::new(playground::users()),
            telegram: Mutex::new(playground::telegram()),
            isp_panel: Mutex::new(Panel::knowing(playground::isp_directory())),
            isp_api: Mutex::default(),
            billz: Mutex::new(playground::billz()),
            sippy: Mutex::new(playground::sippy()),
            portmone: Mutex::new(Office::new(&options)),
            telecom: Mutex::default(),
            clock: Clock::default(),
            log: RequestLog::default(),
            faults: Faults::default(),
            options,
            url,
        }
    }

    /// Tripay's books. Never held across an await.
    pub(crate) fn tripay(&self) -> MutexGuard<'_, Books> {
        lock(&self.tripay)
    }

    /// The order service's orders. Never held across an await.
    pub(crate) fn orders(&self) -> MutexGuard<'_, Orders> {
        lock(&self.orders)
    }

    /// The user service's users. Never held across an await.
    pub(crate) fn users(&self) -> MutexGuard<'_, Users> {
        lock(&self.users)
    }

    /// Telegram's chats. Never held across an await.
    pub(crate) fn telegram(&self) -> MutexGuard<'_, Telegram> {
        lock(&self.telegram)
    }

    /// The ISP's panel, and the directory that its API shows too. Never held across an await.
    pub(crate) fn isp_panel(&self) -> MutexGuard<'_, Panel> {
        lock(&self.isp_panel)
    }

    /// The tokens of the ISP's API. Never held across an await.
    pub(crate) fn isp_api(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.isp_api)
    }

    /// The company at Billz. Never held across an await.
    pub(crate) fn billz(&self) -> MutexGuard<'_, Company> {
        lock(&self.billz)
    }

    /// The Sippy switch. Never held across an await.
    pub(crate) fn sippy(&self) -> MutexGuard<'_, Switch> {
        lock(&self.sippy)
    }

    /// Portmone. Never held across an await.
    pub(crate) fn portmone(&self) -> MutexGuard<'_, Office> {
        lock(&self.portmone)
    }

    /// The telecom's books. Never held across an await.
    pub(crate) fn telecom(&self) -> MutexGuard<'_, TelecomBooks> {
        lock(&self.telecom)
    }

    /// Forgets everything but the options.
    pub(crate) fn reset(&self) {
        *self.tripay() = Books::new(&self.options);
        *self.orders() = playground::orders();
        *self.users() = playground::users();
        *self.telegram() = playground::telegram();
        *self.isp_panel() = Panel::knowing(playground::isp_directory());
        *self.isp_api() = Tokens::default();
        *self.billz() = playground::billz();
        *self.sippy() = playground::sippy();
        *self.portmone() = Office::new(&self.options);
        *self.telecom() = TelecomBooks::default();
        self.clock.reset();
        self.faults.reset();
        self.log.reset();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
