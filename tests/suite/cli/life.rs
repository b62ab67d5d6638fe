//! The life of one thing, and since when each of its columns is as it is: held against what every snapshot shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};

use access::ToldChange;
use history::Subject;
use model::{AccountId, tables};
use serde_json::{Value, json};
use snapshot::{AnyStore, History, StoreOptions};

use super::program::Desk;

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn moments(life: &Value) -> BTreeMap<u64, &Value> {
    list(life, "moments").iter().map(|moment| (moment["snapshot"].as_u64().unwrap(), moment)).collect()
}

fn titles(moment: &Value) -> Vec<&str> {
    list(moment, "things").iter().map(|thing| thing["title"].as_str().unwrap()).collect()
}

#[test]
fn a_life_tells_who_made_a_thing_what_changed_and_that_it_went() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["history", "temporary, for the migration"]);
    // Policies are known by their ids; their descriptions are no names.
    page.fails(2, &["no snapshot of this account knows"]);
    let told = desk.iamwatch(&["diff", "3", "4", "--json"]).json();
    let policy = list(&told, "things").iter().find(|thing| thing["change"] == "added").unwrap();
    let id = policy["thing"]["key"]["id"].as_str().unwrap();
    let life = desk.iamwatch(&["history", id, "--json"]).json();
    assert_eq!((&life["is_there"], &life["subject"]["table"]), (&json!(false), &json!("ibm_policies")));
    assert_eq!(life["row"]["description"], "temporary, for the migration");
    assert_eq!(life["created"]["by"], policy["by"]["id"]);
    let moments = moments(&life);
    assert!(titles(moments[&4])[0].contains("was added by"), "{life}");
    assert!(titles(moments[&7])[0].contains("was removed"), "{life}");
    assert!(list(moments[&4], "gained")[0]["title"].as_str().unwrap().contains("ci-deployer gained access"));
    let lost = &list(moments[&7], "access")[0];
    assert_eq!((&lost["turn"], &lost["principals"][0]["name"]), (&json!("lost"), &json!("ci-deployer")));
    let page = desk.iamwatch(&["history", id]).done();
    assert!(
        page.contains("It is gone: snapshot 9") && page.contains("Created 2026-09-24 02:13 UTC by "),
        "{page}"
    );
}

#[test]
fn a_life_holds_what_happened_around_a_principal() {
    let desk = Desk::with_history();
    let life = desk.iamwatch(&["history", "CI-Deployer", "--json"]).json();
    let moments = moments(&life);
    assert_eq!(moments[&1]["is_first"], true);
    let seen: Vec<&str> =
        list(moments[&1], "seen").iter().map(|thing| thing["title"].as_str().unwrap()).collect();
    assert!(
        seen[0].starts_with("service ID")
            && seen.iter().any(|title| title.contains("access group 'developers'"))
    );
    let turns = |number: u64| -> Vec<(&str, &str)> {
        let steps = list(moments[&number], "findings").iter();
        steps
            .map(|step| (step["turn"].as_str().unwrap(), step["finding"]["rule"].as_str().unwrap()))
            .collect()
    };
    assert!(turns(1).contains(&("there", "key_older_than_90_days")), "{:?}", turns(1));
    assert!(turns(4).contains(&("opened", "permission_to_grant_account_management")), "{:?}", turns(4));
    assert!(turns(6).contains(&("fixed", "key_older_than_90_days")), "{:?}", turns(6));
    assert!(turns(7).contains(&("fixed", "permission_to_grant_account_management")), "{:?}", turns(7));
    assert!(titles(moments[&6]).iter().any(|title| title.contains("ci-deployer-key changed")));
    // A run without change, and one that could not see, are no part of anybody's life.
    assert!(!moments.contains_key(&3));
    // Runs store what they find of access: nothing is left to compare. Of what several lost the life of one tells its own.
    let page = desk.iamwatch(&["history", "ci-deployer", "--compare", "0"]).done();
    assert!(!page.contains("was not compared") && page.contains("↑ service ID ci-deployer"), "{page}");
    let lost = "↓ service ID ci-deployer lost access, policy 'Developers look into the order database'";
    assert!(page.contains(lost) && page.contains("still held); 5 others too"), "{page}");
}

