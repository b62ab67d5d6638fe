//! A store in a bucket of S3, or of a store that speaks as S3 does.

mod answer;
mod create;
mod proof;
mod removal;

use std::{sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use aws_sdk_s3::{
    Client,
    config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation},
    error::ProvideErrorMetadata,
    operation::{list_objects_v2::ListObjectsV2Output, put_object::builders::PutObjectFluentBuilder},
    presigning::PresigningConfig,
    primitives::ByteStream,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use md5::{Digest, Md5};
use model::{Endpoint, printable_setting};
use tokio::sync::OnceCell;

use super::{Counters, Listed, ObjectAge, PAGE, Removal, RemovalTerms, Store, StoreOptions};
use crate::StoreError;

const CONNECT: Duration = Duration::from_secs(5);
const ATTEMPT: Duration = Duration::from_secs(60);
/// Pages without a key that are passed over before the listing counts as endless.
const EMPTY_PAGES: usize = 100;

/// A bucket, or what lies under a prefix in it, as a store.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
    counters: Counters,
    /// What is known of how the store decides conditional creates; asked once.
    proof: Arc<OnceCell<proof::Grounds>>,
}

impl S3 {
    /// Takes a client that is set up already. `prefix` is empty or ends without `/`.
    #[must_use]
    pub fn new(client: Client, bucket: &str, prefix: &str) -> Self {
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Self {
            client,
            bucket: bucket.to_owned(),
            prefix,
            counters: Counters::default(),
            proof: Arc::default(),
        }
    }

    /// Opens `s3://bucket/prefix` with the credentials and the region of the environment.
    ///
    /// # Errors
    /// When the address or the endpoint makes no sense. The bucket itself is not asked yet.
    pub async fn open(uri: &str, options: &StoreOptions) -> Result<Self, StoreError> {
        let (bucket, prefix) = split(uri)?;
        let endpoint = options.s3_endpoint.as_deref().map(Endpoint::parse).transpose()?;
        let timeouts =
            TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let shared = aws::load(loader, "S3", endpoint.is_some()).await?;
        // With its bucket in front of it, the name of this machine would be another name.
        let is_local = endpoint.as_ref().is_some_and(Endpoint::is_loopback);
        // Each write carries `Content-MD5`, which every store knows and buckets with Object Lock ask for, and what is read is proven by
        // its SHA-256. The SDK's own checksums add nothing to that, and some stores refuse them.
        let mut config = Builder::from(&shared)
            .force_path_style(options.s3_path_style || is_local)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if shared.region().is_none() {
            config = config.region(Region::from_static("us-east-1"));
        }
        if let Some(endpoint) = &endpoint {
            config = config.endpoint_url(endpoint.as_str());
        }
        Ok(Self::new(Client::from_conf(config.build()), bucket, prefix))
    }

    /// Returns the address of an object, for people.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        format!("s3://{}/{}{key}", self.bucket, self.prefix)
    }

    pub(super) const fn counters(&self) -> &Counters {
        &self.counters
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Signs a link to an object.
    pub(super) async fn link(&self, key: &str, lifetime: Duration) -> Result<String, StoreError> {
        let lifetime = PresigningConfig::expires_in(lifetime)
            .map_err(|error| StoreError::Unreadable { place: self.place(key), source: error.into() })?;
        let request = self.client.get_object().bucket(&self.bucket).key(self.key(key));
        let signed = request.presigned(lifetime).await;
        signed.map(|signed| signed.uri().to_owned()).map_err(|error| self.refusal(key, "s3:GetObject", error))
    }

    /// Begins to write an object, with the checksum that proves it on its way.
    fn put_request(&self, key: &str, bytes: &Bytes) -> PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(self.key(key))
            .content_md5(STANDARD.encode(Md5::digest(bytes)))
            .body(ByteStream::from(bytes.clone()))
    }

    /// Reads a page of a listing: from where a former page ended, or after a key.
    async fn page(
        &self,
        prefix: &str,
        after: Option<&str>,
        token: Option<String>,
    ) -> Result<ListObjectsV2Output, StoreError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(self.key(prefix))
            .max_keys(i32::try_from(PAGE).unwrap_or(1000))
            .set_start_after(after.filter(|after| !after.is_empty()).map(|after| self.key(after)))
            .set_continuation_token(token);
        request.send().await.map_err(|error| self.refusal(prefix, "s3:ListBucket", error))
    }
}

