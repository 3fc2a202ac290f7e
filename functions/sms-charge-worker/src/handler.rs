//! The story of one batch: each user and each bill on its own, the switch asked one call at a time.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use shared::domain::sms::closing::Closing;
use shared::lambda::deadline::Deadline;
use shared::queues::batch::Delivery;
use shared::queues::sms_charge::{SmsCharge, VERSION, Wanted};
use shared::workflows::store_trouble::put_off;

use crate::app::App;
use crate::billing::Billing;

/// Deals with the messages of a batch.
pub async fn handle(app: &App, event: SqsEvent, deadline: Deadline) -> SqsBatchResponse {
    if app.switch.is_stale() {
        app.switch.renew(app.source.read(&app.switch.get()).await);
    }
    app.batch.run(event, |charge| one(app, charge, deadline)).await
}

async fn one(app: &App, charge: SmsCharge, deadline: Deadline) -> Delivery {
    if charge.version != VERSION {
        return Delivery::Dead { reason: format!("version {} is unknown", charge.version) };
    }
    let terms = match app.terms.current().await {
        Ok(terms) => terms,
        Err(error) => return put_off(&error),
    };
    let billing =
        Billing { app, switch: app.switch.get(), terms, correlation_id: charge.correlation_id, deadline };
    let done = match charge.what {
        Wanted::Periods(ended) => match ended.user_id.parse() {
            Ok(user) => billing.close(&user, Closing::ended(ended.through, Timestamp::now())).await,
            Err(_) => return Delivery::Dead { reason: "periods.userId is not an id".to_owned() },
        },
        Wanted::LimitOf(user) => match user.parse() {
            Ok(user) => billing.close(&user, Closing::limit(Timestamp::now())).await,
            Err(_) => return Delivery::Dead { reason: "limitOf is not an id".to_owned() },
        },
        Wanted::Bill(number) => match number.parse() {
            Ok(number) => billing.charge(&number).await,
            Err(_) => return Delivery::Dead { reason: "bill is not the number of a bill".to_owned() },
        },
    };
    done.unwrap_or_else(|error| put_off(&error))
}
