//! A code to pay an invoice with: a number to copy, a QR code to scan, or an app to open.

use jiff::Timestamp;
use shared::domain::invoice::attempt::{Attempt, Transaction};
use shared::domain::invoice::{Invoice, InvoiceState};
use shared::domain::payment_channel::PaymentMethod;
use shared::notices::texts::foreign;

use super::{Button, Filling, View, Words, code_tag, is_web_address};
use crate::buttons::Pressed;

/// Longest code to type in, in UTF-16 units.
const CODE: usize = 100;

impl Words {
    /// The code of the way to pay that was chosen; the invoice itself when it needs none any more.
    pub fn code(&self, invoice: &Invoice, now: Timestamp) -> View {
        if invoice.state() != InvoiceState::Pending {
            return self.invoice(invoice, now);
        }
        let Some((attempt, transaction)) = invoice.chosen_attempt().and_then(with_transaction) else {
            return self.without_code("code_pending", invoice);
        };
        if !attempt.is_payable(now) {
            return self.without_code("code_past", invoice);
        }
        let method = attempt.channel.method();
        let channel = self.channel(attempt.channel);
        let heading = self.html("pay_by", &[("channel", Filling::Words(&channel))]);
        let mut facts = vec![self.html("invoice", &[("number", Filling::Words(invoice.number.as_str()))])];
        facts.extend(self.number(method, transaction));
        facts.push(self.to_pay(invoice, transaction));
        facts.push(self.fact("label_valid_until", &self.moment(transaction.expires_at)));
        let hint = self.html(
            match method {
                PaymentMethod::VirtualAccount | PaymentMethod::ConvenienceStore => "number_hint",
                PaymentMethod::Qris => "qr_hint",
                PaymentMethod::Ewallet => "wallet_hint",
            },
            &[],
        );
        let html = format!("{heading}\n\n{}\n\n<i>{hint}</i>", facts.join("\n"));
        let picture = transaction.qr_image_url.as_ref().filter(|_| method == PaymentMethod::Qris);
        let view = View { picture_url: picture.filter(|url| is_web_address(url)).cloned(), ..View::of(html) };
        let view = self.ways_to_use(method, transaction).into_iter().fold(view, View::with);
        self.other_ways(view, invoice)
    }

    fn number(&self, method: PaymentMethod, transaction: &Transaction) -> Option<String> {
        let label = match method {
            PaymentMethod::VirtualAccount => "label_number",
            PaymentMethod::ConvenienceStore => "label_shop_code",
            // What these have as a code is not typed in.
            PaymentMethod::Qris | PaymentMethod::Ewallet => return None,
        };
        let code = foreign::one_line(transaction.code.as_deref()?, CODE);
        (!code.is_empty()).then(|| self.fact(label, &code_tag(&code)))
    }

    fn to_pay(&self, invoice: &Invoice, transaction: &Transaction) -> String {
        let amount = format!("<b>{}</b>", self.amount(transaction.amount_to_pay));
        let fact = self.fact("label_to_pay", &amount);
        if transaction.amount_to_pay == invoice.order.amount {
            return fact;
        }
        format!("{fact} ({})", self.html("fee_included", &[]))
    }

    /// The buttons that make use of a code.
    pub(super) fn ways_to_use(&self, method: PaymentMethod, transaction: &Transaction) -> Vec<Button> {
        let open = |label, url: Option<&String>| Button::open(self.label(label), url?);
        let checkout = transaction.checkout_url.as_ref();
        let instructions = || open("button_instructions", checkout);
        match method {
            PaymentMethod::VirtualAccount | PaymentMethod::ConvenienceStore => {
                let code = transaction.code.as_deref().map(|code| foreign::one_line(code, CODE));
                let copy = code.and_then(|code| Button::copy(self.label("button_copy"), &code));
                copy.into_iter().chain(instructions()).collect()
            }
            PaymentMethod::Qris => open("button_qr", transaction.qr_image_url.as_ref())
                .into_iter()
                .chain(instructions())
                .collect(),
            PaymentMethod::Ewallet => {
                let app = open("button_open_app", transaction.url.as_ref());
                app.or_else(|| open("button_open_app", checkout)).into_iter().collect()
            }
        }
    }

    fn without_code(&self, key: &str, invoice: &Invoice) -> View {
        self.other_ways(View::of(self.html(key, &[])), invoice)
    }

    fn other_ways(&self, view: View, invoice: &Invoice) -> View {
        let number = &invoice.number;
        let other = Button::press(self.label("button_other_way"), &Pressed::Channels(number.clone()));
        let back = Button::press(self.label("button_invoice"), &Pressed::Invoice(number.clone()));
        view.with(other).with(back)
    }
}

fn with_transaction(attempt: &Attempt) -> Option<(&Attempt, &Transaction)> {
    Some((attempt, attempt.transaction()?))
}
