//! Views to look at: every one there is, with ordinary people and with hostile ones.

use jiff::{SignedDuration, Timestamp};
use shared::bot::commands::{Audience, Command, SmsBilling};
use shared::domain::dialogue::{DialogueId, OpenWizard};
use shared::domain::invoice::attempt::Transaction;
use shared::domain::invoice::{Invoice, Payment, Standing};
use shared::domain::money::{Currency, Money};
use shared::domain::order::{Order, OrderItem};
use shared::domain::payment_channel::PaymentChannel;
use shared::domain::sms::account::{OpenPeriod, SmsAccount};
use shared::domain::sms::micros::Micros;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::{Defaults, Overrides, Settings};
use shared::domain::sms::usage::{Usage, UsageLine};
use shared::domain::support_task::draft::{
    DescriptionError, Subscriber, TaskDraft, TaskKind, WhatsApp, Worker, WorkerId, Workers,
};
use shared::domain::task_wizard::answer::Misfit;
use shared::domain::task_wizard::crew::{Crew, Roster};
use shared::domain::task_wizard::found::Found;
use shared::domain::task_wizard::{Edited, TaskWizard, Work};
use shared::providers::tripay::{ChannelFee, OfferedChannel};
use shared::workflows::channel_list::WayToPay;

use crate::views::{View, Words};

/// What outsiders bring along.
pub struct Cast {
    pub name: String,
    pub description: String,
    pub username: String,
    pub url: String,
    pub crowd: u32,
}

pub fn ordinary() -> Cast {
    Cast {
        name: "Olena Koval".to_owned(),
        description: "No light since noon".to_owned(),
        username: "customer123".to_owned(),
        url: "https://tripay.co.id/checkout/R1".to_owned(),
        crowd: 2,
    }
}

/// Everything as long as it may be, or longer.
pub fn hostile(letters: &str) -> Cast {
    Cast {
        name: letters.repeat(100).chars().take(100).collect(),
        description: letters.repeat(1000).chars().take(1000).collect(),
        username: "u".repeat(64),
        url: format!("https://tripay.co.id/{}", letters.repeat(40)),
        crowd: 30,
    }
}

pub fn at(minute: i64) -> Timestamp {
    let made: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    made.checked_add(SignedDuration::from_mins(minute)).unwrap()
}

pub fn open(wizard: TaskWizard) -> OpenWizard {
    let user = "user-3".parse().unwrap();
    OpenWizard { id: DialogueId::new(0), user, expires_at: at(30), edition: 4, wizard }
}

pub fn customer(cast: &Cast) -> Subscriber {
    Subscriber::new(cast.username.parse().unwrap(), &cast.name)
}

pub fn workers(cast: &Cast) -> Vec<Worker> {
    (13..13 + cast.crowd).map(|id| Worker::new(WorkerId(id), &cast.name)).collect()
}

pub fn draft(cast: &Cast) -> TaskDraft {
    TaskDraft {
        kind: TaskKind::Maintenance,
        description: cast.description.parse().unwrap(),
        customer: customer(cast),
        workers: Workers::new(workers(cast)).unwrap(),
        whats_app: WhatsApp::Requested,
    }
}

pub fn work(cast: &Cast) -> Work {
    Work { kind: TaskKind::Uninstall, description: cast.description.parse().unwrap() }
}

pub fn found(cast: &Cast, count: usize, has_more: bool) -> Found {
    let query: String = cast.name.chars().take(60).collect();
    Found::new(format!("ab{query}").parse().unwrap(), vec![customer(cast); count], has_more)
}

/// Everybody is chosen.
pub fn crew(cast: &Cast) -> Crew {
    let ids: Vec<WorkerId> = workers(cast).iter().map(|worker| worker.id).collect();
    Crew::with_chosen(Roster::new(workers(cast)).unwrap(), &ids)
}

