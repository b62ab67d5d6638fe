//! The truth table of completeness, cell by cell: what is told of a list that was never whole, is whole, was whole, and of
//! lists whose parent is gone or new.

mod huawei;
mod ibm;
mod lifted;
mod mixed;
mod newcomers;
mod parts;
mod settings;
mod unread;
mod vanishing;

use std::cell::Cell;

use model::Event;
use simulators::ibm::FaultKind;

use super::Account;

/// An account that is audited hour by hour.
pub(super) struct Hours {
    pub(super) account: Account,
    runs: Cell<u32>,
    read: Cell<usize>,
}

impl Hours {
    pub(super) fn of(account: Account) -> Self {
        Self { account, runs: Cell::new(0), read: Cell::new(0) }
    }

    /// Audits an hour later and returns what was told.
    pub(super) async fn told(&self) -> Told {
        self.runs.set(self.runs.get() + 1);
        // An hour a run, so that nothing grows old on the way.
        let (day, hour) = (8 + self.runs.get() / 24, self.runs.get() % 24);
        let at = format!("2026-09-{day:02}T{hour:02}:00:00Z");
        self.account.audit(&at).await.expect("an audit");
        let events = self.account.events();
        let new = events[self.read.replace(events.len())..].to_vec();
        Told(new)
    }

    /// Spoils every answer of calls whose path and query hold a text.
    pub(super) fn spoil(&self, path: &str, kind: FaultKind) {
        match &self.account.company {
            super::company::Company::Ibm(cloud) => {
                cloud.add_fault(simulators::ibm::Fault::on(path, kind));
            }
            super::company::Company::Huawei(cloud) => {
                cloud.add_fault(simulators::huawei::Fault::on(path, kind));
            }
        }
    }

    pub(super) fn heal(&self) {
        match &self.account.company {
            super::company::Company::Ibm(cloud) => cloud.clear_faults(),
            super::company::Company::Huawei(cloud) => cloud.clear_faults(),
        }
    }
}

/// What one run told.
#[derive(Debug)]
pub(super) struct Told(Vec<Event>);

impl Told {
    /// Returns the titles of events of a kind, as `drift.added`.
    pub(super) fn titles(&self, kind: &str) -> Vec<&str> {
        let kind = format!("dev.iamwatch.{kind}.v1");
        let meant = self.0.iter().filter(|event| event.kind == kind);
        meant.map(|event| event.data["title"].as_str().expect("a title")).collect()
    }

    /// Says whether an event of a kind names something in its title.
    pub(super) fn has(&self, kind: &str, part: &str) -> bool {
        // Findings are told by name; their address stands beside.
        let of_kind = self.0.iter().filter(|event| event.kind.contains(kind));
        let mut subjects = of_kind.filter_map(|event| event.data.pointer("/finding/subject")?.as_str());
        self.titles(kind).iter().any(|title| title.contains(part))
            || subjects.any(|subject| subject.contains(part))
    }

    /// Says whether a finding of a title was told of a subject that ends like this, with what became of it.
    fn finding(&self, title: &str, subject: &str, became: &str) -> bool {
        let of_findings = self.0.iter().filter(|event| event.kind.starts_with("dev.iamwatch.finding."));
        let text = |event: &Event, place: &str| {
            event.data.pointer(place).and_then(serde_json::Value::as_str).expect("a text").to_owned()
        };
        let mut told = of_findings.map(|event| (text(event, "/title"), text(event, "/finding/subject")));
        let end = format!("({became})");
        told.any(|(each, of)| each.starts_with(title) && each.ends_with(&end) && of.ends_with(subject))
    }

    /// Returns all of it, a line each.
    pub(super) fn all(&self) -> String {
        let line = |event: &Event| format!("{} {}\n", event.kind, event.data["title"]);
        self.0.iter().map(line).collect()
    }
}
