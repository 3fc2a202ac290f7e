//! Plain SDK clients of the testbed.

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};

pub fn credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "testbed")
}

pub fn sqs_client(url: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url)
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}
