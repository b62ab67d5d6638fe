//! Which store and which account is meant: by settings that are found, by names, and in every command that is offered.

use std::{collections::BTreeSet, fs};

use super::program::{Desk, Outcome};

/// Both accounts of the demo, with settings one folder above where the program is called, and a third account beside them.
fn office() -> (Desk, [String; 3]) {
    let desk = Desk::with_both_histories();
    let only = |cloud: &str| -> String {
        let mut ids = desk.path("iamwatch-store").join(cloud).read_dir().unwrap();
        ids.next().unwrap().unwrap().file_name().into_string().unwrap()
    };
    let (ibm, huawei) = (only("ibm"), only("huawei"));
    let other = format!("{}00", &ibm[..30]);
    // An account of the same cloud, whose id begins alike.
    let from = desk.path("iamwatch-store/ibm").join(&ibm);
    for (path, bytes) in desk.bytes(&format!("iamwatch-store/ibm/{ibm}")) {
        let to = desk.path("iamwatch-store/ibm").join(&other).join(path.strip_prefix(&from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let text = String::from_utf8_lossy(&bytes).replace(&ibm, &other);
        let is_manifest = path.extension().is_some_and(|end| end == "json");
        fs::write(to, if is_manifest { text.into_bytes() } else { bytes }).unwrap();
    }
    desk.write(
        "iamwatch.toml",
        &format!(
            "store = \"iamwatch-store\"\n\
             [[account]]\ncloud = \"ibm\"\nid = \"{ibm}\"\nname = \"freight\"\ncredentials = {{ api_key = \"env:A\" }}\n\
             [[account]]\ncloud = \"huawei\"\nname = \"stores\"\n\
             credentials = {{ access_key = \"env:B\", secret_key = \"env:C\" }}\n"
        ),
    );
    fs::create_dir_all(desk.path("deep/below")).unwrap();
    (desk, [format!("ibm/{ibm}"), format!("huawei/{huawei}"), format!("ibm/{other}")])
}

fn below(desk: &Desk, line: &str) -> Outcome {
    desk.shell(&format!("cd deep/below && {line}"))
}

#[test]
fn settings_of_a_folder_above_serve_every_command() {
    let (desk, [ibm, huawei, _]) = office();
    for (name, account) in [("freight", &ibm), ("stores", &huawei), ("huawei", &huawei)] {
        for command in [
            "show latest --json",
            "snapshots --last 1 --json",
            "diff --json",
            "findings --json",
            "query 'select 1 as one' --json",
            "verify --json",
            "rules ask key_older_than_90_days --json",
        ] {
            let told = below(&desk, &format!("iamwatch {command} --account {name}")).json();
            let told_of = [&told["account"], &told[0]["account"]].into_iter().find(|each| each.is_string());
            assert!(told_of.is_none_or(|of| of == account), "{command}: {told}");
        }
    }
    let told = below(&desk, "IAMWATCH_ACCOUNT=stores iamwatch show latest --json").json();
    assert_eq!(told["account"], huawei.as_str());
    // What is named goes before what is found.
    desk.write("deep/other.toml", "store = \"nowhere\"\n");
    below(&desk, "iamwatch snapshots --config ../other.toml").fails(2, &["../nowhere", "no snapshot yet"]);
    below(&desk, "IAMWATCH_CONFIG=../other.toml iamwatch findings").fails(2, &["no snapshot yet"]);
    below(
        &desk,
        "iamwatch show latest --config ../other.toml --store ../../iamwatch-store --account freight",
    )
    .fails(2, &["no account `freight`", "CLOUD/ID"]);
    desk.write("iamwatch.toml", "stor = 1\n");
    below(&desk, "iamwatch snapshots").fails(2, &["iamwatch.toml", "stor"]);
}

#[test]
fn an_account_is_meant_by_a_unique_beginning_of_its_id() {
    let (desk, [ibm, huawei, other]) = office();
    let account = |name: &str| {
        desk.iamwatch(&["show", "latest", "--account", name, "--json"]).json()["account"].clone()
    };
    assert_eq!(account(&other), other.as_str());
    assert_eq!(account(&other[..other.len() - 1]), other.as_str());
    assert_eq!(account("huawei/b"), huawei.as_str());
    assert_eq!(account(&ibm), ibm.as_str());
    let common = &ibm[..20];
    let outcome = desk.iamwatch(&["show", "latest", "--account", common]);
    outcome.fails(2, &["several accounts", &ibm, &other, "--account"]);
    assert!(!outcome.stderr.contains(&huawei), "{outcome:?}");
    desk.iamwatch(&["show", "latest", "--account", "fright"]).fails(2, &["no account `fright`", &ibm]);
    desk.iamwatch(&["open", "latest", "--account", "all"])
        .fails(2, &["one account at a time", "there are 3"]);
}

#[test]
fn a_list_of_all_accounts_says_whose_each_row_is() {
    let (desk, [ibm, huawei, other]) = office();
    let told = desk.iamwatch(&["snapshots", "--account", "all", "--json"]).json();
    let whose = |of: &str| told.as_array().unwrap().iter().filter(|row| row["account"] == of).count();
    assert_eq!([&ibm, &huawei, &other].map(|of| whose(of)), [9, 9, 9]);
    let page = desk.iamwatch(&["snapshots", "--account", "all"]).done();
    let lines = |label: &str| page.lines().filter(|line| line.starts_with(label)).count();
    assert_eq!(
        (lines("ACCOUNT"), lines("freight "), lines("stores "), lines(&other)),
        (1, 9, 9, 9),
        "{page}"
    );
}

#[test]
fn what_is_asked_of_all_accounts_says_whose_each_answer_is() {
    let (desk, all) = office();
    for command in [
        "show latest",
        "show latest coverage",
        "diff",
        "diff --access",
        "plan",
        "report --max-rows 5",
        "rules ask key_older_than_90_days",
        "export --format sqlite --tables coverage --to exports",
        "report --format md --to reports",
    ] {
        let told = desk.shell(&format!("iamwatch {command} --account all --json")).json();
        let answers = told["accounts"].as_array().unwrap();
        let whose: BTreeSet<&str> = answers.iter().map(|each| each["account"].as_str().unwrap()).collect();
        assert_eq!(whose, all.iter().map(String::as_str).collect(), "{command}");
        assert_eq!(answers.len(), 3, "{command}");
        assert!(answers.iter().all(|each| each.get("error").is_none()), "{command}: {told}");
    }
    for (folder, end) in [("exports", ".sqlite"), ("reports", "-report.md")] {
        let files = all.clone().map(|account| format!("{}-9{end}", account.replace('/', "-")));
        assert_eq!(super::export::names(&desk.path(folder)), BTreeSet::from(files));
    }
    // What is there is not replaced, and each that was not is told.
    let again = desk.shell("iamwatch export --format sqlite --to exports --account all");
    assert_eq!(again.stderr.matches("is there already").count(), 3, "{again:?}");
    assert_eq!(again.code, 2);
    desk.shell("iamwatch report --format md --to - --account all").fails(2, &["standard output", "--to"]);

    let page = desk.iamwatch(&["rules", "ask", "what_exists", "--account", "all"]).done();
    for (label, other) in [("freight", "stores"), ("stores", "freight"), (all[2].as_str(), "freight")] {
        let rows = |label: &str| page.lines().filter(|line| line.ends_with(&format!("  {label}"))).count();
        assert!(rows(label) > 5 && rows(other) > 5, "{label}: {page}");
        assert!(page.lines().any(|line| line == label), "{page}");
    }
    // On a screen the heads say it, where a column has no room.
    let narrow = desk.shell("COLUMNS=80 iamwatch show latest coverage --account all").done();
    assert!(narrow.lines().any(|line| line == "freight"), "{narrow}");
}

#[test]
fn an_account_that_a_question_is_not_for_or_that_fails_hides_no_other() {
    let (desk, [ibm, huawei, other]) = office();
    let told = desk.iamwatch(&["show", "latest", "huawei_users", "--account", "all", "--json"]);
    assert!(told.stderr.contains("note: freight: `huawei_users` is a table of `huawei`"), "{told:?}");
    let told = told.json();
    let of = |told: &serde_json::Value, account: &str| {
        let answers = told["accounts"].as_array().unwrap();
        answers.iter().find(|each| each["account"] == account).unwrap().clone()
    };
    assert!(of(&told, &huawei)["rows"].as_array().unwrap().len() > 5, "{told}");
    assert!(of(&told, &ibm)["error"].as_str().unwrap().contains("is a table of"), "{told}");
    for line in ["history priya.raman", "who-can iam:users:attachPolicyV5", "history ci-deployer"] {
        let told = desk.shell(&format!("iamwatch {line} --account all"));
        assert_eq!((told.code, told.stderr.contains("note: ")), (0, true), "{line}: {told:?}");
    }
    // What no account knows is no answer.
    desk.iamwatch(&["history", "qqqqzzzz", "--account", "all"]).fails(2, &["no snapshot", "qqqqzzzz"]);
    desk.iamwatch(&["rules", "ask", "nothing", "--account", "all"]).fails(2, &["there is no rule `nothing`"]);

    let broken = desk.path("iamwatch-store").join(&other).join("manifests/00000009.json");
    fs::write(broken, "<html>").unwrap();
    let told = desk.iamwatch(&["verify", "--account", "all", "--json"]);
    told.fails(4, &["is broken"]);
    let answers: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(of(&answers, &ibm)["faults"], serde_json::json!([]));
    assert!(!of(&answers, &other)["faults"].as_array().unwrap().is_empty(), "{answers}");
    assert!(of(&answers, &other)["error"].as_str().unwrap().contains("is broken"), "{answers}");
    let told = desk.iamwatch(&["show", "latest", "--account", "all"]);
    told.fails(4, &[&other, "iamwatch show 8", "--account"]);
    assert!(told.stdout.contains("Snapshot 9 of"), "{told:?}");
}

#[test]
fn every_command_offers_the_newest_whole_snapshot_where_what_it_reads_is_damaged() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["query", "select number from snapshots order by number", "--json"]).json();
    let newest = told["rows"].as_array().unwrap().last().unwrap()["number"].as_u64().unwrap();
    // What the newest snapshot alone holds.
    let of = |number: u64| fs::read_to_string(desk.object(&format!("manifests/{number:08}.json"))).unwrap();
    let (former, last) = (of(newest - 1), of(newest));
    let own = |folder: &str| {
        let files = desk.bytes("iamwatch-store").into_keys();
        let mut fresh = files.filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap();
            path.display().to_string().contains(folder) && last.contains(name) && !former.contains(name)
        });
        fresh.next().unwrap_or_else(|| panic!("{newest} wrote nothing to {folder}"))
    };
    for (object, commands) in [
        (
            own("tables/ibm_policies/"),
            &[
                "show latest ibm_policies",
                "diff",
                "findings",
                "query 'select * from ibm_policies'",
                "report",
                "report --format html",
                "rules ask resource_access_by_group",
                "export --format sqlite",
                "export --format csv --tables ibm_policies",
                "export --from 1 --format csv",
                "who-can iam-groups.groups.update",
                "history ci-deployer",
            ][..],
        ),
        (own("/findings/"), &["findings", "export --format jsonl", "report --format sarif", "rules"]),
    ] {
        let bytes = fs::read(&object).unwrap();
        fs::write(&object, &bytes[..bytes.len() / 2]).unwrap();
        for command in commands {
            let outcome = desk.shell(&format!("iamwatch {command} --account ibm"));
            let named = object.file_name().unwrap().to_str().unwrap();
            outcome.fails(4, &[named, "is the newest that is whole without it", "iamwatch verify"]);
            assert_eq!(super::export::names(&desk.path("")), BTreeSet::from(["iamwatch-store".to_owned()]));
        }
        fs::write(&object, bytes).unwrap();
    }
}

