//! The past over HTTP: each answer is the one that the command line gives, page by page, in each form, kept as long as it holds.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use reqwest::{Client, Response, StatusCode, header};
use serde_json::{Value, json};

use super::program::{Desk, binary};

/// A program that serves a store.
#[derive(Debug)]
pub(super) struct Served {
    child: Child,
    /// The address with the token, as it was printed.
    pub(super) url: String,
    pub(super) token: String,
    pub(super) port: u16,
    pub(super) client: Client,
}

impl Served {
    /// Starts the program on the store of a desk, and waits until it can be reached.
    pub(super) fn start(desk: &Desk) -> Self {
        let mut child = Command::new(binary())
            .args(["serve", "--json", "--store"])
            .arg(desk.path("iamwatch-store"))
            .current_dir(desk.path("."))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut text = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            text.push_str(&line.unwrap());
            if text.ends_with('}') {
                break;
            }
        }
        let told: Value = serde_json::from_str(&text).unwrap();
        let url = told["url"].as_str().unwrap().to_owned();
        let port = url.split(['/', ':']).find_map(|part| part.parse().ok()).unwrap();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .no_gzip()
            .build()
            .unwrap();
        Self { child, token: told["token"].as_str().unwrap().to_owned(), url, port, client }
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Asks with the token and some headers.
    pub(super) async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.client.get(self.address(path)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Asks, and asserts that there is an answer.
    pub(super) async fn json(&self, path: &str) -> Value {
        let response = self.ask(path, &[]).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Asks, and asserts that the answer is a problem of a kind, with what to do next.
    pub(super) async fn problem(&self, path: &str, status: u16, kind: &str) -> Value {
        let response = self.ask(path, &[]).await;
        assert_problem(response, status, kind).await
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns whether the program ends within some seconds.
    pub(super) fn ends(&mut self) -> bool {
        (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            self.child.try_wait().unwrap().is_some()
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _waited = self.child.wait();
    }
}

pub(super) async fn assert_problem(response: Response, status: u16, kind: &str) -> Value {
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let code = response.status();
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!((code.as_u16(), problem["status"].as_u64()), (status, Some(status.into())), "{problem}");
    assert_eq!(problem["type"], format!("urn:iamwatch:problem:{kind}"), "{problem}");
    for member in ["title", "detail", "help"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
    }
    problem
}

/// Returns the path of the only account of a store, below which its answers are.
pub(super) async fn account(served: &Served) -> String {
    let accounts = served.json("/api/v1/accounts").await;
    let [account] = accounts["accounts"].as_array().unwrap().as_slice() else { panic!("{accounts}") };
    format!("/api/v1/accounts/{}", account["account"].as_str().unwrap())
}

pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Asserts that every member that the command line tells is told in the same words over HTTP.
fn assert_same(answer: &Value, told: &Value, members: &[&str]) {
    for member in members {
        assert!(
            !told[member].is_null() || told.get(member).is_some(),
            "the command line tells no `{member}`"
        );
        assert_eq!(answer[member], told[member], "{member}");
    }
}

#[tokio::test]
async fn each_answer_is_the_one_of_the_command_line() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let served = Served::start(&desk);
        let at = account(&served).await;
        let cli = |arguments: &[&str]| desk.iamwatch(&[arguments, &["--json"]].concat()).json();

        let mut listed = cli(&["snapshots"]).as_array().unwrap().clone();
        listed.reverse();
        assert_eq!(served.json(&format!("{at}/snapshots")).await["snapshots"], json!(listed));

        let told = cli(&["show", "8"]);
        let answer = served.json(&format!("{at}/snapshots/8")).await;
        assert_same(
            &answer,
            &told,
            &["number", "account", "tables", "lists", "incomplete", "finished_at", "tool"],
        );
        assert!(!answer["incomplete"].as_array().unwrap().is_empty(), "the eighth week could not see all");

        let users = told["tables"]
            .as_array()
            .unwrap()
            .iter()
            .find(|table| table["table"].as_str().unwrap().ends_with("_users"));
        let users = users.unwrap()["table"].as_str().unwrap();
        let rows = served.json(&format!("{at}/snapshots/8/tables/{users}?limit=10000")).await;
        assert_same(&rows, &cli(&["show", "8", users]), &["table", "rows", "incomplete"]);

        let changes = served.json(&format!("{at}/changes?from=6&to=7&access=true")).await;
        assert_same(
            &changes,
            &cli(&["diff", "6", "7"]),
            &["from", "to", "things", "counts", "reversed", "incomplete"],
        );
        assert_eq!(changes["access"], cli(&["diff", "6", "7", "--access"]));
        assert!(!changes["things"].as_array().unwrap().is_empty());

        let found = served.json(&format!("{at}/findings?at=8&limit=10000")).await;
        let told = cli(&["findings", "--at", "8"]);
        assert_same(&found, &told, &["snapshot", "findings", "incomplete", "judged"]);
        assert_eq!(found["total"], told["findings"].as_array().unwrap().len());
        let severe = served.json(&format!("{at}/findings?severity=high&state=all&limit=10000")).await;
        assert_same(&severe, &cli(&["findings", "--severity", "high", "--all"]), &["findings"]);
        let subject = found["findings"][0]["subject"].as_str().unwrap();
        let about = served.json(&format!("{at}/findings?at=8&subject={}", encoded(subject))).await;
        assert_same(&about, &cli(&["findings", "--at", "8", "--subject", subject]), &["findings"]);

        let sql = "select rule, count(*) as n, count(*) as n, max(is_baseline) as is_baseline from findings group by 1 order by 1";
        let asked = served.json(&format!("{at}/query?at=3&sql={}", encoded(sql))).await;
        let told = cli(&["query", sql, "--at", "3"]);
        assert_same(&asked, &told, &["columns", "rows", "truncated", "incomplete"]);

        let life = served.json(&format!("{at}/history?subject={}", encoded(subject))).await;
        assert_same(
            &life,
            &cli(&["history", subject]),
            &["subject", "row", "moments", "is_there", "incomplete", "last"],
        );

        let action =
            if at.contains("/ibm/") { "iam-identity.apikey.create" } else { "iam:users:createUserV5" };
        let can = served.json(&format!("{at}/who-can?action={action}&at=7")).await;
        assert_same(&can, &cli(&["who-can", action, "--at", "7"]), &["answers", "unseen", "unknown_action"]);

        let verified = served.json(&format!("{at}/snapshots/7/verify")).await;
        assert_eq!((&verified["whole"], &verified["faults"]), (&json!(true), &json!([])));
    }
}

#[tokio::test]
async fn a_principal_is_told_with_what_it_holds_as_the_view_of_grants_has_it() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let served = Served::start(&desk);
        let at = account(&served).await;
        let sql =
            "select principal_id, count(*) as n from grant_holders group by 1 order by 2 desc, 1 limit 1";
        let most = served.json(&format!("{at}/query?sql={}", encoded(sql))).await;
        let id = most["rows"][0]["principal_id"].as_str().unwrap();
        let life = served.json(&format!("{at}/history?subject={}", encoded(id))).await;
        assert_eq!(life["holds"].as_array().unwrap().len(), most["rows"][0]["n"], "{id}");
        assert!(life["holds"][0]["actions"].as_array().is_some_and(|actions| !actions.is_empty()), "{life}");
    }
}

