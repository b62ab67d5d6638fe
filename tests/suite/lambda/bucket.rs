//! A bucket on the S3 server of the tests.

use std::{collections::BTreeSet, fs, path::Path};

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

    /// Puts all files of a folder into the bucket, below a prefix.
    pub async fn put_folder(&self, folder: &Path, prefix: &str) {
        let mut open = vec![folder.to_owned()];
        while let Some(next) = open.pop() {
            for entry in fs::read_dir(&next).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let name = path.strip_prefix(folder).expect("below it").to_str().expect("UTF-8");
                let body = fs::read(&path).expect("a file").into();
                let request = self.client.put_object().bucket(&self.name).key(format!("{prefix}/{name}"));
                request.body(body).send().await.expect("an object");
            }
        }
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