/// Returns the commands that a text offers between backticks.
fn offered(text: &str) -> BTreeSet<String> {
    let parts = text.split('`').skip(1).step_by(2);
    parts.filter(|part| part.starts_with("iamwatch ")).map(str::to_owned).collect()
}

#[test]
fn every_command_that_is_offered_runs_as_it_is_printed() {
    let (desk, [_, huawei, other]) = office();
    fs::remove_file(desk.path("iamwatch.toml")).unwrap();
    fs::rename(desk.path("iamwatch-store"), desk.path("the store")).unwrap();
    let options = |account: &str| {
        ["--store".to_owned(), "the store".to_owned(), "--account".to_owned(), account.to_owned()]
    };
    let asked: [(&[&str], &str); 16] = [
        (&["findings"], "huawei"),
        (&["findings", "--at", "8"], "huawei"),
        (&["findings", "--at", "8"], &other),
        (&["rules"], &other),
        (&["show", "8"], "huawei"),
        (&["show", "99"], &other),
        (&["show", "latest", "ibm_user"], &other),
        (&["show", "latest", "huawei_users"], &other),
        (&["query", "select * from nothing"], "huawei"),
        (&["query", "select 1 from grant"], "huawei"),
        (&["rules", "ask", "nothing"], "huawei"),
        (&["rules", "ask", "permission_to_raise_own_power"], "huawei"),
        (&["history", "qqqqzzzz"], &other),
        (&["blame", "nothing", "x"], &other),
        (&["snapshots"], "huawei"),
        (&["diff", "-1000d"], "huawei"),
    ];
    let mut seen = BTreeSet::new();
    for (arguments, account) in asked {
        let options = options(account);
        let all: Vec<&str> = arguments.iter().copied().chain(options.iter().map(String::as_str)).collect();
        let outcome = desk.iamwatch(&all);
        seen.extend(offered(&outcome.stdout));
        seen.extend(offered(&outcome.stderr));
    }
    // Damage is told with commands of its own.
    fs::write(desk.path("the store").join(&huawei).join("manifests/00000004.json"), "<html>").unwrap();
    for arguments in [&["snapshots"][..], &["show", "4"], &["history", "priya.raman"]] {
        let outcome = desk.iamwatch(&[arguments, &["--store", "the store", "--account", "huawei"]].concat());
        seen.extend(offered(&outcome.stdout));
        seen.extend(offered(&outcome.stderr));
    }
    assert!(seen.len() > 8, "{seen:?}");
    for command in seen {
        let outcome = desk.shell(&command);
        assert!([0, 4].contains(&outcome.code), "`{command}`: {outcome:?}");
        let is_of_store = !command.starts_with("iamwatch help") && !command.starts_with("iamwatch demo");
        assert_eq!(command.contains("--store 'the store'"), is_of_store, "{command}");
    }
}
