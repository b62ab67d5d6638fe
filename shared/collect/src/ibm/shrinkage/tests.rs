//! An account that is shown whole, and what becomes of it when something is held back.

use model::{Coverage, ListStatus, tables::ibm::*};

use super::*;
use crate::listing::Wholeness;

const COLLECTOR: &str = "iam-ServiceId-c";
const LISTS: [&str; 14] = [
    "ibm_users",
    "ibm_policies",
    "ibm_access_groups",
    "ibm_access_group_members",
    "ibm_service_ids",
    "ibm_trusted_profiles",
    "ibm_api_keys",
    "ibm_resource_instances",
    "ibm_resource_groups",
    "ibm_cbr_rules",
    "ibm_cbr_zones",
    "ibm_custom_roles",
    "ibm_roles",
    "ibm_account_settings",
];

/// What is shown of an account.
struct Shown(Seen);

impl Shown {
    fn nothing() -> Self {
        let mut seen = Seen::default();
        for listing in LISTS {
            seen.skip(listing, "", "GET /", Wholeness::Partial, "");
        }
        for coverage in &mut seen.coverage {
            (coverage.status, coverage.reason) = (ListStatus::Complete, None);
        }
        Self(seen)
    }

    fn account() -> Self {
        let shown = Self::nothing()
            .grant("p1", COLLECTOR, &[("serviceType", "platform_service")], "iam::::role:Viewer")
            .grant("p2", COLLECTOR, &[("serviceType", "service")], "iam::::role:Viewer")
            .grant("p3", COLLECTOR, &[("serviceName", "iam-identity")], "iam::::role:ConfigReader");
        shown
            .add(&ACCOUNTS, &[("account_id", "a"), ("owner_iam_id", "IBMid-1")])
            .add(&ACCOUNT_SETTINGS, &[("account_id", "a"), ("restrict_user_list_visibility", "RESTRICTED")])
            .add(&USERS, &[("iam_id", "IBMid-1")])
            .add(&ACCESS_GROUPS, &[("id", PUBLIC_GROUP)])
            .add(&SERVICE_IDS, &[("id", "ServiceId-c"), ("iam_id", COLLECTOR)])
            .add(&RESOURCE_GROUPS, &[("id", "rg1")])
            .add(&ROLES, &[("service_name", ""), ("crn", "Viewer")])
    }

    fn add(mut self, table: &'static Table, cells: &[(&str, &str)]) -> Self {
        let draft = cells.iter().fold(table.draft(), |draft, (name, value)| draft.set(name, *value));
        self.0.push(table, draft.row());
        self
    }

    fn grant(self, id: &str, iam_id: &str, attributes: &[(&str, &str)], role: &str) -> Self {
        let role = format!("crn:v1:bluemix:public:{role}");
        let shown = self
            .add(&POLICIES, &[("id", id), ("subject_iam_id", iam_id)])
            .add(&POLICY_ROLES, &[("policy_id", id), ("role_id", &role)]);
        attributes.iter().fold(shown, |shown, (name, value)| {
            shown.add(&POLICY_RESOURCES, &[("policy_id", id), ("name", name), ("value", value)])
        })
    }

    fn without(mut self, table: &Table) -> Self {
        self.0.take(table);
        self
    }

    fn failed(mut self, listing: &str) -> Self {
        for coverage in self.0.coverage.iter_mut().filter(|each| each.listing == listing) {
            coverage.status = ListStatus::Failed;
        }
        self
    }

    fn denied_to(mut self, iam_id: &str, counts: Counts) -> Vec<String> {
        let caller = Caller { iam_id: iam_id.to_owned(), account: "a".to_owned() };
        mark(&mut self.0, &caller, counts);
        let denied = |each: &&Coverage| each.status == ListStatus::Denied;
        self.0.coverage.iter().filter(denied).map(|each| each.listing.clone()).collect()
    }

    fn denied(self) -> Vec<String> {
        self.denied_to(COLLECTOR, Counts { rules: Some(0), zones: Some(0) })
    }
}

#[test]
fn nothing_is_doubted_in_an_account_that_is_shown_whole() {
    assert_eq!(Shown::account().denied(), [""; 0]);
}

#[test]
fn a_stranger_is_shown_nothing_and_nothing_is_believed() {
    let denied = Shown::nothing().denied_to("IBMid-9", Counts::default());
    let believed: Vec<_> = LISTS.iter().filter(|list| !denied.contains(&(**list).to_owned())).collect();
    assert_eq!(believed, [&"ibm_access_group_members", &"ibm_account_settings"]);
}

#[test]
fn the_owner_needs_no_grant() {
    let shown = Shown::account().without(&POLICIES).without(&POLICY_RESOURCES).without(&POLICY_ROLES);
    assert_eq!(shown.denied_to("IBMid-1", Counts { rules: Some(0), zones: Some(0) }), [""; 0]);
}

#[test]
fn a_missing_owner_means_that_users_are_missing() {
    let shown = Shown::account().without(&USERS).add(&USERS, &[("iam_id", "IBMid-7")]);
    assert_eq!(shown.denied(), ["ibm_users"]);
}

