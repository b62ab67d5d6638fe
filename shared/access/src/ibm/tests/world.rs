//! Rows of an account, written down short.

use model::{Coverage, Draft, ListStatus, Row, Rows, State, Table, tables::ibm as t};

/// Rows on the way to a state.
#[derive(Debug, Clone, Default)]
pub(super) struct World(Vec<(&'static Table, Row)>);

impl World {
    pub(super) fn add(mut self, table: &'static Table, cells: &[(&str, &str)]) -> Self {
        let draft = cells.iter().fold(table.draft(), |draft, (column, value)| draft.set(column, *value));
        self.0.push((table, draft.row()));
        self
    }

    pub(super) fn put(&mut self, table: &'static Table, draft: Draft<'_>) {
        self.0.push((table, draft.row()));
    }

    pub(super) fn user(self, iam_id: &str, state: &str) -> Self {
        self.add(&t::USERS, &[("iam_id", iam_id), ("user_id", iam_id), ("state", state)])
    }

    pub(super) fn service_id(self, iam_id: &str) -> Self {
        self.add(&t::SERVICE_IDS, &[("id", iam_id), ("iam_id", iam_id), ("name", iam_id)])
    }

    pub(super) fn profile(self, id: &str) -> Self {
        self.add(&t::PROFILES, &[("id", id), ("iam_id", &format!("iam-{id}")), ("name", id)])
    }

    pub(super) fn group(self, id: &str, members: &[&str]) -> Self {
        let world = self.add(&t::ACCESS_GROUPS, &[("id", id), ("name", id)]);
        members.iter().fold(world, |world, member| {
            world.add(&t::MEMBERS, &[("group_id", id), ("iam_id", member), ("type", "user")])
        })
    }

    /// Adds what a role holds on a service.
    pub(super) fn role(self, service: &str, role: &str, actions: &[&str]) -> Self {
        let named = [("service_name", service), ("crn", role), ("display_name", role)];
        let world = self.add(&t::ROLES, &named);
        actions.iter().fold(world, |world, action| {
            let cells = [("service_name", service), ("role_crn", role), ("action", *action)];
            world.add(&t::ROLE_ACTIONS, &cells)
        })
    }

    /// Adds an access policy: `for` an IAM ID or a group, of roles, on attributes `name operator value`.
    pub(super) fn policy(self, id: &str, holder: &str, roles: &[&str], attributes: &[[&str; 3]]) -> Self {
        let is_group = holder.starts_with("AccessGroupId-");
        let column = if is_group { "subject_access_group_id" } else { "subject_iam_id" };
        let policy = [("id", id), ("type", "access"), ("state", "active"), (column, holder)];
        self.add(&t::POLICIES, &policy).given(id, roles).on(id, attributes)
    }

    pub(super) fn given(self, id: &str, roles: &[&str]) -> Self {
        roles
            .iter()
            .fold(self, |world, role| world.add(&t::POLICY_ROLES, &[("policy_id", id), ("role_id", role)]))
    }

    /// Adds attributes to a policy; the values of one are parted by `|`.
    pub(super) fn on(mut self, id: &str, attributes: &[[&str; 3]]) -> Self {
        for ([name, operator, values], position) in attributes.iter().zip(0_i64..) {
            for (value, place) in values.split('|').zip(0_i64..) {
                let draft = t::POLICY_RESOURCES.draft().set("policy_id", id).set("position", position);
                let draft = draft.set("value_position", place).set("name", *name).set("value", value);
                self.put(&t::POLICY_RESOURCES, draft.set("operator", *operator));
            }
        }
        self
    }

    pub(super) fn tag(mut self, id: &str, position: i64, [name, operator, value]: [&str; 3]) -> Self {
        let draft = t::POLICY_TAGS.draft().set("policy_id", id).set("position", position);
        self.put(&t::POLICY_TAGS, draft.set("name", name).set("operator", operator).set("value", value));
        self
    }

    pub(super) fn when(
        self,
        id: &str,
        place: &str,
        operator: &str,
        [name, compared, value]: [&str; 3],
    ) -> Self {
        let cells = [("policy_id", id), ("position", place), ("group_operator", operator)];
        let compared = [("name", name), ("operator", compared), ("value", value)];
        self.add(&t::POLICY_CONDITIONS, &[&cells[..], &compared[..]].concat())
    }

    /// Returns how a list was read.
    pub(super) fn list(
        mut self,
        listing: &str,
        parent: &str,
        status: ListStatus,
        carried: Option<i64>,
    ) -> Self {
        let coverage = Coverage {
            listing: listing.to_owned(),
            parent: parent.to_owned(),
            endpoint: String::new(),
            status,
            reason: None,
            pages: 1,
            rows: 0,
            carried_from: carried,
        };
        self.0.push((&model::tables::COVERAGE, coverage.row()));
        self
    }

    pub(super) fn state(&self) -> State {
        let mut state = State::default();
        let tables = model::tables::of_cloud(model::Cloud::Ibm);
        for table in tables {
            let rows =
                self.0.iter().filter(|(of, _)| of.name == table.name).map(|(_, row)| row.clone()).collect();
            state.put(table, Rows::new(table, rows));
        }
        state
    }
}
