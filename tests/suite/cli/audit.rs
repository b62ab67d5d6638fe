//! `iamwatch audit` against a simulated cloud: runs, news, and everything that can be wrong before and during one.

use serde_json::json;
use simulators::ibm::{
    Fault, FaultKind, Simulator, Size, generate, weeks,
    world::{COLLECTOR_API_KEY, STRANGER_API_KEY},
};
use tokio::runtime::Runtime;

use super::program::Desk;

/// A simulated cloud and a desk that is set up to audit it.
pub(super) struct Cloud {
    _runtime: Runtime,
    pub(super) simulator: Simulator,
    pub(super) account: String,
    pub(super) desk: Desk,
}

impl Cloud {
    pub(super) fn new() -> Self {
        Self::of_seed(1)
    }

    /// Starts one whose account follows from a seed.
    fn of_seed(seed: u64) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let world = generate(seed, Size::Dozen);
        let account = world.account_id().to_owned();
        let simulator = runtime.block_on(Simulator::start(world)).unwrap();
        let mut desk = Desk::new();
        desk.set("KEY", COLLECTOR_API_KEY);
        let cloud = Self { _runtime: runtime, simulator, account, desk };
        cloud.configure(&cloud.account("env:KEY", None));
        cloud
    }

    /// Starts one whose auditor may write into buckets on this machine.
    pub(super) fn with_keys_of_s3() -> Self {
        let mut cloud = Self::new();
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("NO_PROXY", "127.0.0.1"),
        ] {
            cloud.desk.set(name, value);
        }
        cloud
    }

    /// Returns how many events were sent.
    pub(super) fn events(&self) -> usize {
        std::fs::read_to_string(self.desk.path("events.jsonl")).unwrap_or_default().lines().count()
    }

    /// Tells another sink from now on.
    pub(super) fn tell(&self, sink: &str) {
        let notify = format!("[notify]\nsinks = [{sink:?}]\n");
        let account = self.account("env:KEY", None);
        self.desk.write("iamwatch.toml", &format!("store = \"iamwatch-store\"\n{notify}{account}"));
    }

    pub(super) fn configure(&self, accounts: &str) {
        let notify = "[notify]\nsinks = [\"file:events.jsonl\"]\n";
        self.desk.write("iamwatch.toml", &format!("store = \"iamwatch-store\"\n{notify}{accounts}"));
    }

    pub(super) fn account(&self, key: &str, id: Option<&str>) -> String {
        let to = self.simulator.endpoints();
        let id = id.map(|id| format!("id = \"{id}\"\n")).unwrap_or_default();
        format!(
            "[[account]]\ncloud = \"ibm\"\n{id}credentials = {{ api_key = \"{key}\" }}\nseconds = 20\n[account.endpoints]\niam = \"{}\"\nuser_management = \"{}\"\naccounts = \"{}\"\nresource_controller = \"{}\"\ncbr = \"{}\"\nenterprise = \"{}/v1\"\n",
            to.iam, to.user_management, to.accounts, to.resource_controller, to.cbr, to.enterprise
        )
    }
}

#[test]
fn a_run_is_told_and_the_next_tells_what_changed() {
    let cloud = Cloud::new();
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(
        page.contains("snapshot 1") && page.contains("First snapshot") && page.contains("iamwatch findings"),
        "{page}"
    );
    let events = std::fs::read_to_string(cloud.desk.path("events.jsonl")).unwrap();
    assert_eq!(events.lines().count(), 1, "a baseline is one event: {events}");

    let page = cloud.desk.iamwatch(&["audit", "--exit-code"]).done();
    assert!(page.contains("Nothing changed") && page.contains("1 object written"), "{page}");

    cloud.simulator.change(weeks()[1].apply);
    let outcome = cloud.desk.iamwatch(&["audit", "--exit-code"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome.stdout.contains("+ user mira") && outcome.stdout.contains("iamwatch diff 2 3"),
        "{outcome:?}"
    );
    assert!(!outcome.stdout.contains(COLLECTOR_API_KEY) && !outcome.stderr.contains(COLLECTOR_API_KEY));
}

#[test]
fn above_the_limit_of_events_the_terminal_still_lists_what_is_critical_and_high() {
    let cloud = Cloud::new();
    let settings = std::fs::read_to_string(cloud.desk.path("iamwatch.toml")).unwrap();
    cloud.desk.write("iamwatch.toml", &settings.replace("[notify]\n", "[notify]\nevents_per_run = 1\n"));
    cloud.desk.iamwatch(&["audit"]).done();
    cloud.simulator.change(weeks()[3].apply);
    let page = cloud.desk.iamwatch(&["audit"]).done();
    let listed = "! high     Can grant access to all account management services: service ID ci-deployer, through policy 'temporary, for the migration'";
    assert!(page.contains("to tell, which are sent as one sum; critical and high are:"), "{page}");
    assert!(page.contains(listed), "{page}");
    assert!(!page.contains("! medium"), "{page}");
    // A gain of access is told beside it, by the words of its event.
    assert!(page.contains("! high     service ID ci-deployer gained access"), "{page}");
    let events = std::fs::read_to_string(cloud.desk.path("events.jsonl")).unwrap();
    assert_eq!(events.lines().count(), 2, "a baseline and a sum: {events}");
    // A run whose sum is of nothing severe says so.
    cloud.simulator.change(weeks()[1].apply);
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("critical and high are:\n    none\n"), "{page}");
}

