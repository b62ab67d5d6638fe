//! What somebody really does while an answer is odd, or in the run in which that heals, is told exactly once, and nothing else is.

use model::Cloud;
use serde_json::{Value, json};
use simulators::{
    huawei,
    ibm::{self, FaultKind as Kind},
};

use super::{
    editions::{add_fault, heal},
    moment, news,
};
use crate::scenarios::{Account, company::Company};

/// An edit of an account, which returns the id of what it changed.
type Edit<W> = fn(&mut W) -> String;

/// An edit, the calls that are odd meanwhile and how, and the change that is to be told.
struct Case<W> {
    edit: Edit<W>,
    path: &'static str,
    odd: fn(String) -> Kind,
    told: Value,
}

fn case<W>(
    edit: Edit<W>,
    path: &'static str,
    odd: fn(String) -> Kind,
    told: (&str, Value, Value),
) -> Case<W> {
    let (name, before, after) = told;
    Case { edit, path, odd, told: json!({ "name": name, "before": before, "after": after }) }
}

/// Lives through each case: the edit is made while the answer is odd, or when that heals.
async fn each_is_told_once<W>(
    account: &Account,
    cases: Vec<Case<W>>,
    change: impl Fn(&Account, Edit<W>) -> String,
) {
    account.audit(&moment(0)).await.expect("a first audit");
    for (number, case) in cases.iter().enumerate() {
        let before = account.events().len();
        let is_at_once = number % 2 == 0;
        // Whose id it is does not hang on whether it was changed yet.
        let id = if is_at_once { change(account, case.edit) } else { String::new() };
        add_fault(account, case.path, (case.odd)(id));
        account.audit(&moment(3 * number + 1)).await.expect("an audit with an odd answer");
        heal(account);
        if !is_at_once {
            change(account, case.edit);
        }
        for run in [2, 3] {
            account.audit(&moment(3 * number + run)).await.expect("an audit");
        }
        let told: Vec<String> =
            news(&account.events()[before..]).into_iter().filter(|each| each.contains(".drift.")).collect();
        let times = told.iter().map(|each| each.matches(&case.told.to_string()).count()).sum::<usize>();
        assert_eq!((told.len(), times), (1, 1), "{} {}: {told:#?}", case.path, case.told);
    }
}

