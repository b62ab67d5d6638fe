//! The proof that a store decides conditional creates, asked of it before a snapshot is committed to it.
//!
//! AWS promises it, and is not asked. Of any other endpoint two things are tried on the store itself: that a second create
//! of one key is refused, and that of eight creates at the same moment one wins. What came of it is kept in the store, in the object
//! `probe`, for thirty days; so a run that finds it there asks two small questions: the note, and whether the store would create it again,
//! which one that began to ignore conditions since does.

use std::time::Duration;

use aws_sdk_s3::{error::ProvideErrorMetadata, presigning::PresigningConfig, primitives::ByteStream};
use bytes::Bytes;
use futures::future::join_all;
use model::{Timestamp, time_text};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    S3,
    answer::{is_not_implemented, status},
    create::{create_once, says_taken, unconditional},
};
use crate::{StoreError, store::Store};

/// Where the proof is kept.
const NOTE: &str = "probe";
/// Below this, each race has keys of its own.
const RACES: &str = "probe.race";
/// Creates of one key at the same moment, and how many keys.
const WRITERS: usize = 8;
const ROUNDS: usize = 3;
/// How long a proof is believed, in seconds.
const BELIEVED: i64 = 30 * 24 * 60 * 60;
/// How often a first answer is waited for.
const TRIES: u32 = 4;

/// Why a store's conditional creates can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grounds {
    /// It is AWS, which promises them.
    Promised,
    /// They were tried on the store.
    Tried,
}

/// The proof as it is kept in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    /// Host and port that answered.
    endpoint: String,
    bucket: String,
    prefix: String,
    /// Whether a second create of one key was refused.
    sequential: bool,
    /// Writers and keys of the race, each of which one writer won; none before it.
    race: Option<String>,
    at: String,
    by: String,
}

/// How a store answered a conditional create.
enum CreateAnswer {
    Created,
    Refused,
}

impl S3 {
    /// Proves that the store decides conditional creates, unless that is known.
    pub(in crate::store) async fn prove(&self, now: Timestamp) -> Result<(), StoreError> {
        self.proof.get_or_try_init(|| grounds(self, now)).await.map(|_| ())
    }

    /// Returns whether what the store acknowledges should be read back all the same.
    pub(in crate::store) fn is_doubtful(&self) -> bool {
        self.proof.get() != Some(&Grounds::Promised)
    }

    /// Takes back what was noted of races, so that the next run tries them again before it writes anything.
    pub(in crate::store) async fn forget_proof(&self) {
        if let Err(error) = self.put(NOTE, Bytes::from_static(b"{\"race\":null}")).await {
            tracing::warn!(place = self.place(NOTE), %error, "the proof of conditional creates could not be taken back");
        }
    }
}

