//! The truth table of completeness, cell by cell: what is told of a list that was never whole, is whole, was whole, and of
//! lists whose parent is gone or new.

mod huawei;
mod ibm;
mod mixed;

use std::{cell::Cell, collections::BTreeSet};

use model::Event;
use simulators::ibm::FaultKind;

use super::Account;

/// An account that is audited day by day.
struct Days {
    account: Account,
    day: Cell<u32>,
    read: Cell<usize>,
}

impl Days {
    fn of(account: Account) -> Self {
        Self { account, day: Cell::new(0), read: Cell::new(0) }
    }

    /// Audits on the next day and returns what was told.
    async fn told(&self) -> Told {
        self.day.set(self.day.get() + 1);
        let at = format!("2026-09-{:02}T06:00:00Z", 6 + self.day.get());
        self.account.audit(&at).await.expect("an audit");
        let events = self.account.events();
        let new = events[self.read.replace(events.len())..].to_vec();
        Told(new)
    }

    /// Spoils every answer of calls whose path and query hold a text.
    fn spoil(&self, path: &str, kind: FaultKind) {
        match &self.account.company {
            super::company::Company::Ibm(cloud) => {
                cloud.add_fault(simulators::ibm::Fault::on(path, kind));
            }
            super::company::Company::Huawei(cloud) => {
                cloud.add_fault(simulators::huawei::Fault::on(path, kind));
            }
        }
    }

    fn heal(&self) {
        match &self.account.company {
            super::company::Company::Ibm(cloud) => cloud.clear_faults(),
            super::company::Company::Huawei(cloud) => cloud.clear_faults(),
        }
    }
}

/// What one run told.
#[derive(Debug)]
struct Told(Vec<Event>);

impl Told {
    /// Returns the titles of events of a kind, as `drift.added`.
    fn titles(&self, kind: &str) -> Vec<&str> {
        let kind = format!("dev.iamwatch.{kind}.v1");
        let meant = self.0.iter().filter(|event| event.kind == kind);
        meant.map(|event| event.data["title"].as_str().expect("a title")).collect()
    }

    /// Says whether an event of a kind names something in its title.
    fn has(&self, kind: &str, part: &str) -> bool {
        self.titles(kind).iter().any(|title| title.contains(part))
    }

    /// Returns the rules and states of findings that were told, for subjects that end like this.
    fn findings(&self, subject: &str) -> BTreeSet<(String, String)> {
        let text = |event: &Event, name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
        let of_findings = self.0.iter().filter(|event| event.kind.starts_with("dev.iamwatch.finding."));
        let of_subject = of_findings.filter(|event| text(event, "subject").ends_with(subject));
        of_subject.map(|event| (text(event, "rule"), text(event, "state"))).collect()
    }

    /// Returns whether drift of a kind was told of a row: `added`, `removed` or `changed`.
    fn all(&self) -> String {
        let line = |event: &Event| format!("{} {}\n", event.kind, event.data["title"]);
        self.0.iter().map(line).collect()
    }
}