#[test]
fn a_grant_that_does_not_reach_everything_hides_policies_and_instances() {
    let scoped = Shown::account().without(&POLICIES).without(&POLICY_RESOURCES).without(&POLICY_ROLES);
    let narrow = [("serviceType", "service"), ("resourceGroupId", "rg1")];
    let shown = scoped
        .grant("p1", COLLECTOR, &[("serviceType", "platform_service")], "iam::::role:Administrator")
        .grant("p2", COLLECTOR, &narrow, "iam::::role:Viewer");
    assert_eq!(shown.denied(), ["ibm_policies", "ibm_resource_instances"]);
}

#[test]
fn a_grant_through_a_group_counts() {
    let shown = Shown::account().without(&POLICIES).without(&POLICY_RESOURCES).without(&POLICY_ROLES);
    let member = shown.add(&MEMBERS, &[("group_id", "g1"), ("iam_id", COLLECTOR)]);
    let with = |shown: Shown, id: &str, kind: &str| {
        shown
            .add(&POLICIES, &[("id", id), ("subject_access_group_id", "g1")])
            .add(&POLICY_ROLES, &[("policy_id", id), ("role_id", "x:Administrator")])
            .add(&POLICY_RESOURCES, &[("policy_id", id), ("name", "serviceType"), ("value", kind)])
    };
    let shown = with(with(member, "p1", "service"), "p2", "platform_service");
    assert_eq!(shown.add(&ACCESS_GROUPS, &[("id", "g1")]).denied(), [""; 0]);
}

#[test]
fn a_viewer_is_not_shown_the_keys_of_others() {
    let shown = Shown::account().without(&POLICY_ROLES);
    let shown = shown
        .add(&POLICY_ROLES, &[("policy_id", "p1"), ("role_id", "x:role:Viewer")])
        .add(&POLICY_ROLES, &[("policy_id", "p2"), ("role_id", "x:role:Viewer")]);
    assert_eq!(shown.denied(), ["ibm_api_keys"]);
}

#[test]
fn a_role_shows_the_keys_of_others_by_the_actions_that_it_carries() {
    let account = || Shown::account().without(&POLICIES).without(&POLICY_RESOURCES).without(&POLICY_ROLES);
    let given = |role: &str| {
        account()
            .grant("p1", COLLECTOR, &[("serviceType", "platform_service")], "iam::::role:Viewer")
            .grant("p2", COLLECTOR, &[("serviceType", "service")], "iam::::role:Viewer")
            .grant("p3", COLLECTOR, &[("serviceName", "iam-identity")], role)
    };
    let with = |shown: Shown, role: &str, action: &str| {
        let crn = format!("crn:v1:bluemix:public:{role}");
        shown
            .add(&ROLES, &[("service_name", "iam-identity"), ("crn", &crn)])
            .add(&ROLE_ACTIONS, &[("service_name", "iam-identity"), ("role_crn", &crn), ("action", action)])
    };
    // A role whose name nobody knows, and one that no longer carries what its name stood for.
    let (new, operator) = ("iam::::serviceRole:Manager", "iam::::role:Operator");
    assert_eq!(given(new).denied(), ["ibm_api_keys"]);
    assert_eq!(with(given(new), new, "iam-identity.apikey.review").denied(), [""; 0]);
    assert_eq!(given(operator).denied(), [""; 0], "where no role was listed, the table of actions says so");
    assert_eq!(with(given(operator), operator, "iam-identity.serviceid.get").denied(), ["ibm_api_keys"]);
    // A role of the account's own, named like one of IBM's.
    let own = "iam-identity::a/a::customRole:Operator";
    assert_eq!(given(own).denied(), ["ibm_api_keys"]);
    let crn = format!("crn:v1:bluemix:public:{own}");
    let listed =
        given(own).add(&CUSTOM_ROLE_ACTIONS, &[("role_crn", &crn), ("action", "iam-identity.apikey.list")]);
    assert_eq!(listed.denied(), [""; 0]);
}

#[test]
fn policies_that_could_not_be_read_cast_no_doubt_on_what_is_shown() {
    let shown = Shown::account()
        .without(&POLICIES)
        .failed("ibm_policies")
        .add(&API_KEYS, &[("id", "k1"), ("iam_id", "IBMid-1")])
        .add(&API_KEYS, &[("id", "k2"), ("iam_id", "IBMid-2")])
        .add(&RESOURCE_INSTANCES, &[("crn", "i1"), ("state", "active"), ("resource_group_id", "rg1")])
        .add(&SERVICE_IDS, &[("id", "s2"), ("iam_id", "iam-ServiceId-2")])
        .add(&PROFILES, &[("id", "t1"), ("iam_id", "iam-Profile-1")]);
    assert_eq!(shown.denied(), [""; 0]);
}