fn member(name: &'static str, value: Value) -> impl Fn(String) -> Kind {
    move |id| Kind::MemberOf(id, name.to_owned(), value.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_on_ibm_cloud_beside_an_odd_answer_is_told_exactly_once() {
    let account = Account::of_a_dozen().await;
    let suspend: Edit<ibm::World> = |world| {
        world.users[2].object.set("state", "SUSPENDED");
        world.users[2].object.text("iam_id").to_owned()
    };
    let rename: Edit<ibm::World> = |world| {
        world.groups[2].object.set("name", "renamed");
        world.groups[2].object.text("id").to_owned()
    };
    let describe: Edit<ibm::World> = |world| {
        world.custom_roles[0].set("description", "edited");
        world.custom_roles[0].text("id").to_owned()
    };
    let disable: Edit<ibm::World> = |world| {
        let key =
            world.api_keys.iter_mut().find(|key| key.object.text("name") == "renamed-key").expect("a key");
        key.object.set("disabled", true);
        key.object.text("id").to_owned()
    };
    let close: Edit<ibm::World> = |world| {
        world.group_settings.set("public_access_enabled", false);
        String::new()
    };
    let loosen: Edit<ibm::World> = |world| {
        world.restrictions[0].set("enforcement_mode", "report");
        world.restrictions[0].text("id").to_owned()
    };
    let name_key: Edit<ibm::World> = |world| {
        let key = world.api_keys.iter_mut().find(|key| key.object.text("name") == "grace-old-laptop");
        let key = key.expect("a key");
        key.object.set("name", "renamed-key");
        key.object.text("id").to_owned()
    };
    let cases = vec![
        case(
            name_key,
            "/v1/apikeys?",
            |id| member("description", json!(7))(id),
            ("name", json!("grace-old-laptop"), json!("renamed-key")),
        ),
        case(
            suspend,
            "/users?",
            |id| member("email", json!(7))(id),
            ("state", json!("ACTIVE"), json!("SUSPENDED")),
        ),
        case(rename, "/v2/groups?", |_| Kind::NullArrays, ("name", json!("developers"), json!("renamed"))),
        case(
            describe,
            "/v2/roles?account_id",
            |_| Kind::Shifted,
            ("description", json!("Invoice Reader of cloud-object-storage"), json!("edited")),
        ),
        case(
            disable,
            "/v1/apikeys?",
            |_| Kind::NoText("name".to_owned()),
            ("disabled", json!(false), json!(true)),
        ),
        case(close, "/v2/policies", |_| Kind::Nulls, ("public_access_enabled", json!(true), json!(false))),
        case(
            loosen,
            "/v1/rules?",
            |_| Kind::Forbidden,
            ("enforcement_mode", json!("enabled"), json!("report")),
        ),
    ];
    each_is_told_once(&account, cases, |account, edit| account.ibm().change(edit)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_on_huawei_cloud_beside_an_odd_answer_is_told_exactly_once() {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let disable: Edit<huawei::World> = |world| {
        let user = world.users.each_mut().find(|user| user.name() == "dmitri").expect("a user");
        user.object.set("enabled", false);
        user.object.text("user_id").to_owned()
    };
    let stop: Edit<huawei::World> = |world| {
        let user = world.users.each_mut().find(|user| user.name() == "deploy-bot").expect("a user");
        user.access_keys[0].object.set("status", "inactive");
        user.access_keys[0].id().to_owned()
    };
    let prolong: Edit<huawei::World> = |world| {
        let agency =
            world.agencies.each_mut().find(|agency| agency.name() == "iamwatch-audit").expect("an agency");
        agency.object.set("max_session_duration", 43200);
        agency.object.text("agency_id").to_owned()
    };
    let limit: Edit<huawei::World> = |world| {
        let agency = world.agencies.each_mut().find_map(|agency| agency.classic.as_mut()).expect("an agency");
        agency.set("duration", "24");
        agency.text("id").to_owned()
    };
    let shorten: Edit<huawei::World> = |world| {
        world.password_policy.set("minimum_password_length", 6);
        String::new()
    };
    let turn_off: Edit<huawei::World> = |world| {
        let is_enabled = |device: &&mut huawei::world::Object| device.get("enabled") == Some(&true.into());
        let device = world.mfa_devices.iter_mut().find(is_enabled).expect("a device");
        device.set("enabled", false);
        device.text("serial_number").to_owned()
    };
    let error = |_| Kind::Body(200, json!({ "error_code": "X.0001", "error_msg": "m" }));
    let describe: Edit<huawei::World> = |world| {
        let group = world.groups.each_mut().next().expect("a group");
        group.object.set("description", "edited");
        group.object.text("group_id").to_owned()
    };
    let cases = vec![
        case(
            describe,
            "/v5/groups?",
            |id| member("urn", json!([7]))(id),
            ("description", json!("Default administrators"), json!("edited")),
        ),
        case(
            prolong,
            "/v5/agencies?",
            |id| member("trust_policy", Value::Null)(id),
            ("max_session_duration", json!(3600), json!(43200)),
        ),
        case(stop, "/access-keys", error, ("status", json!("active"), json!("inactive"))),
        case(disable, "/v5/users?", |_| Kind::Shifted, ("enabled", json!(true), json!(false))),
        case(limit, "/v5/agencies?", |_| Kind::NullForItem, ("duration", json!("FOREVER"), json!("24"))),
        case(shorten, "/v5/password-policy", |_| Kind::EmptyObject, ("value", json!("8"), json!("6"))),
        case(turn_off, "/v5/users?", |_| Kind::Nulls, ("enabled", json!(true), json!(false))),
    ];
    each_is_told_once(&account, cases, |account, edit| account.huawei().change(edit)).await;
}

/// An edit of a thing, the calls that show it, how it is odd in the second of four runs, before which of them it is edited, and what is told:
/// a part of each event.
type Inside<W> = (Edit<W>, &'static str, Kind, usize, &'static [&'static str]);

/// Lives through each edit beside the odd member: in the run before the odd one, in it, and in the one in which it heals.
async fn each_inside_is_told_once<W>(
    account: &Account,
    cases: &[Inside<W>],
    change: impl Fn(&Account, Edit<W>) -> String,
) {
    account.audit(&moment(0)).await.expect("a first audit");
    let mut run = 0;
    for (edit, path, odd, at, told_of) in cases {
        let before = account.events().len();
        for step in 0..4 {
            if step == *at {
                change(account, *edit);
            }
            if step == 1 {
                add_fault(account, path, odd.clone());
            }
            run += 1;
            account.audit(&moment(run)).await.expect("an audit");
            heal(account);
        }
        let news = news(&account.events()[before..]);
        let drift: Vec<&String> = news.iter().filter(|each| each.contains(".drift.")).collect();
        let is_told = drift.len() == told_of.len()
            && told_of.iter().all(|part| drift.iter().any(|each| each.contains(part)));
        assert!(is_told, "{path} {odd:?}, edited in step {at}: {drift:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_list_inside_of_a_thing_beside_an_odd_member_is_told_exactly_once() {
    let account = Account::of_a_dozen().await;
    let exempt: Edit<ibm::World> = |world| {
        let user = world.users[3].object.text("iam_id").to_owned();
        let settings = world.effective_settings.as_mut().expect("settings in force");
        let mut effective = settings.get("effective").cloned().expect("what is in force");
        let exempt = effective["user_mfa"].as_array_mut().expect("exemptions");
        let mut another = exempt.first().cloned().expect("an exemption");
        another["iam_id"] = json!(user);
        exempt.push(another);
        settings.set("effective", effective);
        user
    };
    let odd = || Kind::Inside("effective/max_sessions_per_identity".to_owned(), json!([7]));
    // What only the document keeps is odd there.
    let widen: Edit<ibm::World> = |world| {
        let addresses = world.zones[0].get("addresses").and_then(Value::as_array).cloned();
        let mut addresses = addresses.expect("addresses");
        addresses.push(json!({ "type": "ipAddress", "value": "198.51.100.7" }));
        world.zones[0].set("addresses", addresses);
        String::new()
    };
    let preview = Kind::Inside("addresses_preview/*".to_owned(), json!([null]));
    let cases = [
        (exempt, "effective_settings", odd(), 1, &["ibm_account_settings", "ibm_mfa_exemptions"][..]),
        (widen, "/v1/zones?", preview, 1, &["198.51.100.7"][..]),
    ];
    each_inside_is_told_once(&account, &cases, |account, edit| account.ibm().change(edit)).await;

    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let trust: Edit<huawei::World> = |world| {
        let agency = world.agencies.each_mut().find(|agency| agency.name() == "iamwatch-audit");
        let agency = agency.expect("an agency");
        let policy = agency.object.text("trust_policy").replace("sts:agencies:assume", "sts::edited");
        agency.object.set("trust_policy", policy);
        String::new()
    };
    let trust_anew: Edit<huawei::World> = |world| {
        let agency = world.agencies.each_mut().find(|agency| agency.name() == "iamwatch-audit");
        let agency = agency.expect("an agency");
        let policy = agency.object.text("trust_policy").replace("sts::edited", "sts::anew");
        agency.object.set("trust_policy", policy);
        String::new()
    };
    let client: Edit<huawei::World> = |world| {
        let clients = world.oidc_providers[0].object.get("client_ids").cloned().expect("clients");
        let mut clients = clients.as_array().cloned().expect("clients");
        clients.push(json!(format!("edited-{}", clients.len())));
        world.oidc_providers[0].object.set("client_ids", clients);
        String::new()
    };
    let describe: Edit<huawei::World> = |world| {
        let mut roles = world.classic.roles.iter_mut();
        let role = roles.find(|role| role.pointer("/policy/Depends/0").is_some()).expect("a role");
        role.set("description", "edited-role");
        String::new()
    };
    let depends = Kind::Inside("role/policy/Depends/*/display_name".to_owned(), json!(""));
    let of = |name: &str, member: &str| Kind::MemberOf(name.to_owned(), member.to_owned(), json!([7]));
    let condition = "trust_policy/Statement/*/Condition/StringEquals/sts:ExternalId";
    let external = Kind::Inside(condition.to_owned(), json!(""));
    let cases = [
        (trust, "/v5/agencies?", of("iamwatch-audit", "urn"), 1, &["sts::edited"][..]),
        (trust_anew, "/v5/agencies?", external, 1, &["sts::anew"][..]),
        (describe, "/v3/roles/", depends, 1, &["edited-role"][..]),
        (client, "/v5/oidc-providers", of("pipelines", "description"), 0, &["edited-1"][..]),
        (client, "/v5/oidc-providers", of("pipelines", "description"), 1, &["edited-2"][..]),
        (client, "/v5/oidc-providers", of("pipelines", "description"), 2, &["edited-3"][..]),
    ];
    each_inside_is_told_once(&account, &cases, |account, edit| account.huawei().change(edit)).await;
}
