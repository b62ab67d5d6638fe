//! The command line, as somebody at a terminal or a script meets it: the built program, its words, its exit codes,
//! and what is left of the store afterwards.

mod access;
mod accounts;
mod audit;
mod audit_huawei;
mod buckets;
mod bus;
mod delivery;
mod demo;
mod derived;
mod endpoints;
mod engines;
mod examples;
mod export;
mod findings;
mod gains;
mod history;
mod lake;
mod life;
#[path = "../../bench/load.rs"]
mod load;
#[cfg(target_os = "linux")]
mod memory;
mod opened;
mod plan;
mod program;
mod prune;
mod questions;
mod ranges;
mod replay;
mod report;
mod report_browser;
mod report_documents;
mod report_hostile;
mod rule_cases;
mod rules;
mod screens;
mod serve;
mod serve_browser;
mod serve_client;
mod serve_door;
mod serve_empty;
mod serve_forms;
mod serve_gate;
mod serve_hostile;
mod serve_limits;
mod serve_load;
mod serve_pages;
mod settings;
mod stores;
mod verify;

/// Makes a copy of what a demo left of its company on IBM Cloud, and returns it with the place of its store and its account.
pub(crate) fn with_stored_history() -> (impl Sized, String, String) {
    let desk = program::Desk::with_history();
    let store = desk.path("iamwatch-store").display().to_string();
    let listed = desk.iamwatch(&["snapshots", "--json"]).json();
    let account = listed[0]["account"].as_str().expect("an account").to_owned();
    (desk, store, account)
}
