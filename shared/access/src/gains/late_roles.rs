//! Roles of a service that were read late: what they give was not known when somebody got them.
//!
//! The roles of a service are read because a policy names it. Where they fail in the run in which the first policy names it, the policy
//! is told and not what it gives; and when they are read, they are the cloud's doing, as if they had been there before. So what somebody
//! gained of that service since the last snapshot before it was named is told then.

use model::{Coverage, Lists};

use super::{AccessChange, What};
use crate::Pattern;

/// The lists of roles, one for each service.
const ROLES: &str = "ibm_roles";

/// Returns the services whose roles could not be read and can be now, each with the last snapshot that they are held against.
pub(super) fn late_services<'a>(
    former: &'a Lists,
    present: &'a Lists,
) -> impl Iterator<Item = (&'a str, i64)> {
    // What stands for the services of policies that were not seen is none.
    let unread = former.lists_of(ROLES).filter(|list| !list.is_complete() && list.parent != Coverage::REST);
    unread.filter_map(|list| {
        let is_read = present.get(ROLES, &list.parent).is_some_and(Coverage::is_complete);
        Some((list.parent.as_str(), list.carried_from?)).filter(|_| is_read)
    })
}

/// Returns whether nobody knew the roles of a service in a snapshot: no policy named it.
pub(super) fn is_unnamed(service: &str, lists: &Lists) -> bool {
    lists.get(ROLES, service).is_none()
}

/// Returns whether a gain is of actions of one service alone.
pub(super) fn is_of_service(service: &str, gain: &AccessChange) -> bool {
    let of_service = Pattern::parse(&format!("{service}.*"));
    match &gain.what {
        What::Statement(statement) => statement.actions.any_of.iter().all(|action| of_service.covers(action)),
        What::Becoming(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use model::{ListStatus, Rows, State, tables};

    use super::*;

    fn lists(parts: &[(&str, ListStatus)]) -> Lists {
        let row = |(parent, status): &(&str, ListStatus)| {
            let list = Coverage {
                listing: ROLES.to_owned(),
                parent: (*parent).to_owned(),
                endpoint: String::new(),
                status: *status,
                reason: None,
                pages: 1,
                rows: 1,
                carried_from: (*status != ListStatus::Complete).then_some(1),
            };
            list.row()
        };
        let mut state = State::default();
        state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, parts.iter().map(row).collect()));
        Lists::of(&state)
    }

    #[test]
    fn what_stands_for_services_that_were_not_seen_is_no_service() {
        let former = lists(&[("kms", ListStatus::Failed), ("*", ListStatus::Skipped)]);
        let present = lists(&[("kms", ListStatus::Complete), ("*", ListStatus::Complete)]);
        assert_eq!(late_services(&former, &present).collect::<Vec<_>>(), [("kms", 1)]);
    }
}