#[tokio::test]
async fn lists_come_in_pages_whose_tokens_are_good_for_them_alone() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    for (path, rows) in [
        (format!("{at}/snapshots?limit=4"), "snapshots"),
        (format!("{at}/snapshots/7/tables/ibm_users?limit=4"), "rows"),
        (format!("{at}/findings?at=7&limit=10"), "findings"),
    ] {
        let whole = served.json(&path.replace("limit=4", "limit=1000").replace("limit=10&", "")).await;
        let whole = if rows == "findings" {
            served.json(&format!("{at}/findings?at=7&limit=9999")).await
        } else {
            whole
        };
        let (mut seen, mut next, mut pages) = (Vec::new(), Value::Null, 0);
        loop {
            let token = next.as_str().map(|next| format!("&page={next}")).unwrap_or_default();
            let page = served.json(&format!("{path}{token}")).await;
            seen.extend(page[rows].as_array().unwrap().clone());
            next = page["next"].clone();
            pages += 1;
            if next.is_null() {
                break;
            }
            served
                .problem(
                    &format!("{at}/snapshots/6/tables/ibm_users?page={}", next.as_str().unwrap()),
                    400,
                    "wrong-page",
                )
                .await;
        }
        assert!(pages > 1, "{path}");
        assert_eq!(json!(seen), whole[rows], "{path}");
    }
}

