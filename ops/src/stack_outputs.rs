//! What a deployed stack says of itself: the outputs of `template.yaml`.

use anyhow::Context;

use crate::deployment::Deployment;

/// Outputs by name.
#[derive(Debug, PartialEq, Eq)]
pub struct StackOutputs(Vec<(String, String)>);

/// Reads them.
///
/// # Errors
/// When there is no such stack, or the credentials may not look at it.
pub async fn read(deployment: &Deployment) -> anyhow::Result<StackOutputs> {
    let wish = [("Action", "DescribeStacks"), ("Version", "2010-05-15"), ("StackName", &deployment.stack)];
    let answer = deployment.aws.query("cloudformation", &wish).await;
    let answer =
        answer.with_context(|| format!("the outputs of the stack {} cannot be read", deployment.stack))?;
    Ok(StackOutputs::of(&answer))
}

impl StackOutputs {
    /// CloudFormation answers XML only. Of ours, names are letters and digits, and an address of a queue needs no escape.
    fn of(xml: &str) -> Self {
        let output = |part: &str| {
            let name = element(part, "OutputKey")?;
            Some((name.to_owned(), element(part, "OutputValue")?.replace("&amp;", "&")))
        };
        Self(xml.split("<member>").filter_map(output).collect())
    }

    /// The addresses of the queues: outputs named `…Queue`.
    pub fn queue_urls(self) -> Vec<String> {
        self.0.into_iter().filter(|(name, _)| name.ends_with("Queue")).map(|(_, value)| value).collect()
    }

    /// The name of a table: the output named `<name>Table`.
    pub fn table(self, name: &str) -> Option<String> {
        let output = format!("{name}Table");
        self.0.into_iter().find(|(name, _)| *name == output).map(|(_, value)| value)
    }
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(value, _)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_and_tables_are_read_from_what_cloudformation_answers() {
        let xml = "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>paydesk</StackName>\
            <Parameters><member><ParameterKey>Stage</ParameterKey><ParameterValue>dev</ParameterValue></member>\
            </Parameters><Outputs>\
            <member><OutputKey>ApiId</OutputKey><OutputValue>abc</OutputValue></member>\n\
            <member><OutputKey>EmailQueueDlqQueue</OutputKey>\
            <OutputValue>https://sqs.example.com/1/paydesk-email-queue-dlq</OutputValue>\
            <Description>where</Description></member>\
            <member><OutputKey>InvoicesTable</OutputKey><OutputValue>paydesk-Invoices</OutputValue></member>\
            <member><OutputKey>EmptyQueue</OutputKey></member>\
            </Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>";
        assert_eq!(StackOutputs::of(xml).table("Invoices").as_deref(), Some("paydesk-Invoices"));
        assert_eq!(StackOutputs::of(xml).table("Bonuses"), None);
        let urls = StackOutputs::of(xml).queue_urls();
        assert_eq!(urls, ["https://sqs.example.com/1/paydesk-email-queue-dlq"]);
    }
}
