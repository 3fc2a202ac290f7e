//! What holds whatever happens to an invoice, in whatever order.

use std::mem;

use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use super::attempt::{Attempt, Progress};
use super::event::{InvoiceEvent, PaidEvent};
use super::examples::{
    attempt, channel, invoice_being_submitted, minute, new_invoice, report, review, transaction,
};
use super::pay::ChannelChoice;
use super::remind::Reminder;
use super::review::Decision;
use super::settle::{ReceivedReport, Settlement};
use super::{Invoice, InvoiceState, Standing};
use crate::domain::money::Money;
use crate::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};

/// Anything that can happen to an invoice.
#[derive(Debug, Clone)]
enum Happening {
    Reported(PaymentReport),
    Chosen(&'static str),
    Created { number: u8, lives_until_minute: i64 },
    Refused(u8),
    Absent(u8),
    Expired,
    Cancelled,
    Reminded { lead_minutes: i64 },
    Decided(Decision),
}

/// Reports about the first attempts, most of them true to the attempt's own transaction `R1`, `R2` …
fn any_report() -> impl Strategy<Value = PaymentReport> {
    let transaction = prop_oneof![6 => Just('R'), 1 => Just('X')];
    let rupiah = prop_oneof![6 => Just(150_000), 1 => Just(100), 1 => Just(0), 1 => Just(-150_000)];
    let source = select(&ReportSource::ALL[..]);
    (1..=4_u8, transaction, any_status(), rupiah, source).prop_map(
        |(number, letter, status, rupiah, source)| {
            let reference = format!("{letter}{number}").parse().unwrap();
            PaymentReport { reference, amount: Money::rupiah(rupiah), source, ..report(number, status) }
        },
    )
}

fn any_status() -> impl Strategy<Value = ReportedStatus> {
    select(&ReportedStatus::ALL[..])
}

fn any_happening() -> impl Strategy<Value = Happening> {
    let number = 1..=4_u8;
    let life = select(&[60, 1435, 1440, 2000][..]);
    prop_oneof![
        8 => any_report().prop_map(Happening::Reported),
        5 => select(&["BCA_VA", "QRIS", "DANA"][..]).prop_map(Happening::Chosen),
        5 => (number.clone(), life)
            .prop_map(|(number, lives_until_minute)| Happening::Created { number, lives_until_minute }),
        1 => number.clone().prop_map(Happening::Refused),
        1 => number.prop_map(Happening::Absent),
        1 => Just(Happening::Expired),
        1 => Just(Happening::Cancelled),
        4 => select(&[0, 120, 480, 481][..]).prop_map(|lead_minutes| Happening::Reminded { lead_minutes }),
        3 => select(&Decision::ALL[..]).prop_map(Happening::Decided),
    ]
}

/// Happenings, each some minutes after the one before.
fn any_story() -> impl Strategy<Value = Vec<(Happening, i64)>> {
    vec((any_happening(), prop_oneof![6 => 0..5_i64, 2 => 0..600_i64, 1 => 0..2000_i64]), 1..40)
}

/// An invoice to which things happen, and what others were told of it.
struct Story {
    invoice: Invoice,
    minute: i64,
    reported: Vec<PaymentReport>,
    told: Vec<InvoiceEvent>,
    /// Decisions that made the invoice paid.
    accepted: usize,
}

impl Story {
    fn begin() -> Self {
        Self { invoice: new_invoice(), minute: 0, reported: Vec::new(), told: Vec::new(), accepted: 0 }
    }

