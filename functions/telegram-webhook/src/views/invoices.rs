//! A customer's invoices: the list, and one of them.

use jiff::Timestamp;
use shared::domain::identifier::OrderId;
use shared::domain::invoice::number::InvoiceNumber;
use shared::domain::invoice::{Invoice, InvoiceState, Standing};
use shared::domain::order::OrderItem;
use shared::domain::payment_channel::PaymentMethod;
use shared::notices::texts::foreign;

use super::{Button, Filling, View, Words, code_tag, name_or};
use crate::buttons::Pressed;

/// Items of an order that are shown.
const ITEMS: usize = 10;
/// Longest name of an item, in UTF-16 units.
const ITEM: usize = 80;

impl Words {
    /// A page of invoices; with `next`, there are more after that one.
    pub fn invoice_list(&self, invoices: &[Invoice], next: Option<&InvoiceNumber>, is_first: bool) -> View {
        let line = |invoice: &Invoice| {
            let (amount, state) = (self.amount(invoice.order.amount), self.state(invoice.state()));
            let (icon, number) = (icon(invoice.state()), code_tag(invoice.number.as_str()));
            format!("{icon} {number}\n<b>{amount}</b> · {}", foreign::html(&state))
        };
        let lines: Vec<String> = invoices.iter().map(line).collect();
        let html = format!("{}\n\n{}", self.html("invoices", &[]), lines.join("\n\n"));
        let button = |invoice: &Invoice| {
            let amount = self.locale.amount(invoice.order.amount);
            let label = format!("{} {amount} · {}", icon(invoice.state()), invoice.number);
            Button::press(label, &Pressed::Invoice(invoice.number.clone()))
        };
        let view = invoices.iter().map(button).fold(View::of(html), View::with);
        let newest = || Button::press(self.label("button_newest"), &Pressed::Invoices { after: None });
        let older = |number: &InvoiceNumber| {
            Button::press(self.label("button_more"), &Pressed::Invoices { after: Some(number.clone()) })
        };
        view.with_row((!is_first).then(newest).into_iter().chain(next.map(older)).collect())
    }

    /// There is nothing to list.
    pub fn no_invoices(&self) -> View {
        View::of(self.html("no_invoices", &[]))
    }

    /// An invoice, and what can be done about it.
    pub fn invoice(&self, invoice: &Invoice, now: Timestamp) -> View {
        let heading = self.html("invoice", &[("number", Filling::Words(invoice.number.as_str()))]);
        let html = format!("{heading}\n\n{}", self.invoice_facts(invoice, now).join("\n"));
        let view = self.ways_on(invoice, now).into_iter().fold(View::of(html), View::with);
        view.with(Button::press(self.label("button_list"), &Pressed::Invoices { after: None }))
    }

    fn invoice_facts(&self, invoice: &Invoice, now: Timestamp) -> Vec<String> {
        let state =
            if invoice.is_due(now) { self.label("state_past_due") } else { self.state(invoice.state()) };
        let state = format!("{} <b>{}</b>", icon(invoice.state()), foreign::html(&state));
        let mut facts = vec![self.fact("label_state", &state)];
        facts.push(self.fact("label_order", &code_tag(&order_id(&invoice.order.id))));
        facts.extend(invoice.order.items.iter().take(ITEMS).map(|item| self.item(item)));
        let rest = invoice.order.items.len().saturating_sub(ITEMS);
        if rest > 0 {
            facts.push(self.html("items_more", &[("count", Filling::Count(rest))]));
        }
        facts.push(self.fact("label_amount", &format!("<b>{}</b>", self.amount(invoice.order.amount))));
        if invoice.state() == InvoiceState::Pending {
            facts.push(self.fact("label_due", &self.moment(invoice.expires_at)));
        }
        if let Some(payment) = invoice.payment() {
            facts.push(self.fact("label_paid_at", &self.moment(payment.paid_at)));
            let channel = payment.channel.map(|channel| foreign::html(&self.channel(channel)));
            facts.extend(channel.map(|channel| self.fact("label_paid_by", &channel)));
        }
        if let Standing::Refunded { at, .. } = &invoice.standing {
            facts.push(self.fact("label_refunded_at", &self.moment(*at)));
        }
        facts
    }

    fn item(&self, item: &OrderItem) -> String {
        let name = foreign::html(&name_or(&item.name, item.sku.as_deref().unwrap_or("?"), ITEM));
        format!("• {name} × {}: {}", item.quantity, self.amount(item.price))
    }

    fn ways_on(&self, invoice: &Invoice, now: Timestamp) -> Vec<Button> {
        let number = &invoice.number;
        if invoice.state() != InvoiceState::Pending || invoice.is_due(now) {
            return Vec::new();
        }
        let channels = |label| Button::press(self.label(label), &Pressed::Channels(number.clone()));
        match invoice.chosen_attempt().filter(|attempt| attempt.is_payable(now)) {
            Some(attempt) => {
                let code = Pressed::Pay(number.clone(), attempt.channel);
                let mut ways = vec![Button::press(self.label("button_show_code"), &code)];
                // A picture that Telegram cannot fetch never arrives, and nobody is told: here is its address.
                let method = attempt.channel.method();
                if let (PaymentMethod::Qris, Some(transaction)) = (method, attempt.transaction()) {
                    ways.extend(self.ways_to_use(method, transaction));
                }
                ways.push(channels("button_other_way"));
                ways
            }
            None => vec![channels("button_pay")],
        }
    }
}

fn order_id(id: &OrderId) -> String {
    foreign::one_line(id.as_str(), ITEM)
}

fn icon(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::Pending => "⏳",
        InvoiceState::Paid => "✅",
        InvoiceState::Expired => "⌛",
        InvoiceState::Cancelled => "🚫",
        InvoiceState::Refunded => "↩️",
        InvoiceState::NeedsReview => "🔎",
    }
}
