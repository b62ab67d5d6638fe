use std::sync::Arc;

use super::*;
use crate::{Choice, Effect, Resource, Source, Statement};

const WHO: [&str; 2] = ["ana", "ben"];

fn step(kind: &'static str, id: &str) -> Step {
    Step { kind, id: id.to_owned(), name: id.to_owned() }
}

fn user(access: &mut Access, id: &str, standing: Standing) -> usize {
    access.principal(Principal { step: step("user", id), standing, is_bounded: false })
}

fn allow(access: &mut Access, action: &str, urn: Option<&str>) -> usize {
    let statement = Statement {
        effect: Effect::Allow,
        actions: Arc::new(Choice::any_of(vec![Pattern::parse(&action.to_lowercase())])),
        resources: Choice::any_of(vec![urn.map_or_else(Resource::any, crate::huawei::resource)]).into(),
        condition: None,
    };
    access.source(Source { steps: step("policy", action).into(), statement, holders: crate::Holders::All })
}

/// Two users, of whom the first is in the group of auditors.
fn office(holds: &[(&str, &str)]) -> Access {
    let mut access = Access::default();
    let users = WHO.map(|id| user(&mut access, id, Standing::Active));
    let group = access.group(step("group", "auditors"));
    access.join(users[0], group, None);
    for (who, action) in holds {
        let source = allow(&mut access, action, None);
        match *who {
            "auditors" => access.attach_to_group(group, source),
            who => access.attach(access.principal_with(who).unwrap(), source),
        }
    }
    access
}

fn permission(id: &str, action: &str, allowed: &[&str]) -> SensitivePermission {
    SensitivePermission {
        id: id.to_owned(),
        title: id.to_owned(),
        severity: Severity::High,
        actions: vec![action.to_owned()],
        resource: None,
        partly: true,
        implied_by: Vec::new(),
        allowed: allowed.iter().map(|text| (*text).to_owned()).collect(),
        reason: String::new(),
        silence: String::new(),
        remediation: String::new(),
    }
}

/// Returns `permission: holder` for each holding.
fn told(access: &Access, permissions: &[SensitivePermission]) -> Vec<String> {
    let found = permissions.iter().flat_map(|permission| {
        let found = holdings(Cloud::Huawei, &State::default(), access, permission);
        let of = |holding: Holding| format!("{}: {}", permission.id, holding.principal.step.id);
        found.expect("a resource that is understood").into_iter().map(of).collect::<Vec<_>>()
    });
    found.collect()
}

#[test]
fn whoever_is_in_an_allowed_group_may_hold_it_by_any_way() {
    let keys = permission("keys", "iam:credentials:createCredentialV5", &["group:audit*"]);
    let access =
        office(&[("auditors", "iam:*:*"), ("ana", "iam:credentials:*"), ("ben", "iam:*:createCredentialV5")]);
    assert_eq!(told(&access, std::slice::from_ref(&keys)), ["keys: ben"]);
    let nobody = SensitivePermission { allowed: Vec::new(), ..keys };
    assert_eq!(told(&access, &[nobody]), ["keys: ana", "keys: ben"]);
}

#[test]
fn a_pattern_is_held_by_whoever_may_do_all_of_it() {
    let access = office(&[("ana", "iam:*:get*"), ("ben", "iam:*:*")]);
    assert_eq!(told(&access, &[permission("iam", "iam:*:*", &[])]), ["iam: ben"]);
}

#[test]
fn all_of_it_under_a_condition_is_not_hidden_by_a_part_that_is_sure() {
    let mut access = office(&[("ana", "iam:*:get*")]);
    let source = allow(&mut access, "*", None);
    access.sources[source].statement.condition = Some("g:MFAPresent bool true".to_owned());
    access.attach(access.principal_with("ana").unwrap(), source);
    let all = SensitivePermission { partly: false, ..permission("all", "*:*:*", &[]) };
    assert_eq!(told(&access, &[all]), ["all: ana"]);
}

#[test]
fn on_a_part_of_the_resources_it_counts_where_the_permission_says_so() {
    let mut access = office(&[]);
    let source = allow(&mut access, "iam:credentials:createCredentialV5", Some("iam::d1:user:ben"));
    access.attach(access.principal_with("ana").unwrap(), source);
    let keys = permission("keys", "iam:credentials:createCredentialV5", &[]);
    assert_eq!(told(&access, std::slice::from_ref(&keys)), ["keys: ana"]);
    assert_eq!(told(&access, &[SensitivePermission { partly: false, ..keys }]), [""; 0]);
}

#[test]
fn who_cannot_use_it_does_not_hold_it() {
    let mut access = office(&[]);
    let old = user(&mut access, "old", Standing::Inactive("disabled".to_owned()));
    let source = allow(&mut access, "iam:*:*", None);
    access.attach(old, source);
    assert_eq!(told(&access, &[permission("all", "iam:*:*", &[])]), [""; 0]);
}

