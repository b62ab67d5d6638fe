//! What becomes of events when the one who should get them is slow, dead or picky: as `iamwatch audit` tells it.

use std::{collections::BTreeSet, time::Duration};

use simulators::ibm::{Fault, FaultKind, Host, weeks};

use super::{
    audit::Cloud,
    bus::{Bus, Manner},
};

/// A cloud whose audits tell a bus; its first snapshot is there and told.
fn told_once() -> (Cloud, Bus) {
    let bus = Bus::start(Manner::default());
    let mut cloud = Cloud::new();
    cloud.desk.set("AWS_ACCESS_KEY_ID", "test");
    cloud.desk.set("AWS_SECRET_ACCESS_KEY", "test");
    cloud.tell(&bus.sink());
    cloud.desk.iamwatch(&["audit"]).done();
    assert_eq!(bus.ids().len(), 1, "a baseline is one event");
    cloud.simulator.change(weeks()[1].apply);
    (cloud, bus)
}

fn assert_each_once(ids: &[String]) {
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "told twice: {ids:?}");
}

#[test]
fn a_sink_that_fails_is_a_failure_and_the_next_run_delivers() {
    let (cloud, bus) = told_once();
    bus.behave(Manner { status: Some(403), ..Manner::default() });
    let outcome = cloud.desk.iamwatch(&["audit", "--exit-code"]);
    outcome.fails(
        3,
        &["snapshot 2 is stored, but", "events were not delivered to eventbridge-iamwatch", "help: "],
    );
    assert!(outcome.stdout.contains("snapshot 2"), "{outcome:?}");
    let line =
        outcome.stdout.lines().find(|line| line.contains("Not delivered to")).expect("a line of its own");
    assert!(line.contains("events of snapshot 2") && line.contains("InternalException"), "{line}");
    cloud.desk.iamwatch(&["verify"]).done();

    let still = cloud.desk.iamwatch(&["audit", "--json"]);
    assert_eq!(still.code, 3, "{still:?}");
    let told: serde_json::Value = serde_json::from_str(&still.stdout).unwrap();
    assert!(told["runs"][0]["delivered"][0]["sinks"][0]["failed"].as_u64() > Some(0), "{told:#}");

    bus.behave(Manner::default());
    let late = cloud.desk.iamwatch(&["audit", "--exit-code"]);
    let page = &late.stdout;
    assert_eq!(late.code, 1, "what is told late is news: {late:?}");
    assert!(page.contains("delivered to eventbridge-iamwatch") && !page.contains("Not delivered"), "{page}");
    cloud.desk.iamwatch(&["audit", "--exit-code"]).done();
    assert!(bus.ids().len() > 3);
    assert_each_once(&bus.ids());
}

#[test]
fn one_event_that_is_refused_holds_up_no_other_and_is_told_once() {
    let (cloud, bus) = told_once();
    bus.behave(Manner { refuses: Some("user mira"), ..Manner::default() });
    let page = cloud.desk.iamwatch(&["audit"]).done();
    let refused: Vec<&str> = page.lines().filter(|line| line.contains("not sent again")).collect();
    assert!(!refused.is_empty() && refused.iter().all(|line| line.contains("ValidationException")), "{page}");
    let events = cloud.desk.iamwatch(&["audit", "--json"]).json();
    assert_eq!(events["runs"][0]["delivered"], serde_json::json!([]), "it is told once");
    let taken = bus.ids().len();
    assert!(taken > 3);
    bus.behave(Manner::default());
    cloud.desk.iamwatch(&["audit"]).done();
    assert_eq!(bus.ids().len(), taken, "it is not sent again");
    assert_each_once(&bus.ids());
}

