//! What the deployment says of itself: its alarms, and its API's health.

use serde_json::{Value, json};

use super::finding::Finding;
use super::functions::unreadable;
use crate::deployment::Deployment;

/// Alarms that ring, and whether there are any at all.
pub async fn check_alarms(deployment: &Deployment) -> Vec<Finding> {
    let check = "alarms";
    let target = "GraniteServiceVersion20100801.DescribeAlarms";
    let wish = json!({ "AlarmNamePrefix": format!("{}-", deployment.stack), "MaxRecords": 100 });
    let answer = match deployment.aws.call("monitoring", target, &wish).await {
        Ok(answer) => answer,
        Err(error) => return vec![unreadable(check, &error, "cloudwatch:DescribeAlarms")],
    };
    let alarms = answer["MetricAlarms"].as_array().cloned().unwrap_or_default();
    if alarms.is_empty() {
        return vec![Finding::warning(
            check,
            "there are none",
            "deploy again: infra/observability.yaml has them",
        )];
    }
    let ringing: Vec<&Value> = alarms.iter().filter(|alarm| alarm["StateValue"] == "ALARM").collect();
    if ringing.is_empty() {
        return vec![Finding::ok(check, format!("{}, none rings", alarms.len()))];
    }
    let text = |alarm: &Value, field: &str| alarm[field].as_str().unwrap_or_default().to_owned();
    let finding = |alarm: &&Value| {
        Finding::warning(
            text(alarm, "AlarmName"),
            text(alarm, "StateReason"),
            text(alarm, "AlarmDescription"),
        )
    };
    ringing.iter().map(finding).collect()
}

/// The API's own word on what it depends on.
pub async fn check_health(deployment: &Deployment) -> Vec<Finding> {
    let check = "health of the API";
    let url = match deployment.api_address().await {
        Ok(url) => url,
        Err(error) => return vec![unreadable(check, &error, "apigateway:GET")],
    };
    let asked = async {
        let answer = deployment.http.pooled.get(format!("{url}/health")).send().await?;
        let status = answer.status();
        Ok::<_, reqwest::Error>((status, answer.text().await?))
    };
    match asked.await {
        Err(error) => {
            let found = format!("{url} does not answer: {error}");
            vec![Finding::failed(check, found, "is it up? `make up` locally; else read the API's access log")]
        }
        Ok((status, text)) => vec![judge(check, status, &serde_json::from_str(&text).unwrap_or(Value::Null))],
    }
}

fn judge(check: &str, status: http::StatusCode, health: &Value) -> Finding {
    let dependencies = health["dependencies"].as_array().cloned().unwrap_or_default();
    let name = |dependency: &Value| dependency["name"].as_str().unwrap_or_default().to_owned();
    let down: Vec<String> =
        dependencies.iter().filter(|dependency| dependency["status"] != "ok").map(name).collect();
    if status.is_success() && down.is_empty() && !dependencies.is_empty() {
        let all: Vec<String> = dependencies.iter().map(name).collect();
        return Finding::ok(check, format!("reaches {}", all.join(", ")));
    }
    if down.is_empty() {
        let fix = "billing-api may not start: read its log, it names what is missing";
        return Finding::failed(check, format!("answers HTTP {status} without a finding"), fix);
    }
    let fix = "the checks above say why; the log of billing-api has each cause (\"unhealthy\"). \
               A finding is told again for up to 30 seconds";
    Finding::failed(check, format!("cannot reach {}", down.join(", ")), fix)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn what_the_api_cannot_reach_is_named() {
        let health = json!({ "status": "degraded", "dependencies": [
            { "name": "store", "status": "ok" }, { "name": "tripay", "status": "unavailable" }] });
        let finding = judge("health", http::StatusCode::SERVICE_UNAVAILABLE, &health);
        assert_eq!((finding.level, finding.found.as_str()), (Level::Failed, "cannot reach tripay"));
        let well = json!({ "status": "ok", "dependencies": [{ "name": "store", "status": "ok" }] });
        assert_eq!(judge("health", http::StatusCode::OK, &well), Finding::ok("health", "reaches store"));
        assert_eq!(judge("health", http::StatusCode::BAD_GATEWAY, &Value::Null).level, Level::Failed);
    }
}
