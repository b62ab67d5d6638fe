//! One odd element of a list, wherever it stands: it costs itself, nothing is told of the others, and what it held is kept until it is
//! shown again.

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, Coverage, tables};
use serde_json::{Value, json};
use simulators::ibm::FaultKind;

use super::{
    editions::{add_fault, heal},
    moment, news,
};
use crate::scenarios::{Account, company::Company};

/// A part of the path and query of calls, the list in what they show (none is the list of the answer), a member without which an
/// element says nothing (none where elements are texts), and a listing that is not whole then.
type List = (&'static str, &'static str, &'static str, &'static str);

/// Where the odd elements stand.
const PLACES: [&str; 4] = ["*", "*middle", "*last", "*two"];

/// Rounds in which each list has odd elements in every place, and in every form: null, another type, and without the member.
const ROUNDS: [usize; 4] = [0, 5, 10, 3];

fn odd((_, list, member, _): &List, round: usize) -> FaultKind {
    let place = match (PLACES[round % PLACES.len()], *list) {
        // The first of the answer has a fault of its own.
        ("*", "") => "*two".to_owned(),
        (place, "") => place.to_owned(),
        (place, list) => format!("{list}/{place}"),
    };
    match round % 3 {
        0 => FaultKind::Inside(place, Value::Null),
        1 => FaultKind::Inside(place, json!(["odd"])),
        _ if member.is_empty() => FaultKind::Inside(place, json!({ "odd": true })),
        _ => FaultKind::Lacking(format!("{place}/{member}")),
    }
}

/// Returns how many rows each table has in the newest snapshot, and which listings are not complete.
async fn kept(account: &Account) -> (BTreeMap<&'static str, usize>, BTreeSet<String>) {
    let history = account.history().await;
    let manifest = history.latest().await.expect("a store").expect("a snapshot");
    let declared: Vec<_> = tables::of_cloud(history.account().cloud()).collect();
    let state = history::state(&history, &manifest, &declared).await.expect("a state");
    let coverage = state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    let incomplete = coverage.filter(|list| !list.is_complete()).map(|list| list.listing).collect();
    let rows = declared.iter().filter(|table| table.name != tables::COVERAGE.name);
    (rows.map(|table| (table.name, state.rows(table).len())).collect(), incomplete)
}

async fn one_odd_element_costs_itself(cloud: Cloud, lists: &[&[List]], rounds: &[usize]) {
    let account = Account::of(Company::of_a_dozen(cloud).await);
    account.audit(&moment(0)).await.expect("a first audit");
    let (rows, incomplete) = kept(&account).await;
    assert!(incomplete.is_empty(), "{incomplete:?}");
    let mut run = 0;
    for (at, round) in rounds.iter().flat_map(|round| lists.iter().map(move |at| (*at, round))) {
        let faults: Vec<(&List, FaultKind)> =
            at.iter().enumerate().map(|(number, list)| (list, odd(list, round + number))).collect();
        faults.iter().for_each(|(list, kind)| add_fault(&account, list.0, kind.clone()));
        for state in ["odd", "healed"] {
            let told = account.events().len();
            run += 1;
            account.audit(&moment(run)).await.expect("an audit");
            assert_eq!(news(&account.events()[told..]), [""; 0], "{state}: {faults:?}");
            let (left, incomplete) = kept(&account).await;
            assert_eq!(left, rows, "{state}: {faults:?}");
            for (list, kind) in &faults {
                let is_said = incomplete.contains(list.3);
                assert_eq!(is_said, state == "odd", "{state}: {list:?} {kind:?}: {incomplete:?}");
            }
            heal(&account);
        }
    }
}

const OF_IBM_CLOUD: [&[List]; 2] = [
    &[
        ("/users?", "", "iam_id", "ibm_users"),
        ("/v1/serviceids?", "", "id", "ibm_service_ids"),
        ("/v1/apikeys?", "", "id", "ibm_api_keys"),
        ("/v1/profiles?", "", "id", "ibm_trusted_profiles"),
        ("/v2/groups?", "", "id", "ibm_access_groups"),
        ("/members?", "", "iam_id", "ibm_access_group_members"),
        ("/v2/policies?", "", "id", "ibm_policies"),
        ("/v2/roles?account_id", "", "id", "ibm_custom_roles"),
        ("/v2/resource_groups", "", "id", "ibm_resource_groups"),
        ("/v2/resource_instances", "", "id", "ibm_resource_instances"),
        ("/v1/zones?", "", "id", "ibm_cbr_zones"),
        ("/v1/rules?", "", "id", "ibm_cbr_rules"),
        ("/links", "", "id", "ibm_trusted_profile_links"),
        ("/identities", "", "iam_id", "ibm_trusted_profile_identities"),
    ],
    &[
        ("/v2/groups/", "conditions", "claim", "ibm_access_group_rules"),
        ("/v1/profiles/", "conditions", "claim", "ibm_trusted_profile_rules"),
        ("/v1/zones/", "addresses", "type", "ibm_cbr_zone_addresses"),
        ("/v1/rules?", "contexts", "attributes", "ibm_cbr_rules"),
        ("/v2/policies", "resource/attributes", "key", "ibm_policies"),
        ("/v2/roles?account_id", "actions", "", "ibm_custom_roles"),
        ("/v1/serviceids?", "unique_instance_crns", "", "ibm_service_ids"),
    ],
];

const OF_HUAWEI_CLOUD: [&[List]; 2] = [
    &[
        ("/v5/users?", "", "user_id", "huawei_users"),
        ("/v5/groups?", "", "group_id", "huawei_groups"),
        ("/v5/policies?", "", "policy_id", "huawei_policies"),
        ("/v5/agencies?", "", "agency_id", "huawei_agencies"),
        ("/v5/mfa-devices", "", "serial_number", "huawei_mfa_devices"),
        ("/versions", "", "version_id", "huawei_policy_versions"),
        ("/v3/projects?", "", "id", "huawei_projects"),
        ("/enterprise-projects", "", "id", "huawei_enterprise_projects"),
        ("/v3/roles?", "", "id", "huawei_roles"),
        ("/attached-entities", "", "", "huawei_policy_attachments"),
        ("/access-keys?", "", "access_key_id", "huawei_access_keys"),
        ("/v5/oidc-providers", "", "provider_id", "huawei_oidc_providers"),
    ],
    &[
        ("/versions", "document/Statement", "Effect", "huawei_policy_versions"),
        ("/v5/agencies?", "trust_policy/Statement/*/Action", "", "huawei_agencies"),
        ("/v3/roles?", "policy/Statement", "Effect", "huawei_roles"),
        ("/OS-FEDERATION/mappings", "rules", "remote", "huawei_mappings"),
        ("/v5/oidc-providers", "thumbprints", "", "huawei_oidc_providers"),
        ("/v1/organizations/policies/p-", "policy/content/Statement", "Effect", "huawei_scps"),
        ("/v5/users/", "user/tags", "tag_key", "huawei_user_details"),
    ],
];

#[tokio::test(flavor = "multi_thread")]
async fn one_odd_element_of_a_list_of_ibm_cloud_costs_itself_wherever_it_stands() {
    one_odd_element_costs_itself(Cloud::Ibm, &OF_IBM_CLOUD, &ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_odd_element_of_a_list_of_huawei_cloud_costs_itself_wherever_it_stands() {
    one_odd_element_costs_itself(Cloud::Huawei, &OF_HUAWEI_CLOUD, &ROUNDS).await;
}
