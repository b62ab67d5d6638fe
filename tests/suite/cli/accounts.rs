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
    desk.iamwatch(&["show", "latest", "--account", "all"])
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
