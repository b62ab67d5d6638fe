//! `iamwatch plan`: how many calls a run takes, before it is made.

use super::program::Desk;

#[test]
fn a_run_is_planned_from_the_last_snapshot() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let told = desk.iamwatch(&["plan", "--json"]).json();
        let calls = told["calls"].as_u64().unwrap();
        assert!(calls > 50, "{told}");
        assert!(told["lists"].as_object().unwrap().len() > 20, "{told}");
        assert_eq!(told["milliseconds"].as_u64().unwrap(), calls.div_ceil(16) * 50);
        let page = desk.iamwatch(&["plan"]).done();
        assert!(
            page.contains("as snapshot 9 saw it") && page.contains(&format!("{calls} calls in all")),
            "{page}"
        );
    }
}

#[test]
fn slower_calls_and_fewer_at_a_time_take_longer() {
    let desk = Desk::with_huawei_history();
    let time = |arguments: &[&str]| {
        desk.iamwatch(&[&["plan", "--json"], arguments].concat()).json()["milliseconds"].as_u64().unwrap()
    };
    assert_eq!(time(&["--latency-ms", "100"]), 2 * time(&[]));
    assert!(time(&["--concurrency", "1"]) > 10 * time(&[]));
}

#[test]
fn a_company_that_is_yet_to_be_audited_is_planned_from_its_sizes() {
    let desk = Desk::new();
    let calls = |users: &str| {
        let told =
            desk.iamwatch(&["plan", "--users", users, "--keys", "50", "--groups", "5", "--json"]).json();
        assert!(told["of"].as_str().unwrap().contains(&format!("{users} users with 50 keys, 5 groups")));
        told["calls"].as_u64().unwrap()
    };
    // Keys, login profile, last login and single object of each; and a page of the list of all.
    assert_eq!(calls("1200") - calls("1000"), 4 * 200 + 1);
    assert!(!desk.path("iamwatch-store").exists(), "nothing is made for it");
    let page = desk.iamwatch(&["plan", "--users", "1000", "--account", "huawei"]).done();
    assert!(page.contains("1000 users") && page.contains("calls in all"), "{page}");
}

#[test]
fn what_cannot_be_planned_is_said_with_what_can() {
    let desk = Desk::with_history();
    let outcome = desk.iamwatch(&["plan", "--users", "100", "--account", "ibm"]);
    outcome.fails(2, &["accounts of `huawei` only", "help: ", "--account huawei"]);
    desk.iamwatch(&["plan", "--account", "huawei"]).fails(2, &["no account of `huawei`"]);
    Desk::new().iamwatch(&["plan"]).fails(2, &["holds no snapshot yet", "iamwatch audit"]);
}