async fn grounds(store: &S3, now: Timestamp) -> Result<Grounds, StoreError> {
    let endpoint = endpoint(store).await;
    if endpoint.as_ref().is_some_and(is_aws) {
        return Ok(Grounds::Promised);
    }
    let blank = Note {
        endpoint: endpoint.as_ref().map(host).unwrap_or_default(),
        bucket: store.bucket.clone(),
        prefix: store.prefix.clone(),
        sequential: false,
        race: None,
        at: time_text(now),
        by: concat!("iamwatch ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let found = store.get(NOTE).await?;
    let kept = found.as_ref().and_then(|bytes| serde_json::from_slice::<Note>(bytes).ok());
    if kept.is_some_and(|kept| kept.proves(&blank, now)) {
        still_refuses(store, &found.unwrap_or_default()).await?;
        return Ok(Grounds::Tried);
    }
    twice(store, &blank.bytes()).await?;
    let mut is_decided = false;
    for round in 0..ROUNDS {
        is_decided |= race(store, now, round).await?;
    }
    if !is_decided {
        let source = format!("none of {ROUNDS} races of {WRITERS} creates had an answer").into();
        return Err(StoreError::Unreachable { place: store.place(RACES), source });
    }
    let proof = Note { sequential: true, race: Some(format!("{WRITERS}x{ROUNDS}")), ..blank };
    if let Err(error) = store.put(NOTE, proof.bytes()).await {
        // Where nothing may be overwritten, the next run proves it anew.
        tracing::warn!(place = store.place(NOTE), %error, "the proof of conditional creates could not be kept");
    }
    Ok(Grounds::Tried)
}

impl Note {
    /// Returns whether this is a proof for the place that `blank` names, and not too old.
    fn proves(&self, blank: &Self, now: Timestamp) -> bool {
        let place = |note: &Self| (note.endpoint.clone(), note.bucket.clone(), note.prefix.clone());
        let age = self.at.parse::<Timestamp>().map(|at| now.as_second().saturating_sub(at.as_second()));
        self.sequential
            && self.race.is_some()
            && place(self) == place(blank)
            && age.is_ok_and(|age| age.abs() < BELIEVED)
    }

    fn bytes(&self) -> Bytes {
        // INVARIANT: a note is made of text, which always serialises.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Creates one key twice with the same bytes, so that a store which ignores the condition is not harmed: the second must be refused.
async fn twice(store: &S3, bytes: &Bytes) -> Result<(), StoreError> {
    if matches!(ask(store, NOTE, bytes).await?, CreateAnswer::Refused) {
        return Ok(());
    }
    match ask(store, NOTE, bytes).await? {
        CreateAnswer::Refused => Ok(()),
        CreateAnswer::Created => Err(ignored(store)),
    }
}

/// Asks whether a store that was tried before still refuses a create of a key that is taken: of the note itself, with the bytes that it
/// has. A store that does not answer this says nothing of conditions, and the commit asks it again.
async fn still_refuses(store: &S3, note: &Bytes) -> Result<(), StoreError> {
    match ask(store, NOTE, note).await {
        Ok(CreateAnswer::Refused) => Ok(()),
        Ok(CreateAnswer::Created) => Err(ignored(store)),
        Err(error @ StoreError::Unconditional { .. }) => Err(error),
        Err(error) => {
            tracing::warn!(place = store.place(NOTE), %error, "whether conditions are still honoured could not be asked");
            Ok(())
        }
    }
}

fn ignored(store: &S3) -> StoreError {
    StoreError::Unconditional {
        place: store.place(""),
        reason: "the store created one object twice, and so ignores the condition `If-None-Match: *`"
            .to_owned(),
    }
}

/// Asks for a conditional create until there is an answer that says something of the condition.
async fn ask(store: &S3, key: &str, bytes: &Bytes) -> Result<CreateAnswer, StoreError> {
    let mut pause = Duration::from_millis(100);
    let mut attempt = 1;
    loop {
        let Err(error) = create_once(store, key, bytes).await else { return Ok(CreateAnswer::Created) };
        let is_lasting = match status(&error) {
            _ if is_not_implemented(&error) => return Err(unconditional(store, &error)),
            Some(412) => return Ok(CreateAnswer::Refused),
            Some(409) if says_taken(error.code().unwrap_or_default()) => return Ok(CreateAnswer::Refused),
            // The same without the condition tells whether the condition was refused.
            Some(304 | 400 | 405) => {
                let body = ByteStream::from(bytes.clone());
                let plain = store.put_request(key, bytes).body(body).send().await;
                return Err(match plain {
                    Ok(_) => unconditional(store, &error),
                    Err(other) => store.refusal(key, "s3:PutObject", other),
                });
            }
            None | Some(408 | 409 | 429 | 500..) => attempt == TRIES,
            Some(_) => true,
        };
        if is_lasting {
            return Err(store.refusal(key, "s3:PutObject", error));
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2);
        attempt += 1;
    }
}

/// Lets eight writers create one new key at the same moment: one must win, and its bytes must be what is read. Returns
/// whether that was seen.
async fn race(store: &S3, now: Timestamp, round: usize) -> Result<bool, StoreError> {
    let key = format!("{RACES}/{}-{:016x}-{round}", now.as_second(), fastrand::u64(..));
    let body = |writer: usize| Bytes::from(format!("writer {writer} of {WRITERS}\n").repeat(500));
    let bodies: Vec<Bytes> = (0..WRITERS).map(body).collect();
    let outcomes = join_all(bodies.iter().map(|bytes| create_once(store, &key, bytes))).await;
    let winners: Vec<&Bytes> = bodies
        .iter()
        .zip(&outcomes)
        .filter_map(|(bytes, outcome)| outcome.is_ok().then_some(bytes))
        .collect();
    let lost = |reason: String| StoreError::Unconditional { place: store.place(""), reason };
    match winners.as_slice() {
        // Whoever won had its answer lost: the round decides nothing, and condemns nothing.
        [] => Ok(false),
        [winner] => match store.get(&key).await? {
            Some(found) if found == **winner => Ok(true),
            _ => Err(lost(
                "the store acknowledged one of several creates at once, and kept the bytes of another"
                    .to_owned(),
            )),
        },
        winners => Err(lost(format!(
            "of {WRITERS} creates of one object at the same moment the store let {} win",
            winners.len()
        ))),
    }
}

/// Returns the address that requests go to, wherever it was set: a signed request names it, and needs no network.
async fn endpoint(store: &S3) -> Option<Url> {
    let soon = PresigningConfig::expires_in(Duration::from_secs(60)).ok()?;
    let request = store.client.get_object().bucket(&store.bucket).key(store.key(NOTE));
    let signed = request.presigned(soon).await.ok()?;
    Url::parse(signed.uri()).ok()
}

/// Returns whether AWS itself answers there: its general purpose buckets, not what runs on somebody's own machines.
fn is_aws(endpoint: &Url) -> bool {
    let host = endpoint.host_str().unwrap_or_default();
    let is_theirs =
        [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"].iter().any(|end| host.ends_with(end));
    let is_other = ["outposts", "object-lambda", "s3express"].iter().any(|part| host.contains(part));
    endpoint.scheme() == "https" && is_theirs && !is_other
}

fn host(endpoint: &Url) -> String {
    let host = endpoint.host_str().unwrap_or_default();
    endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        Note {
            endpoint: "s3.example.com".to_owned(),
            bucket: "audit".to_owned(),
            prefix: "store/".to_owned(),
            sequential: true,
            race: Some("8x3".to_owned()),
            at: "2026-11-01T00:00:00Z".to_owned(),
            by: "iamwatch 0.1.0".to_owned(),
        }
    }

    #[test]
    fn a_proof_holds_for_its_place_and_for_thirty_days() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let proof = note();
        assert!(proof.proves(&note(), at("2026-11-30T23:00:00Z")));
        assert!(!proof.proves(&note(), at("2026-12-01T00:00:00Z")), "too old");
        for other in [
            Note { endpoint: "s3.elsewhere.example".to_owned(), ..note() },
            Note { bucket: "copy".to_owned(), ..note() },
            Note { prefix: String::new(), ..note() },
        ] {
            assert!(!proof.proves(&other, at("2026-11-02T00:00:00Z")), "{other:?}");
        }
        for half in [Note { sequential: false, ..note() }, Note { race: None, ..note() }] {
            assert!(!half.proves(&note(), at("2026-11-02T00:00:00Z")), "{half:?}");
        }
    }

    #[test]
    fn only_the_buckets_of_aws_itself_are_believed() {
        let is_aws = |text: &str| super::is_aws(&Url::parse(text).unwrap());
        assert!(is_aws("https://audit.s3.eu-central-1.amazonaws.com/store/probe"));
        assert!(is_aws("https://s3.cn-north-1.amazonaws.com.cn/audit/store/probe"));
        for other in [
            "https://s3.eu-central-1.amazonaws.com.example.net/a",
            "http://s3.eu-central-1.amazonaws.com/a",
            "https://a.op-1.s3-outposts.eu-central-1.amazonaws.com/a",
            "http://127.0.0.1:9000/a",
        ] {
            assert!(!is_aws(other), "{other}");
        }
    }
}
