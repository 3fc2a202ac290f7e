//! The ways to pay an invoice, and why one of them cannot be had.

use shared::domain::invoice::pay::ChoiceError;
use shared::domain::invoice::{Invoice, InvoiceState};
use shared::domain::money::Money;
use shared::domain::payment_channel::{PaymentChannel, PaymentMethod};
use shared::notices::texts::foreign;
use shared::workflows::channel_list::WayToPay;
use shared::workflows::pay_invoice::PayError;

use super::{Button, Filling, View, Words, name_or};
use crate::buttons::Pressed;

/// Longest name of a channel in a label, in UTF-16 units: its fee has to fit too.
const CHANNEL: usize = 40;

impl Words {
    /// The ways to pay an invoice, with what each costs on top.
    pub fn channels(&self, invoice: &Invoice, ways: &[WayToPay]) -> View {
        let number = &invoice.number;
        let back = Button::press(self.label("button_invoice"), &Pressed::Invoice(number.clone()));
        if ways.is_empty() {
            return View::of(self.html("no_channels", &[])).with(back);
        }
        let amount = self.locale.amount(invoice.order.amount);
        let mut html = self.html("channels", &[("amount", Filling::Words(&amount))]);
        if ways.iter().any(|way| fee_on_top(way).is_some()) {
            html = format!("{html}\n\n<i>{}</i>", self.html("channels_fee_note", &[]));
        }
        let button = |way: &WayToPay| {
            let channel = way.offered.channel;
            let name = name_or(&way.offered.name, &self.channel(channel), CHANNEL);
            let label = match fee_on_top(way) {
                Some(fee) => format!("{name} · +{}", self.locale.amount(fee)),
                None => name,
            };
            Button::press(label, &Pressed::Pay(number.clone(), channel))
        };
        ways.iter().map(button).fold(View::of(html), View::with).with(back)
    }

    /// Why there is no code to pay with, in a few words.
    pub fn pay_refused(&self, error: &PayError) -> String {
        match error {
            PayError::Disabled => self.payments_off(),
            PayError::Choice(ChoiceError::NotPending(state)) => {
                self.plain("refused_state", &[("state", Filling::Words(&self.state(*state)))])
            }
            PayError::Choice(ChoiceError::PastDue) => self.label("refused_past_due"),
            PayError::Choice(ChoiceError::TooManyAttempts) => self.label("refused_too_many"),
            PayError::Choice(ChoiceError::AmountOutsideLimits { minimum, maximum }) => {
                let rupiah = |amount| self.locale.amount(Money::rupiah(amount));
                let (minimum, maximum) = (rupiah(*minimum), rupiah(*maximum));
                let limits = [("minimum", Filling::Words(&minimum)), ("maximum", Filling::Words(&maximum))];
                self.plain("refused_limits", &limits)
            }
            PayError::ChannelUnavailable => self.label("refused_channel"),
            PayError::CustomerUnknown => self.label("refused_customer"),
            PayError::InProgress => self.label("refused_in_progress"),
            PayError::NoInvoice => self.no_such_invoice(),
            PayError::Tripay(_) => self.label("refused_provider"),
            PayError::Users(_) | PayError::Store(_) => self.trouble_note(),
        }
    }

    /// Nothing can be paid here.
    pub fn payments_off(&self) -> String {
        self.label("payments_off")
    }

    /// There is no such invoice, or it is not theirs.
    pub fn no_such_invoice(&self) -> String {
        self.label("no_such_invoice")
    }

    /// Where an invoice stands.
    pub(super) fn state(&self, state: InvoiceState) -> String {
        self.label(match state {
            InvoiceState::Pending => "state_pending",
            InvoiceState::Paid => "state_paid",
            InvoiceState::Expired => "state_expired",
            InvoiceState::Cancelled => "state_cancelled",
            InvoiceState::Refunded => "state_refunded",
            InvoiceState::NeedsReview => "state_needs_review",
        })
    }

    /// What a channel is called.
    pub(super) fn channel(&self, channel: PaymentChannel) -> String {
        let name = channel.as_str();
        match channel.method() {
            PaymentMethod::VirtualAccount => match name.trim_end_matches("_VA") {
                "OTHER_BANK" => format!("Virtual Account ({})", self.label("other_bank")),
                bank => format!("{} Virtual Account", own_spelling(bank)),
            },
            PaymentMethod::Qris => match name.strip_prefix("QRIS_") {
                Some(issuer) => format!("QRIS ({})", own_spelling(issuer)),
                None => own_spelling(name),
            },
            PaymentMethod::Ewallet | PaymentMethod::ConvenienceStore => own_spelling(name),
        }
    }
}

fn fee_on_top(way: &WayToPay) -> Option<Money> {
    way.fee.as_ref().map(|fee| fee.customer).filter(|fee| fee.is_positive())
}

/// A company's name as it writes itself: initials as they are, names with one capital letter.
fn own_spelling(name: &str) -> String {
    match name {
        "SHOPEEPAY" => "ShopeePay".to_owned(),
        "CIMB" => "CIMB Niaga".to_owned(),
        "BCA" | "BNI" | "BRI" | "BSI" | "OCBC" | "BNC" | "OVO" | "DANA" | "QRIS" => name.to_owned(),
        _ => {
            let (first, rest) = name.split_at(1.min(name.len()));
            foreign::one_line(&format!("{first}{}", rest.to_ascii_lowercase()), CHANNEL)
        }
    }
}