pub fn wizards(cast: &Cast) -> Vec<TaskWizard> {
    let (work, customer, draft) = (|| work(cast), || customer(cast), || draft(cast));
    let edit = |question| TaskWizard::Edit { draft: draft(), question };
    let mut last_page = found(cast, 50, true);
    last_page.page = last_page.page.go_to(8);
    vec![
        TaskWizard::Kind,
        TaskWizard::Description { kind: TaskKind::Uninstall },
        TaskWizard::Customer { work: work(), found: None },
        TaskWizard::Customer { work: work(), found: Some(found(cast, 0, false)) },
        TaskWizard::Customer { work: work(), found: Some(found(cast, 7, false)) },
        TaskWizard::Customer { work: work(), found: Some(last_page) },
        TaskWizard::Workers { work: work(), customer: customer(), crew: crew(cast) },
        TaskWizard::WhatsApp { work: work(), customer: customer(), workers: draft().workers },
        TaskWizard::Summary { draft: draft() },
        TaskWizard::EditMenu { draft: draft() },
        edit(Edited::Kind),
        edit(Edited::Description),
        edit(Edited::Customer { found: Some(found(cast, 50, false)) }),
        edit(Edited::Workers { crew: crew(cast) }),
        edit(Edited::WhatsApp),
    ]
}

pub const MISFITS: [Misfit; 7] = [
    Misfit::ButtonWanted,
    Misfit::Description(DescriptionError::Empty),
    Misfit::Description(DescriptionError::TooLong),
    Misfit::Query,
    Misfit::NobodyChosen,
    Misfit::CrewFull,
    Misfit::Stale,
];

/// An invoice nobody chose a way to pay for.
pub fn invoice(cast: &Cast) -> Invoice {
    let item =
        |_| OrderItem { sku: None, name: cast.name.clone(), price: Money::rupiah(75_000), quantity: 2 };
    let order = Order {
        id: "order-1".parse().unwrap(),
        customer: "user-1".parse().unwrap(),
        amount: Money::rupiah(150_000),
        items: (1..cast.crowd).map(item).collect(),
    };
    Invoice::issue("INV-20261121-7K3M9QZX".parse().unwrap(), order, at(0), at(1440)).unwrap()
}

/// An invoice with a code for a channel, good for an hour.
pub fn with_code(cast: &Cast, channel: &str) -> Invoice {
    let mut invoice = invoice(cast);
    invoice.choose_channel(channel.parse().unwrap(), at(1)).unwrap();
    let transaction = Transaction {
        reference: "R1".parse().unwrap(),
        code: Some("8808123456789012".to_owned()),
        url: Some(cast.url.clone()),
        checkout_url: Some(cast.url.clone()),
        qr_string: None,
        qr_image_url: Some(format!("{}.png", cast.url)),
        amount_to_pay: Money::rupiah(154_250),
        expires_at: at(60),
        instructions: Vec::new(),
    };
    invoice.transaction_created(invoice.chosen.unwrap(), transaction);
    invoice
}

pub fn payment() -> Payment {
    Payment {
        reference: "R1".parse().unwrap(),
        channel: Some("BCA_VA".parse().unwrap()),
        amount: Money::rupiah(150_000),
        paid_at: at(4),
    }
}

pub fn invoices(cast: &Cast) -> Vec<Invoice> {
    let standings = [
        Standing::Pending,
        Standing::Paid(payment()),
        Standing::Expired { at: at(1500) },
        Standing::Cancelled { at: at(5) },
        Standing::Refunded { payment: payment(), at: at(9) },
    ];
    standings.into_iter().map(|standing| Invoice { standing, ..invoice(cast) }).collect()
}

/// Every channel there is, each with a fee.
pub fn ways(cast: &Cast) -> Vec<WayToPay> {
    let way = |channel: PaymentChannel| {
        let code = channel.as_str().to_owned();
        let fee =
            ChannelFee { code: code.clone(), customer: Money::rupiah(9_999_999), merchant: Money::rupiah(0) };
        let (minimum, maximum) = channel.limits();
        let offered = OfferedChannel {
            channel,
            code,
            name: cast.name.clone(),
            minimum: Money::rupiah(minimum),
            maximum: Money::rupiah(maximum),
            icon_url: None,
        };
        WayToPay { offered, fee: Some(fee) }
    };
    PaymentChannel::all().map(way).collect()
}