#[test]
fn a_program_gets_the_summary() {
    let cloud = Cloud::new();
    let told = cloud.desk.iamwatch(&["audit", "--json"]).json();
    assert_eq!(told["failures"], serde_json::json!([]));
    assert_eq!(told["runs"][0]["account"], format!("ibm/{}", cloud.account));
    assert_eq!((&told["runs"][0]["snapshot"], &told["runs"][0]["is_first"]), (&1.into(), &true.into()));
}

#[test]
fn one_account_that_fails_does_not_stop_the_others() {
    let mut cloud = Cloud::new();
    cloud.desk.set("WRONG", "not-a-key-of-anyone");
    cloud.configure(&format!(
        "{}{}",
        cloud.account("env:WRONG", None),
        cloud.account("env:KEY", Some(&cloud.account))
    ));
    let outcome = cloud.desk.iamwatch(&["audit"]);
    outcome.fails(3, &["the API key", "rejected", "help: "]);
    assert!(outcome.stdout.contains("snapshot 1"), "{outcome:?}");
    assert!(!outcome.stderr.contains("not-a-key-of-anyone"));
    let outcome = cloud.desk.iamwatch(&["audit", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((told["runs"].as_array().unwrap().len(), told["failures"].as_array().unwrap().len()), (1, 1));
    let only = format!("ibm/{}", cloud.account);
    cloud.desk.iamwatch(&["audit", "--account", &only]).done();
}

#[test]
fn an_account_whose_result_cannot_be_shown_does_not_stop_the_others() {
    let (cloud, other) = (Cloud::new(), Cloud::of_seed(2));
    assert_ne!(cloud.account, other.account);
    let accounts = [&cloud, &other]
        .map(|each| each.account("env:KEY", Some(&each.account)).replace("seconds = 20", "seconds = 60"));
    cloud.configure(&accounts.concat());
    let snapshots = || {
        let of = |cloud: &Cloud, account: &str| {
            let manifests = cloud.desk.path("iamwatch-store/ibm").join(account).join("manifests");
            std::fs::read_dir(manifests).map_or(0, |entries| entries.count())
        };
        [of(&cloud, &cloud.account), of(&cloud, &other.account)]
    };
    let told = cloud.desk.shell("iamwatch audit > /dev/full");
    assert_eq!((told.code, snapshots()), (3, [1, 1]), "{told:?}");
    for account in [&cloud.account, &other.account] {
        let said = format!(
            "error: ibm/{account}: snapshot 1 is stored, but could not be shown: standard output could not be written: "
        );
        assert_eq!(told.stderr.matches(&said).count(), 1, "{told:?}");
    }
    let told = cloud.desk.shell("iamwatch audit --json > /dev/full");
    told.fails(3, &["the answer for programs: standard output could not be written"]);
    assert_eq!(snapshots(), [2, 2], "{told:?}");
    // Whoever stops reading has what they wanted.
    let told = cloud.desk.shell("iamwatch audit | true");
    assert_eq!((told.code, snapshots()), (0, [3, 3]), "{told:?}");
}

#[test]
fn a_configuration_that_is_wrong_is_named_with_what_would_be_right() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    let before = cloud.desk.bytes("iamwatch-store");
    let good = cloud.account("env:KEY", None);
    let wrong: [(String, &[&str]); 6] = [
        (format!("stroe = 1\n{good}"), &["iamwatch.toml", "stroe"]),
        ("= nonsense".to_owned(), &["iamwatch.toml", "line"]),
        (String::new(), &["names no account", "[[account]]"]),
        (good.replace("env:KEY", "s3cret-in-the-file"), &["env:NAME"]),
        (good.replace("env:KEY", "env:NOBODY_SET_THIS"), &["`NOBODY_SET_THIS` is not set"]),
        (good.replace("seconds = 20", "concurrency = 0"), &["`concurrency` is 0"]),
    ];
    for (accounts, said) in wrong {
        cloud.configure(&accounts);
        let outcome = cloud.desk.iamwatch(&["audit"]);
        outcome.fails(2, said);
        assert!(outcome.stderr.contains("help: "), "{outcome:?}");
        assert!(!outcome.stderr.contains("s3cret"), "{outcome:?}");
    }
    std::fs::remove_file(cloud.desk.path("iamwatch.toml")).unwrap();
    cloud.desk.iamwatch(&["audit"]).fails(2, &["iamwatch.toml", "--config", "iamwatch demo"]);
    assert_eq!(cloud.desk.bytes("iamwatch-store"), before);
}

#[test]
fn credentials_that_do_not_fit_leave_the_store_as_it_was() {
    let mut cloud = Cloud::new();
    cloud.desk.set("WRONG", "not-a-key-of-anyone");
    cloud.desk.iamwatch(&["audit"]).done();
    let before = cloud.desk.bytes("iamwatch-store");
    cloud.configure(&cloud.account("env:WRONG", None));
    cloud.desk.iamwatch(&["audit"]).fails(3, &["the API key was rejected", "help: "]);
    cloud.configure(&cloud.account("env:KEY", Some("11111111111111111111111111111111")));
    let outcome = cloud.desk.iamwatch(&["audit"]);
    outcome.fails(2, &["belong to account", &cloud.account, "11111111111111111111111111111111", "help: "]);
    cloud.configure(&cloud.account("env:KEY", None));
    cloud.desk.iamwatch(&["audit", "--account", "ibm/nobody"]).fails(2, &["no account `ibm/nobody`"]);
    assert_eq!(cloud.desk.bytes("iamwatch-store"), before);
}

#[test]
fn a_caller_without_rights_removes_nothing() {
    let mut cloud = Cloud::new();
    cloud.desk.set("STRANGER", STRANGER_API_KEY);
    cloud.desk.iamwatch(&["audit"]).done();
    let before = cloud.desk.bytes("iamwatch-store");
    cloud.configure(&cloud.account("env:STRANGER", None));
    let outcome = cloud.desk.iamwatch(&["audit"]);
    outcome.fails(3, &["none of the", "lists of account", "help: ", "what the credentials may read"]);
    assert_eq!(cloud.desk.bytes("iamwatch-store"), before);
}

#[test]
fn a_cloud_that_does_not_answer_is_told_as_such() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    let before = cloud.desk.bytes("iamwatch-store");
    let account =
        cloud.account("env:KEY", None).replace(&cloud.simulator.endpoints().iam, "http://127.0.0.1:1");
    cloud.configure(&account.replace("seconds = 20", "seconds = 2"));
    cloud.desk.iamwatch(&["audit"]).fails(3, &["http://127.0.0.1:1", "help: ", "network"]);
    cloud.configure(&account.replace("http://127.0.0.1:1", "http://iam.example.com"));
    let outcome = cloud.desk.iamwatch(&["audit"]);
    outcome.fails(2, &["http://iam.example.com", "https"]);
    assert_eq!(cloud.desk.bytes("iamwatch-store"), before);
}

