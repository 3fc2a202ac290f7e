//! The calls to Portmone and the telecom, and what their answers mean for a bonus.

use jiff::{SignedDuration, Timestamp};
use shared::domain::bonus::answers::{BillAnswer, PayAnswer, TopUpAnswer};
use shared::domain::bonus::driving::Patience;
use shared::domain::bonus::exchange::Method;
use shared::domain::bonus::{Bonus, Call, Refusal, Refuser};
use shared::domain::phone_number::PhoneNumber;
use shared::lambda::metrics::Metric;
use shared::providers::portmone::outcome::{Exchanged, PortmoneError};
use shared::providers::portmone::{CREATE, CreateBill, CreatedBill, PAY, PaidBill, PayBill};
use shared::providers::telecom::{TelecomError, TopUp};
use shared::retry::{Retry, Verdict};

use crate::driving::Driver;

/// What became of a call, and the words it came with: masked, to be kept.
#[derive(Debug, Clone)]
pub struct Told {
    /// What it means.
    pub answer: Answer,
    /// What was answered.
    pub words: String,
}

/// What became of one of the calls.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Making a bill.
    Bill(BillAnswer),
    /// Paying it.
    Pay(PayAnswer),
    /// The top-up.
    TopUp(TopUpAnswer),
}

impl Answer {
    /// The call that it answers.
    pub fn method(&self) -> Method {
        match self {
            Self::Bill(_) => Method::CreateBill,
            Self::Pay(_) => Method::PayBill,
            Self::TopUp(_) => Method::TopUp,
        }
    }

    /// Tells the bonus.
    pub fn tell(self, bonus: &mut Bonus, call: &Call, patience: &Patience, now: Timestamp) {
        match self {
            Self::Bill(answer) => bonus.bill_made(call, answer, patience, now),
            Self::Pay(answer) => bonus.bill_paid(call, answer, patience, now),
            Self::TopUp(answer) => bonus.topped_up(call, answer, patience, now),
        }
    }
}

/// Why a call that was claimed cannot be made: a secret, or a setting, changed in between.
const NOT_SET: &str = "what the call needs is not set any more";

