//! Callers who may see less: what they are refused is denied, and no list of theirs passes for whole.

use std::collections::BTreeMap;

use collect::CollectError;
use model::tables::huawei::*;
use simulators::huawei::{
    World,
    world::{Model, Rights, STRANGER_ACCESS_KEY, STRANGER_SECRET_KEY},
};

use super::{account, collected, company, incomplete, serve, with_keys};

type Lists = BTreeMap<String, (String, String)>;

async fn seen(change: impl FnOnce(&mut World)) -> (model::State, Lists) {
    let mut world = company();
    change(&mut world);
    let simulator = serve(world).await;
    let state = collected(&simulator).await.state;
    let lists = incomplete(&state);
    (state, lists)
}

async fn refused(rights: Rights) -> (model::State, Lists) {
    seen(|world| world.callers[0].rights = rights).await
}

/// Asserts that the lists of this name are denied with the code, and no others but those that hang on them.
fn assert_denied(lists: &Lists, listing: &str, code: &str, hanging: &[&str]) {
    let of = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
    assert!(lists.keys().any(|name| of(name) == listing), "{listing} passes for whole: {lists:?}");
    for (name, (status, reason)) in lists {
        if of(name) == listing {
            let is_denied = status == "denied" && reason == &format!("HTTP 403 ({code})");
            let is_skipped = status == "skipped" && name.ends_with("/*");
            assert!(is_denied || is_skipped, "{name}: {status}, {reason}");
        } else {
            assert!(hanging.contains(&of(name).as_str()), "{name} is incomplete too: {status}, {reason}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_action_denies_its_list_and_no_other() {
    let of_users = [
        "huawei_user_details",
        "huawei_user_logins",
        "huawei_login_profiles",
        "huawei_access_keys",
        "huawei_access_key_uses",
    ];
    let cases: [(&str, &str, &str, &[&str]); 22] = [
        (
            "iam:users:listUsersV5",
            "huawei_users",
            "PAP5.0001",
            &[&of_users[..], &["huawei_group_members"]].concat(),
        ),
        ("iam:users:getUserV5", "huawei_user_details", "PAP5.0001", &[]),
        ("iam:users:showUserLastLoginV5", "huawei_user_logins", "PAP5.0001", &[]),
        ("iam:users:showLoginProfileV5", "huawei_login_profiles", "PAP5.0001", &[]),
        ("iam:credentials:listCredentialsV5", "huawei_access_keys", "PAP5.0001", &["huawei_access_key_uses"]),
        ("iam:credentials:showAccessKeyLastUsedV5", "huawei_access_key_uses", "PAP5.0001", &[]),
        ("iam:mfa:listMFADevicesV5", "huawei_mfa_devices", "PAP5.0001", &[]),
        ("iam:groups:listGroupsV5", "huawei_groups", "PAP5.0001", &["huawei_group_members"]),
        (
            "iam:policies:listV5",
            "huawei_policies",
            "PAP5.0001",
            &["huawei_policy_versions", "huawei_policy_attachments"],
        ),
        ("iam:policies:listVersionsV5", "huawei_policy_versions", "PAP5.0001", &[]),
        ("iam:policies:listEntitiesV5", "huawei_policy_attachments", "PAP5.0001", &[]),
        ("iam:agencies:listV5", "huawei_agencies", "PAP5.0001", &["huawei_agency_details"]),
        ("iam::getAccountSummaryV5", "huawei_account_summary", "PAP5.0001", &["huawei_account_settings"]),
        ("iam:securitypolicies:getPasswordPolicyV5", "huawei_password_policy", "PAP5.0001", &[]),
        ("iam:projects:listProjects", "huawei_projects", "403", &[]),
        ("iam:users:listUsers", "huawei_user_access_modes", "403", &[]),
        ("iam:users:listUserLoginProtects", "huawei_login_protections", "IAM.0003", &[]),
        ("iam:agencies:listAgencies", "huawei_classic_agencies", "IAM.0003", &[]),
        ("iam:roles:getRole", "huawei_roles", "403", &[]),
        ("iam:permissions:listRoleAssignments", "huawei_role_assignments", "IAM.0003", &["huawei_roles"]),
        ("iam:identityProviders:listMappings", "huawei_mappings", "403", &[]),
        ("organizations:policies:list", "huawei_scps", "PAP5.0001", &["huawei_scp_attachments"]),
    ];
    for (action, listing, code, hanging) in cases {
        let (_, lists) = refused(Rights::full().refusing(action)).await;
        assert_denied(&lists, listing, code, hanging);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_may_not_look_inside_its_organization_still_knows_it() {
    let (state, lists) = refused(Rights { organizations: false, ..Rights::full() }).await;
    assert_eq!(state.rows(&ORGANIZATIONS).len(), 1);
    for listing in ["huawei_organization_entities/accounts", "huawei_scps", "huawei_delegated_administrators"]
    {
        assert_eq!(lists[listing], ("denied".to_owned(), "HTTP 403 (PAP5.0001)".to_owned()), "{listing}");
    }
    assert!(
        lists
            .keys()
            .all(|name| name.contains("organization") || name.contains("scp") || name.contains("delegated"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn enterprise_projects_that_are_refused_or_lack_the_default_one_are_denied() {
    let (_, lists) = refused(Rights { enterprise_projects: false, ..Rights::full() }).await;
    assert_denied(&lists, "huawei_enterprise_projects", "PAP5.0001", &[]);
    let (state, lists) = seen(|world| drop(world.enterprise_projects.remove(0))).await;
    let (status, reason) = &lists["huawei_enterprise_projects"];
    assert_eq!((status.as_str(), reason.as_str()), ("denied", "the default enterprise project is not shown"));
    assert_eq!(state.rows(&ENTERPRISE_PROJECTS).len(), 2);
}

/// Lists that come from version 5.
const CURRENT: [&str; 7] = [
    "huawei_users",
    "huawei_groups",
    "huawei_policies",
    "huawei_agencies",
    "huawei_mfa_devices",
    "huawei_saml_providers",
    "huawei_oidc_providers",
];

/// Lists that come from version 3.
const CLASSIC: [&str; 7] = [
    "huawei_projects",
    "huawei_roles",
    "huawei_role_assignments",
    "huawei_user_access_modes",
    "huawei_login_protections",
    "huawei_classic_agencies",
    "huawei_mappings",
];

fn assert_only(lists: &Lists, missing: &[&str], there: &[&str], status: &str, reason: &str) {
    for listing in missing {
        let of: Vec<_> = lists.iter().filter(|(name, _)| name.split('/').next() == Some(listing)).collect();
        assert!(!of.is_empty(), "{listing} passes for whole");
        let fits = |(_, (seen, told)): &(&String, &(String, String))| {
            (seen == status && told.starts_with(reason)) || seen == "skipped"
        };
        assert!(of.iter().all(fits), "{of:?}");
    }
    for listing in there {
        assert!(!lists.keys().any(|name| name.split('/').next() == Some(listing)), "{listing}: {lists:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_with_one_model_only_reads_that_and_is_denied_the_other() {
    let (state, lists) = refused(Rights { v5: false, ..Rights::full() }).await;
    assert_only(&lists, &CURRENT, &CLASSIC, "denied", "HTTP 403 (PAP5.0001)");
    assert!(state.rows(&USERS).is_empty() && !state.rows(&ROLE_ASSIGNMENTS).is_empty());
    assert!(!state.rows(&PASSWORD_POLICY).is_empty(), "the classic one stands in");
    let (state, lists) = refused(Rights { v3: false, ..Rights::full() }).await;
    assert_only(&lists, &CLASSIC, &CURRENT, "denied", "HTTP 403 (");
    assert_eq!(lists["huawei_accounts"].0, "denied");
    assert!(!state.rows(&USERS).is_empty() && state.rows(&ROLE_ASSIGNMENTS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_with_one_model_only_is_read_and_the_other_fails_by_name() {
    for (absent, missing, there) in [(Model::V5, &CURRENT, &CLASSIC), (Model::V3, &CLASSIC, &CURRENT)] {
        let simulator = serve(company()).await;
        simulator.set_absent(absent);
        let state = collected(&simulator).await.state;
        let lists = incomplete(&state);
        assert_only(&lists, missing, there, "failed", "HTTP 404 (APIGW.");
        assert_eq!(state.rows(&USERS).is_empty(), absent == Model::V5);
        for settings in ["huawei_password_policy", "huawei_login_policy"] {
            assert!(!lists.contains_key(settings), "{lists:?}");
        }
    }
    let simulator = serve(company()).await;
    simulator.set_absent(Model::Organizations);
    simulator.set_absent(Model::EnterpriseProjects);
    let lists = incomplete(&collected(&simulator).await.state);
    for listing in ["huawei_organizations", "huawei_enterprise_projects"] {
        assert_eq!(lists[listing], ("failed".to_owned(), "HTTP 404 (APIGW.0101)".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_which_account_it_is_and_nothing_passes_for_whole() {
    let simulator = serve(company()).await;
    let stranger = with_keys(&simulator, STRANGER_ACCESS_KEY, STRANGER_SECRET_KEY, None);
    let own = simulator.look(|world| world.account_id().to_owned());
    let error = account(&stranger).await.unwrap_err();
    assert!(
        matches!(&error, CollectError::NothingRead { account, lists, .. } if *account == own && *lists > 20),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dangling_references_leave_every_list_complete_but_a_granted_role_in_doubt() {
    let mut gone = String::new();
    let (state, lists) = seen(|world| {
        gone.clone_from(&world.classic.assignments[0].role_id);
        world.classic.roles.retain(|role| role.text("id") != gone);
        world.mfa_devices[0].set("user_id", "nobody");
        world.organization.as_mut().unwrap().policies[0].attached.push("ou-gone".to_owned());
    })
    .await;
    // Whether it was known before, and so whether the doubt stands, is for the comparison to say.
    let doubt = ("doubtful".to_owned(), "the role is granted, and the cloud does not know it".to_owned());
    assert_eq!(lists, Lists::from([(format!("huawei_roles/{gone}"), doubt)]));
    assert!(!state.rows(&ROLE_ASSIGNMENTS).is_empty());
}