#[test]
fn what_a_life_tells_of_the_thing_itself_is_what_differences_tell() {
    for (desk, table) in [
        (Desk::with_history(), "ibm_access_groups"),
        (Desk::with_history(), "ibm_users"),
        (Desk::with_huawei_history(), "huawei_users"),
        (Desk::with_huawei_history(), "huawei_agencies"),
    ] {
        let mut own: BTreeMap<String, Vec<(u64, Value)>> = BTreeMap::new();
        for number in 2..=9_u64 {
            let told =
                desk.iamwatch(&["diff", &(number - 1).to_string(), &number.to_string(), "--json"]).json();
            for thing in list(&told, "things").iter().filter(|thing| thing["thing"]["table"] == table) {
                let address = thing["thing"]["address"].as_str().unwrap().to_owned();
                own.entry(address).or_default().push((number, thing.clone()));
            }
        }
        assert!(!own.is_empty(), "{table}");
        for (address, things) in own.into_iter().take(4) {
            let life = desk.iamwatch(&["history", &address, "--json", "--compare", "0"]).json();
            let moments = moments(&life);
            for (number, thing) in things.iter().filter(|(_, thing)| thing["change"] != "replaced") {
                let told = list(moments[number], "things").iter();
                let told = told.filter(|each| each["thing"]["address"] == *address).collect::<Vec<_>>();
                assert_eq!(told, [thing], "{address} in {number}");
            }
        }
    }
}

#[test]
fn a_thing_is_found_by_any_of_its_names_and_by_one_that_it_no_longer_has() {
    let desk = Desk::with_history();
    let subject =
        |text: &str| desk.iamwatch(&["history", text, "--json", "--compare", "0"]).json()["subject"].clone();
    let now = subject("finance-and-tax");
    assert_eq!(subject("finance"), now);
    let key = now["key"][0].as_str().unwrap();
    assert_eq!(subject(key), now);
    assert_eq!(subject(&format!("ibm_access_groups/{key}")), now);
    assert_eq!(subject(now["address"].as_str().unwrap()), now);
    let service = subject("ci-deployer");
    let row = desk.iamwatch(&["history", "ci-deployer", "--json"]).json()["row"].clone();
    assert_eq!(subject(row["iam_id"].as_str().unwrap()), service);
    // The only row of a table of settings.
    assert_eq!(subject("ibm_account_settings")["table"], "ibm_account_settings");
}

#[test]
fn an_unknown_subject_is_answered_with_the_nearest_names() {
    let desk = Desk::with_history();
    desk.iamwatch(&["history", "ci-deplyer"])
        .fails(2, &["knows `ci-deplyer`", "help: did you mean `ci-deployer`"]);
    desk.iamwatch(&["history", "developer"]).fails(2, &["`developers`"]);
    desk.iamwatch(&["history", "zzzzqqqq"]).fails(2, &["no snapshot", "TABLE/KEY"]);
    desk.iamwatch(&["history", "ibm_users"]).fails(2, &["may be any of these: ibm_users/"]);
    desk.iamwatch(&["history", "ci-deployer", "colour"]).fails(2, &["no column `colour`", "locked"]);
    desk.iamwatch(&["blame", "ibm_user", "x"]).fails(2, &["no table `ibm_user`"]);
    desk.iamwatch(&["blame", "ibm_users", "nobody@example.com"])
        .fails(2, &["no snapshot of this account knows"]);
}

/// Reads the rows of a table in every snapshot, by key.
fn states(desk: &Desk, table: &str, key: &str) -> Vec<BTreeMap<String, Value>> {
    (1..=9)
        .map(|number| {
            let told = desk.iamwatch(&["show", &number.to_string(), table, "--json"]).json();
            list(&told, "rows")
                .iter()
                .map(|row| (row[key].as_str().unwrap().to_owned(), row.clone()))
                .collect()
        })
        .collect()
}

#[test]
fn blame_says_since_when_each_column_is_so() {
    for (desk, table, key) in [
        (Desk::with_history(), "ibm_access_groups", "id"),
        (Desk::with_history(), "ibm_policies", "id"),
        (Desk::with_huawei_history(), "huawei_user_logins", "user_id"),
    ] {
        let states = states(&desk, table, key);
        let mut later = 0;
        for (id, row) in states.last().unwrap().iter().take(20) {
            let told = desk.iamwatch(&["blame", table, id, "--json"]).json();
            for column in list(&told, "columns") {
                let name = column["column"].as_str().unwrap();
                assert_eq!(column["value"], row[name], "{table} {id} {name}");
                let is_so = |state: &BTreeMap<String, Value>| {
                    state.get(id).is_some_and(|each| each[name] == row[name])
                };
                let since = 9 - states.iter().rev().take_while(|state| is_so(state)).count() + 1;
                assert_eq!(column["since"]["snapshot"], since, "{table} {id} {name}: {column}");
                assert_eq!(column["is_first"], since == 1);
                later += usize::from(since > 1);
            }
        }
        assert!(later > 0, "{table}");
    }
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["blame", "ibm_access_groups", "finance-and-tax"]).done();
    let renamed =
        page.lines().find(|line| line.contains("finance-and-tax") && line.contains("name ")).unwrap();
    assert!(
        renamed.contains('7') && renamed.contains("2026-10-12 06:00") && renamed.contains("ana.sousa"),
        "{page}"
    );
}