#[tokio::test]
async fn rows_come_as_csv_and_as_lines_and_nothing_else_is_made_up() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let sql = encoded("select '=1+1' as cell, null as missing, 1 as is_true");
    let path = format!("{at}/query?sql={sql}");
    let csv = served.ask(&path, &[("accept", "text/csv")]).await;
    assert_eq!(csv.headers()["iamwatch-limit-rows"], "1000");
    assert_eq!(csv.text().await.unwrap(), "cell,missing,is_true\r\n'=1+1,,true\r\n");
    let lines = served.ask(&path, &[("accept", "text/html, application/jsonl;q=0.9, */*;q=0.1")]).await;
    assert_eq!(lines.text().await.unwrap(), "{\"cell\":\"=1+1\",\"is_true\":true,\"missing\":null}\n");
    let blind = served.ask(&format!("{at}/snapshots/8/tables/ibm_policies"), &[("accept", "text/csv")]).await;
    assert_ne!(blind.headers()["iamwatch-incomplete-lists"], "0", "a sheet has no other place for it");
    let refused = served.ask(&path, &[("accept", "image/png")]).await;
    assert_problem(refused, 406, "no-such-form").await;
    let packed = served.ask(&format!("{at}/snapshots/7"), &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
}

#[tokio::test]
async fn what_never_changes_is_kept_and_what_a_name_means_is_asked_again() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    for (path, control) in [
        (format!("{at}/snapshots/7"), "private, max-age=31536000, immutable"),
        (format!("{at}/changes?from=6&to=7"), "private, max-age=31536000, immutable"),
        (format!("{at}/findings?at=7"), "private, max-age=31536000, immutable"),
        (format!("{at}/snapshots/latest"), "private, no-cache"),
        (format!("{at}/changes?from=6"), "private, no-cache"),
        (format!("{at}/snapshots"), "private, no-cache"),
        (at.replace("/api/v1", ""), "private, no-cache"),
    ] {
        let first = served.ask(&path, &[]).await;
        assert_eq!(first.headers()[header::CACHE_CONTROL], control, "{path}");
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = served.ask(&path, &[("if-none-match", &tag)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(again.text().await.unwrap(), "");
        let other = served.ask(&path, &[("if-none-match", "W/\"0\"")]).await;
        assert_eq!(other.status(), StatusCode::OK, "{path}");
        let head = served.client.head(served.address(&path)).bearer_auth(&served.token).send().await.unwrap();
        assert_eq!(
            (head.status(), &head.headers()[header::ETAG]),
            (StatusCode::OK, &first.headers()[header::ETAG])
        );
    }
    let csv = served.ask(&format!("{at}/snapshots/7"), &[("accept", "text/csv")]).await;
    let json = served.ask(&format!("{at}/snapshots/7"), &[]).await;
    assert_ne!(csv.headers()[header::ETAG], json.headers()[header::ETAG], "two forms are two answers");
    let verified = served.ask(&format!("{at}/snapshots/7/verify"), &[]).await;
    assert_eq!(verified.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn damage_is_a_problem_and_is_found_where_one_snapshot_is_proven() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let object = desk.object("tables/ibm_users/");
    std::fs::write(&object, b"not what was written").unwrap();
    let problem = served.problem(&format!("{at}/snapshots/1/tables/ibm_users"), 500, "damaged-history").await;
    assert!(problem["detail"].as_str().unwrap().contains("ibm_users"), "{problem}");
    assert!(!problem["help"].as_str().unwrap().contains("`iamwatch "), "{problem}");
    let verified = served.json(&format!("{at}/snapshots/1/verify")).await;
    assert_eq!((&verified["whole"], &verified["faults"][0]["kind"]), (&json!(false), &json!("changed")));
    let manifest = desk.object("manifests/00000004");
    std::fs::remove_file(manifest).unwrap();
    let verified = served.json(&format!("{at}/snapshots/5/verify")).await;
    assert!(
        verified["faults"].as_array().unwrap().iter().any(|fault| fault["kind"] == "missing"),
        "{verified}"
    );
    let listed = served.json(&format!("{at}/snapshots")).await;
    let fault = listed["snapshots"].as_array().unwrap().iter().find(|each| each["number"] == 4).unwrap();
    assert_eq!(fault["fault"], "is missing", "it hides none of the others");
}

#[tokio::test]
async fn every_path_of_the_description_answers_and_takes_the_parameters_that_it_names() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let document = served.json("/api/v1/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let cloud_and_id = at.strip_prefix("/api/v1/accounts/").unwrap();
    let (cloud, id) = cloud_and_id.split_once('/').unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 15);
    for (template, methods) in paths {
        let path = template
            .replace("{cloud}", cloud)
            .replace("{id}", id)
            .replace("{snapshot}", "7")
            .replace("{table}", "ibm_users");
        let parameters = methods["get"]["parameters"].as_array().unwrap();
        let value = |name: &str| match name {
            "sql" => encoded("select 1 as one"),
            "subject" => encoded("ana-laptop"),
            "text" => "ana".to_owned(),
            "action" => "iam-identity.apikey.create".to_owned(),
            "severity" => "low".to_owned(),
            "state" => "all".to_owned(),
            "from" => "6".to_owned(),
            "access" => "true".to_owned(),
            "limit" | "compare" => "5".to_owned(),
            "at" | "to" => "7".to_owned(),
            "rule" => "*".to_owned(),
            _ => String::new(),
        };
        let query: Vec<String> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .filter(|name| *name != "page" && *name != "resource" && *name != "principal")
            .map(|name| format!("{name}={}", value(name)))
            .collect();
        let answer = served.json(&format!("{path}?{}", query.join("&"))).await;
        for member in methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]["required"]
            .as_array()
            .into_iter()
            .flatten()
        {
            assert!(answer[member.as_str().unwrap()].is_array(), "{path}: {member}");
        }
        served.problem(&format!("{path}?unheard=1"), 400, "unknown-parameter").await;
    }
}

