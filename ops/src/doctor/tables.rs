//! The tables: usable, recoverable, with the stream and the expiry that the functions count on?

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, StreamViewType, TableStatus, TimeToLiveStatus};
use shared::aws_error::describe;

use super::finding::Finding;
use super::functions::Functions;
use crate::deployment::Deployment;

/// Looks at every table.
pub async fn check(deployment: &Deployment, functions: &Functions) -> Vec<Finding> {
    let client = Client::new(&deployment.sdk);
    let mut findings = Vec::new();
    for (setting, has_stream) in [
        ("INVOICES_TABLE", true),
        ("IDEMPOTENCY_TABLE", false),
        ("NOTIFICATIONS_TABLE", false),
        ("CHATS_TABLE", true),
        ("BILLZ_TABLE", true),
        ("SMS_BILLING_TABLE", true),
        ("BONUSES_TABLE", true),
    ] {
        if let Some(table) = functions.setting(setting) {
            findings.extend(check_one(&client, table, has_stream).await);
        }
    }
    findings
}

async fn check_one(client: &Client, table: &str, has_stream: bool) -> Vec<Finding> {
    let name = format!("table {table}");
    let (described, recovery, expiry) = futures::join!(
        client.describe_table().table_name(table).send(),
        client.describe_continuous_backups().table_name(table).send(),
        client.describe_time_to_live().table_name(table).send(),
    );
    let described = match described {
        Ok(described) => described.table,
        Err(error) => {
            let fix = "deploy again; your own credentials need dynamodb:DescribeTable";
            return vec![Finding::failed(name, describe(&error), fix)];
        }
    };
    let mut findings = Vec::new();
    let status = described.as_ref().and_then(|table| table.table_status.clone());
    if status != Some(TableStatus::Active) && status != Some(TableStatus::Updating) {
        let found = format!("its status is {}", status.as_ref().map_or("unknown", TableStatus::as_str));
        findings.push(Finding::failed(
            name.as_str(),
            found,
            "look at the table in the console; AWS may be changing it",
        ));
    }
    let stream = described.and_then(|table| table.stream_specification);
    let is_streamed = stream.is_some_and(|stream| {
        stream.stream_enabled && stream.stream_view_type == Some(StreamViewType::NewImage)
    });
    if has_stream && !is_streamed {
        let found = "it has no stream of new images: no event leaves the outbox";
        findings.push(Finding::failed(
            name.as_str(),
            found,
            "deploy again: infra/data.yaml switches the stream on",
        ));
    }
    let recovery = recovery.ok().and_then(|answer| answer.continuous_backups_description);
    let recovery = recovery.and_then(|backups| backups.point_in_time_recovery_description);
    let is_recoverable = recovery.and_then(|recovery| recovery.point_in_time_recovery_status)
        == Some(PointInTimeRecoveryStatus::Enabled);
    if !is_recoverable {
        let fix = format!(
            "aws dynamodb update-continuous-backups --table-name {table} \
             --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        );
        findings.push(Finding::warning(
            name.as_str(),
            "point-in-time recovery is off, or cannot be read",
            fix,
        ));
    }
    let expiry = expiry.ok().and_then(|answer| answer.time_to_live_description);
    let expires = expiry.is_some_and(|expiry| {
        expiry.time_to_live_status == Some(TimeToLiveStatus::Enabled)
            && expiry.attribute_name.as_deref() == Some("ttl")
    });
    if !expires {
        let fix = "deploy again: infra/data.yaml sets TTL on the attribute `ttl`";
        findings.push(Finding::warning(name.as_str(), "what has ended is not deleted: no TTL on `ttl`", fix));
    }
    if findings.is_empty() {
        let stream = if has_stream { ", stream" } else { "" };
        findings.push(Finding::ok(name, format!("active{stream}, point-in-time recovery, TTL")));
    }
    findings
}