#[test]
fn one_column_is_told_over_time_also_where_it_moves_by_itself() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["history", "finance-and-tax", "name", "--json"]).json();
    let values: Vec<(u64, &Value)> = list(&told, "values")
        .iter()
        .map(|value| (value["snapshot"].as_u64().unwrap(), &value["after"]))
        .collect();
    assert_eq!(values, [(1, &json!("finance")), (7, &json!("finance-and-tax"))]);
    let desk = Desk::with_huawei_history();
    let states = states(&desk, "huawei_user_logins", "user_id");
    let moved =
        states[8].iter().find(|(id, row)| states[0].get(*id).is_some_and(|first| first != *row)).unwrap().0;
    let place = format!("huawei_user_logins/{moved}");
    let told = desk.iamwatch(&["history", &place, "last_login_at", "--json"]).json();
    let values = list(&told, "values");
    assert!(values.len() > 1, "{told}");
    for value in values {
        let number = usize::try_from(value["snapshot"].as_u64().unwrap()).unwrap();
        assert_eq!(states[number - 1][moved]["last_login_at"], value["after"]);
    }
}

#[test]
fn a_damaged_manifest_is_named_and_the_life_goes_on() {
    let desk = Desk::with_history();
    fs::write(desk.object("manifests/00000004"), "<html>").unwrap();
    let page = desk.iamwatch(&["history", "ci-deployer"]).done();
    assert!(page.contains("Snapshot 4 is damaged") && page.contains("iamwatch verify"), "{page}");
    let life = desk.iamwatch(&["history", "ci-deployer", "--json"]).json();
    assert_eq!(life["unread"][0]["snapshot"], 4);
    assert!(titles(moments(&life)[&5]).iter().any(|title| title.contains("was added by")), "{life}");
}

#[test]
fn the_subject_of_every_finding_has_a_life_that_tells_of_the_finding() {
    let desk = Desk::with_history();
    let found = desk.iamwatch(&["findings", "--all", "--json"]).json();
    let by_rule: BTreeMap<&str, &Value> =
        list(&found, "findings").iter().map(|each| (each["rule"].as_str().unwrap(), each)).collect();
    // A rule that names what it reports by other columns than the key is among them.
    assert!(by_rule.contains_key("policy_names_missing_instance"));
    for (rule, finding) in by_rule {
        let life = desk
            .iamwatch(&["history", finding["subject"].as_str().unwrap(), "--compare", "0", "--json"])
            .json();
        let steps = list(&life, "moments").iter().flat_map(|moment| list(moment, "findings"));
        let rules: Vec<_> = steps.map(|step| &step["finding"]["rule"]).collect();
        assert!(rules.contains(&&json!(rule)), "{rule}: {finding}\n{life}");
    }
}

#[test]
fn a_holder_of_another_account_has_a_life_though_no_table_has_it() {
    let desk = Desk::with_huawei_history();
    let findings = desk.iamwatch(&["findings", "--all", "--json"]).json();
    let of_account = |finding: &&Value| finding["subject"].as_str().unwrap().contains("/account/");
    let finding = list(&findings, "findings").iter().find(of_account).expect("a holder of another account");
    let address = finding["subject"].as_str().unwrap();
    let id = address.rsplit('/').next().unwrap();
    let asked = format!("select step from grant_principals where principal_id = '{id}'");
    let called = desk.iamwatch(&["query", &asked, "--json"]).json();
    let called = called["rows"][0]["step"].as_str().expect("what a path calls it");
    for named in [address, id, &format!("account/{id}"), called] {
        let life = desk.iamwatch(&["history", named, "--json"]).json();
        assert_eq!((&life["is_there"], &life["row"]["principal_id"]), (&json!(true), &json!(id)), "{named}");
        let mut steps = list(&life, "moments").iter().flat_map(|moment| list(moment, "findings"));
        assert!(steps.any(|step| step.to_string().contains(address)), "{named}: {life}");
    }
    desk.iamwatch(&["history", "account/00000000000000000000000000000000"]).fails(2, &["no snapshot"]);
}

