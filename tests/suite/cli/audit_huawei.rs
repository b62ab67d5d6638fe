//! `iamwatch audit` of an account on Huawei Cloud: signing in, and everything that can be wrong with it.

use jiff::SignedDuration;
use serde_json::json;
use simulators::huawei::{
    Clock, Fault, FaultKind, Simulator, Size, generate, weeks,
    world::{
        AUDIT_AGENCY, AUDIT_EXTERNAL_ID, COLLECTOR_ACCESS_KEY, COLLECTOR_SECRET_KEY, FOREIGN_ACCESS_KEY,
        FOREIGN_ACCOUNT, FOREIGN_SECRET_KEY, STRANGER_ACCESS_KEY, STRANGER_SECRET_KEY, TEMPORARY_ACCESS_KEY,
        TEMPORARY_SECRET_KEY, TEMPORARY_SECURITY_TOKEN,
    },
};
use tokio::runtime::Runtime;

use super::program::{Desk, Outcome};

const KEYS: &str = "access_key = \"env:AK\", secret_key = \"env:SK\"";
const WRONG_SECRET: &str = "wr0ng-s3cr3t-of-nobody";

/// A simulated cloud and a desk that is set up to audit it.
struct Cloud {
    _runtime: Runtime,
    simulator: Simulator,
    account: String,
    desk: Desk,
}

impl Cloud {
    fn new() -> Self {
        Self::with(&[("AK", COLLECTOR_ACCESS_KEY), ("SK", COLLECTOR_SECRET_KEY)])
    }

    fn with(variables: &[(&str, &str)]) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let world = generate(1, Size::Dozen);
        let account = world.account_id().to_owned();
        let simulator = runtime.block_on(Simulator::start(world)).unwrap();
        let mut desk = Desk::new();
        for (name, value) in variables {
            desk.set(name, value);
        }
        let cloud = Self { _runtime: runtime, simulator, account, desk };
        cloud.configure(KEYS, None);
        cloud
    }

    fn configure(&self, credentials: &str, id: Option<&str>) {
        let to = self.simulator.endpoints();
        let id = id.map(|id| format!("id = \"{id}\"\n")).unwrap_or_default();
        let text = format!(
            "store = \"iamwatch-store\"\n[[account]]\ncloud = \"huawei\"\n{id}credentials = {{ {credentials} }}\n\
             seconds = 20\n[account.endpoints]\niam = \"{}\"\nsts = \"{}\"\norganizations = \"{}\"\neps = \"{}\"\n",
            to.iam, to.sts, to.organizations, to.eps
        );
        self.desk.write("iamwatch.toml", &text);
    }

    fn audit(&self) -> Outcome {
        self.desk.iamwatch(&["audit"])
    }

    /// Asserts that an audit ends with this code and these words, says what to do, shows no secret and stores nothing.
    #[track_caller]
    fn refuses(&self, code: i32, said: &[&str]) {
        let before = self.desk.bytes("iamwatch-store");
        let outcome = self.audit();
        outcome.fails(code, said);
        assert!(outcome.stderr.contains("help: "), "{outcome:?}");
        let all = format!("{}{}", outcome.stdout, outcome.stderr);
        for secret in [COLLECTOR_SECRET_KEY, FOREIGN_SECRET_KEY, WRONG_SECRET, "Signature="] {
            assert!(!all.contains(secret), "{all}");
        }
        assert_eq!(self.desk.bytes("iamwatch-store"), before, "nothing stored is harmed");
    }
}

#[test]
fn a_classic_agency_reads_an_account_that_has_no_other() {
    let cloud = Cloud::with(&[("AK", FOREIGN_ACCESS_KEY), ("SK", FOREIGN_SECRET_KEY)]);
    cloud.simulator.change(|world| world.delegate("classic-audit", FOREIGN_ACCOUNT));
    let name = cloud.simulator.look(|world| world.account_name().to_owned());
    cloud.configure(
        &format!("{KEYS}, agency = {{ name = \"classic-audit\", domain_name = \"{name}\" }}"),
        None,
    );
    assert!(cloud.audit().done().contains(&format!("huawei/{}", cloud.account)));
    cloud.configure(&format!("{KEYS}, agency = {{ name = \"classic-audit\" }}"), Some(&cloud.account));
    assert!(cloud.audit().done().contains("Nothing changed"));
    cloud.configure(&format!("{KEYS}, agency = {{ name = \"classic-audit\" }}"), None);
    cloud.refuses(2, &["a classic `agency` needs the `id` of the account"]);
    cloud.configure(&format!("{KEYS}, agency = {{ name = \"other\" }}"), Some(&cloud.account));
    cloud.refuses(3, &["HTTP 403", "Agent Operator"]);
}

