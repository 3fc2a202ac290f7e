//! A bill: what it is for, and what became of it.

use serde::{Deserialize, Serialize};

use super::payees::Payee;
use super::refusals::Refusal;
use crate::decimal::Decimal;

/// Where a bill stands; money moves when it is paid, not when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Created,
    Paid,
    Rejected,
    Returned,
}

impl State {
    /// The gateway's word.
    pub(super) fn gateway_word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Paid => "PAYED",
            Self::Rejected => "REJECTED",
            Self::Returned => "RETURN",
        }
    }
}

/// A bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bill {
    pub(crate) id: u64,
    pub(crate) payee: Payee,
    pub(crate) contract_number: String,
    /// Left open until it is paid, where nobody said.
    pub(crate) amount: Option<Decimal<2>>,
    pub(crate) currency: String,
    pub(crate) comment: Option<String>,
    pub(crate) state: State,
    /// How often `bills.pay` paid it: money moved so many times. Never more than once, unless Portmone is broken.
    pub(crate) payments: u32,
    /// Unix seconds.
    pub(crate) created_at: i64,
    pub(crate) paid_at: Option<i64>,
}

impl Bill {
    /// Takes the money, or says why not.
    pub(super) fn pay(&mut self, amount: Decimal<2>, now: i64) -> Result<(), Refusal> {
        match self.state {
            State::Created => {}
            State::Paid | State::Returned => return Err(Refusal::already_paid(self.id)),
            State::Rejected => return Err(Refusal::declined()),
        }
        if self.amount.is_some_and(|expected| expected != amount) {
            return Err(Refusal::other_amount(self.id));
        }
        if self.trap() == Some(Trap::DeclinesPayment) {
            return Err(Refusal::declined());
        }
        self.payments += 1;
        self.amount = Some(amount);
        self.turn(State::Paid, now);
        Ok(())
    }

    /// Puts it into a state, however it came there.
    pub(crate) fn turn(&mut self, state: State, now: i64) {
        self.state = state;
        if state == State::Paid && self.paid_at.is_none() {
            self.paid_at = Some(now);
        }
    }

    /// What its contract number makes happen.
    pub(super) fn trap(&self) -> Option<Trap> {
        Trap::of(&self.contract_number)
    }
}

/// What happens to bills of certain contract numbers, for demos without faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trap {
    /// `bills.create` is refused.
    DeclinesBill,
    /// `bills.pay` is refused.
    DeclinesPayment,
    /// `bills.create` makes the bill, and its answer breaks off.
    BreaksOffBill,
    /// `bills.pay` pays, and its answer breaks off.
    BreaksOffPayment,
    /// `bills.pay` pays, and does not answer.
    HangsPayment,
    /// `bills.pay` pays, and answers after three seconds.
    SlowsPayment,
}

impl Trap {
    /// By the last seven digits of a mobile number.
    pub(super) fn of(contract_number: &str) -> Option<Self> {
        let last = contract_number.strip_prefix("380").and_then(|rest| rest.get(2..))?;
        match last {
            "0000001" => Some(Self::DeclinesBill),
            "0000002" => Some(Self::DeclinesPayment),
            "0000003" => Some(Self::BreaksOffBill),
            "0000004" => Some(Self::BreaksOffPayment),
            "0000005" => Some(Self::HangsPayment),
            "0000006" => Some(Self::SlowsPayment),
            _ => None,
        }
    }
}