#[test]
fn a_store_that_cannot_be_written_leaves_what_was_there() {
    let cloud = Cloud::new();
    // A file where a folder must be stops everyone, root too.
    cloud.desk.write("blocked", "x");
    let outcome = cloud.desk.iamwatch(&["audit", "--store", "blocked/store"]);
    outcome.fails(3, &["blocked/store", "could not be", "help: "]);
    assert_eq!(std::fs::read(cloud.desk.path("blocked")).unwrap(), b"x");

    cloud.desk.write("papers/thesis.doc", "precious");
    cloud
        .desk
        .iamwatch(&["audit", "--store", "papers"])
        .fails(2, &["is not an iamwatch store", "thesis.doc"]);
    assert_eq!(cloud.desk.bytes("papers").len(), 1);
}

/// A small disk, until it is dropped. Only root may make one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(place: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&place).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&place);
        let is_mounted = mount.output().is_ok_and(|output| output.status.success());
        is_mounted.then_some(Self(place))
    }

    /// Leaves room for a few small files.
    fn fill(&self) {
        let mut filler = std::fs::File::create(self.0.join("filler")).unwrap();
        while std::io::Write::write_all(&mut filler, &[0; 4096]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length - 16 * 1024).unwrap();
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_named_and_costs_nothing_that_was_stored() {
    let cloud = Cloud::new();
    let Some(disk) = SmallDisk::mount(cloud.desk.path("disk")) else {
        eprintln!("SKIPPED: only root may mount the small disk that this test fills");
        return;
    };
    let audit = || cloud.desk.iamwatch(&["audit", "--store", "disk/store"]);
    audit().done();
    let before = cloud.desk.bytes("disk/store");
    disk.fill();
    cloud.simulator.change(weeks()[1].apply);
    audit().fails(3, &["no space left", "nothing stored before was harmed"]);
    let after = cloud.desk.bytes("disk/store");
    assert!(
        before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)),
        "what was stored is as it was"
    );
    let manifests = after.keys().filter(|path| path.display().to_string().contains("/manifests/"));
    assert_eq!(manifests.count(), 1, "half a run is no snapshot");
    disk.make_room();
    let page = audit().done();
    assert!(page.contains("snapshot 2"), "{page}");
    cloud.desk.iamwatch(&["verify", "--store", "disk/store"]).done();
}