impl Driver<'_> {
    /// What a call asks, as it may be kept.
    pub fn request_of(&self, bonus: &Bonus, method: Method) -> String {
        let (portmone, phone) = (self.parties.portmone.as_ref(), self.phone(bonus));
        let shown = match method {
            Method::CreateBill => portmone
                .zip(phone.as_ref().and_then(|phone| wish(bonus, phone)))
                .map(|(portmone, wish)| portmone.shown_create(&wish)),
            Method::PayBill => {
                portmone.zip(payment(bonus)).map(|(portmone, payment)| portmone.shown_pay(&payment))
            }
            Method::TopUp => phone.as_ref().map(|phone| top_up(bonus, phone).shown()),
            Method::Report => None,
        };
        shown.unwrap_or_else(|| NOT_SET.to_owned())
    }

    /// Asks Portmone to make the bonus's bill.
    pub async fn make_bill(&self, bonus: &Bonus) -> Told {
        let told = |answer, words| Told { answer: Answer::Bill(answer), words };
        let phone = self.phone(bonus);
        let wished = phone.as_ref().and_then(|phone| wish(bonus, phone));
        let (Some(portmone), Some(wish)) = (&self.parties.portmone, wished) else {
            return told(BillAnswer::NotNow { after: None, reason: NOT_SET.to_owned() }, NOT_SET.to_owned());
        };
        let Exchanged { outcome, answer } = portmone.create_bill(&wish).await;
        self.measure(CREATE, outcome.as_ref().err());
        let meaning = match outcome {
            Ok(created) => self.made(bonus, created).await,
            Err(error) => self.bill_refused(error).await,
        };
        told(meaning, answer)
    }

    async fn made(&self, bonus: &Bonus, created: CreatedBill) -> BillAnswer {
        if let (Some(told), Some(ours)) = (&created.payee, &bonus.payee)
            && told != ours
        {
            let reason = format!("the bill is for the payee {told} instead of {ours}");
            return BillAnswer::Refused(refusal("other_payee", reason));
        }
        match self.app.bills.get(&created.bill).await {
            Ok(known) => match known.bonus {
                Some(other) if other != bonus.receipt => BillAnswer::Taken(created.bill, other),
                Some(_) | None => BillAnswer::Made(created.bill),
            },
            // Written down without the look: the write itself sees to it that no two bonuses have one bill.
            Err(_) => BillAnswer::Made(created.bill),
        }
    }

    async fn bill_refused(&self, error: PortmoneError) -> BillAnswer {
        let reason = error.to_string();
        match error {
            PortmoneError::Refused(fault) => BillAnswer::Refused(Refusal {
                by: Refuser::Portmone,
                reason: fault.words(),
                code: fault.code,
            }),
            PortmoneError::CredentialsRefused(_) => {
                self.read_again().await;
                BillAnswer::NotNow { after: None, reason }
            }
            PortmoneError::Call(call) => BillAnswer::NotNow { after: wish_of(call.retry()), reason },
        }
    }

    /// Asks Portmone to pay the bonus's bill. Once: nobody calls this again for the same claim.
    pub async fn pay_bill(&self, bonus: &Bonus) -> Told {
        let told = |answer, words| Told { answer: Answer::Pay(answer), words };
        let (Some(portmone), Some(payment)) = (&self.parties.portmone, payment(bonus)) else {
            return told(
                PayAnswer::NotReached { after: None, reason: NOT_SET.to_owned() },
                NOT_SET.to_owned(),
            );
        };
        let Exchanged { outcome, answer } = portmone.pay_bill(&payment).await;
        self.measure(PAY, outcome.as_ref().err());
        let meaning = match outcome {
            Ok(paid) => meaning_of(bonus, &paid),
            Err(error) => self.payment_refused(error).await,
        };
        told(meaning, answer)
    }

    async fn payment_refused(&self, error: PortmoneError) -> PayAnswer {
        let reason = error.to_string();
        match error {
            // A no to paying is final, however it is worded; a login that may be the reason is mended for the next.
            PortmoneError::Refused(fault) => {
                if fault.seems_about_access {
                    self.read_again().await;
                }
                PayAnswer::Refused(Refusal { by: Refuser::Portmone, reason: fault.words(), code: fault.code })
            }
            // Whoever is not let in, in the words of HTTP or TLS, did not pay.
            PortmoneError::CredentialsRefused(_) => {
                self.read_again().await;
                PayAnswer::NotReached { after: None, reason }
            }
            PortmoneError::Call(call) => match call.retry() {
                Retry::AskFirst => PayAnswer::Unclear(reason),
                retry @ Retry::Safe { .. } => PayAnswer::NotReached { after: wish_of(retry), reason },
                Retry::Never => PayAnswer::Refused(refusal("refused", reason)),
            },
        }
    }

    /// Asks the telecom for the top-up.
    pub async fn top_up(&self, bonus: &Bonus) -> Told {
        let told = |answer, words| Told { answer: Answer::TopUp(answer), words };
        let (Some(telecom), Some(phone)) = (&self.parties.telecom, self.phone(bonus)) else {
            return told(TopUpAnswer::NotNow { after: None, reason: NOT_SET.to_owned() }, NOT_SET.to_owned());
        };
        let (outcome, words) = telecom.top_up(&top_up(bonus, &phone)).await;
        let meaning = match outcome {
            Ok(()) => TopUpAnswer::Done,
            Err(TelecomError::Refused(reason)) => TopUpAnswer::Refused(reason),
            Err(TelecomError::Call(call)) => {
                self.app.metrics.count(Metric::ProviderCallFailed);
                TopUpAnswer::NotNow { after: wish_of(call.retry()), reason: call.to_string() }
            }
        };
        told(meaning, words)
    }

    /// Counts a call to Portmone and how it went.
    fn measure(&self, method: &str, error: Option<&PortmoneError>) {
        let metrics = &self.app.metrics;
        metrics.count_kind(Metric::PortmoneRequest, method);
        let brought_nothing = matches!(error, Some(PortmoneError::Call(_)));
        metrics.sample(Metric::PortmoneErrorPercent, if brought_nothing { 100 } else { 0 });
        if brought_nothing {
            metrics.count(Metric::ProviderCallFailed);
        }
        let Some(PortmoneError::Refused(fault) | PortmoneError::CredentialsRefused(fault)) = error else {
            return;
        };
        metrics.count_kind(Metric::PortmoneFail, fault.code_for_counting());
        if fault.fell_back {
            metrics.count(Metric::PortmoneVersionFallback);
        }
    }

    /// For the next call: this client was made with what was refused.
    pub async fn read_again(&self) {
        if self.app.parties.may_be_rotated() {
            self.app.parties.renew(self.app.source.read().await);
        }
    }

    /// The phone, opened in memory.
    fn phone(&self, bonus: &Bonus) -> Option<PhoneNumber> {
        self.parties.seals.open(&bonus.msisdn).ok()?.ok()
    }
}

/// What an answer that the bill is paid means. A status that is not the one of a paid bill proves nothing: what others
/// there are is not known.
fn meaning_of(bonus: &Bonus, paid: &PaidBill) -> PayAnswer {
    if paid.bill.is_some() && paid.bill != bonus.bill {
        return PayAnswer::Differs("Portmone answered about another bill".to_owned());
    }
    if paid.payee.is_some() && paid.payee != bonus.payee {
        return PayAnswer::Differs("Portmone answered about another payee".to_owned());
    }
    if let Some(amount) = paid.paid_amount
        && amount != bonus.amount
    {
        return PayAnswer::Differs(format!("Portmone paid {amount} instead of {}", bonus.amount));
    }
    if !paid.is_paid() {
        return PayAnswer::Unclear("Portmone did not refuse, but did not say that it is paid".to_owned());
    }
    PayAnswer::Paid
}

fn wish<'a>(bonus: &'a Bonus, phone: &'a PhoneNumber) -> Option<CreateBill<'a>> {
    let comment = format!("Top-up for receipt {}", bonus.receipt);
    bonus.payee.as_ref().map(|payee| CreateBill {
        payee,
        contract_number: phone,
        amount: bonus.amount,
        comment,
    })
}

fn payment(bonus: &Bonus) -> Option<PayBill<'_>> {
    bonus.bill.as_ref().map(|bill| PayBill { bill, amount: bonus.amount })
}

fn top_up<'a>(bonus: &'a Bonus, phone: &'a PhoneNumber) -> TopUp<'a> {
    TopUp { key: bonus.receipt.as_str(), phone, amount: bonus.amount }
}

/// A refusal in our own words: every language has them.
fn refusal(code: &str, reason: String) -> Refusal {
    Refusal { by: Refuser::Paydesk, code: code.to_owned(), reason }
}

fn wish_of(retry: Retry) -> Option<SignedDuration> {
    match retry {
        Retry::Safe { after } => after.and_then(|after| SignedDuration::try_from(after).ok()),
        Retry::Never | Retry::AskFirst => None,
    }
}