    /// Lets something happen, and checks that this one step kept the rules.
    fn go_on(&mut self, happening: &Happening, minutes: i64) -> Result<(), TestCaseError> {
        self.minute = self.minute.saturating_add(minutes);
        let (before, now) = (self.invoice.clone(), minute(self.minute));
        let invoice = &mut self.invoice;
        match happening {
            Happening::Reported(report) => {
                let settlement = invoice.settle(report, now);
                check_settlement(&before, invoice, report, settlement)?;
                self.reported.push(report.clone());
            }
            Happening::Chosen(name) => {
                let choice = invoice.choose_channel(channel(name), now);
                if let Ok(ChannelChoice::Submit(_)) = choice {
                    let is_ready = |old: &Attempt| old.channel == channel(name) && old.is_payable(now);
                    prop_assert!(!before.attempts.iter().any(is_ready), "there was a code for it");
                }
                prop_assert!(choice.is_ok() || *invoice == before, "a refusal changed something");
            }
            Happening::Created { number, lives_until_minute } => {
                let text = format!("R{number}");
                invoice.transaction_created(attempt(*number), transaction(&text, *lives_until_minute));
            }
            Happening::Refused(number) => invoice.transaction_refused(attempt(*number), "channel is closed"),
            Happening::Absent(number) => invoice.transaction_absent(attempt(*number)),
            Happening::Expired => prop_assert!(invoice.expire(now).is_ok() || *invoice == before),
            Happening::Cancelled => prop_assert!(invoice.cancel(now).is_ok() || *invoice == before),
            Happening::Reminded { lead_minutes } => {
                let reminder = invoice.remind(now, SignedDuration::from_mins(*lead_minutes));
                check_reminder(&before, invoice, reminder)?;
            }
            Happening::Decided(decision) => {
                prop_assert!(invoice.decide(review(*decision)).is_ok() || *invoice == before);
            }
        }
        let is_decision = matches!(happening, Happening::Decided(_));
        check_step(&before, invoice, is_decision)?;
        if is_decision && invoice.standing != before.standing && is_paid(invoice) {
            self.accepted = self.accepted.saturating_add(1);
        }
        check_told(&before, invoice)?;
        self.told.append(&mut mem::take(&mut invoice.outbox));
        self.check()
    }

    /// What holds at every moment.
    fn check(&self) -> Result<(), TestCaseError> {
        let (mut paid, mut refunded) = (Vec::new(), Vec::new());
        let (mut expired, mut expiring) = (0_usize, 0_usize);
        for event in &self.told {
            match event {
                InvoiceEvent::Paid(event) => paid.push(event),
                InvoiceEvent::Refunded(event) => refunded.push(event),
                InvoiceEvent::Expired(_) => expired = expired.saturating_add(1),
                InvoiceEvent::Expiring(_) => expiring = expiring.saturating_add(1),
                InvoiceEvent::ReviewOpened(_) => {}
            }
        }
        prop_assert!(expired <= 1, "its end was told {expired} times");
        prop_assert_eq!(expiring, usize::from(self.invoice.reminded_at.is_some()));
        if expired == 0 && self.invoice.state() == InvoiceState::Expired {
            prop_assert!(self.ended_in_the_instant_of_a_question(), "its end was not told");
        }
        prop_assert!(paid.len() <= 1, "paid was told {} times", paid.len());
        prop_assert!(refunded.len() <= paid.len(), "a refund was told of what was never told paid");
        let is_told_of = |event: &&PaidEvent| {
            let payment = self.invoice.payment();
            payment.is_some_and(|p| (&p.reference, p.amount) == (&event.reference, event.amount))
        };
        prop_assert!(paid.iter().chain(&refunded).all(is_told_of), "told of another payment");
        let owed = paid.len() == 1 && refunded.is_empty();
        prop_assert_eq!(is_paid(&self.invoice), owed, "told {:?}", &self.told);
        let is_believed =
            |kept: &&ReceivedReport| kept.status == ReportedStatus::Paid && kept.disagreement.is_none();
        let believed = self.invoice.reports.iter().filter(is_believed).count();
        let taken = believed.saturating_add(self.accepted);
        prop_assert!(taken == 1 || (taken == 0 && !is_paid(&self.invoice)), "{taken} payments were taken");
        self.check_attempts()?;
        self.check_redelivery()
    }

    /// Of a question and an end in one instant it is not known which came first, and nobody is told.
    fn ended_in_the_instant_of_a_question(&self) -> bool {
        let Standing::Expired { at } = self.invoice.standing else { return false };
        let is_question = |kept: &ReceivedReport| kept.disagreement.is_some() && kept.received_at == at;
        self.invoice.reports.iter().any(is_question)
    }

    fn check_attempts(&self) -> Result<(), TestCaseError> {
        let attempts = &self.invoice.attempts;
        let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number.get()).collect();
        let counted: Vec<_> = (1..=u8::MAX).take(attempts.len()).collect();
        prop_assert_eq!(numbers, counted);
        let unclear = attempts.iter().filter(|attempt| attempt.progress == Progress::Submitting).count();
        prop_assert!(unclear <= 1, "two calls to the provider are under way");
        prop_assert_eq!(self.invoice.chosen_attempt().is_some(), !attempts.is_empty());
        Ok(())
    }

