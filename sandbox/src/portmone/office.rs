//! Everything that Portmone holds.

use std::collections::BTreeMap;

use super::bills::{Bill, State};
use super::payees::Payee;
use super::settings::Settings;
use crate::clock::Clock;
use crate::decimal::Decimal;
use crate::options::{BillNumbers, Options};

/// The number of the first bill.
const FIRST_BILL: u64 = 523;
/// What is taken from the seconds of Unix time: such a number has eight or nine digits, as real ones seem to have.
const CLOCK_BEGINS: i64 = 1_700_000_000;

/// Portmone.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) settings: Settings,
    /// By their numbers.
    pub(crate) bills: BTreeMap<u64, Bill>,
    /// How often `bills.create` made one, `bills.pay` paid one.
    pub(crate) created: u32,
    pub(crate) paid: u32,
    next_bill: u64,
    next_pay_order: u64,
}

/// What a new bill is for.
#[derive(Clone, Debug)]
pub(crate) struct NewBill {
    pub(crate) payee: Payee,
    pub(crate) contract_number: String,
    pub(crate) amount: Option<Decimal<2>>,
    pub(crate) currency: String,
    pub(crate) comment: Option<String>,
}

impl Office {
    /// One with no bills.
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            settings: Settings::new(options),
            bills: BTreeMap::new(),
            created: 0,
            paid: 0,
            next_bill: first_bill(options.portmone_bill_numbers),
            next_pay_order: 26_792,
        }
    }

    /// Makes a bill with a number that none had before.
    pub(super) fn make(&mut self, new: NewBill, now: i64) -> Bill {
        let id = self.next_bill;
        self.created += 1;
        self.put(id, new, now)
    }

    /// Puts a bill there that nobody asked for, in the place of whatever had its number.
    pub(crate) fn put(&mut self, id: u64, new: NewBill, now: i64) -> Bill {
        self.next_bill = self.next_bill.max(id.saturating_add(1));
        let NewBill { payee, contract_number, amount, currency, comment } = new;
        let bill = Bill {
            id,
            payee,
            contract_number,
            amount,
            currency,
            comment,
            state: State::Created,
            payments: 0,
            created_at: now,
            paid_at: None,
        };
        self.bills.insert(id, bill.clone());
        bill
    }

    /// The bill of that number, written as Portmone writes it.
    pub(crate) fn bill(&self, id: &str) -> Option<&Bill> {
        read_id(id).and_then(|number| self.bills.get(&number))
    }

    pub(crate) fn bill_mut(&mut self, id: &str) -> Option<&mut Bill> {
        read_id(id).and_then(|number| self.bills.get_mut(&number))
    }

    /// The number of the next payment order.
    pub(crate) fn next_pay_order(&mut self) -> u64 {
        self.next_pay_order += 1;
        self.next_pay_order - 1
    }
}

fn first_bill(numbers: BillNumbers) -> u64 {
    match numbers {
        BillNumbers::Small => FIRST_BILL,
        BillNumbers::ByClock => {
            let seconds = Clock::default().now_seconds().saturating_sub(CLOCK_BEGINS);
            u64::try_from(seconds).unwrap_or(FIRST_BILL).max(FIRST_BILL)
        }
    }
}

/// A bill's number: up to 15 digits, no zeros in front.
pub(crate) fn read_id(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text && *number > 0 && text.len() <= 15)
}

#[cfg(test)]
mod tests {
    use super::{BillNumbers, FIRST_BILL, first_bill};

    #[test]
    fn bills_begin_at_a_small_number_or_at_the_time() {
        assert_eq!(first_bill(BillNumbers::Small), FIRST_BILL);
        let by_clock = first_bill(BillNumbers::ByClock);
        assert!((90_000_000..1_000_000_000).contains(&by_clock), "{by_clock}");
    }
}
