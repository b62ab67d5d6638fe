//! A store in a bucket of S3, or of a store that speaks as S3 does.

use std::{error::Error, time::Duration};

use aws_config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use aws_sdk_s3::{
    Client,
    config::{Builder, RequestChecksumCalculation, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
};
use bytes::Bytes;
use model::Endpoint;

use super::{Counters, Listed, PAGE, Store, StoreOptions};
use crate::StoreError;

const CONNECT: Duration = Duration::from_secs(5);
const ATTEMPT: Duration = Duration::from_secs(60);
/// How often a conditional create is tried, with growing pauses: about 12 seconds in all.
const CREATE_TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A bucket, or what lies under a prefix in it, as a store.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
    counters: Counters,
}

impl S3 {
    /// Takes a client that is set up already. `prefix` is empty or ends without `/`.
    #[must_use]
    pub fn new(client: Client, bucket: &str, prefix: &str) -> Self {
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Self { client, bucket: bucket.to_owned(), prefix, counters: Counters::default() }
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
        let mut config = Builder::from(&shared).force_path_style(options.s3_path_style || is_local);
        if shared.region().is_none() {
            config = config.region(Region::from_static("us-east-1"));
        }
        if let Some(endpoint) = &endpoint {
            // Stores that only speak as S3 does often refuse the checksum trailers that AWS takes.
            config = config
                .endpoint_url(endpoint.as_str())
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
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

    fn refusal<E>(&self, key: &str, action: &'static str, error: SdkError<E>) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let place = self.place(key);
        let status = status(&error);
        let code = error.code().unwrap_or_default().to_owned();
        let is_write = action.contains("Put");
        // The SDK's errors say what happened only along their chain of causes.
        let source = chain(&error).into();
        match (code.as_str(), status) {
            ("NoSuchBucket", _) => StoreError::NoBucket { bucket: self.bucket.clone() },
            (_, Some(401 | 403)) => StoreError::Denied { place, action, source },
            (_, Some(429 | 500..) | None) => StoreError::Unreachable { place, source },
            _ if is_write => StoreError::Unwritable { place, source },
            _ => StoreError::Unreadable { place, source },
        }
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
        let body = ByteStream::from(bytes);
        let request = self.client.put_object().bucket(&self.bucket).key(self.key(key)).body(body);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.refusal(key, "s3:PutObject", error)),
        }
    }

    async fn create(&self, key: &str, bytes: Bytes) -> Result<bool, StoreError> {
        // The SDK must not retry by itself: an answer that got lost would come back as "taken".
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let mut may_be_ours = false;
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let request = self.client.put_object().bucket(&self.bucket).key(self.key(key));
            let request = request.if_none_match("*").body(ByteStream::from(bytes.clone()));
            let Err(error) = request.customize().config_override(once.clone()).send().await else {
                return Ok(true);
            };
            match status(&error) {
                Some(412) if may_be_ours => return Ok(self.get(key).await? == Some(bytes)),
                Some(412) => return Ok(false),
                // Two creates met; S3 asks to send ours again. So it was not stored.
                Some(409) if attempt < CREATE_TRIES => {}
                None | Some(429 | 500..) if attempt < CREATE_TRIES && was_sent(&error) => may_be_ours = true,
                _ => return Err(self.refusal(key, "s3:PutObject", error)),
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
        Ok(false)
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, StoreError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(self.key(prefix))
            .max_keys(i32::try_from(PAGE).unwrap_or(1000))
            .set_start_after(after.filter(|after| !after.is_empty()).map(|after| self.key(after)));
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Err(self.refusal(prefix, "s3:ListBucket", error)),
        };
        let more = answer.is_truncated().unwrap_or_default();
        let objects = answer.contents.unwrap_or_default();
        let keys = objects.into_iter().filter_map(|object| object.key);
        let keys = keys.filter_map(|key| key.strip_prefix(&self.prefix).map(str::to_owned)).collect();
        Ok(Listed { keys, more })
    }
}

/// Joins what an error says with what its causes say.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Says whether the request may have arrived: not when it could not be built, signed or sent.
fn was_sent<E>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::DispatchFailure(failure) => failure.is_io() || failure.is_timeout(),
        _ => true,
    }
}

fn split(uri: &str) -> Result<(&str, &str), StoreError> {
    let wrong = |reason| StoreError::Uri { uri: uri.to_owned(), reason };
    let rest = uri.strip_prefix("s3://").ok_or_else(|| wrong("it does not begin with `s3://`"))?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let known = |each: u8| each.is_ascii_alphanumeric() || matches!(each, b'-' | b'.' | b'_');
    if bucket.len() < 3 || !bucket.bytes().all(known) {
        return Err(wrong("the bucket's name is missing or impossible"));
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
        for wrong in ["s3://", "s3:///a", "s3://a b/c", "s3://bucket/../x", "s3://bucket//x"] {
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