#[test]
fn an_account_is_audited_and_what_changed_is_told() {
    let cloud = Cloud::new();
    let page = cloud.audit().done();
    assert!(page.contains("snapshot 1") && page.contains("First snapshot"), "{page}");
    assert!(page.contains(&format!("huawei/{}", cloud.account)), "{page}");
    let page = cloud.audit().done();
    assert!(page.contains("Nothing changed") && page.contains("1 object written"), "{page}");

    cloud.simulator.change(weeks()[1].apply);
    let outcome = cloud.desk.iamwatch(&["audit", "--exit-code"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    for words in
        ["+ user noor.haddad", "↑ user noor.haddad gained access, user is new, through group 'developers'"]
    {
        assert!(outcome.stdout.contains(words), "`{words}` is missing in {}", outcome.stdout);
    }
    let told = cloud.desk.iamwatch(&["diff", "2", "3", "--access", "--json"]).json();
    assert_eq!(told["changes"][0]["principals"][0]["name"], "noor.haddad");
    for path in cloud.desk.bytes(".").into_values() {
        assert!(!String::from_utf8_lossy(&path).contains(COLLECTOR_SECRET_KEY));
    }
}

#[test]
fn temporary_keys_and_an_agency_read_the_same_account() {
    let token = TEMPORARY_SECURITY_TOKEN;
    let cloud = Cloud::with(&[("AK", TEMPORARY_ACCESS_KEY), ("SK", TEMPORARY_SECRET_KEY), ("TOKEN", token)]);
    cloud.configure(&format!("{KEYS}, security_token = \"env:TOKEN\""), None);
    assert!(cloud.audit().done().contains(&format!("huawei/{}", cloud.account)));

    let cloud = Cloud::with(&[("AK", FOREIGN_ACCESS_KEY), ("SK", FOREIGN_SECRET_KEY)]);
    let urn = format!("iam::{}:agency:{AUDIT_AGENCY}", cloud.account);
    let through = |external_id: &str| {
        format!("{KEYS}, agency = {{ urn = \"{urn}\", external_id = \"{external_id}\" }}")
    };
    cloud.configure(&through("another-word"), None);
    cloud.refuses(3, &["/v5/agencies/assume", "external id", "trust policy"]);
    cloud.configure(&through(AUDIT_EXTERNAL_ID), None);
    assert!(cloud.audit().done().contains(&format!("huawei/{}", cloud.account)));
}

#[test]
fn a_wrong_secret_is_told_with_what_to_check() {
    let cloud =
        Cloud::with(&[("AK", COLLECTOR_ACCESS_KEY), ("SK", COLLECTOR_SECRET_KEY), ("WRONG", WRONG_SECRET)]);
    cloud.audit().done();
    cloud.configure(&KEYS.replace("env:SK", "env:WRONG"), None);
    cloud.refuses(3, &["the access key was rejected", "401"]);
}

#[test]
fn a_clock_that_is_off_is_told_as_such() {
    let cloud = Cloud::new();
    cloud.audit().done();
    for minutes in [-16, 16] {
        cloud.simulator.set_clock(Clock::Ahead(SignedDuration::from_mins(minutes)));
        cloud.refuses(3, &["401", "the clock of this machine"]);
    }
}

#[test]
fn keys_that_are_missing_are_told_by_name() {
    let cloud = Cloud::with(&[("AK", COLLECTOR_ACCESS_KEY)]);
    cloud.refuses(2, &["`SK` is not set"]);
    cloud.configure("access_key = \"env:AK\"", None);
    cloud.refuses(2, &["`credentials` name no `secret_key`"]);
    cloud.configure("api_key = \"env:AK\"", None);
    cloud.refuses(2, &["`api_key` means nothing to an account of `huawei`"]);
    cloud.configure(&KEYS.replace("env:SK", WRONG_SECRET), None);
    cloud.refuses(2, &["env:NAME"]);
}

#[test]
fn keys_of_another_account_are_not_used_for_this_one() {
    let cloud = Cloud::with(&[("AK", FOREIGN_ACCESS_KEY), ("SK", FOREIGN_SECRET_KEY)]);
    cloud.configure(KEYS, Some(&cloud.account));
    cloud.refuses(2, &["belong to account", FOREIGN_ACCOUNT, &cloud.account]);
}

#[test]
fn a_caller_without_rights_removes_nothing() {
    let mut cloud = Cloud::new();
    cloud.audit().done();
    cloud.desk.set("STRANGER", STRANGER_ACCESS_KEY);
    cloud.desk.set("STRANGERS_SECRET", STRANGER_SECRET_KEY);
    cloud.configure(
        "access_key = \"env:STRANGER\", secret_key = \"env:STRANGERS_SECRET\"",
        Some(&cloud.account),
    );
    let outcome = cloud.audit();
    if outcome.code == 0 {
        assert!(outcome.stdout.contains("Not read to the end"), "{outcome:?}");
        let told = cloud.desk.iamwatch(&["diff", "1", "2", "--json"]).json();
        assert!(told["counts"].get("removed").is_none(), "{told}");
        let told = cloud.desk.iamwatch(&["diff", "1", "2", "--access", "--json"]).json();
        assert_eq!(told["changes"], serde_json::json!([]));
    } else {
        outcome.fails(3, &["help: "]);
    }
}

#[test]
fn a_cloud_that_does_not_answer_is_told_as_such() {
    let cloud = Cloud::new();
    cloud.audit().done();
    let text = std::fs::read_to_string(cloud.desk.path("iamwatch.toml")).unwrap();
    let iam = &cloud.simulator.endpoints().iam;
    cloud.desk.write(
        "iamwatch.toml",
        &text.replace(iam, "http://127.0.0.1:1").replace("seconds = 20", "seconds = 2"),
    );
    cloud.refuses(3, &["http://127.0.0.1:1", "network"]);
    cloud.desk.write("iamwatch.toml", &text.replace(iam, "http://iam.example.com"));
    cloud.audit().fails(2, &["http://iam.example.com", "`iam`", "https"]);
}

/// Eleven users have a device: with the list denied, nobody can say who has none.
#[test]
fn a_rule_that_cannot_see_is_not_answered_instead_of_naming_everybody() {
    let cloud = Cloud::new();
    cloud.simulator.change(|world| {
        for caller in &mut world.callers {
            caller.rights.refused.insert("iam:mfa:listMFADevicesV5".to_owned());
        }
    });
    let page = cloud.audit().done();
    let line = page.lines().find(|line| line.contains("Not answered: ")).unwrap_or_else(|| panic!("{page}"));
    assert!(line.contains("password_without_mfa") && line.contains("huawei_mfa_devices"), "{line}");
    let ask = |arguments: &[&str]| cloud.desk.iamwatch(arguments);
    let asked = ask(&["rules", "ask", "password_without_mfa"]).done();
    assert!(asked.starts_with("Not answered: password_without_mfa"), "{asked}");
    let told = ask(&["rules", "ask", "password_without_mfa", "--json"]).json();
    assert_eq!(told["rows"], serde_json::json!([]));
    assert_eq!(told["not_answered"][0]["rule"], "password_without_mfa");
    assert_eq!(told["incomplete"][0]["listing"], "huawei_mfa_devices");
    for arguments in [
        &["query", "select count(*) from huawei_mfa_devices"] as &[&str],
        &["show", "1", "huawei_mfa_devices"],
    ] {
        let page = ask(arguments).done();
        assert!(
            page.contains("Not all could be seen") && page.contains("huawei_mfa_devices denied"),
            "{page}"
        );
    }
    for arguments in [&["findings"] as &[&str], &["rules"]] {
        let page = ask(arguments).done();
        assert!(page.contains("Not answered: password_without_mfa"), "{page}");
    }
    let rules = ask(&["rules", "--json"]).json();
    let rule = |id: &str| rules.as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap().clone();
    assert_eq!(
        rule("password_without_mfa")["not_answered"]["tables"],
        serde_json::json!(["huawei_mfa_devices"])
    );
    assert!(rule("key_older_than_90_days").get("not_answered").is_none());
}

#[test]
fn the_life_of_a_thing_says_that_its_list_was_not_read() {
    let cloud = Cloud::new();
    cloud.audit().done();
    cloud.simulator.change(|world| {
        for caller in &mut world.callers {
            caller.rights.refused.insert("iam:groups:listGroupsV5".to_owned());
        }
    });
    cloud.audit().done();
    let ask = |arguments: &[&str]| cloud.desk.iamwatch(arguments);
    let groups = ask(&["query", "select group_id from huawei_groups limit 1", "--json"]).json();
    let id = groups["rows"][0]["group_id"].as_str().unwrap().to_owned();
    let subject = format!("huawei_groups/{id}");
    for arguments in
        [&["history", &subject] as &[&str], &["history", &subject, "name"], &["blame", "huawei_groups", &id]]
    {
        let page = ask(arguments).done();
        let is_said = page.contains("Not all could be seen") && page.contains("huawei_groups denied");
        assert!(is_said, "{arguments:?}: {page}");
        let told = ask(&[arguments, &["--json"]].concat()).json();
        let incomplete = told["incomplete"].as_array().unwrap();
        assert!(incomplete.iter().any(|list| list["listing"] == "huawei_groups"), "{arguments:?}: {told}");
    }
    assert!(ask(&["history", &subject]).done().contains("as far as could be seen"));
}

#[test]
fn the_same_in_another_form_is_no_news() {
    let cloud = Cloud::new();
    cloud.audit().done();
    for kind in [FaultKind::Reshuffled, FaultKind::OtherTimes, FaultKind::Texts, FaultKind::ByteOrderMark] {
        cloud.simulator.clear_faults();
        cloud.simulator.add_fault(Fault::on("/v", kind.clone()));
        let page = cloud.desk.iamwatch(&["audit", "--exit-code"]).done();
        assert!(page.contains("Nothing changed"), "{kind:?}: {page}");
    }
}

#[test]
fn a_cell_that_cannot_be_read_is_told_as_such_and_never_as_a_change() {
    let cloud = Cloud::new();
    cloud.audit().done();
    for (path, member, value) in [
        ("/v5/users?", "enabled", json!("perhaps")),
        ("/access-keys?", "created_at", json!("soon")),
        ("/v5/agencies?", "trust_policy", json!("{")),
        ("/versions?", "document", json!([7])),
    ] {
        let kind = FaultKind::Member(member.to_owned(), value);
        cloud.simulator.add_fault(Fault::on(path, kind.clone()));
        let page = cloud.audit().done();
        assert!(page.contains("Nothing changed") && page.contains("Not read to the end"), "{kind:?}: {page}");
        assert!(!page.contains("opened") && !page.contains("closed"), "{kind:?}: {page}");
        assert!(page.contains(&format!("`{member}`")), "{kind:?}: {page}");
        cloud.simulator.clear_faults();
        let page = cloud.audit().done();
        assert!(page.contains("Nothing changed"), "{kind:?}: {page}");
        assert!(!page.contains("opened") && !page.contains("closed"), "{kind:?}: {page}");
    }
}

#[test]
fn an_account_of_which_nothing_can_be_read_leaves_the_history_as_it_was() {
    let cloud = Cloud::new();
    cloud.audit().done();
    let before = cloud.desk.bytes("iamwatch-store");
    cloud.simulator.add_fault(Fault::on("/v", FaultKind::Forbidden));
    let outcome = cloud.audit();
    outcome.fails(3, &["HTTP 403", "help: "]);
    assert_eq!(cloud.desk.bytes("iamwatch-store"), before);
    cloud.simulator.clear_faults();
    let page = cloud.audit().done();
    assert!(page.contains("snapshot 2") && page.contains("Nothing changed"), "{page}");
}