#[test]
fn a_damaged_history_is_said_and_goes_on() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    std::fs::write(cloud.desk.object("manifests/00000001"), "<html>").unwrap();
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("snapshot 2") && page.contains("is damaged"), "{page}");
    cloud.desk.iamwatch(&["show", "2"]).done();
    cloud.desk.iamwatch(&["verify"]).fails(4, &["is broken"]);
}

#[test]
fn the_same_in_another_form_is_no_news() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
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
    cloud.desk.iamwatch(&["audit"]).done();
    for (path, member, value) in [
        ("/v1/apikeys", "disabled", json!("perhaps")),
        ("/v1/apikeys", "created_at", json!("soon")),
        ("/v2/groups/settings", "public_access_enabled", json!([])),
        ("/v2/policies", "state", json!({"is": "active"})),
    ] {
        let kind = FaultKind::Member(member.to_owned(), value);
        cloud.simulator.add_fault(Fault::on(path, kind.clone()));
        let page = cloud.desk.iamwatch(&["audit"]).done();
        assert!(page.contains("Nothing changed") && page.contains("Not read to the end"), "{kind:?}: {page}");
        assert!(!page.contains("opened") && !page.contains("closed"), "{kind:?}: {page}");
        assert!(page.contains(&format!("`{member}`")), "{kind:?}: {page}");
        cloud.simulator.clear_faults();
        let page = cloud.desk.iamwatch(&["audit"]).done();
        assert!(page.contains("Nothing changed"), "{kind:?}: {page}");
        assert!(!page.contains("opened") && !page.contains("closed"), "{kind:?}: {page}");
    }
}

#[test]
fn an_account_of_which_nothing_can_be_read_leaves_the_history_as_it_was() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    let before = cloud.desk.bytes("iamwatch-store");
    cloud.simulator.add_fault(Fault::on("/v", FaultKind::Forbidden));
    let outcome = cloud.desk.iamwatch(&["audit"]);
    outcome.fails(
        3,
        &["none of the", "lists of account", "HTTP 403", "help: ", "what the credentials may read"],
    );
    assert_eq!(cloud.desk.bytes("iamwatch-store"), before);
    cloud.simulator.clear_faults();
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("snapshot 2") && page.contains("Nothing changed"), "{page}");
}

#[test]
fn a_run_that_could_compare_nothing_or_not_all_does_not_say_that_nothing_changed() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    std::fs::remove_file(cloud.desk.object("manifests/00000001")).unwrap();
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("Nothing could be compared") && !page.contains("Nothing changed"), "{page}");
    std::fs::remove_file(cloud.desk.object("tables/ibm_access_groups/")).unwrap();
    cloud.simulator.change(|world| world.groups[1].object.set("name", "renamed"));
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(
        page.contains("ibm_access_groups") && page.contains("Nothing changed in what could be compared"),
        "{page}"
    );
}

#[test]
fn a_life_names_the_lists_in_which_more_of_it_may_be_and_so_does_a_name_that_nothing_has() {
    let cloud = Cloud::new();
    cloud.simulator.add_fault(Fault::on("/v1/apikeys", FaultKind::Forbidden));
    cloud.desk.iamwatch(&["audit"]).done();
    let users =
        cloud.desk.iamwatch(&["query", "select iam_id from ibm_users order by iam_id", "--json"]).json();
    let life =
        cloud.desk.iamwatch(&["history", users["rows"][0]["iam_id"].as_str().unwrap(), "--json"]).json();
    let unread = life["incomplete"].as_array().unwrap();
    assert!(unread.iter().any(|list| list["listing"] == "ibm_api_keys"), "{life}");
    let outcome = cloud.desk.iamwatch(&["history", "ApiKey-of-nobody"]);
    outcome.fails(2, &["no snapshot of this account knows", "could not be read to "]);
}