/// What one thing gained and lost of access: in which snapshot, whether it is a gain, and of what.
type Turned = BTreeSet<(u64, bool, String)>;

fn turned<'a>(
    account: &AccountId,
    subject: &Subject,
    moments: impl Iterator<Item = (u64, &'a Vec<ToldChange>)>,
) -> Turned {
    let ids = subject.telling_ids(account);
    let mut turned = Turned::new();
    for (number, changes) in moments {
        for change in
            changes.iter().filter(|change| change.principals.iter().any(|who| ids.contains(&who.id)))
        {
            // How it is put together with what others gained depends on who was looked at.
            let own = change.title.split("; ").next().unwrap_or_default().to_owned();
            turned.insert((number, change.turn.is_gain(), own));
        }
    }
    turned
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_store_of_access_is_what_comparing_their_snapshots_tells() {
    let desk = Desk::with_both_histories();
    let store = desk.path("iamwatch-store").display().to_string();
    let store = AnyStore::open(&store, &StoreOptions::default()).await.unwrap();
    for account in History::accounts(&store).await.unwrap() {
        let history = History::new(store.clone(), account);
        let newest = history.newest().await.unwrap().unwrap();
        let timeline = history.timeline(newest).await.unwrap();
        let mut older = timeline.clone();
        Arc::make_mut(&mut older.manifests).iter_mut().for_each(|manifest| manifest.access = None);
        let mut told = Turned::new();
        let table = tables::find(&format!("{}_users", history.account().cloud())).unwrap();
        let last = timeline.manifests.last().unwrap();
        for row in history.read(last, table).await.unwrap().iter() {
            let place = table.place(&table.key_text(row));
            let subject = history::find_subject(&history, &timeline, &place).await.unwrap();
            let life = history::life(&history, &timeline, subject.clone()).await.unwrap();
            let stored = life.moments.iter().map(|moment| (moment.snapshot.snapshot, &moment.access));
            let stored = turned(history.account(), &subject, stored);
            let compared = history::access_turns(&history, &older, &subject, 100, || true).await.unwrap();
            let compared = compared.changes.iter().map(|(at, changes)| (at.snapshot, changes));
            let compared = turned(history.account(), &subject, compared);
            // Comparing looks where rows near the user changed: what the organisation takes, or an agency that trusts everybody gives, it misses.
            let mut seen_by_both = stored.clone();
            seen_by_both.retain(|turn| compared.iter().any(|other| other.0 == turn.0));
            assert_eq!(seen_by_both, compared, "{}", subject.place());
            told.extend(stored);
        }
        assert!(told.iter().any(|turn| turn.1) && told.iter().any(|turn| !turn.1), "{told:?}");
    }
}

#[test]
fn the_life_of_a_setting_of_the_account_is_its_own_and_not_that_of_all_that_names_the_account() {
    let desk = Desk::with_both_histories();
    for (cloud, setting) in [("ibm", "ibm_account_settings"), ("huawei", "huawei_accounts")] {
        let life = desk.iamwatch(&["history", setting, "--account", cloud, "--json"]).json();
        let things = list(&life, "moments")
            .iter()
            .flat_map(|moment| list(moment, "seen").iter().chain(list(moment, "things")));
        let tables: BTreeSet<&str> = things.map(|thing| thing["thing"]["table"].as_str().unwrap()).collect();
        assert_eq!(tables, BTreeSet::from([setting]), "{life:#}");
    }
}

#[test]
fn what_a_thing_lost_in_a_snapshot_that_is_missing_is_told_in_the_next() {
    let desk = Desk::with_history();
    fs::remove_file(desk.object("manifests/00000007.json")).unwrap();
    let life = desk.iamwatch(&["history", "ci-deployer", "--json"]).json();
    let moments = moments(&life);
    let lost: Vec<&Value> =
        list(moments[&8], "access").iter().filter(|change| change["turn"] == "lost").collect();
    assert_eq!(lost.len(), 1, "{lost:#?}");
    assert!(lost[0]["title"].as_str().unwrap().contains("was detached"), "{lost:#?}");
}
