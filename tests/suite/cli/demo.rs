//! `iamwatch demo`: it ends, it tells a story, and what it leaves can be explored with the commands that it names.

use std::time::{Duration, Instant};

use super::program::Desk;

#[test]
fn the_demo_tells_its_weeks_and_leaves_commands_that_work_on_both_clouds() {
    let desk = Desk::new();
    let start = Instant::now();
    let page = desk.iamwatch(&["demo"]).done();
    assert!(start.elapsed() < Duration::from_secs(60), "it took {:?}", start.elapsed());
    let (ibm, huawei) = page.split_at(page.find("an account on Huawei Cloud").unwrap());
    for company in [ibm, huawei] {
        for words in ["Week 1: a first look", "Nothing changed", "delivered to", "Not read to the end"] {
            assert!(company.contains(words), "`{words}` is missing in {company}");
        }
        assert!(week(company, 8).contains("Nothing changed in what could be seen"), "{}", week(company, 8));
        assert!(week(company, 9).starts_with("Week 9: the auditor sees again"), "{}", week(company, 9));
    }
    assert!(week(ibm, 2).contains("+ user mira"), "{}", week(ibm, 2));
    assert!(week(ibm, 4).contains("policy") && week(ibm, 4).contains("Administrator"), "{}", week(ibm, 4));
    let night = week(huawei, 4);
    assert!(
        night.contains(
            "↑ user sven.olsson and 2 more can do more, policy 'ReviewOfIdentities' is in force in version v2"
        ),
        "{night}"
    );
    // One edit of a policy is one block, however many findings it opened.
    let (_, block) =
        night.split_once("    policy 'ReviewOfIdentities': 10 findings opened\n").expect("a block");
    let lines: Vec<&str> = block.lines().take_while(|line| line.starts_with("      ! ")).collect();
    assert_eq!(lines.len(), 10, "{night}");
    assert!(lines[0].contains("high") && lines[9].contains("medium"), "{night}");
    let opened = week(huawei, 5);
    let outsider = "↑ account bad0c0de1e5511e5bad0c0de1e5511e5 can now assume agency 'break-glass'";
    assert!(opened.contains(outsider), "{opened}");
    let commands: Vec<&str> = page.lines().skip_while(|line| !line.ends_with("Try:")).skip(1).collect();
    let commands: Vec<&str> = commands.into_iter().map(str::trim).collect();
    let (exports, asked) = commands.split_at(2);
    assert!(exports.iter().all(|line| line.starts_with("export ")), "{page}");
    assert_eq!(asked.len(), 12, "{page}");
    assert_eq!(asked.iter().filter(|command| command.ends_with("--account huawei")).count(), 6, "{page}");
    for command in asked {
        let printed = desk.shell(&format!("{}; {command}", exports.join("; "))).done();
        assert!(!printed.is_empty(), "{command}");
    }
}

/// What a company's story tells of a week.
fn week(company: &str, number: usize) -> &str {
    let from = company.find(&format!("Week {number}:")).unwrap();
    let rest = &company[from..];
    &rest[..rest.find(&format!("Week {}:", number + 1)).unwrap_or(rest.len())]
}

#[test]
fn one_company_may_live_alone() {
    let desk = Desk::new();
    let told = desk.iamwatch(&["demo", "--fast", "--json", "--account", "huawei"]).json();
    assert_eq!((told["weeks"].as_array().unwrap().len(), told["accounts"].as_array().unwrap().len()), (9, 1));
    assert!(!desk.path("iamwatch-demo/ibm").exists());
    let commands = told["commands"].as_array().unwrap().iter().map(|command| command.as_str().unwrap());
    let (exports, asked): (Vec<&str>, Vec<&str>) =
        commands.partition(|command| command.starts_with("export "));
    for command in asked {
        assert!(!command.contains("--account"), "there is no other: {command}");
        assert!(!desk.shell(&format!("{}; {command}", exports.join("; "))).done().is_empty(), "{command}");
    }
    let outcome = desk.iamwatch(&["demo", "--account", "huawei/nobody"]);
    outcome.fails(2, &["the demo has no such account", "help: ", "--account huawei"]);
}

#[test]
fn a_demo_replaces_a_demo_and_nothing_else() {
    let desk = Desk::new();
    desk.write("mine/thesis.doc", "precious");
    let outcome = desk.iamwatch(&["demo", "--store", "mine"]);
    outcome.fails(2, &["`mine` holds `thesis.doc`", "nothing there was touched", "help: ", "--store"]);
    assert_eq!(desk.bytes("mine").len(), 1);

    desk.iamwatch(&["demo", "--fast", "--store", "demo"]).done();
    let first = desk.bytes("demo");
    desk.iamwatch(&["demo", "--fast", "--store", "demo"]).done();
    let manifests =
        |files: std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| -> Vec<std::path::PathBuf> {
            files.into_keys().filter(|path| path.display().to_string().contains("/manifests/")).collect()
        };
    let (first, second) = (manifests(first), manifests(desk.bytes("demo")));
    assert_eq!((first.len(), &first), (18, &second));
}

#[test]
fn a_demo_leaves_a_real_store_alone() {
    let desk = Desk::with_history();
    std::fs::remove_file(desk.path("iamwatch-store/.iamwatch-demo")).unwrap();
    let before = desk.bytes(".");
    desk.iamwatch(&["demo", "--store", "iamwatch-store"]).fails(2, &["nothing there was touched"]);
    assert_eq!(desk.bytes("."), before);
}

#[test]
fn a_program_gets_the_demo_as_one_document() {
    let told = Desk::new().iamwatch(&["demo", "--json"]).json();
    let weeks = told["weeks"].as_array().unwrap();
    assert_eq!(weeks.len(), 18);
    let (ibm, huawei) = weeks.split_at(9);
    for (cloud, weeks) in [("ibm/", ibm), ("huawei/", huawei)] {
        assert!(weeks.iter().all(|week| week["account"].as_str().unwrap().starts_with(cloud)));
        assert_eq!(weeks[0]["summary"]["is_first"], true);
        assert!(weeks[0]["summary"]["findings"]["baseline"].as_u64().unwrap() > 0);
        let joined = weeks[1]["events"].as_array().unwrap();
        for kind in ["dev.iamwatch.drift.added.v1", "dev.iamwatch.access.gained.v1"] {
            assert!(joined.iter().any(|event| event["type"] == kind), "{cloud}: {kind}");
        }
        assert!(weeks[7]["summary"]["incomplete"].as_u64().unwrap() > 0);
        assert_eq!(weeks[8]["summary"]["incomplete"], 0);
    }
    assert_eq!(told["commands"].as_array().unwrap().len(), 14);
}

#[test]
fn events_of_the_demo_are_kept_beside_its_store() {
    let desk = Desk::new();
    let told = desk.iamwatch(&["demo", "--json", "--store", "office"]).json();
    let sent = std::fs::read_to_string(desk.path("office.events.jsonl")).unwrap();
    let events: u64 = told["weeks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|week| week["summary"]["events"].as_u64().unwrap())
        .sum();
    assert_eq!(u64::try_from(sent.lines().count()).unwrap(), events);
}