    /// Any report that came before may come again at any time: nothing moves and no customer is told.
    fn check_redelivery(&self) -> Result<(), TestCaseError> {
        for report in &self.reported {
            let mut again = self.invoice.clone();
            let settlement = again.settle(report, minute(9999));
            prop_assert_eq!(&again.standing, &self.invoice.standing, "{:?} by {:?}", settlement, report);
            // A refund that only confirmed what a person had decided was not kept; should another payment
            // be accepted since, it is a question.
            let is_question = |event: &InvoiceEvent| matches!(event, InvoiceEvent::ReviewOpened(_));
            prop_assert!(again.outbox.iter().all(is_question), "told again by {:?}", report);
        }
        Ok(())
    }
}

fn is_paid(invoice: &Invoice) -> bool {
    matches!(invoice.standing, Standing::Paid(_))
}

/// What holds between one moment and the next.
fn check_step(before: &Invoice, after: &Invoice, is_decision: bool) -> Result<(), TestCaseError> {
    prop_assert!(after.reports.starts_with(&before.reports), "a report was dropped or changed");
    prop_assert!(after.reviews.starts_with(&before.reviews), "a decision was dropped or changed");
    prop_assert_eq!(&(&after.number, &after.order), &(&before.number, &before.order));
    prop_assert!(before.open_review.is_none() || after.open_review == before.open_review || is_decision);
    let is_rightful = match (&before.standing, &after.standing) {
        (old, new) if old == new => true,
        (Standing::Pending, _) => true,
        (Standing::Paid(old), Standing::Refunded { payment, .. }) => old == payment,
        (Standing::Expired { .. } | Standing::Cancelled { .. }, new) => {
            is_decision && matches!(new, Standing::Paid(_) | Standing::Refunded { .. })
        }
        (Standing::Refunded { .. }, new) => is_decision && matches!(new, Standing::Paid(_)),
        (Standing::Paid(_), _) => false,
    };
    prop_assert!(is_rightful, "{:?} became {:?}", before.standing, after.standing);
    Ok(())
}

/// What holds of what one step told: it happened in this step.
fn check_told(before: &Invoice, after: &Invoice) -> Result<(), TestCaseError> {
    let told =
        |is_such: fn(&InvoiceEvent) -> bool| after.outbox.iter().filter(|event| is_such(event)).count();
    let opened = before.open_review.is_none() && after.open_review.is_some();
    let questions = told(|event| matches!(event, InvoiceEvent::ReviewOpened(_)));
    prop_assert_eq!(questions, usize::from(opened));
    let ends = told(|event| matches!(event, InvoiceEvent::Expired(_)));
    prop_assert!(
        ends == 0 || (before.state(), after.state()) != (InvoiceState::Expired, InvoiceState::Expired)
    );
    prop_assert!(ends == 0 || after.state() == InvoiceState::Expired, "told the end of {:?}", after.standing);
    Ok(())
}

/// What holds of every reminder: it is of an invoice that waits for money, and it changes nothing else.
fn check_reminder(before: &Invoice, after: &Invoice, reminder: Reminder) -> Result<(), TestCaseError> {
    let reminders = match reminder {
        Reminder::NotDue => {
            prop_assert_eq!(after, before);
            return Ok(());
        }
        Reminder::Given => after.outbox.iter().filter(|event| matches!(event, InvoiceEvent::Expiring(_))),
    };
    prop_assert_eq!((reminders.count(), after.outbox.len()), (1, 1));
    prop_assert_eq!((before.state(), before.reminded_at), (InvoiceState::Pending, None));
    let (outbox, reminded_at) = (Vec::new(), None);
    prop_assert_eq!(&Invoice { outbox, reminded_at, ..after.clone() }, before);
    Ok(())
}

