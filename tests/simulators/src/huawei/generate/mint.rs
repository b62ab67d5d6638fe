//! Ids, times and chances: everything random comes from here, and so from the seed.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

/// When a new account is made: the morning of the first look at it.
const FIRST_MORNING: Timestamp = Timestamp::constant(1_788_760_800, 0);

/// A source of ids and times for one account.
#[derive(Clone, Debug)]
pub(crate) struct Mint {
    /// Chances.
    pub(crate) rng: Rng,
    /// The account's id.
    pub(crate) account: String,
    /// The moment at which the things made next come into being.
    pub(crate) now: Timestamp,
}

impl Mint {
    /// The mint of a new account.
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let account = hex(&mut rng, 32);
        Self { rng, account, now: FIRST_MORNING }
    }

    /// A mint for things that come to an account later; equal moments make equal ids.
    pub(crate) fn at(account: &str, now: Timestamp) -> Self {
        let seed = fold(account) ^ now.as_second().unsigned_abs();
        Self { rng: Rng::with_seed(seed), account: account.to_owned(), now }
    }

    /// A mint whose chances are drawn elsewhere, for an account that there is.
    pub(crate) fn drawing_from(rng: &mut Rng, account: &str) -> Self {
        Self { rng: rng.fork(), account: account.to_owned(), now: FIRST_MORNING }
    }

    /// The mint of what the cloud itself made: equal names make equal ids, in every account.
    pub(crate) fn of_the_cloud(name: &str) -> Self {
        Self { rng: Rng::with_seed(fold(name)), account: "system".to_owned(), now: FIRST_MORNING }
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    /// One of a few.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.rng.usize(0..from.len())]
    }

    /// An id: 32 lower-case hexadecimal digits.
    pub(crate) fn id(&mut self) -> String {
        hex(&mut self.rng, 32)
    }

    /// Lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        hex(&mut self.rng, length)
    }

    /// The id of an enterprise project: a random UUID.
    pub(crate) fn uuid(&mut self) -> String {
        [8, 4, 4, 4, 12].map(|length| self.hex(length)).join("-")
    }

    /// The id of a permanent access key.
    pub(crate) fn access_key_id(&mut self) -> String {
        let alphabet: Vec<char> = ('0'..='9').chain('A'..='Z').collect();
        let tail: String = (0..16).map(|_| *self.pick(&alphabet)).collect();
        format!("HPUA{tail}")
    }

    fn moment(&mut self, days_ago: u32) -> Timestamp {
        let back = i64::from(days_ago) * 86_400 + self.rng.i64(1..50_000);
        self.now - SignedDuration::from_secs(back) + SignedDuration::from_millis(self.rng.i64(0..1_000))
    }

    /// The form of version 5: mostly `2026-09-01T10:15:30.123Z`, now and then without the fraction.
    pub(crate) fn time(&mut self, days_ago: u32) -> String {
        let moment = self.moment(days_ago);
        let seconds = moment.strftime("%Y-%m-%dT%H:%M:%S");
        if self.chance(15) {
            return format!("{seconds}Z");
        }
        format!("{seconds}.{:03}Z", moment.subsec_millisecond())
    }

    /// The form of classic users: `2026-09-01 10:15:30`.
    pub(crate) fn spaced_time(&mut self, days_ago: u32) -> String {
        self.moment(days_ago).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The form of classic agencies: `2026-09-01T10:15:30.000000`.
    pub(crate) fn zoneless_time(&mut self, days_ago: u32) -> String {
        self.moment(days_ago).strftime("%Y-%m-%dT%H:%M:%S.000000").to_string()
    }

    /// The form of classic roles: milliseconds since 1970, as text.
    pub(crate) fn epoch_time(&mut self, days_ago: u32) -> String {
        self.moment(days_ago).as_millisecond().to_string()
    }

    /// A URN of IAM in this account.
    pub(crate) fn urn(&self, kind: &str, path: &str) -> String {
        format!("iam::{}:{kind}:{path}", self.account)
    }
}

fn fold(text: &str) -> u64 {
    text.bytes().fold(14_695_981_039_346_656_037, |sum: u64, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
    })
}

fn hex(rng: &mut Rng, length: usize) -> String {
    (0..length).map(|_| char::from_digit(rng.u32(0..16), 16).unwrap_or('0')).collect()
}
