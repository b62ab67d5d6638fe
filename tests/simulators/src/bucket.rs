//! A bucket of a store that speaks S3, over HTTP on loopback: GET, HEAD, PUT with conditions, DELETE, ListObjectsV2.
//!
//! Written from <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>, <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html> and
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>. Signatures are not checked: of interest here is
//! what stores that only claim to be S3 do instead. Each [`Fault`] is one that was seen in a real one.
//!
//! ```
//! let bucket = simulators::bucket::Bucket::start();
//! bucket.break_with("/manifests/", simulators::bucket::Fault::IgnoresConditions);
//! assert!(bucket.endpoint().starts_with("http://127.0.0.1:"));
//! ```

mod http;
mod listing;

use std::{
    collections::BTreeMap,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

pub use http::Request;
use http::{Reply, read, write};

/// What a store does otherwise than S3 does. Those with a count do it so often and then no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Writes over what is there, whatever the condition.
    IgnoresConditions,
    /// Looks whether the key is free, and writes a little later: of writers at the same moment several win.
    LosesRaces,
    /// Refuses a PUT with a condition, with this status and code.
    RefusesConditions(u16, &'static str),
    /// Refuses every PUT, with this status and code.
    RefusesWrites(u16, &'static str),
    /// Stores an object, and closes the connection in the place of an answer.
    KeepsAndHangsUp(usize),
    /// Stores an object, and answers with this status.
    KeepsAndAnswers(usize, u16),
    /// Stores an object, and sends the beginning of an answer.
    KeepsAndBreaksOff(usize),
    /// Stores an object of somebody else, and closes the connection in the place of an answer.
    OtherComesFirst(usize),
    /// Closes the connection without storing anything.
    HangsUp(usize),
    /// Answers with this status without storing anything.
    Fails(usize, u16),
    /// Stores an object and answers so many milliseconds late.
    IsSlow(usize, u64),
    /// Acknowledges an object, and keeps the bytes of somebody else.
    AcknowledgesAndKeepsOther(usize),
    /// Refuses a PUT without a checksum, as a bucket with Object Lock and a default retention does.
    WantsChecksums,
    /// Refuses every DELETE, with this status and code.
    RefusesRemovals(u16, &'static str),
    /// Deletes so many objects, and refuses all others as one who lost the right.
    RefusesRemovalsAfter(usize),
    /// Says that objects are retained until this time, and puts marks on them in the place of deleting them.
    Retains(&'static str),
    /// Says that objects are under a legal hold.
    Holds,
    /// Lists the keys of a page from the last to the first.
    ListsBackward,
    /// Shows the first page whatever a listing is to start after, and says that there is more.
    ListsTheSameAgain,
    /// Says that there is more, and never shows a key.
    ListsNothingForever,
    /// Lists ever new keys, one on a page.
    ListsForever,
    /// Begins a listing with so many pages that have no key, and lead on by their token.
    ListsEmptyPages(usize),
    /// Answers every listing with this status and code.
    RefusesListings(u16, &'static str),
}

/// A bucket, by any name, with all that was put into it.
#[derive(Debug, Clone)]
pub struct Bucket {
    endpoint: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    faults: Vec<(&'static str, Fault)>,
    requests: Vec<Request>,
}

impl Bucket {
    /// Starts a server that ends with the process.
    ///
    /// # Panics
    /// When loopback has no port left.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a simulator without a port cannot go on")]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let bucket = Self { endpoint, inner: Arc::default() };
        let served = bucket.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let served = served.clone();
                thread::spawn(move || served.serve(connection));
            }
        });
        bucket
    }

    /// Returns the address, for clients that put the bucket into the path.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Has a fault on keys (or prefixes of listings) that contain `on`.
    pub fn break_with(&self, on: &'static str, fault: Fault) {
        self.lock().faults.push((on, fault));
    }

    /// Works as S3 does again.
    pub fn mend(&self) {
        self.lock().faults.clear();
    }

    /// Returns the objects by key.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.lock().objects.clone()
    }

    /// Changes what is stored behind the back of everybody.
    pub fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) {
        change(&mut self.lock().objects);
    }

    /// Returns the requests since this was last asked.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.lock().requests)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, connection: TcpStream) {
        let Ok(mut reader) = connection.try_clone().map(std::io::BufReader::new) else { return };
        while let Some(request) = read(&mut reader) {
            self.lock().requests.push(request.without_body());
            let Some(reply) = self.answer(&request) else { return };
            if write(&connection, &request, &reply).is_err() || reply.is_cut {
                return;
            }
        }
    }

    fn answer(&self, request: &Request) -> Option<Reply> {
        match request.method.as_str() {
            "GET" if request.query.contains_key("list-type") => Some(listing::answer(self, request)),
            "GET" | "HEAD" => Some(self.get(request)),
            "DELETE" => Some(self.delete(request)),
            "PUT" => self.put(request),
            _ => Some(Reply::error(405, "MethodNotAllowed")),
        }
    }

    fn get(&self, request: &Request) -> Reply {
        let inner = self.lock();
        let Some(bytes) = inner.objects.get(&request.key) else { return Reply::error(404, "NoSuchKey") };
        let mut reply = Reply::of(200, bytes.clone());
        // An hour that has passed: the simulated bucket does not note when something was written.
        reply.with("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
        for (_, fault) in inner.faults.iter().filter(|(on, _)| request.key.contains(on)) {
            match fault {
                Fault::Retains(until) => {
                    reply.with("x-amz-object-lock-mode", "COMPLIANCE");
                    reply.with("x-amz-object-lock-retain-until-date", until);
                }
                Fault::Holds => reply.with("x-amz-object-lock-legal-hold", "ON"),
                _ => {}
            }
        }
        reply
    }

    fn delete(&self, request: &Request) -> Reply {
        let mut inner = self.lock();
        for (_, fault) in inner.faults.iter_mut().filter(|(on, _)| request.key.contains(on)) {
            match fault {
                Fault::RefusesRemovals(status, code) => return Reply::error(*status, code),
                Fault::RefusesRemovalsAfter(0) => return Reply::error(403, "AccessDenied"),
                Fault::RefusesRemovalsAfter(left) => *left -= 1,
                _ => {}
            }
        }
        inner.objects.remove(&request.key);
        Reply::of(204, Vec::new())
    }

    /// Stores an object; returns none where the connection is closed without an answer.
    fn put(&self, request: &Request) -> Option<Reply> {
        let is_conditional = request.headers.get("if-none-match").is_some_and(|value| value == "*");
        let has_checksum =
            request.headers.keys().any(|name| name == "content-md5" || name.starts_with("x-amz-checksum-"));
        let fault = self.fault(&request.key, is_conditional);
        match fault {
            Some(Fault::RefusesWrites(status, code)) => return Some(Reply::error(status, code)),
            Some(Fault::RefusesConditions(status, code)) if is_conditional => {
                return Some(Reply::error(status, code));
            }
            Some(Fault::WantsChecksums) if !has_checksum => return Some(Reply::error(400, "InvalidRequest")),
            Some(Fault::HangsUp(_)) => return None,
            Some(Fault::Fails(_, status)) => return Some(Reply::error(status, "InternalError")),
            _ => {}
        }
        let is_taken = is_conditional && self.lock().objects.contains_key(&request.key);
        if is_taken && fault != Some(Fault::IgnoresConditions) {
            return Some(Reply::error(412, "PreconditionFailed"));
        }
        if fault == Some(Fault::LosesRaces) {
            thread::sleep(Duration::from_millis(30));
        }
        let is_other = matches!(fault, Some(Fault::OtherComesFirst(_) | Fault::AcknowledgesAndKeepsOther(_)));
        let bytes = if is_other { b"somebody else's".to_vec() } else { request.body.clone() };
        let mut inner = self.lock();
        let lost = is_conditional
            && inner.objects.contains_key(&request.key)
            && !matches!(fault, Some(Fault::IgnoresConditions | Fault::LosesRaces));
        if lost {
            return Some(Reply::error(412, "PreconditionFailed"));
        }
        inner.objects.insert(request.key.clone(), bytes);
        match fault {
            Some(Fault::KeepsAndHangsUp(_) | Fault::OtherComesFirst(_)) => None,
            Some(Fault::KeepsAndAnswers(_, status)) => Some(Reply::error(status, "InternalError")),
            Some(Fault::KeepsAndBreaksOff(_)) => Some(Reply::cut()),
            Some(Fault::IsSlow(_, milliseconds)) => {
                drop(inner);
                thread::sleep(Duration::from_millis(milliseconds));
                Some(Reply::of(200, Vec::new()))
            }
            _ => Some(Reply::of(200, Vec::new())),
        }
    }

    /// Returns the fault of a write, and counts it.
    fn fault(&self, key: &str, is_conditional: bool) -> Option<Fault> {
        let mut inner = self.lock();
        inner.faults.iter_mut().filter(|(on, _)| key.contains(on)).find_map(|(_, fault)| {
            let happened = fault.clone();
            match fault {
                Fault::KeepsAndHangsUp(left)
                | Fault::KeepsAndAnswers(left, _)
                | Fault::KeepsAndBreaksOff(left)
                | Fault::OtherComesFirst(left)
                | Fault::AcknowledgesAndKeepsOther(left)
                | Fault::Fails(left, _)
                | Fault::IsSlow(left, _)
                | Fault::HangsUp(left) => {
                    let happens = *left > 0 && is_conditional;
                    *left -= usize::from(happens);
                    happens.then_some(happened)
                }
                _ => Some(happened),
            }
        })
    }

    /// Returns the fault of listings below a prefix.
    pub(crate) fn listing_fault(&self, prefix: &str) -> Option<Fault> {
        let inner = self.lock();
        let mut faults = inner.faults.iter().filter(|(on, _)| prefix.contains(on));
        faults.find_map(|(_, fault)| {
            matches!(
                fault,
                Fault::ListsBackward
                    | Fault::ListsTheSameAgain
                    | Fault::ListsNothingForever
                    | Fault::ListsForever
                    | Fault::ListsEmptyPages(_)
                    | Fault::RefusesListings(..)
            )
            .then(|| fault.clone())
        })
    }

    pub(crate) fn keys_after(&self, prefix: &str, after: &str) -> Vec<(String, usize)> {
        let inner = self.lock();
        let wanted = inner.objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
        wanted.map(|(key, bytes)| (key.clone(), bytes.len())).collect()
    }
}
