//! What a permission names and an account does not have: people who are not there, and actions that nobody can do.
//!
//! Only what was seen whole proves that something is not there. Where a list was not read to its end, nothing is said.

use model::{Cloud, Lists, State, Table, Trust};

use crate::{
    Pattern,
    clouds::{CloudAccess, NamingColumn},
    fault_of_action,
    permissions::is_kind,
};

/// Returns whether `kind:name` of the people that a permission allows names nobody in an account. That is so only where
/// the list of its kind was read to its end.
#[must_use]
pub fn names_nobody(cloud: Cloud, state: &State, allowed: &str) -> bool {
    let Some((kind, name)) = allowed.split_once(':') else { return false };
    let Some((list, columns)) = naming(cloud, kind) else { return false };
    let name = Pattern::parse(name);
    let is_named = |(table, column): &NamingColumn| {
        state.rows(table).iter().any(|row| table.text(row, column).is_some_and(|text| name.matches(text)))
    };
    Lists::of(state).whole(list.listing) == Trust::Whole && !columns.iter().any(is_named)
}

/// Returns why nobody can ever hold an action that a permission names, if that is sure: its form is that of no action of
/// the cloud, or the roles of its service were all listed and none has it.
///
/// On Huawei Cloud its form alone can show that. No list says which actions there are, and where no policy names one,
/// nobody holds it, which may be just what the permission is to guard.
#[must_use]
pub fn fault_of_audited_action(cloud: Cloud, state: &State, action: &str) -> Option<String> {
    fault_of_action(cloud, action).or_else(|| (CloudAccess::of(cloud).impossible_action)(state, action))
}

/// Returns the list in which people of a kind stand, and the columns that may name one; others than of that list name
/// whom it does not have.
fn naming(cloud: Cloud, kind: &str) -> Option<(&'static Table, &'static [NamingColumn])> {
    let (_, columns) = CloudAccess::of(cloud).people.iter().find(|(known, _)| is_kind(known, kind))?;
    let (list, _) = columns.first()?;
    Some((list, columns))
}

#[cfg(test)]
mod tests {
    use model::{Coverage, ListStatus, Rows, tables, tables::huawei as t};

    use super::*;

    /// Returns an account of one group, whose list was read so.
    fn account(status: ListStatus) -> State {
        let coverage = Coverage {
            listing: t::GROUPS.listing.to_owned(),
            parent: String::new(),
            endpoint: String::new(),
            status,
            reason: None,
            pages: 1,
            rows: 1,
            carried_from: None,
        };
        let group = t::GROUPS.draft().set("group_id", "g1").set("name", "operators").row();
        let mut state = State::default();
        state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, vec![coverage.row()]));
        state.put(&t::GROUPS, Rows::new(&t::GROUPS, vec![group]));
        state
    }

    #[test]
    fn a_name_is_nobodys_where_the_whole_list_of_its_kind_lacks_it() {
        let nobody = |status, allowed| names_nobody(Cloud::Huawei, &account(status), allowed);
        assert!(nobody(ListStatus::Complete, "group:auditors"));
        for somebody in
            ["group:operators", "Group:g1", "group:oper*", "user:ana", "agency:x", "role:x", "auditors"]
        {
            assert!(!nobody(ListStatus::Complete, somebody), "{somebody}");
        }
        assert!(!nobody(ListStatus::Denied, "group:auditors"), "it may be among those that were not read");
    }

    #[test]
    fn an_action_of_huawei_cloud_is_judged_by_its_form_alone() {
        let fault = |action| fault_of_audited_action(Cloud::Huawei, &account(ListStatus::Complete), action);
        assert_eq!(fault("obs:object:getObject"), None, "that nobody has it is what a permission may guard");
        assert!(fault("kms.secrets.read").unwrap().contains("is no action of `huawei`"));
    }
}