#[tokio::test]
async fn rules_without_an_answer_are_named_with_the_reason_as_on_the_terminal() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let served = Served::start(&desk);
        let at = account(&served).await;
        // The eighth week could not see all; the seventh could.
        for (number, is_blind) in [("8", true), ("7", false)] {
            let told = served.json(&format!("{at}/findings?at={number}&limit=1")).await;
            let terminal = desk.iamwatch(&["findings", "--at", number, "--json"]).json();
            assert_eq!(told["not_answered"], terminal["not_answered"], "{at} at {number}");
            assert_eq!(!told["not_answered"].as_array().unwrap().is_empty(), is_blind, "{told}");
            let shown = format!("{at}/findings?at={number}").replace("/api/v1", "");
            let page = served.ask(&shown, &[]).await.text().await.unwrap();
            assert_eq!(page.contains("without a whole answer"), is_blind, "{page}");
            for each in told["not_answered"].as_array().unwrap() {
                assert!(page.contains(each["rule"].as_str().unwrap()), "{each}");
            }
        }
    }
}

/// What decides on the grants of somebody in a snapshot, without the names of resources.
const HELD: &str = "select h.through, s.steps, s.effect, s.but_actions, s.but_resources, s.statement_condition, h.holder_condition,
(select group_concat(action, ' ') from (select action from grant_actions a where a.statement_id = s.statement_id order by 1)) as actions,
(select group_concat(resource, ' ') from (select resource from grant_resources r where r.statement_id = s.statement_id order by 1)) as resources
from grant_holders h join grant_statements s on s.statement_id = h.statement_id where h.principal_id = ";

#[tokio::test]
async fn each_grant_of_a_principal_says_since_when_it_is_held_unchanged() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let holders = "select principal_id, count(*) from grant_holders group by 1 order by 2 desc limit 4";
    let holders = served.json(&format!("{at}/query?sql={}", encoded(holders))).await;
    let mut numbers = std::collections::BTreeSet::new();
    for holder in holders["rows"].as_array().unwrap() {
        let id = holder.as_object().map_or_else(|| &holder[0], |row| &row["principal_id"]).as_str().unwrap();
        let mut held: Vec<Vec<String>> = Vec::new();
        for number in 1..=9 {
            let sql = encoded(&format!("{HELD}'{id}'"));
            let answer = served.json(&format!("{at}/query?at={number}&limit=10000&sql={sql}")).await;
            held.push(answer["rows"].as_array().unwrap().iter().map(ToString::to_string).collect());
        }
        let since =
            |grant: &String| 9 - held.iter().rev().take_while(|rows| rows.contains(grant)).count() + 1;
        let mut expected: Vec<usize> = held[8].iter().map(since).collect();
        let life = served.json(&format!("{at}/history?subject={}", encoded(id))).await;
        let told: Vec<(u64, bool)> = life["holds"]
            .as_array()
            .unwrap_or_else(|| panic!("{id}: {life}"))
            .iter()
            .map(|grant| {
                (grant["since"]["snapshot"].as_u64().unwrap(), grant["since"]["at_least"].as_bool().unwrap())
            })
            .collect();
        let mut found: Vec<usize> =
            told.iter().map(|(number, _)| usize::try_from(*number).unwrap()).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{id}");
        assert!(
            told.iter().all(|(number, at_least)| *number > 1 || *at_least),
            "nobody knows what was before: {told:?}"
        );
        numbers.extend(told);
    }
    assert!(
        numbers.iter().any(|(number, at_least)| *number > 1 && !at_least),
        "some came later: {numbers:?}"
    );
    let page = served.ask(&format!("{at}/history?subject=ci-deployer").replace("/api/v1", ""), &[]).await;
    assert!(page.text().await.unwrap().contains("Unchanged since"));
}
