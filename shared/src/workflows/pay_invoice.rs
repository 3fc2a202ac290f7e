//! A code to pay an invoice with, through a chosen channel.
//!
//! Tripay makes a second payable transaction for the same `merchant_ref`, so the attempt is
//! committed before Tripay is called, the call is made once, and after a lost answer Tripay is asked.

use super::ask_tripay::{AskError, ask};
use super::channel_list::{ChannelList, takes};
use super::tripay_client::TripayClient;
use crate::domain::invoice::Invoice;
use crate::domain::invoice::number::AttemptNumber;
use crate::domain::invoice::pay::{ChannelChoice, ChoiceError};
use crate::domain::invoice::settle::Settlement;
use crate::domain::payment_channel::PaymentChannel;
use crate::lambda::metrics::{Metric, Metrics};
use crate::providers::call::CallError;
use crate::providers::tripay::{Customer, NewTransaction, OfferedChannel, Tripay, TripayError};
use crate::providers::user_service::{User, UserService};
use crate::retry::{Retry, Verdict};
use crate::stores::invoices::{Cause, Invoices};
use crate::stores::table::StoreError;

/// How often one wish may find the end of an earlier attempt before it makes its own.
const MAX_ROUNDS: usize = 3;

/// What codes are made with.
#[derive(Debug, Clone, Copy)]
pub struct Cashier<'a> {
    /// Tripay, where it is configured.
    pub tripay: &'a TripayClient,
    /// What it offers.
    pub channels: &'a ChannelList,
    /// The invoices.
    pub invoices: &'a Invoices,
    /// Who the customers are.
    pub users: &'a UserService,
    /// Counts reports that contradict what we know, for the operators' alarm.
    pub metrics: &'a Metrics,
    /// Where Tripay reports; none for the merchant's default.
    pub callback_url: Option<&'a str>,
    /// Where customers are sent after paying.
    pub return_url: Option<&'a str>,
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// An operator has to fill in Tripay's credentials.
    #[error("tripay is not configured")]
    Disabled,
    /// The invoice cannot be paid any more, or not through this channel.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The merchant does not offer the channel at the moment.
    #[error("the channel is not offered")]
    ChannelUnavailable,
    /// Nobody can say who pays.
    #[error("the user service does not know the customer")]
    CustomerUnknown,
    /// A code is just being made, or whether it was made is not known yet: ask again in some seconds.
    #[error("a payment code is just being made, please ask again")]
    InProgress,
    /// The invoice is gone.
    #[error("there is no such invoice")]
    NoInvoice,
    /// Tripay did not do its part.
    #[error(transparent)]
    Tripay(#[from] TripayError),
    /// The user service did not do its part.
    #[error(transparent)]
    Users(CallError),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AskError> for PayError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Store(error) => Self::Store(error),
            AskError::Tripay(error) => Self::Tripay(error),
            AskError::NoInvoice => Self::NoInvoice,
        }
    }
}

