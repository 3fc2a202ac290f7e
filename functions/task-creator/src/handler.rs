//! The story of one batch: each task on its own.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::queues::batch::{Delivery, Try};
use shared::queues::support_task::{SupportTaskRequest, VERSION};

use crate::app::App;
use crate::making::Making;
use crate::panel::PanelAccess;

/// Makes the tasks of a batch, all at once, with one session in the panel.
pub async fn handle(app: &App, event: SqsEvent, deadline: Deadline) -> SqsBatchResponse {
    if app.panel.is_stale() {
        app.panel.renew(app.source.read().await);
    }
    let panel = app.panel.get();
    let make = |request, turn| make(app, &panel, request, turn, deadline);
    let answer = app.batch.run_by_try(event, make).await;
    if let PanelAccess::On(login) = &panel {
        app.metrics.add(Metric::PanelLogin, login.take_logins());
    }
    answer
}

async fn make(
    app: &App,
    panel: &PanelAccess,
    request: SupportTaskRequest,
    turn: Try,
    deadline: Deadline,
) -> Delivery {
    if request.version != VERSION {
        return Delivery::Dead { reason: format!("version {} is unknown", request.version) };
    }
    let Ok(id) = request.task_id.parse() else {
        return Delivery::Dead { reason: "taskId is not an id".to_owned() };
    };
    let (attempt, correlation_id) = (request.attempt, request.correlation_id);
    let making = Making { app, panel, id, attempt, correlation_id, turn, deadline };
    making.outlive(making.run()).await
}
