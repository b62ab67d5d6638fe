//! `iamwatch demo`: it ends, it tells a story, and what it leaves can be explored with the commands that it names.

use std::time::{Duration, Instant};

use super::program::Desk;

#[test]
fn the_demo_tells_its_weeks_and_leaves_five_commands_that_work() {
    let desk = Desk::new();
    let start = Instant::now();
    let page = desk.iamwatch(&["demo"]).done();
    assert!(start.elapsed() < Duration::from_secs(20), "it took {:?}", start.elapsed());
    for words in [
        "Week 1: a first look",
        "Week 9: the auditor sees again",
        "Nothing changed",
        "taken by",
        "Not read to the end",
    ] {
        assert!(page.contains(words), "`{words}` is missing in {page}");
    }
    let week = |number: usize| {
        let from = page.find(&format!("Week {number}:")).unwrap();
        let to = page[from..].find(&format!("Week {}:", number + 1)).map_or(page.len(), |to| from + to);
        &page[from..to]
    };
    assert!(week(2).contains("+ user mira"), "{}", week(2));
    assert!(week(4).contains("policy") && week(4).contains("Administrator"), "{}", week(4));
    assert!(week(8).contains("Nothing changed in what could be seen"), "{}", week(8));
    let commands: Vec<&str> = page.lines().skip_while(|line| !line.ends_with("Try:")).skip(1).collect();
    assert_eq!(commands.len(), 5, "{page}");
    for command in commands {
        let printed = desk.shell(command).done();
        assert!(!printed.is_empty(), "{command}");
    }
}

#[test]
fn a_demo_replaces_a_demo_and_nothing_else() {
    let desk = Desk::new();
    desk.write("mine/thesis.doc", "precious");
    let outcome = desk.iamwatch(&["demo", "--store", "mine"]);
    outcome.fails(2, &["`mine` holds `thesis.doc`", "nothing there was touched", "help: ", "--store"]);
    assert_eq!(desk.bytes("mine").len(), 1);

    desk.iamwatch(&["demo", "--fast", "--store", "demo"]).done();
    let first = desk.bytes("demo/ibm");
    desk.iamwatch(&["demo", "--fast", "--store", "demo"]).done();
    assert_eq!(desk.bytes("demo/ibm").keys().collect::<Vec<_>>(), first.keys().collect::<Vec<_>>());
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
    assert_eq!(weeks.len(), 9);
    assert_eq!(weeks[0]["summary"]["is_first"], true);
    assert!(weeks[0]["summary"]["findings"]["baseline"].as_u64().unwrap() > 0);
    assert!(
        weeks[1]["events"]
            .as_array()
            .unwrap()
            .iter()
            .any(|event| event["type"] == "dev.iamwatch.drift.added.v1")
    );
    assert!(weeks[7]["summary"]["incomplete"].as_u64().unwrap() > 0);
    assert_eq!(weeks[8]["summary"]["incomplete"], 0);
    assert_eq!(told["commands"].as_array().unwrap().len(), 5);
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