#[test]
fn the_root_user_needs_no_word() {
    let mut access = office(&[]);
    let source = allow(&mut access, "*:*:*", None);
    access.sources[source].steps = step("root user", "ana").into();
    access.attach(access.principal_with("ana").unwrap(), source);
    assert_eq!(told(&access, &[permission("all", "*:*:*", &[])]), [""; 0]);
}

#[test]
fn the_usual_permissions_are_usable() {
    for cloud in Cloud::ALL {
        let usual = usual(cloud).expect("they parse");
        assert!(usual.len() >= 3, "{cloud}: {}", usual.len());
        for permission in usual {
            assert_eq!(permission.check(), Ok(()));
            assert!(!permission.reason.is_empty() && !permission.remediation.is_empty());
            assert!(!permission.silence.is_empty(), "{} does not say when it is silent", permission.id);
            let asked = clouds::question(
                cloud,
                &State::default(),
                &permission.actions[0],
                permission.resource.as_deref(),
            );
            assert!(asked.is_ok(), "{}: {asked:?}", permission.id);
        }
    }
}

/// Returns the actions of a cloud that are known, each with the kind of step that it is (`-` for none) and whether
/// its name is sure.
fn known_actions(cloud: Cloud) -> BTreeMap<String, (String, bool)> {
    let text = match cloud {
        Cloud::Ibm => include_str!("../../permissions/steps/ibm.tsv"),
        Cloud::Huawei => include_str!("../../permissions/steps/huawei.tsv"),
    };
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let action = |line: &str| {
        let [kind, sure, name] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (name.to_owned(), (kind.to_owned(), sure == "sure"))
    };
    lines.map(action).collect()
}

#[test]
fn every_step_to_more_power_is_audited_or_left_out_for_a_reason() {
    for cloud in Cloud::ALL {
        let file = file(cloud).expect("it parses");
        assert!(file.left_out.iter().all(|each| each.reason.len() > 20));
        let audited = file.permission.iter().flat_map(|permission| &permission.actions);
        let left_out = file.left_out.iter().flat_map(|each| &each.actions);
        let (audited, left_out): (Vec<&String>, Vec<&String>) = (audited.collect(), left_out.collect());
        for (action, (kind, _)) in known_actions(cloud).iter().filter(|(_, (kind, _))| kind != "-") {
            let places = [&audited, &left_out].map(|list| list.contains(&action));
            assert!(places[0] != places[1], "{cloud}: {action} ({kind}) is in {places:?}");
        }
    }
}

#[test]
fn every_action_that_is_audited_is_real_and_a_step() {
    for cloud in Cloud::ALL {
        let known = known_actions(cloud);
        let file = file(cloud).expect("it parses");
        let actions = file.permission.iter().flat_map(|permission| &permission.actions);
        for action in actions.filter(|action| Pattern::parse(action).is_literal()) {
            let (kind, is_sure) = known.get(action).unwrap_or_else(|| panic!("{cloud} has no {action}"));
            assert!(*is_sure && kind != "-", "{cloud}: {action} is no step that is known");
        }
    }
}

#[test]
fn a_permission_that_cannot_be_meant_is_refused() {
    let good = permission("keys", "a", &["group:x"]);
    assert!(good.check().is_ok());
    assert!(
        SensitivePermission { id: "No Id".to_owned(), ..good.clone() }
            .check()
            .unwrap_err()
            .contains("`No Id`")
    );
    assert!(
        SensitivePermission { actions: Vec::new(), ..good.clone() }
            .check()
            .unwrap_err()
            .contains("`actions`")
    );
    let allowed = |text: &str| SensitivePermission { allowed: vec![text.to_owned()], ..good.clone() }.check();
    for (text, near) in [("grp:x", "`group`"), ("serviceid:x", "`service ID`"), ("user :x", "`user`")] {
        let error = allowed(text).unwrap_err();
        assert!(error.contains(&format!("did you mean {near}?")), "{error}");
        assert!(error.contains("kinds are user, root user, "), "{error}");
    }
    assert!(allowed("nonsense:x").unwrap_err().contains("nothing is of the kind `nonsense`; kinds are"));
    assert!(allowed("group: ").unwrap_err().contains("names nobody"));
    for text in ["Group:x", "access group:x", "Service ID:*", "root user:r", "agency:a:b"] {
        assert_eq!(allowed(text), Ok(()), "{text}");
    }
    let bad = SensitivePermission { allowed: vec!["auditors".to_owned()], ..good.clone() };
    assert!(bad.check().unwrap_err().contains("group:auditors"));
}
