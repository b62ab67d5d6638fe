//! Each action of the clouds' tables, held by somebody who holds nothing else: every step to more power is found, once,
//! and every action that is none stays silent.

mod holders;

use std::collections::{BTreeMap, BTreeSet};

use check::Findings;
use model::Cloud;
use simulators::{huawei, ibm};

use super::{MONDAY, audited, holder};
use crate::scenarios::{Account, company::Company};
use holders::{OnHuawei, OnIbm};

/// The permissions of IBM Cloud that are held on a whole family of services: nothing that goes with one service is one.
const OF_FAMILIES: [&str; 2] = ["permission_to_grant_account_management", "permission_to_grant_all_services"];

/// A trust policy that lets nobody in but a service.
const ONLY_A_SERVICE: &str = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Principal":{"Service":["service.RDS"]},"Action":["sts:agencies:assume"]}]}"#;

/// Returns the actions of a cloud's tables.
fn actions(cloud: Cloud) -> BTreeSet<&'static str> {
    let table = match cloud {
        Cloud::Ibm => include_str!("../../../shared/access/permissions/steps/ibm.tsv"),
        Cloud::Huawei => include_str!("../../../shared/access/permissions/steps/huawei.tsv"),
    };
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit('\t').next().expect("an action")).collect()
}

/// Returns what each permission is told of: holder and actions.
fn told(findings: &Findings) -> BTreeMap<(String, String), String> {
    let is_told = |each: &&std::sync::Arc<model::Finding>| {
        each.rule.starts_with("permission_") && each.implied_by.is_none()
    };
    let open = findings.findings.values().filter(is_told);
    let actions = |each: &model::Finding| each.evidence.text("actions").unwrap_or_default();
    open.map(|each| ((holder(each), each.rule.clone()), actions(each))).collect()
}

/// Returns the permissions that name an action, which its only holder is to be told to hold.
fn expected(cloud: Cloud, action: &str) -> Vec<String> {
    let usual = access::usual(cloud).expect("permissions that parse");
    let named = usual.into_iter().filter(|permission| permission.actions.iter().any(|each| each == action));
    named.map(|permission| permission.id).filter(|id| !OF_FAMILIES.contains(&id.as_str())).collect()
}

/// Asserts that each action's only holder is told to hold exactly that, or nothing.
fn check_each(cloud: Cloud, findings: &Findings, holder_of: impl Fn(&str) -> String) {
    let told = told(findings);
    let mut steps = 0;
    for action in actions(cloud) {
        let of_holder = |(who, _): &&(String, String)| *who == holder_of(action);
        let found: Vec<String> = told.keys().filter(of_holder).map(|(_, rule)| rule.clone()).collect();
        assert_eq!(found, expected(cloud, action), "{action}");
        for rule in &found {
            assert_eq!(told[&(holder_of(action), rule.clone())], action);
            steps += 1;
        }
    }
    let listed = access::usual(cloud).expect("they parse").into_iter();
    let listed = listed.filter(|permission| !OF_FAMILIES.contains(&permission.id.as_str()));
    let literal = listed.flat_map(|permission| permission.actions).filter(|action| !action.contains('*'));
    assert_eq!(steps, literal.count(), "every listed step has its holder");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_huawei_cloud_is_found_and_nothing_beside_it() {
    let mut world = huawei::generate(1, huawei::Size::Dozen);
    // The organisation keeps its members from leaving, which is a step of its own.
    world.organization = None;
    // Nobody of the account becomes anybody: who may assume would hold what agencies hold.
    for agency in world.agencies.each_mut().filter(|agency| agency.object.get("trust_policy").is_some()) {
        agency.object.set("trust_policy", ONLY_A_SERVICE);
    }
    let mut holders = OnHuawei::of(&world);
    for action in actions(Cloud::Huawei) {
        holders.add(&mut world, action, action);
    }
    // The same operations on other services, and a part of a name.
    let misses =
        ["obs:users:attachPolicyV5", "ecs:agencies:pass", "iam:users:attachPolicyV", "iam:mfa:*List*"];
    for action in misses {
        holders.add(&mut world, action, action);
    }
    // One that nobody may use is held by nobody.
    holders.add(&mut world, "disabled", "iam:users:attachPolicyV5");
    holders.disable(&mut world, "disabled");
    let account = Account::of(Company::on_huawei(world).await);
    let findings = audited(&account, MONDAY).await;
    check_each(Cloud::Huawei, &findings, |action| format!("user {}", OnHuawei::name(action)));
    let told = told(&findings);
    for miss in misses.into_iter().chain(["disabled"]) {
        let who = format!("user {}", OnHuawei::name(miss));
        assert!(told.keys().all(|(holder, _)| *holder != who), "{miss}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_ibm_cloud_is_found_and_nothing_beside_it() {
    let mut world = ibm::generate(1, ibm::Size::Dozen);
    let mut holders = OnIbm::of(&world);
    for action in actions(Cloud::Ibm) {
        holders.add(&mut world, action, action, &[("serviceName", OnIbm::service_of(action))]);
        if !expected(Cloud::Ibm, action).is_empty() {
            // The role is one of its service, and gives nothing on another.
            holders.add(&mut world, &format!("elsewhere {action}"), action, &[("serviceName", "kms")]);
        }
    }
    for (who, family) in [("all-platform", "platform_service"), ("all-services", "service")] {
        holders.add_with(&mut world, who, ibm_role("Administrator"), &[("serviceType", family)]);
        let reader = format!("reads {family}");
        holders.add_with(&mut world, &reader, ibm_role("Viewer"), &[("serviceType", family)]);
    }
    holders.add_with(&mut world, "one service", ibm_role("Administrator"), &[("serviceName", "kms")]);
    let account = Account::of(Company::on_ibm(world).await);
    let findings = audited(&account, MONDAY).await;
    let who = |action: &str| format!("user {}", OnIbm::name(action));
    check_each(Cloud::Ibm, &findings, who);
    let told = told(&findings);
    let of = |name: &str| -> Vec<&str> {
        let own = told.keys().filter(|(holder, _)| *holder == who(name));
        own.map(|(_, rule)| rule.as_str()).collect()
    };
    for action in actions(Cloud::Ibm) {
        assert_eq!(of(&format!("elsewhere {action}")), [""; 0], "{action} on another service");
    }
    assert_eq!(of("all-platform"), ["permission_to_grant_account_management"]);
    assert_eq!(of("all-services"), ["permission_to_grant_all_services", "permission_to_remove_protection"]);
    for silent in ["reads platform_service", "reads service", "one service"] {
        assert_eq!(of(silent), [""; 0], "{silent}");
    }
}

fn ibm_role(name: &str) -> String {
    format!("crn:v1:bluemix:public:iam::::role:{name}")
}
