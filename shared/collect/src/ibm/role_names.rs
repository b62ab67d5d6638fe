//! Names of the roles that policies give, which only the lists of roles have in the words of the console.
//!
//! In: policies, and all roles that were read. Out: the same, each role of a policy with its name. A name that was not
//! shown in this run is not known to be gone: its cell is noted as unread.

use std::collections::BTreeMap;

use model::tables::ibm::{CUSTOM_ROLES, POLICIES, POLICY_ROLES, ROLES};

use crate::listing::{Seen, Wholeness};

/// Sets the name of each role in [`POLICY_ROLES`].
pub(super) fn fill(seen: &mut Seen) {
    let names = names(seen);
    let are_all =
        [&ROLES, &CUSTOM_ROLES].into_iter().all(|table| seen.wholeness(table.listing) == Wholeness::Whole);
    for row in seen.take(&POLICY_ROLES) {
        let text = |column| POLICY_ROLES.text(&row, column);
        let known = text("role_id").and_then(|id| names.get(id)).map(String::as_str);
        let named = POLICY_ROLES
            .draft()
            .set("policy_id", text("policy_id"))
            .set("role_id", text("role_id"))
            .set("display_name", known.or(text("display_name")))
            .row();
        if known.is_none() && !are_all {
            seen.note_unread(&POLICY_ROLES, &named, "display_name");
        }
        seen.push(&POLICY_ROLES, named);
    }
    debug_assert_eq!(POLICY_ROLES.columns.len(), 3, "every column of {} is set above", POLICIES.name);
}

/// Returns the names by the CRN of the role. IBM's own roles have one name on every service.
fn names(seen: &Seen) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for table in [&ROLES, &CUSTOM_ROLES] {
        for row in seen.rows(table) {
            if let (Some(crn), Some(name)) = (table.text(row, "crn"), table.text(row, "display_name")) {
                names.entry(crn.to_owned()).or_insert_with(|| name.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use model::{ListStatus, Table};

    use super::*;

    fn role(table: &'static Table, crn: &str, name: &str) -> model::Row {
        table.draft().set("crn", crn).set("display_name", name).row()
    }

    fn with_roles(status: ListStatus) -> Seen {
        let mut seen = Seen::default();
        seen.push(&ROLES, role(&ROLES, "crn:role:Viewer", "Viewer"));
        seen.push(&CUSTOM_ROLES, role(&CUSTOM_ROLES, "crn:customRole:Ops", "Operations"));
        for (id, shown) in
            [("crn:role:Viewer", None), ("crn:customRole:Ops", Some("ops")), ("crn:gone", None)]
        {
            let row = POLICY_ROLES
                .draft()
                .set("policy_id", "p")
                .set("role_id", id)
                .set("display_name", shown)
                .row();
            seen.push(&POLICY_ROLES, row);
        }
        seen.none(ROLES.listing, "", "GET /v2/roles");
        seen.coverage[0].status = status;
        seen
    }

    #[test]
    fn a_role_of_a_policy_has_the_name_that_its_list_gives_it() {
        let mut seen = with_roles(ListStatus::Complete);
        fill(&mut seen);
        assert_eq!(seen.texts(&POLICY_ROLES, "display_name").collect::<Vec<_>>(), ["Viewer", "Operations"]);
        assert_eq!(seen.into_state(model::Cloud::Ibm).take_unread(), []);
    }

    #[test]
    fn a_name_that_could_not_be_read_is_noted_as_unread() {
        let mut seen = with_roles(ListStatus::Failed);
        fill(&mut seen);
        let unread = seen.into_state(model::Cloud::Ibm).take_unread();
        let row = POLICY_ROLES.draft().set("policy_id", "p").set("role_id", "crn:gone").row();
        let keys: Vec<_> = unread.iter().map(|cell| (cell.table, &*cell.key, cell.column)).collect();
        assert_eq!(keys, [(POLICY_ROLES.name, row.prefix(POLICY_ROLES.key), "display_name")]);
    }
}
