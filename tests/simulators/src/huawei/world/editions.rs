//! Dates the edits of a world: a version of a policy that says something else than before was made later.

use std::collections::HashMap;

use super::{Object, World};
use crate::wire::editions::later;

/// Dates every version of a policy that differs from the one of the same id before.
pub(crate) fn date_versions(before: &World, after: &mut World) {
    let versions = |policy: &Object, version: &Object| {
        (policy.text("policy_id").to_owned(), version.text("version_id").to_owned())
    };
    let former: HashMap<_, _> = before
        .policies
        .iter()
        .flat_map(|policy| policy.versions.iter().map(|each| (versions(&policy.object, each), each)))
        .collect();
    for policy in after.policies.each_mut() {
        for version in &mut policy.versions {
            let is_other = former.get(&versions(&policy.object, version)).is_some_and(|former| {
                former.get("document") != version.get("document")
                    && former.get("created_at") == version.get("created_at")
            });
            if is_other {
                let now = later(version.text("created_at"));
                version.set("created_at", now);
            }
        }
    }
}
