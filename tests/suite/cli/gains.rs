//! `iamwatch diff --access`: who gained and lost what between two snapshots.

use serde_json::Value;

use super::program::Desk;

fn told(desk: &Desk, before: &str, after: &str) -> Value {
    desk.iamwatch(&["diff", before, after, "--access", "--json"]).json()
}

/// Returns what happened, and to whom, of each change.
fn turns(told: &Value) -> Vec<(String, Vec<String>)> {
    let changes = told["changes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    changes
        .map(|change| {
            let mut names: Vec<String> =
                change["principals"].as_array().unwrap().iter().map(|who| text(&who["name"])).collect();
            names.sort();
            (text(&change["turn"]), names)
        })
        .collect()
}

fn turn(word: &str, names: &[&str]) -> (String, Vec<String>) {
    (word.to_owned(), names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_gain_is_told_with_its_path_and_its_reach() {
    let desk = Desk::with_huawei_history();
    let page = desk.iamwatch(&["diff", "1", "2", "--access"]).done();
    assert!(page.contains("Snapshot 1 (2026-09-07 06:00) → 2 (2026-09-14 06:00)"), "{page}");
    assert!(page.contains("+ user noor.haddad: gained"), "{page}");
    assert!(page.contains("through group 'developers' → policy 'Rollout'\n"), "{page}");
    let told = told(&desk, "1", "2");
    assert_eq!(turns(&told), [turn("gained", &["noor.haddad"])]);
    let grants = told["changes"][0]["grants"].as_array().unwrap();
    let reach = |grant: &Value| grant["reach"]["actions"].as_u64().unwrap();
    assert!(grants.windows(2).all(|pair| reach(&pair[0]) >= reach(&pair[1])), "the widest first: {told:#}");
    assert_eq!(grants[0]["path"][0]["kind"], "group");
}

#[test]
fn a_wider_grant_says_what_it_was_before() {
    let desk = Desk::with_huawei_history();
    let page = desk.iamwatch(&["diff", "3", "4", "--access"]).done();
    assert!(page.contains(": can do more") && page.contains("iam:*:*"), "{page}");
    assert!(page.contains("version v2; before: group 'operators'"), "{page}");
    let told = told(&desk, "3", "4");
    // One edit is told once; who held the keys of machines besides gained less, and the grants say whose they are.
    let members =
        ["backup-bot", "carla.mendes", "federated users by mapping installers", "lin.mei", "sven.olsson"];
    assert_eq!(turns(&told), [turn("widened", &members)]);
    let grant = &told["changes"][0]["grants"][0];
    let mut only: Vec<&str> =
        grant["only"].as_array().unwrap().iter().flat_map(|who| who["name"].as_str()).collect();
    only.sort_unstable();
    assert_eq!(only, ["backup-bot", "lin.mei", "sven.olsson"]);
    assert!(page.contains("only user sven.olsson, user lin.mei, user backup-bot: iam:*:*"), "{page}");
    assert_eq!((&grant["path"][2]["name"], &grant["former_path"][2]["name"]), (&"v2".into(), &"v1".into()));
}

#[test]
fn a_leaver_loses_and_who_changes_groups_does_neither() {
    let desk = Desk::with_huawei_history();
    assert_eq!(turns(&told(&desk, "5", "6")), [turn("lost", &["sven.olsson"])]);
    let page = desk.iamwatch(&["diff", "5", "6", "--access"]).done();
    assert!(page.contains("- user sven.olsson: lost"), "{page}");
    assert_eq!(turns(&told(&desk, "6", "7")), [turn("rerouted", &["tomasz.nowak", "李娜"])]);
    let page = desk.iamwatch(&["diff", "6", "7", "--access"]).done();
    assert!(
        page.contains("the same access, other route") && page.contains("before: group 'data-analysts"),
        "{page}"
    );
}

#[test]
fn an_opened_agency_is_a_gain_of_those_who_may_take_it_on() {
    let desk = Desk::with_huawei_history();
    let page = desk.iamwatch(&["diff", "4", "5", "--access"]).done();
    let stranger = "only account bad0c0de1e5511e5bad0c0de1e5511e5: assume agency 'break-glass'";
    assert!(page.contains(stranger), "{page}");
}

#[test]
fn both_clouds_tell_in_the_same_words() {
    let desk = Desk::with_history();
    assert_eq!(turns(&told(&desk, "3", "4")), [turn("gained", &["ci-deployer"])]);
    let page = desk.iamwatch(&["diff", "3", "4", "--access"]).done();
    assert!(
        page.contains("+ service ID ci-deployer: gained") && page.contains("role 'Administrator'"),
        "{page}"
    );
    // A Viewer becomes an Editor: who may read the roles of a service is no longer among what the role gives.
    // What each held besides differs, and so does what is new to each: one edit is one gain and one loss all the same.
    let grown: Vec<String> = turns(&told(&desk, "4", "5")).into_iter().map(|(turn, _)| turn).collect();
    assert_eq!(grown, ["gained", "lost"]);
    let tidied: Vec<String> = turns(&told(&desk, "6", "7")).into_iter().map(|(turn, _)| turn).collect();
    assert_eq!(tidied, ["lost", "rerouted"]);
}

#[test]
fn blindness_gives_and_takes_nothing_and_is_said() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let told = told(&desk, "7", "8");
        assert_eq!(turns(&told), []);
        assert!(!told["unseen"].as_array().unwrap().is_empty());
        let page = desk.iamwatch(&["diff", "7", "8", "--access"]).done();
        assert!(page.contains("Nobody gained or lost anything"), "{page}");
        assert!(page.contains("Could not be seen, and may hide more"), "{page}");
    }
}

#[test]
fn a_gain_gives_its_own_exit_code_where_it_is_asked_for() {
    let desk = Desk::with_huawei_history();
    let code = |before, after, more: &[&str]| {
        desk.iamwatch(&[&["diff", before, after, "--access"], more].concat()).code
    };
    assert_eq!((code("3", "4", &[]), code("3", "4", &["--exit-code"])), (0, 1));
    assert_eq!((code("2", "3", &["--exit-code"]), code("7", "8", &["--exit-code"])), (0, 0));
}