fn of_wizard(words: &Words, cast: &Cast) -> Vec<View> {
    let open: Vec<OpenWizard> = wizards(cast).into_iter().map(open).collect();
    let asked = open.iter().map(|open| words.ask(open));
    let again = open.iter().map(|open| words.ask_again(Misfit::Description(DescriptionError::Empty), open));
    let mut views: Vec<View> = asked.chain(again).collect();
    views.extend([
        words.submitted(),
        words.cancelled(),
        words.expired(),
        words.tasks_off(),
        words.nothing_to_cancel(),
        words.task_there(&draft(cast)),
        words.task_again(&draft(cast)),
    ]);
    views
}

fn of_people(words: &Words, cast: &Cast) -> Vec<View> {
    let name = cast.name.as_str();
    let mut views = vec![
        words.welcome(None),
        words.welcome(Some(name)),
        words.welcome(Some("")),
        words.linked(name),
        words.linked(""),
        words.already_linked(name),
        words.already_linked(""),
        words.link_invalid(),
        words.unlinked(),
        words.nothing_to_unlink(),
        words.not_linked(),
        words.languages(),
        words.language_chosen(),
        words.private_only(),
        words.unknown(),
        words.staff_only(),
        words.trouble(),
    ];
    views.extend(Audience::ALL.map(|audience| words.help(&Command::for_audience(audience, SmsBilling::On))));
    views
}

fn of_invoices(words: &Words, cast: &Cast) -> Vec<View> {
    let listed = invoices(cast);
    let next = listed.last().map(|invoice| &invoice.number);
    let many: Vec<Invoice> = listed.iter().cycle().take(20).cloned().collect();
    let mut views = vec![
        words.no_invoices(),
        words.invoice_list(&listed, next, true),
        words.invoice_list(&many, next, false),
        words.invoice_list(&[], None, false),
        words.channels(&invoice(cast), &ways(cast)),
        words.channels(&invoice(cast), &[]),
        words.code(&invoice(cast), at(2)),
    ];
    for invoice in &listed {
        views.extend([
            words.invoice(invoice, at(2)),
            words.invoice(invoice, at(1441)),
            words.code(invoice, at(2)),
        ]);
    }
    for channel in PaymentChannel::all() {
        let invoice = with_code(cast, channel.as_str());
        views.extend([
            words.code(&invoice, at(2)),
            words.code(&invoice, at(61)),
            words.invoice(&invoice, at(2)),
        ]);
    }
    views
}

/// Usage of somebody who sent nothing, and of somebody who sent as much as can be counted.
fn of_usage(words: &Words) -> Vec<View> {
    let mut full = SmsAccount::new("user-1".parse().unwrap());
    let rate = Micros::new(i64::MAX).unwrap();
    let line = UsageLine {
        country: "Ukraine".parse().unwrap(),
        prefix: None,
        rate,
        messages: u64::MAX,
        segments: u64::MAX,
        cost: rate,
    };
    let usage = Usage::new(vec![line], 0).unwrap();
    let currency = Currency::Uzs;
    full.periods.push(OpenPeriod { start: at(0), end: Some(at(60)), latest: at(1), currency, usage });
    full.awaiting_approval = u32::MAX;
    let empty = SmsAccount::new("user-1".parse().unwrap());
    let frequencies = [Frequency::Daily, Frequency::Threshold];
    let global = |frequency| Overrides {
        frequency: Some(frequency),
        currency: Some(currency),
        ..Overrides::default()
    };
    let views = frequencies.map(|frequency| {
        let settings = Settings::of(&Overrides::default(), &global(frequency), Defaults::ORIGINAL);
        [words.usage(&empty, &settings, at(2)), words.usage(&full, &settings, at(2))]
    });
    views.concat()
}

/// Every view there is.
pub fn all(words: &Words, cast: &Cast) -> Vec<View> {
    [of_wizard(words, cast), of_people(words, cast), of_invoices(words, cast), of_usage(words)].concat()
}
