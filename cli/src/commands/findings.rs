//! `findings`: what is wrong, since when.

use std::{collections::BTreeMap, sync::Arc};

use check::Unanswered;
use model::{Cloud, Coverage, Evidence, Finding, FindingState};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::{FindingsArgs, StateName},
    failure::Failure,
    names::{Names, Subject},
    past::Past,
    questions::Questions,
    render::findings::{self as page, Found, Odd},
};

pub(super) async fn run(context: Context<'_>, wanted: &FindingsArgs) -> Result<bool, Failure> {
    let questions = Questions::of(context.settings, None)?;
    let pasts = Past::open_all(context).await?;
    let mut found = Vec::new();
    for past in &pasts {
        found.push(find(context, past, &questions, wanted).await?);
    }
    check_rules(&questions, &found, wanted)?;
    let are_several = pasts.len() > 1;
    context.screen.show(
        |paint| page::page(&found, wanted, are_several, paint),
        || FindingsDocument { found: &found, are_several },
    )?;
    Ok(found.iter().flat_map(|found| &found.findings).any(|finding| finding.state == FindingState::Open))
}

/// Finds what is wanted of the findings of one account. Of a large one there are more than a hundred thousand: what is not told is not held.
async fn find(
    context: Context<'_>,
    past: &Past,
    questions: &Questions,
    wanted: &FindingsArgs,
) -> Result<Found, Failure> {
    let manifest = past.snapshot(&wanted.at).await?;
    let since = match &wanted.since {
        Some(since) => Some(past.snapshot(since).await?.number),
        None => None,
    };
    let judged = manifest.judged().map(|judged| judged.snapshot);
    let is_meant = |finding: &Finding| {
        wanted.severity.is_none_or(|least| finding.severity >= least)
            && (wanted.rule.is_empty()
                || wanted.rule.iter().any(|rule| serve::matches_pattern(rule, &finding.rule)))
            && since.is_none_or(|since| finding.first_seen.snapshot > since)
            && (!wanted.new || serve::is_new_finding(finding, judged))
    };
    let mut sieve = Sieve::new(wanted, !context.screen.is_json() && !page::is_chosen(wanted));
    let mut accepted = BTreeMap::new();
    let take = |finding: Finding| {
        if questions.may_accept(&finding) {
            accepted.insert(finding.fingerprint.clone(), Arc::new(finding.clone()));
        }
        if is_meant(&finding) {
            sieve.take(finding);
        }
    };
    let rules = history::each_finding(&past.history, &manifest, take).await?;
    let account = past.history.account();
    let of_suppressions = check::Findings { rules, findings: accepted };
    let odd = Odd {
        unknown: questions.unknown(account, &of_suppressions),
        idle: questions.idle_suppressions(account, &of_suppressions),
    };
    let subjects = if sieve.is_counted_only() { &[] } else { sieve.kept.as_slice() };
    let subjects = subjects.iter().map(|finding| Subject { rule: &finding.rule, address: &finding.subject });
    let names = Names::read(&past.history, &[&manifest], &questions.rules, subjects).await?;
    sieve.end(&names);
    let sight = UnseenParts::of(past, &manifest, questions).await?;
    let label = past.label.clone();
    let Sieve { kept: findings, suppressed, hidden, .. } = sieve;
    Ok(Found { label, manifest, findings, suppressed, hidden, names, sight, odd, judged })
}

/// Keeps the findings that are told, and counts the others.
struct Sieve<'a> {
    wanted: &'a FindingsArgs,
    /// Whether findings are not listed where there are many: then nothing is needed of each but what is counted.
    is_summary: bool,
    kept: Vec<Finding>,
    /// Rules of those that are accepted and not told.
    suppressed: Vec<String>,
    hidden: usize,
    nothing: Evidence,
}

impl<'a> Sieve<'a> {
    fn new(wanted: &'a FindingsArgs, is_summary: bool) -> Self {
        let nothing = Evidence::default();
        Self { wanted, is_summary, kept: Vec::new(), suppressed: Vec::new(), hidden: 0, nothing }
    }

    fn take(&mut self, finding: Finding) {
        // What it is about may be in a name, and names are read for those that are kept.
        if self.wanted.subject.is_some() {
            self.kept.push(finding);
        } else if is_in_state(&finding, self.wanted) {
            self.kept.push(finding);
            if self.kept.len() == page::LISTED + 1 && self.is_summary {
                self.kept.iter_mut().for_each(|finding| shorten(finding, &self.nothing));
            } else if self.is_counted_only()
                && let Some(last) = self.kept.last_mut()
            {
                shorten(last, &self.nothing);
            }
        } else {
            self.hide(finding);
        }
    }

    /// Returns whether there are so many that they are counted and not listed.
    const fn is_counted_only(&self) -> bool {
        self.is_summary && self.kept.len() > page::LISTED
    }

    fn hide(&mut self, finding: Finding) {
        if finding.state == FindingState::Suppressed {
            self.suppressed.push(finding.rule);
        } else if !finding.state.is_closed() {
            self.hidden += 1;
        }
    }

    /// Sorts what is told, worst first, once names are known.
    fn end(&mut self, names: &Names) {
        if let Some(text) = &self.wanted.subject {
            let all = std::mem::take(&mut self.kept).into_iter();
            let about: Vec<Finding> = all.filter(|finding| serve::is_about(finding, names, text)).collect();
            for finding in about {
                if is_in_state(&finding, self.wanted) {
                    self.kept.push(finding);
                } else {
                    self.hide(finding);
                }
            }
        }
        self.kept.sort_by(|one, other| serve::order_of_finding(one).cmp(&serve::order_of_finding(other)));
    }
}

