//! The invoice: what an order costs, every attempt to pay it, and everything reported about them.

pub mod attempt;
pub mod event;
pub mod number;
pub mod pay;
pub mod remind;
pub mod review;
pub mod settle;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use self::attempt::{Attempt, Progress};
use self::event::InvoiceEvent;
use self::number::{AttemptNumber, InvoiceNumber, MerchantRef};
use self::review::{OpenReview, Review};
use self::settle::ReceivedReport;
use super::identifier::Reference;
use super::money::Money;
use super::order::Order;
use super::payment_channel::PaymentChannel;

/// An invoice. There is one for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Names it, here and to people.
    pub number: InvoiceNumber,
    /// What it is for, as the order stood when the invoice was made.
    pub order: Order,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// Where it stands, doubts aside.
    pub standing: Standing,
    /// The question a person has to answer, if there is one.
    pub open_review: Option<OpenReview>,
    /// Every attempt to pay, in order. The payer sees the chosen one.
    pub attempts: Vec<Attempt>,
    /// The attempt whose code the payer is shown.
    pub chosen: Option<AttemptNumber>,
    /// Every report that changed something or disagreed, in the order received.
    pub reports: Vec<ReceivedReport>,
    /// How persons decided about earlier questions.
    pub reviews: Vec<Review>,
    /// When the customer was reminded that its time runs out.
    pub reminded_at: Option<Timestamp>,
    /// What the change being made must tell others. Empty in a loaded invoice.
    pub outbox: Vec<InvoiceEvent>,
}

/// Where an invoice stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Waits for the money.
    Pending,
    /// The money is there.
    Paid(Payment),
    /// Its time ran out unpaid.
    Expired {
        /// When that was found.
        at: Timestamp,
    },
    /// The customer gave it up.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// The money was there and went back.
    Refunded {
        /// The payment that was given back.
        payment: Payment,
        /// When that was reported.
        at: Timestamp,
    },
}

/// The payment that settled an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The provider's reference.
    pub reference: Reference,
    /// Which channel it came through, where that is known.
    pub channel: Option<PaymentChannel>,
    /// What counted towards the invoice.
    pub amount: Money,
    /// When the customer paid.
    pub paid_at: Timestamp,
}

/// The state as people and lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceState {
    /// Waits for the money.
    Pending,
    /// The money is there.
    Paid,
    /// Its time ran out unpaid.
    Expired,
    /// The customer gave it up.
    Cancelled,
    /// The money went back.
    Refunded,
    /// Money moved in a way that does not fit: a person decides.
    NeedsReview,
}

impl InvoiceState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Paid, Self::Expired, Self::Cancelled, Self::Refunded, Self::NeedsReview];

    /// The name in the API and in stored invoices.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Paid => "PAID",
            Self::Expired => "EXPIRED",
            Self::Cancelled => "CANCELLED",
            Self::Refunded => "REFUNDED",
            Self::NeedsReview => "NEEDS_REVIEW",
        }
    }
}

/// Why an order cannot be invoiced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Tripay counts in rupiah only.
    #[error("the order is in {}, and only orders in IDR can be invoiced", .0.code())]
    CurrencyNotCollected(super::money::Currency),
    /// Nothing to pay.
    #[error("the order costs nothing")]
    NothingToPay,
}

/// Why an invoice cannot be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndError {
    /// It is not waiting for money any more.
    #[error("the invoice is {}", .0.as_str())]
    NotPending(InvoiceState),
    /// It is still within its time.
    #[error("the invoice can still be paid")]
    NotDue,
    /// A call to the provider is under way whose end is not known.
    #[error("a payment code is just being made")]
    CodeBeingMade,
}

