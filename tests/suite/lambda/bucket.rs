//! A bucket on the S3 server of the tests.

use std::collections::BTreeSet;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::{Client, config::Credentials};

/// A bucket of one's own.
pub struct Bucket {
    pub name: String,
    client: Client,
}

impl Bucket {
    pub async fn make(endpoint: &str, purpose: &str) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .load()
            .await;
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        let client = Client::from_conf(config);
        let name = format!("{purpose}-{}", std::process::id());
        client.create_bucket().bucket(&name).send().await.expect("a bucket");
        Self { name, client }
    }

    /// Returns the keys of all objects.
    pub async fn keys(&self) -> BTreeSet<String> {
        let mut pages = self.client.list_objects_v2().bucket(&self.name).into_paginator().send();
        let mut keys = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.expect("a page of keys");
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        keys
    }
}