impl Cashier<'_> {
    /// The invoice with an open code for the channel: the one it has, or a new one.
    ///
    /// # Errors
    /// When there is none to be had. Whatever was begun is in the store, and asking again continues it.
    pub async fn code_for(
        &self,
        invoice: Invoice,
        channel: PaymentChannel,
        cause: &Cause,
    ) -> Result<Invoice, PayError> {
        let tripay = self.tripay.tripay().await.ok_or(PayError::Disabled)?;
        // What the answer will be, so that nothing is committed that cannot be carried through.
        let foreseen = invoice.clone().choose_channel(channel, cause.now)?;
        if let ChannelChoice::Ready(number) = foreseen
            && invoice.chosen == Some(number)
        {
            return Ok(invoice);
        }
        let offered = self.offered_channel(&tripay, channel, &invoice).await?;
        let payer = self.users.user(&invoice.order.customer).await.map_err(PayError::Users)?;
        let payer = payer.ok_or(PayError::CustomerUnknown)?;
        for _ in 0..MAX_ROUNDS {
            let choose = |invoice: &mut Invoice| invoice.choose_channel(channel, cause.now);
            let changed = self.invoices.change(&invoice.number, cause, choose).await?;
            let changed = changed.ok_or(PayError::NoInvoice)?;
            match changed.outcome? {
                ChannelChoice::Ready(_) => return Ok(changed.invoice),
                ChannelChoice::Submit(number) => {
                    return self.create(&tripay, changed.invoice, number, &offered, &payer, cause).await;
                }
                ChannelChoice::Ask(number) => {
                    self.settle_doubt(&tripay, &changed.invoice, number, cause).await?;
                }
            }
        }
        Err(PayError::InProgress)
    }

    /// The channel as the merchant offers it at the moment.
    async fn offered_channel(
        &self,
        tripay: &Tripay,
        channel: PaymentChannel,
        invoice: &Invoice,
    ) -> Result<OfferedChannel, PayError> {
        let offered = self.channels.offered(tripay).await?;
        let offered = offered.into_iter().find(|offered| offered.channel == channel);
        let offered = offered.ok_or(PayError::ChannelUnavailable)?;
        if takes(&offered, invoice.order.amount) {
            return Ok(offered);
        }
        let (minimum, maximum) = (offered.minimum.minor(), offered.maximum.minor());
        Err(ChoiceError::AmountOutsideLimits { minimum, maximum }.into())
    }

    /// Creates the transaction of a committed attempt: the one place that does.
    async fn create(
        &self,
        tripay: &Tripay,
        invoice: Invoice,
        number: AttemptNumber,
        offered: &OfferedChannel,
        payer: &User,
        cause: &Cause,
    ) -> Result<Invoice, PayError> {
        let merchant_ref = invoice.merchant_ref(number);
        let items = invoice.order.items_that_add_up();
        let created = tripay
            .create(&NewTransaction {
                merchant_ref: &merchant_ref,
                code: &offered.code,
                amount: invoice.order.amount,
                items: &items,
                customer: Customer { name: &payer.name, email: &payer.email, phone: payer.phone.as_deref() },
                expires_at: invoice.expires_at,
                callback_url: self.callback_url,
                return_url: self.return_url,
            })
            .await;
        let error = match created {
            Ok(detail) => {
                tracing::info!(correlationId = cause.correlation_id, %merchant_ref, reference = %detail.transaction.reference, "code made");
                let store = |invoice: &mut Invoice| {
                    invoice.transaction_created(number, detail.transaction.clone());
                    invoice.settle(&detail.report, cause.now)
                };
                let changed = self.invoices.change(&invoice.number, cause, store).await?;
                let changed = changed.ok_or(PayError::NoInvoice)?;
                self.count_disagreement(changed.outcome);
                return Ok(changed.invoice);
            }
            Err(error) => error,
        };
        match error.retry() {
            Retry::AskFirst => self.settle_doubt(tripay, &invoice, number, cause).await?,
            Retry::Never | Retry::Safe { .. } => self.give_up(&invoice, number, &error, cause).await?,
        }
        let invoice = self.invoices.get(&invoice.number).await?.ok_or(PayError::NoInvoice)?;
        let has_code = invoice.attempt(number).is_some_and(|attempt| attempt.transaction().is_some());
        if has_code { Ok(invoice) } else { Err(error.into()) }
    }

    /// Stores that there is no transaction: Tripay refused, or was never reached.
    async fn give_up(
        &self,
        invoice: &Invoice,
        number: AttemptNumber,
        error: &TripayError,
        cause: &Cause,
    ) -> Result<(), PayError> {
        let store = |invoice: &mut Invoice| match error.retry() {
            Retry::Never => invoice.transaction_refused(number, &error.to_string()),
            Retry::Safe { .. } | Retry::AskFirst => invoice.transaction_absent(number),
        };
        self.invoices.change(&invoice.number, cause, store).await?;
        Ok(())
    }

    /// Asks Tripay what became of an attempt whose answer was lost.
    async fn settle_doubt(
        &self,
        tripay: &Tripay,
        invoice: &Invoice,
        number: AttemptNumber,
        cause: &Cause,
    ) -> Result<(), PayError> {
        let Some(attempt) = invoice.attempt(number) else { return Ok(()) };
        let asked = ask(tripay, self.invoices, invoice, attempt, cause).await?;
        self.count_disagreement(asked.settlement);
        if asked.is_clear { Ok(()) } else { Err(PayError::InProgress) }
    }

    fn count_disagreement(&self, settlement: Settlement) {
        if let Settlement::Disagrees(_) = settlement {
            self.metrics.count(Metric::PaymentDisagreed);
        }
    }
}