impl Invoice {
    /// A new invoice for `order`.
    ///
    /// # Errors
    /// When the order costs nothing or is not in a currency that Tripay collects.
    pub fn issue(
        number: InvoiceNumber,
        order: Order,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Self, IssueError> {
        if order.amount.currency() != super::money::Currency::Idr {
            return Err(IssueError::CurrencyNotCollected(order.amount.currency()));
        }
        if !order.amount.is_positive() {
            return Err(IssueError::NothingToPay);
        }
        Ok(Self {
            number,
            order,
            created_at: now,
            expires_at,
            standing: Standing::Pending,
            open_review: None,
            attempts: Vec::new(),
            chosen: None,
            reports: Vec::new(),
            reviews: Vec::new(),
            reminded_at: None,
            outbox: Vec::new(),
        })
    }

    /// The state as people and lists name it.
    pub fn state(&self) -> InvoiceState {
        if self.open_review.is_some() {
            return InvoiceState::NeedsReview;
        }
        match self.standing {
            Standing::Pending => InvoiceState::Pending,
            Standing::Paid(_) => InvoiceState::Paid,
            Standing::Expired { .. } => InvoiceState::Expired,
            Standing::Cancelled { .. } => InvoiceState::Cancelled,
            Standing::Refunded { .. } => InvoiceState::Refunded,
        }
    }

    /// The payment that settled it, also when it was given back later.
    pub fn payment(&self) -> Option<&Payment> {
        match &self.standing {
            Standing::Paid(payment) | Standing::Refunded { payment, .. } => Some(payment),
            Standing::Pending | Standing::Expired { .. } | Standing::Cancelled { .. } => None,
        }
    }

    /// The attempt of that number.
    pub fn attempt(&self, number: AttemptNumber) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    /// What the provider knows an attempt by.
    pub fn merchant_ref(&self, attempt: AttemptNumber) -> MerchantRef {
        MerchantRef { invoice: self.number.clone(), attempt }
    }

    /// The attempt whose code the payer is shown.
    pub fn chosen_attempt(&self) -> Option<&Attempt> {
        self.chosen.and_then(|number| self.attempt(number))
    }

    /// Attempts that may still bring money: the provider must be asked about them.
    pub fn live_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| attempt.progress.may_bring_money())
    }

    /// Whether somebody still has to look at it: it waits for money, or has a code that can bring some.
    pub fn is_watched(&self) -> bool {
        self.state() == InvoiceState::Pending || self.live_attempts().next().is_some()
    }

    /// Whether its time ran out while it waited.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state() == InvoiceState::Pending && now >= self.expires_at
    }

    /// Ends an unpaid invoice whose time ran out. The provider has been asked first.
    ///
    /// # Errors
    /// When it is not waiting, its time is not over, or a code is being made.
    pub fn expire(&mut self, now: Timestamp) -> Result<(), EndError> {
        self.check_can_end()?;
        if now < self.expires_at {
            return Err(EndError::NotDue);
        }
        self.standing = Standing::Expired { at: now };
        self.tell_expired(now);
        Ok(())
    }

    /// Ends an unpaid invoice whose time ran out and about which the provider could not be asked in
    /// time. Should money come in all the same, a person decides.
    ///
    /// # Errors
    /// When it is not waiting, or its time is not over.
    pub fn expire_unanswered(&mut self, now: Timestamp) -> Result<(), EndError> {
        for attempt in &mut self.attempts {
            if attempt.progress == Progress::Submitting {
                attempt.progress = Progress::Absent;
            }
        }
        self.expire(now)
    }

    /// Gives up an unpaid invoice. The provider has been asked first.
    ///
    /// Cancelling twice is the same as cancelling once.
    ///
    /// # Errors
    /// When it is not waiting, or a code is being made.
    pub fn cancel(&mut self, now: Timestamp) -> Result<(), EndError> {
        if self.state() == InvoiceState::Cancelled {
            return Ok(());
        }
        self.check_can_end()?;
        self.standing = Standing::Cancelled { at: now };
        Ok(())
    }

    fn check_can_end(&self) -> Result<(), EndError> {
        if self.state() != InvoiceState::Pending {
            return Err(EndError::NotPending(self.state()));
        }
        if self.attempts.iter().any(|attempt| matches!(attempt.progress, Progress::Submitting)) {
            return Err(EndError::CodeBeingMade);
        }
        Ok(())
    }
}