impl Store for S3 {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        let answer = self.client.get_object().bucket(&self.bucket).key(self.key(key)).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(self.refusal(key, "s3:GetObject and s3:ListBucket", error)),
        };
        match answer.body.collect().await {
            Ok(body) => Ok(Some(body.into_bytes())),
            Err(error) => Err(StoreError::Unreachable { place: self.place(key), source: error.into() }),
        }
    }

    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        match self.put_request(key, &bytes).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.refusal(key, "s3:PutObject", error)),
        }
    }

    async fn create(&self, key: &str, bytes: Bytes) -> Result<bool, StoreError> {
        create::create(self, key, bytes).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, StoreError> {
        let disordered = |reason: String| StoreError::Disordered { place: self.place(prefix), reason };
        let mut token = None;
        // A page may be empty and not the last one: then only its token leads on.
        for _ in 0..EMPTY_PAGES {
            let answer = self.page(prefix, after, token.clone()).await?;
            let more = answer.is_truncated().unwrap_or_default();
            let next = answer.next_continuation_token().map(str::to_owned);
            let objects = answer.contents.unwrap_or_default();
            if more && objects.is_empty() {
                if next.is_none() || next == token {
                    return Err(disordered(
                        "a page has no key, says that there are more, and does not lead to them".to_owned(),
                    ));
                }
                token = next;
                continue;
            }
            let mut listed = Listed { more, ..Listed::default() };
            for object in objects {
                let key = object.key.unwrap_or_default();
                let Some(key) = key.strip_prefix(&self.prefix) else {
                    return Err(disordered(format!("it shows `{key}`, which was not asked for")));
                };
                listed.keys.push(key.to_owned());
                listed.sizes.push(object.size.and_then(|size| u64::try_from(size).ok()));
            }
            return Ok(listed);
        }
        Err(disordered(format!("it shows {EMPTY_PAGES} pages without a key in a row")))
    }

    async fn age(&self, key: &str) -> Result<Option<ObjectAge>, StoreError> {
        removal::age(self, key).await
    }

    async fn remove(&self, key: &str, terms: &RemovalTerms) -> Result<Removal, StoreError> {
        removal::remove(self, key, terms).await
    }
}

fn split(uri: &str) -> Result<(&str, &str), StoreError> {
    let wrong = |reason| StoreError::Uri { uri: printable_setting(uri).to_owned(), reason };
    let rest = uri.strip_prefix("s3://").ok_or_else(|| wrong("it does not begin with `s3://`"))?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let known = |each: u8| each.is_ascii_alphanumeric() || matches!(each, b'-' | b'.' | b'_');
    if bucket.len() < 3 || !bucket.bytes().all(known) {
        return Err(wrong("the bucket's name is missing or impossible"));
    }
    if bucket.ends_with("--x-s3") {
        return Err(wrong(
            "a directory bucket does not list its keys in order, name a general purpose bucket",
        ));
    }
    let prefix = prefix.trim_end_matches('/');
    if !prefix.is_empty() && super::check_key(prefix).is_err() {
        return Err(wrong("its prefix has an empty part, or one that begins with a dot"));
    }
    Ok((bucket, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gives_bucket_and_prefix() {
        assert_eq!(split("s3://audit-store").unwrap(), ("audit-store", ""));
        assert_eq!(split("s3://audit-store/a/b/").unwrap(), ("audit-store", "a/b"));
        for wrong in [
            "s3://",
            "s3:///a",
            "s3://a b/c",
            "s3://bucket/../x",
            "s3://bucket//x",
            "s3://audit--euc1-az1--x-s3/a",
        ] {
            assert!(matches!(split(wrong), Err(StoreError::Uri { .. })), "{wrong}");
        }
    }

    #[tokio::test]
    async fn data_goes_in_clear_to_this_machine_only() {
        let open = async |endpoint: &str| {
            let options = StoreOptions { s3_endpoint: Some(endpoint.to_owned()), ..StoreOptions::default() };
            S3::open("s3://audit-store/a", &options).await
        };
        for fine in ["https://s3.example.com", "http://127.0.0.1:4566", "http://localhost:9000"] {
            assert!(open(fine).await.is_ok(), "{fine}");
        }
        for wrong in
            ["http://s3.example.com", "http://foo.localhost:9", "http://0.0.0.0:9", "http://u:p@127.0.0.1"]
        {
            assert!(matches!(open(wrong).await, Err(StoreError::Endpoint(_))), "{wrong}");
        }
    }
}
