//! Ids, times and chances: everything random comes from here, and so from the seed.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

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
        Self { rng, account, now: Timestamp::constant(1_788_768_000, 0) }
    }

    /// A mint for things that come to an account later; equal moments make equal ids.
    pub(crate) fn at(account: &str, now: Timestamp) -> Self {
        let seed = account.bytes().fold(now.as_second().unsigned_abs(), |sum, byte| {
            sum.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(byte))
        });
        Self { rng: Rng::with_seed(seed), account: account.to_owned(), now }
    }

    /// A mint whose chances are drawn elsewhere, for an account that there is.
    pub(crate) fn drawing_from(rng: &mut Rng, account: &str) -> Self {
        Self { rng: rng.fork(), ..Self::at(account, Timestamp::constant(1_788_768_000, 0)) }
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    /// One of a few.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.rng.usize(0..from.len())]
    }

    /// Lower-case hexadecimal text.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        hex(&mut self.rng, length)
    }

    /// A random UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let parts = [8, 4, 4, 4, 12].map(|length| self.hex(length));
        parts.join("-")
    }

    /// An IAM id of a person.
    pub(crate) fn person(&mut self) -> String {
        let alphabet: Vec<char> = ('0'..='9').chain('A'..='Z').collect();
        let tail: String = (0..8).map(|_| *self.pick(&alphabet)).collect();
        format!("IBMid-{}{tail}", self.rng.u32(10..70))
    }

    /// A moment so many days ago, at any hour of that day.
    fn moment(&mut self, days_ago: u32) -> Timestamp {
        let back = i64::from(days_ago) * 86_400 + self.rng.i64(0..50_000);
        let nanos = self.rng.i64(0..1_000_000_000);
        self.now - SignedDuration::from_secs(back) + SignedDuration::from_nanos(nanos)
    }

    /// The form of most services: `2026-09-01T10:15:30.123Z`.
    pub(crate) fn time(&mut self, days_ago: u32) -> String {
        let moment = self.moment(days_ago);
        format!("{}.{:03}Z", moment.strftime("%Y-%m-%dT%H:%M:%S"), moment.subsec_millisecond())
    }

    /// The form of IAM Identity: `2026-09-01T10:15+0000`.
    pub(crate) fn short_time(&mut self, days_ago: u32) -> String {
        self.moment(days_ago).strftime("%Y-%m-%dT%H:%M+0000").to_string()
    }

    /// The form of Resource Controller: nine digits of a second.
    pub(crate) fn long_time(&mut self, days_ago: u32) -> String {
        let moment = self.moment(days_ago);
        format!("{}.{:09}Z", moment.strftime("%Y-%m-%dT%H:%M:%S"), moment.subsec_nanosecond())
    }

    /// A CRN of this account.
    pub(crate) fn crn(&self, service: &str, kind: &str, id: &str) -> String {
        format!("crn:v1:bluemix:public:{service}::a/{}::{kind}:{id}", self.account)
    }
}

fn hex(rng: &mut Rng, length: usize) -> String {
    (0..length).map(|_| char::from_digit(rng.u32(0..16), 16).unwrap_or('0')).collect()
}