/// Takes away what a summary does not count.
fn shorten(finding: &mut Finding, nothing: &Evidence) {
    finding.evidence = nothing.clone();
    finding.fingerprint = String::new();
    finding.subject = String::new();
}

/// Returns whether a finding is of a state that is wanted. Unasked, it is one that holds and no other says more of, or one that
/// held and may hold still where nobody can look.
fn is_in_state(finding: &Finding, wanted: &FindingsArgs) -> bool {
    let is_named = |name: &StateName| match name {
        StateName::All => true,
        StateName::Open => finding.state == FindingState::Open,
        StateName::Suppressed => finding.state == FindingState::Suppressed,
        StateName::Unknown => finding.state == FindingState::Unknown,
        StateName::Fixed => finding.state == FindingState::Fixed,
        StateName::Gone => finding.state == FindingState::Gone,
        StateName::RuleChanged => finding.state == FindingState::RuleChanged,
    };
    if wanted.all || !wanted.state.is_empty() {
        return wanted.all || wanted.state.iter().any(is_named);
    }
    serve::is_listed_unasked(finding)
}

/// Refuses the id of a rule that nobody knows, or that none of these accounts is asked: no findings of it would be taken for good news.
fn check_rules(questions: &Questions, found: &[Found], wanted: &FindingsArgs) -> Result<(), Failure> {
    let asks = |pattern: &str, cloud: Cloud| {
        let mut rules = questions.rules.iter().filter(|rule| rule.readings.contains_key(&cloud));
        let mut permissions = questions.permissions.of_cloud(cloud).iter();
        rules.any(|rule| serve::matches_pattern(pattern, &rule.id))
            || permissions.any(|permission| serve::matches_pattern(pattern, &permission.id))
    };
    let is_known = |pattern: &&String| {
        found.iter().any(|found| {
            asks(pattern, found.manifest.account.cloud())
                || found.odd.unknown.iter().any(|id| serve::matches_pattern(pattern, id))
        })
    };
    let Some(pattern) = wanted.rule.iter().find(|pattern| !is_known(pattern)) else { return Ok(()) };
    Err(match Cloud::ALL.into_iter().find(|cloud| asks(pattern, *cloud)) {
        Some(cloud) => {
            let whose: Vec<String> =
                found.iter().map(|found| format!("`{}`", found.manifest.account)).collect();
            Failure::wrong_use(format!("`{pattern}` is asked of accounts of `{cloud}`, and not of {}", whose.join(", ")))
                .help("choose another account with --account, or another rule; `iamwatch rules --json` tells their clouds")
        }
        None => Failure::wrong_use(format!("there is no rule or permission `{pattern}`"))
            .help("`iamwatch rules` lists them"),
    })
}

/// What could not be seen, and what has no answer for it.
#[derive(Debug)]
pub(crate) struct UnseenParts {
    pub(crate) incomplete: Vec<Coverage>,
    pub(crate) unanswered: Vec<Unanswered>,
}

impl UnseenParts {
    /// Looks at what a snapshot could see of all that is asked of it.
    pub(super) async fn of(past: &Past, manifest: &Manifest, questions: &Questions) -> Result<Self, Failure> {
        let mut incomplete = history::coverage(&past.history, manifest).await?;
        incomplete.retain(|list| !list.is_complete());
        let sight = history::sight(&past.history, manifest).await?;
        let (rules, permissions) = (&questions.rules, &questions.permissions);
        let questions = pipeline::questions(rules, permissions, manifest.account.cloud(), &sight);
        let unanswered = history::unanswered(manifest, &sight, &questions);
        Ok(Self { incomplete, unanswered })
    }
}

/// The answer for programs, each finding of which is made when it is written: there may be a hundred thousand.
struct FindingsDocument<'a> {
    found: &'a [Found],
    are_several: bool,
}

impl Serialize for FindingsDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.found {
            [only] if !self.are_several => OfAccount(only).serialize(serializer),
            several => {
                serializer.collect_map([("accounts", several.iter().map(OfAccount).collect::<Vec<_>>())])
            }
        }
    }
}

/// The answer of one account.
struct OfAccount<'a>(&'a Found);

impl Serialize for OfAccount<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(found) = self;
        let summary: Vec<Value> = page::summary(found).iter().map(page::RuleLine::to_json).collect();
        let mut answer = serializer.serialize_map(None)?;
        answer.serialize_entry("account", &found.manifest.account)?;
        answer.serialize_entry("findings", &FindingList(found))?;
        answer.serialize_entry("hidden", &(found.hidden + found.suppressed.len()))?;
        answer.serialize_entry("incomplete", &found.sight.incomplete)?;
        answer.serialize_entry("judged", &found.manifest.judged())?;
        answer.serialize_entry("not_answered", &found.sight.unanswered)?;
        answer.serialize_entry("snapshot", &found.manifest.number)?;
        answer.serialize_entry("summary", &summary)?;
        answer.serialize_entry("unknown_rules", &found.odd.unknown)?;
        answer.serialize_entry("warnings", &found.odd.idle)?;
        answer.end()
    }
}

/// The findings of an account, one after the other.
struct FindingList<'a>(&'a Found);

impl Serialize for FindingList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0.findings.iter().map(|finding| serve::finding_json(finding, &self.0.names, self.0.judged)),
        )
    }
}
