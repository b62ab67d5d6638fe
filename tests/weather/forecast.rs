//! Which call is struck by what: drawn from a seed and from what is asked, so that the order of calls makes no difference.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::Value;
use url::form_urlencoded;

use crate::kinds::Kind;

/// Parameters that say which page of a list.
const PAGING: [&str; 6] = ["pagetoken", "offset", "start", "_start", "marker", "page"];
/// Calls without which there is no run at all: a fault in all of their tries would only cost runs.
const SIGN_IN: [&str; 4] = ["/identity/token", "/v5/caller-identity", "/v3/auth/domains", "/identity/keys"];

/// The weather of one run.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Everything else being equal, the same seed gives the same weather.
    pub seed: u64,
    /// The share of calls that are struck, from 0 to 1.
    pub level: f64,
    /// What they are struck by.
    pub kinds: Vec<Kind>,
}

/// A call that was struck.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Strike {
    pub kind: Kind,
    /// The list: service, path and query without the place in it.
    pub list: String,
    /// Whether every call for the list is struck in this run.
    pub lasts: bool,
}

/// The weather now, and what came of it.
#[derive(Debug, Default)]
pub struct Sky {
    forecast: Option<Forecast>,
    /// How often each call was made in this run.
    calls: BTreeMap<String, u64>,
    /// The last thing of the page before, by list.
    pub last_items: BTreeMap<String, Value>,
    strikes: BTreeSet<Strike>,
    /// Lists that a [`Kind::NullList`] hid from the last run that made a snapshot.
    hidden_before: BTreeSet<String>,
}

impl Sky {
    /// Lets a run begin; none is calm.
    pub fn begin(&mut self, forecast: Option<Forecast>) {
        self.forecast = forecast;
        self.calls.clear();
        self.last_items.clear();
        self.strikes.clear();
    }

    /// Ends a run. What was hidden from one that made a snapshot must be shown to the next.
    pub fn end(&mut self, is_committed: bool) -> BTreeSet<Strike> {
        let strikes = std::mem::take(&mut self.strikes);
        if is_committed {
            let hidden = strikes.iter().filter(|strike| strike.kind == Kind::NullList);
            self.hidden_before = hidden.map(|strike| strike.list.clone()).collect();
        }
        self.forecast = None;
        strikes
    }

    /// Draws what strikes a call, with chances of its own.
    pub fn strike(&mut self, service: &str, target: &str) -> Option<(Strike, Rng)> {
        let forecast = self.forecast.as_ref()?;
        let list = list_of(service, target);
        let tried = self.calls.entry(format!("{service} {target}")).or_default();
        *tried += 1;
        let path = target.split('?').next().unwrap_or_default();
        let is_sign_in = SIGN_IN.contains(&path);
        let draw = |text: String| Rng::with_seed(fnv(&format!("{} {text}", forecast.seed)));
        let mut lasting = draw(list.clone());
        let mut passing = draw(format!("{service} {target} {tried}"));
        let (mut rng, lasts) = if !is_sign_in && lasting.f64() < forecast.level / 2.0 {
            (lasting, true)
        } else if passing.f64() < forecast.level / 2.0 {
            (passing, false)
        } else {
            return None;
        };
        let kind = forecast.kinds[rng.usize(0..forecast.kinds.len())];
        let is_spared = match kind {
            Kind::NullList => self.hidden_before.contains(&list),
            // Without it, nothing says that an empty list is wrong.
            _ => forecast.kinds.contains(&Kind::Emptied) && is_counter(path),
        };
        (!is_spared).then_some((Strike { kind, list, lasts }, rng))
    }

    /// Notes that a call was struck indeed.
    pub fn note(&mut self, strike: Strike) {
        self.strikes.insert(strike);
    }
}

fn is_counter(path: &str) -> bool {
    path.ends_with("/account-summary") || path.starts_with("/v1/account_settings/")
}

/// Names a list: the same for all of its pages.
pub fn list_of(service: &str, target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let kept: Vec<String> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !PAGING.contains(&name.as_ref()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{service} {path}?{}", kept.join("&"))
}

/// Says whether a call goes on in a list.
pub fn goes_on(target: &str) -> bool {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| PAGING.contains(&name.as_ref()) && value != "0" && value != "1")
}

/// Returns the value of a parameter.
pub fn parameter(target: &str, name: &str) -> Option<String> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

fn fnv(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
