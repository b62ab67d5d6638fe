//! What is asked of accounts, as the audit asks it: the rules and permissions of the settings, with what they accept.
//!
//! Commands that look at findings must know the same list as the audit that made them. They read the settings that are named, or those
//! of the usual place when there are some there; without any, the usual questions are meant.

use std::{collections::BTreeMap, sync::Arc};

use check::{Findings, RuleSet};
use jiff::Timestamp;
use model::{AccountId, Finding, Suppression};
use pipeline::{AccountSettings, Asked, Permissions, Settings, Warning};

use snapshot::Manifest;

use crate::{
    failure::{Failure, exit},
    past::Past,
    place,
};

/// The questions of some settings.
#[derive(Debug)]
pub(crate) struct Questions {
    pub(crate) rules: RuleSet,
    pub(crate) permissions: Permissions,
    suppressions: Vec<Suppression>,
    accounts: Vec<AccountSettings>,
}

impl Questions {
    /// Takes the questions of the settings that every command shares; `rules` is a folder of rules that goes before theirs.
    pub(crate) fn of(settings: Option<&Settings>, rules: Option<&str>) -> Result<Self, Failure> {
        let own = match (rules, settings) {
            (Some(folder), _) => Some(place::here().path("the folder of rules", folder)?),
            (None, Some(settings)) => settings.rules.clone(),
            (None, None) => None,
        };
        let rules = pipeline::rules(own.as_deref())?;
        Ok(match settings {
            Some(settings) => Self {
                rules,
                permissions: settings.permissions(),
                suppressions: settings.suppressions.clone(),
                accounts: settings.accounts.clone(),
            },
            None => Self {
                rules,
                permissions: Permissions::of(&[])
                    .map_err(|error| Failure::new(exit::WRONG_USE, anyhow::anyhow!(error)))?,
                suppressions: Vec::new(),
                accounts: Vec::new(),
            },
        })
    }

    /// Returns whether a finding holds that a suppression is for.
    pub(crate) fn may_accept(&self, finding: &Finding) -> bool {
        !finding.state.is_closed() && self.suppressions.iter().any(|each| pipeline::covers(each, finding))
    }

    /// Reads the findings that suppressions are for, with what is remembered of all rules.
    pub(crate) async fn accepted(&self, past: &Past, manifest: &Manifest) -> Result<Findings, Failure> {
        let mut findings = BTreeMap::new();
        let take = |finding: Finding| {
            if self.may_accept(&finding) {
                findings.insert(finding.fingerprint.clone(), Arc::new(finding));
            }
        };
        let rules = history::each_finding(&past.history, manifest, take).await?;
        Ok(Findings { rules, findings })
    }

    /// Returns the suppressions that accept nothing in an account.
    pub(crate) fn idle_suppressions(&self, account: &AccountId, findings: &Findings) -> Vec<Warning> {
        pipeline::idle_suppressions(&self.asked(), account, Some(findings), Timestamp::now())
    }

    /// Returns all that is asked, as a replay asks it.
    pub(crate) fn asked(&self) -> Asked<'_> {
        Asked {
            rules: &self.rules,
            permissions: &self.permissions,
            suppressions: &self.suppressions,
            accounts: &self.accounts,
        }
    }

    /// Returns until when a finding was accepted at a time, where the suppression that accepts it ends.
    pub(crate) fn accepted_until(&self, finding: &Finding, at: Timestamp) -> Option<&str> {
        let because = finding.suppression.as_ref()?;
        let is_it = |each: &&Suppression| {
            each.reason == *because && each.is_in_force(at) && pipeline::covers(each, finding)
        };
        self.suppressions.iter().find(is_it)?.until.as_deref()
    }

    /// Returns the questions that a snapshot was asked and that these settings do not know: they were others.
    pub(crate) fn unknown(&self, account: &AccountId, findings: &Findings) -> Vec<String> {
        let permissions = self.permissions.of_cloud(account.cloud());
        let is_known =
            |id: &str| self.rules.get(id).is_some() || permissions.iter().any(|each| each.id == id);
        findings.rules.keys().filter(|id| !is_known(id)).cloned().collect()
    }
}
