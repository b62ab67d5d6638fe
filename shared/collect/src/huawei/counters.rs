//! Lists held against what the cloud counts.
//!
//! In: everything that was seen. Out: the same, with lists that show less than is counted marked as denied, and doubtful
//! ones that show as many marked as complete. A list that shows more than is counted grew in between, or has what the
//! counter leaves out; both are no sign. Different things are counted: one that came twice is one.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{
    Table,
    tables::huawei::{
        ACCOUNT_SUMMARY, AGENCIES, GROUPS, OIDC_PROVIDERS, POLICIES, POLICY_ATTACHMENTS, SAML_PROVIDERS,
        USERS,
    },
};

use super::policies::CUSTOM;
use crate::listing::Seen;

/// Marks the lists that show less than is counted.
pub(crate) fn mark(seen: &mut Seen) {
    for (table, parent, counted, shown) in by_summary(seen) {
        if shown < counted {
            let reason = format!("the account counts {counted} and shows {shown}");
            seen.deny(table.listing, parent, &reason);
        } else {
            seen.prove(table.listing, parent);
        }
    }
    let counts: HashMap<String, (i64, i64)> =
        by_policy(seen).into_iter().map(|(policy, counted, shown)| (policy, (counted, shown))).collect();
    seen.hold_against_counts(POLICY_ATTACHMENTS.listing, |policy| {
        let (counted, shown) = counts.get(policy)?;
        Some(if shown < counted {
            Err(format!("the policy counts {counted} attachments and shows {shown}"))
        } else {
            Ok(())
        })
    });
}

type Compared = (&'static Table, Option<&'static str>, i64, i64);

fn by_summary(seen: &Seen) -> Vec<Compared> {
    let counted: BTreeMap<&str, i64> = seen
        .rows(&ACCOUNT_SUMMARY)
        .iter()
        .filter_map(|row| {
            Some((ACCOUNT_SUMMARY.text(row, "name")?, ACCOUNT_SUMMARY.cell(row, "value").as_integer()?))
        })
        .collect();
    let compared = [
        ("users", &USERS, None, users(seen)),
        ("groups", &GROUPS, None, shown(seen, &GROUPS, |_| true)),
        ("policies", &POLICIES, Some(CUSTOM), shown(seen, &POLICIES, |kind| kind == Some(CUSTOM))),
        ("agencies", &AGENCIES, None, shown(seen, &AGENCIES, |_| true)),
        ("saml_provider", &SAML_PROVIDERS, None, shown(seen, &SAML_PROVIDERS, |_| true)),
        ("oidc_provider", &OIDC_PROVIDERS, None, shown(seen, &OIDC_PROVIDERS, |_| true)),
    ];
    compared
        .into_iter()
        .filter_map(|(name, table, parent, shown)| Some((table, parent, *counted.get(name)?, shown)))
        .collect()
}

/// The counter includes the root user, the list perhaps not.
fn users(seen: &Seen) -> i64 {
    let is_root = |row| USERS.cell(row, "is_root_user").as_boolean() == Some(true);
    let has_root = seen.rows(&USERS).iter().any(is_root);
    shown(seen, &USERS, |_| true) + i64::from(!has_root && !seen.rows(&USERS).is_empty())
}

fn shown(seen: &Seen, table: &'static Table, is_counted: impl Fn(Option<&str>) -> bool) -> i64 {
    // What went away while it was read was counted.
    let vanished = seen.vanished.iter().filter(|(name, _)| *name == table.name).map(|(_, row)| row);
    let shown = seen.rows(table).iter().chain(vanished);
    let counted = shown.filter(|row| is_counted(table.text(row, "type")));
    let keys: HashSet<&[u8]> = counted.map(|row| row.prefix(table.key)).collect();
    i64::try_from(keys.len()).unwrap_or(i64::MAX)
}

/// Returns for each policy how many attachments it counts, and how many it shows.
pub(super) fn by_policy(seen: &Seen) -> Vec<(String, i64, i64)> {
    let mut shown: BTreeMap<&str, HashSet<&[u8]>> = BTreeMap::new();
    for row in seen.rows(&POLICY_ATTACHMENTS) {
        let policy = POLICY_ATTACHMENTS.text(row, "policy_id").unwrap_or_default();
        shown.entry(policy).or_default().insert(row.prefix(POLICY_ATTACHMENTS.key));
    }
    seen.rows(&POLICIES)
        .iter()
        .filter_map(|row| {
            let (id, counted) =
                (POLICIES.text(row, "policy_id")?, POLICIES.cell(row, "attachment_count").as_integer()?);
            let shown = shown.get(id).map_or(0, HashSet::len);
            Some((id.to_owned(), counted, i64::try_from(shown).unwrap_or(i64::MAX)))
        })
        .collect()
}

#[cfg(test)]
mod tests;