#[test]
fn what_the_caller_may_hold_through_groups_that_could_not_be_read_proves_nothing() {
    let denied = ["ibm_policies", "ibm_api_keys", "ibm_resource_instances"];
    for unread in ["ibm_access_group_members", "ibm_access_groups"] {
        let proven = Shown::account().failed(unread);
        assert_eq!(proven.denied(), [""; 0], "{unread}: its own policies are enough");
        let lost = Shown::account().without(&POLICIES).without(&POLICY_RESOURCES).without(&POLICY_ROLES);
        let lost = lost
            .add(&POLICIES, &[("id", "p9"), ("subject_access_group_id", "g1")])
            .grant("p1", COLLECTOR, &[("serviceType", "platform_service")], "iam::::role:Viewer")
            .failed(unread);
        assert_eq!(lost.denied(), denied, "{unread}");
    }
}

#[test]
fn one_dangling_group_is_no_sign_but_most_of_them_are() {
    let policy = |shown: Shown, id: &str, group: &str| {
        shown.add(&POLICIES, &[("id", id), ("subject_access_group_id", group)])
    };
    let one = policy(Shown::account(), "q1", "gone");
    assert_eq!(one.denied(), [""; 0]);
    let most = policy(policy(Shown::account(), "q1", "g1"), "q2", "g2");
    assert_eq!(most.denied(), ["ibm_access_groups"]);
}

#[test]
fn dangling_instances_and_foreign_identities_are_no_sign() {
    let shown = Shown::account()
        .grant("q1", "iam-ServiceId-foreign", &[("serviceInstance", "gone")], "iam::::role:Viewer")
        .grant("q2", "iam-Profile-foreign", &[("serviceInstance", "gone2")], "iam::::role:Viewer")
        .grant("q3", "IBMid-gone", &[("resourceGroupId", "gone")], "iam::::role:Viewer")
        .grant("q4", "IBMid-gone2", &[("resourceGroupId", "gone")], "iam::::role:Viewer");
    assert_eq!(shown.denied(), [""; 0]);
}

#[test]
fn the_caller_itself_must_be_shown() {
    let shown = Shown::account().without(&SERVICE_IDS);
    assert_eq!(shown.denied(), ["ibm_service_ids"]);
    let profile = Shown::account().denied_to("iam-Profile-1", Counts { rules: Some(0), zones: Some(0) });
    assert!(profile.contains(&"ibm_trusted_profiles".to_owned()), "{profile:?}");
}

#[test]
fn most_owners_of_keys_must_be_shown() {
    let key = |shown: Shown, id: &str, owner: &str| shown.add(&API_KEYS, &[("id", id), ("iam_id", owner)]);
    let one = key(key(Shown::account(), "k1", COLLECTOR), "k2", "iam-ServiceId-gone");
    assert_eq!(one.denied(), [""; 0]);
    let most = key(key(Shown::account(), "k1", "iam-ServiceId-1"), "k2", "iam-ServiceId-2");
    assert_eq!(most.denied(), ["ibm_service_ids"]);
}

#[test]
fn an_active_instance_in_an_unknown_resource_group_is_a_sign_and_a_deleted_one_is_not() {
    let instance = |state| {
        let cells = [("crn", "i1"), ("state", state), ("resource_group_id", "rg2")];
        Shown::account().add(&RESOURCE_INSTANCES, &cells)
    };
    assert_eq!(instance("active").denied(), ["ibm_resource_groups"]);
    assert_eq!(instance("pending_reclamation").denied(), [""; 0]);
}

#[test]
fn restrictions_must_be_as_many_as_the_account_counts() {
    let counts = Counts { rules: Some(1), zones: Some(0) };
    assert_eq!(Shown::account().denied_to(COLLECTOR, counts), ["ibm_cbr_rules"]);
    let shown = Shown::account().add(&CBR_RULES, &[("id", "r1")]);
    assert_eq!(shown.denied_to(COLLECTOR, counts), [""; 0]);
}

#[test]
fn a_restricted_list_of_one_user_needs_a_role_to_be_believed() {
    let scoped = Shown::account().without(&POLICIES).without(&POLICY_RESOURCES).without(&POLICY_ROLES);
    let shown = scoped.grant("p1", COLLECTOR, &[("serviceType", "service")], "iam::::role:Viewer");
    assert!(shown.denied().contains(&"ibm_users".to_owned()));
}

#[test]
fn roles_that_are_not_even_those_of_ibm_are_a_sign() {
    assert_eq!(Shown::account().without(&ROLES).denied(), ["ibm_custom_roles", "ibm_roles"]);
}

#[test]
fn groups_that_policies_name_and_that_vanished_while_they_were_read_are_not_missed() {
    let named = |shown: Shown| {
        shown
            .add(&POLICIES, &[("id", "p8"), ("subject_access_group_id", "g1")])
            .add(&POLICIES, &[("id", "p9"), ("subject_access_group_id", "g2")])
    };
    assert_eq!(named(Shown::account()).denied(), ["ibm_access_groups"]);
    let mut shown = named(Shown::account());
    for id in ["g1", "g2"] {
        shown.0.vanished.push((ACCESS_GROUPS.name, ACCESS_GROUPS.draft().set("id", id).row()));
    }
    assert_eq!(shown.denied(), [""; 0]);
}