#[test]
fn two_audits_at_once_tell_a_slow_bus_once() {
    let (cloud, bus) = told_once();
    // The first dies at the bus and leaves its events; two others then find them at the same time.
    bus.behave(Manner { status: Some(403), ..Manner::default() });
    assert_eq!(cloud.desk.iamwatch(&["audit"]).code, 3);
    bus.behave(Manner { slowness: Duration::from_secs(3), ..Manner::default() });
    std::thread::scope(|scope| {
        let audits: Vec<_> = (0..2)
            .map(|place| {
                let cloud = &cloud;
                scope.spawn(move || {
                    std::thread::sleep(Duration::from_secs(place));
                    cloud.desk.iamwatch(&["audit"])
                })
            })
            .collect();
        for audit in audits {
            let outcome = audit.join().unwrap();
            // One of them may come too late with its snapshot; neither lacks a delivery.
            assert!(!outcome.stderr.contains("not delivered"), "{outcome:?}");
        }
    });
    assert!(bus.ids().len() > 3);
    assert_each_once(&bus.ids());
}

#[test]
fn of_two_audits_at_once_one_dies_while_it_sends_and_no_event_is_lost_or_has_two_ids() {
    let (cloud, bus) = told_once();
    let (asked, taken) = (bus.asked(), bus.ids().len());
    bus.behave(Manner { slowness: Duration::from_secs(1), ..Manner::default() });
    // A second sink gets from the next run on what was decided.
    let settings = std::fs::read_to_string(cloud.desk.path("iamwatch.toml")).unwrap();
    cloud.desk.write("iamwatch.toml", &settings.replace("sinks = [", "sinks = [\"file:events.jsonl\", "));
    let mut sending = cloud.desk.start(&["audit"]);
    while bus.asked() == asked {
        assert!(sending.try_wait().unwrap().is_none(), "it ended without a word to the bus");
        std::thread::yield_now();
    }
    let mut other = cloud.desk.start(&["audit"]);
    sending.kill().unwrap();
    assert!(!sending.wait().unwrap().success());
    // The mark of the dead one ends: here at once, so that nobody waits for its ten seconds.
    let is_mark = |path: &std::path::PathBuf| {
        let path = path.display().to_string();
        path.contains("claims/eventbridge") && path.ends_with("00000002/claim-1.json")
    };
    let mark = cloud.desk.bytes("iamwatch-store").into_keys().find(is_mark).expect("a mark");
    let mut said: serde_json::Value = serde_json::from_slice(&std::fs::read(&mark).unwrap()).unwrap();
    said["until"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(&mark, said.to_string()).unwrap();
    assert!(other.wait().unwrap().success());
    cloud.desk.iamwatch(&["audit", "--exit-code"]).done();

    // Who sends later cannot know the hash of the manifest.
    let without_hash = |mut event: serde_json::Value| {
        event.as_object_mut().unwrap().remove("snapshothash");
        event.to_string()
    };
    let got = &bus.taken()[taken..];
    let ids: BTreeSet<&str> = got.iter().map(|event| event["id"].as_str().unwrap()).collect();
    let events: BTreeSet<String> = got.iter().cloned().map(without_hash).collect();
    assert!(got.len() > ids.len(), "what the dead one sent is sent again, for nobody noted it: {ids:?}");
    assert_eq!(events.len(), ids.len(), "what comes twice is the same, its id too");
    let file = std::fs::read_to_string(cloud.desk.path("events.jsonl")).unwrap();
    let decided = file.lines().map(|line| without_hash(serde_json::from_str(line).unwrap()));
    let decided: BTreeSet<String> = decided.filter(|event| event.contains(r#""snapshotid":"2""#)).collect();
    assert_eq!(events, decided, "all that was decided has come, and nothing else");
}

#[test]
fn coverage_lost_and_regained_is_news() {
    let cloud = Cloud::new();
    let audit = || cloud.desk.iamwatch(&["audit", "--exit-code"]);
    assert_eq!(audit().code, 1, "the baseline is told, so it is news");
    assert_eq!(audit().code, 0);
    cloud.simulator.add_fault(Fault::on("/v1/zones", FaultKind::Forbidden).at(Host::Cbr));
    let lost = audit();
    assert_eq!(lost.code, 1, "{lost:?}");
    assert!(lost.stdout.contains("Not read to the end"), "{lost:?}");
    assert_eq!(audit().code, 0, "it is told once");
    cloud.simulator.clear_faults();
    assert_eq!(audit().code, 1, "that it is seen again is news too");
    assert_eq!(audit().code, 0);
}
