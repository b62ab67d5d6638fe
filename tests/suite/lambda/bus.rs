//! An event bus with a queue behind it, on the AWS server of the tests, spoken to without an SDK.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A bus whose every event lands in a queue.
pub struct Bus {
    pub name: String,
    endpoint: String,
    queue: String,
}

impl Bus {
    pub async fn make(endpoint: &str, purpose: &str) -> Self {
        let name = format!("{purpose}-{}", std::process::id());
        let queue = call(endpoint, "sqs", "AmazonSQS.CreateQueue", &json!({"QueueName": name})).await;
        let queue = queue["QueueUrl"].as_str().expect("the address of a queue").to_owned();
        let wanted = json!({"QueueUrl": queue, "AttributeNames": ["QueueArn"]});
        let attributes = call(endpoint, "sqs", "AmazonSQS.GetQueueAttributes", &wanted).await;
        let arn = attributes["Attributes"]["QueueArn"].clone();
        call(endpoint, "events", "AWSEvents.CreateEventBus", &json!({"Name": name})).await;
        let rule = json!({"Name": "all", "EventBusName": name, "EventPattern": r#"{"source":["iamwatch"]}"#});
        call(endpoint, "events", "AWSEvents.PutRule", &rule).await;
        let targets = json!({"Rule": "all", "EventBusName": name, "Targets": [{"Id": "queue", "Arn": arn}]});
        call(endpoint, "events", "AWSEvents.PutTargets", &targets).await;
        Self { name, endpoint: endpoint.to_owned(), queue }
    }

    /// Waits for so many events, takes what is there beyond, and returns their envelopes.
    pub async fn received(&self, expected: usize) -> Vec<Value> {
        let began = Instant::now();
        let mut envelopes = Vec::new();
        loop {
            let wanted = json!({"QueueUrl": self.queue, "MaxNumberOfMessages": 10});
            let answer = call(&self.endpoint, "sqs", "AmazonSQS.ReceiveMessage", &wanted).await;
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            let is_dry = messages.is_empty();
            for message in messages {
                let body = message["Body"].as_str().expect("a body");
                envelopes.push(serde_json::from_str(body).expect("an envelope"));
                let taken = json!({"QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"]});
                call(&self.endpoint, "sqs", "AmazonSQS.DeleteMessage", &taken).await;
            }
            if is_dry && (envelopes.len() >= expected || began.elapsed() > Duration::from_secs(20)) {
                return envelopes;
            }
        }
    }
}

/// Calls an operation of the JSON protocol. The server looks for the service in the credentials and checks nothing else.
async fn call(endpoint: &str, service: &str, target: &str, body: &Value) -> Value {
    let scope = format!("Credential=test/20260101/eu-central-1/{service}/aws4_request");
    let answer = reqwest::Client::new()
        .post(endpoint)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"))
        .body(body.to_string())
        .send()
        .await
        .expect("an answer");
    let (status, text) = (answer.status(), answer.text().await.expect("a body"));
    assert!(status.is_success(), "{target}: {status}: {text}");
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") }
}