/// What holds of every report: twice is once, and no money vanishes.
fn check_settlement(
    before: &Invoice,
    after: &Invoice,
    report: &PaymentReport,
    settlement: Settlement,
) -> Result<(), TestCaseError> {
    let mut again = after.clone();
    let repeated = again.settle(report, minute(9999));
    prop_assert_eq!(&again, after, "the second time changed something");
    prop_assert_eq!(repeated, Settlement::AlreadyKnown);
    if settlement == Settlement::AlreadyKnown {
        prop_assert_eq!(after, before);
    }
    if report.status == ReportedStatus::Paid && report.amount.is_positive() {
        let is_this = |kept: &&ReceivedReport| {
            (&kept.reference, kept.status, kept.amount) == (&report.reference, report.status, report.amount)
        };
        let kept = after.reports.iter().find(is_this);
        prop_assert!(kept.is_some(), "money vanished: {:?}", settlement);
        let is_settled = after.payment().is_some_and(|payment| payment.reference == report.reference);
        match settlement {
            Settlement::Settled | Settlement::Refunded => prop_assert!(is_settled),
            Settlement::Disagrees(_) => prop_assert_eq!(after.state(), InvoiceState::NeedsReview),
            Settlement::AlreadyKnown => {}
            Settlement::AttemptEnded | Settlement::Expired => prop_assert!(false, "{:?}", settlement),
        }
    }
    Ok(())
}

/// The invoice after all of `reports`, in this order.
fn settled_by(begun: &Invoice, reports: &[PaymentReport]) -> Invoice {
    let mut invoice = begun.clone();
    for (count, report) in (2_000..).zip(reports) {
        invoice.settle(report, minute(count));
    }
    invoice
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold(story in any_story()) {
        let mut invoice = Story::begin();
        for (happening, minutes) in &story {
            invoice.go_on(happening, *minutes)?;
        }
    }

    #[test]
    fn in_whatever_order_one_transaction_is_reported_its_money_ends_in_the_right_place(
        mut reports in vec((any_status(), prop_oneof![3 => Just(150_000), 1 => Just(100)]), 1..7)
            .prop_map(|reports| reports.into_iter().map(|(status, rupiah)| {
                PaymentReport { amount: Money::rupiah(rupiah), ..report(1, status) }
            }).collect::<Vec<_>>()),
        code_is_stored: bool,
        is_ended in any::<Option<bool>>(),
    ) {
        let mut begun = invoice_being_submitted();
        if code_is_stored || is_ended.is_some() {
            begun.transaction_created(attempt(1), transaction("R1", 1440));
        }
        match is_ended {
            Some(true) => begun.expire(minute(1440)).unwrap(),
            Some(false) => begun.cancel(minute(3)).unwrap(),
            None => {}
        }
        for _ in 0..reports.len() {
            check_outcome(&settled_by(&begun, &reports), &reports)?;
            reports.rotate_left(1);
        }
        reports.reverse();
        check_outcome(&settled_by(&begun, &reports), &reports)?;
    }
}

/// Where the money must be once all of `reports`, about one transaction, are known.
fn check_outcome(invoice: &Invoice, reports: &[PaymentReport]) -> Result<(), TestCaseError> {
    let said = |status, rupiah| {
        reports.iter().any(|report| report.status == status && report.amount == Money::rupiah(rupiah))
    };
    let is_paid_event = |event: &InvoiceEvent| match event {
        InvoiceEvent::Paid(_) => Some(true),
        InvoiceEvent::Refunded(_) => Some(false),
        InvoiceEvent::Expired(_) | InvoiceEvent::Expiring(_) | InvoiceEvent::ReviewOpened(_) => None,
    };
    let events: Vec<_> = invoice.outbox.iter().filter_map(is_paid_event).collect();
    let is_asked = invoice.state() == InvoiceState::NeedsReview;
    if said(ReportedStatus::Paid, 150_000) {
        let is_told = is_paid(invoice) && events == [true];
        let is_back = matches!(invoice.standing, Standing::Refunded { .. }) && events != [true];
        prop_assert!(is_told || is_back || (is_asked && events.is_empty()), "{:?}", invoice);
        if said(ReportedStatus::Refunded, 150_000) {
            prop_assert!(!is_told, "it is paid, and the money is gone");
        }
    } else {
        prop_assert!(events.is_empty() && invoice.payment().is_none());
    }
    let is_odd = said(ReportedStatus::Paid, 100) || said(ReportedStatus::Refunded, 100);
    let is_lone_refund = said(ReportedStatus::Refunded, 150_000) && !said(ReportedStatus::Paid, 150_000);
    if is_odd || is_lone_refund {
        prop_assert!(is_asked, "nobody was asked about money that does not fit");
    }
    let money = is_odd || said(ReportedStatus::Paid, 150_000) || said(ReportedStatus::Refunded, 150_000);
    prop_assert_eq!(matches!(invoice.attempts[0].progress, Progress::Paid(_)), money);
    Ok(())
}
