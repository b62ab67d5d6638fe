//! Odd members beside an edit of the same thing: the edit is told once, and nothing else.

use model::{Cloud, Row, Rows, State, UnreadCell, tables::ibm::API_KEYS};

use super::broken_texts::{next, state};

/// Returns an API key with a description, a name of who made it, and what its document holds beside these.
fn key(description: &str, created_by: &str, others: &str) -> State {
    let document =
        format!(r#"{{"created_by":"{created_by}","description":"{description}"{others},"id":"k"}}"#);
    let draft = API_KEYS.draft().set("id", "k").set("owner_type", "user").set("name", "n");
    let draft = draft.set("description", description).set("created_by_id", created_by);
    state("ibm_api_keys", "user", &API_KEYS, vec![draft.set("document", &document).row()])
}

/// Lives through an edit beside an odd member, and through the run in which that heals; returns what both tell.
fn tell(odd: State, healed: State) -> [Vec<&'static str>; 2] {
    let known = key("old", "ana", r#","href":"h""#);
    let (before, _) = next(Cloud::Ibm, &State::default(), known);
    let (once, first) = next(Cloud::Ibm, &before, odd);
    let (_, second) = next(Cloud::Ibm, &once, healed);
    [first, second]
}

#[test]
fn an_edit_beside_what_came_broken_or_was_left_out_is_told_once() {
    let healed = || key("new", "ana", r#","href":"h""#);
    for odd in [
        key("new", "a\u{fffd}a", r#","href":"h""#),
        key("new", "ana", ""),
        key("new", "ana", r#","href":null"#),
        key("new", "ana", ",\"href\":\"\u{fffd}\""),
        key("new", "ana", ",\"description_of_use\":\"\u{fffd}\",\"href\":\"h\""),
    ] {
        let told = tell(odd.clone(), healed());
        assert_eq!(told, [vec!["changed"], Vec::new()], "{:?}", odd.rows(&API_KEYS));
    }
}

#[test]
fn a_member_at_any_depth_that_is_left_out_beside_an_edit_stands_for_one_run() {
    let template = |description: &str, template: &str| key(description, "ana", template);
    let known = || template("old", r#","template":{"id":"t","settings":{"name":"n","type":"x"}}"#);
    let healed = || template("new", r#","template":{"id":"t","settings":{"name":"n","type":"x"}}"#);
    for odd in [
        r#","template":{"settings":{"name":"n","type":"x"}}"#,
        r#","template":{"id":null,"settings":{"name":"n","type":"x"}}"#,
        r#","template":{"id":"t","settings":{"type":"x"}}"#,
        r#","template":{"id":"t","settings":{}}"#,
    ] {
        let (before, _) = next(Cloud::Ibm, &State::default(), known());
        let (once, first) = next(Cloud::Ibm, &before, template("new", odd));
        let (_, second) = next(Cloud::Ibm, &once, healed());
        assert_eq!((first, second), (vec!["changed"], Vec::new()), "{odd}");
    }
}

#[test]
fn an_inner_list_in_another_order_by_broken_texts_beside_an_edit_stands_for_one_run() {
    use model::tables::ibm::{POLICIES, POLICY_RESOURCES};
    let policy = |description: &str, attributes: [(&str, &str); 2]| {
        let pairs: Vec<String> = attributes
            .iter()
            .map(|(name, value)| format!(r#"{{"key":"{name}","value":"{value}"}}"#))
            .collect();
        let document = format!(
            r#"{{"description":"{description}","id":"p","resource":{{"attributes":[{}]}}}}"#,
            pairs.join(",")
        );
        let row = POLICIES.draft().set("id", "p").set("description", description);
        let mut state = state("ibm_policies", "", &POLICIES, vec![row.set("document", &document).row()]);
        let attribute = |(position, (name, value)): (i64, &(&str, &str))| {
            let row = POLICY_RESOURCES.draft().set("policy_id", "p").set("position", position);
            row.set("value_position", 0).set("name", *name).set("value", *value).row()
        };
        let rows = (0..).zip(&attributes).map(attribute).collect();
        state.put(&POLICY_RESOURCES, Rows::new(&POLICY_RESOURCES, rows));
        state
    };
    let whole = |description: &str| policy(description, [("region", "eu"), ("serviceName", "kms")]);
    let broken = policy("new", [("serviceName", "kms"), ("\u{fffd}egion", "eu")]);
    let (before, _) = next(Cloud::Ibm, &State::default(), whole("old"));
    let (once, first) = next(Cloud::Ibm, &before, broken);
    assert_eq!(first, ["changed"], "the description alone");
    assert_eq!(once.rows(&POLICY_RESOURCES), before.rows(&POLICY_RESOURCES));
    let (_, second) = next(Cloud::Ibm, &once, whole("new"));
    assert_eq!(second, [""; 0]);
}

#[test]
fn what_an_edit_took_out_is_told_late_and_what_it_took_out_of_a_column_at_once() {
    let without = || key("new", "ana", "");
    assert_eq!(
        tell(without(), without()),
        [["changed"], ["changed"]],
        "the document is believed the second time"
    );
    let empty = || {
        let document = r#"{"description":"new","href":"h","id":"k"}"#;
        let draft = API_KEYS.draft().set("id", "k").set("owner_type", "user").set("name", "n");
        let row = draft.set("description", "new").set("document", document).row();
        state("ibm_api_keys", "user", &API_KEYS, vec![row])
    };
    assert_eq!(tell(empty(), empty()), [vec!["changed"], Vec::new()]);
}

#[test]
fn a_new_member_that_cannot_be_read_is_no_part_of_the_document() {
    let mut odd = key("new", "ana", r#","expires_at":{},"href":"h""#);
    let row: Box<[u8]> = Row::pack(["k".into()]).as_bytes().into();
    let cell = |column| UnreadCell { table: API_KEYS.name, key: row.clone(), column, is_doubtful: false };
    odd.note_unread(["expires_at", "document"].map(cell));
    let healed = || key("new", "ana", r#","href":"h""#);
    let known = key("old", "ana", r#","href":"h""#);
    let (before, _) = next(Cloud::Ibm, &State::default(), known);
    let (once, told) = next(Cloud::Ibm, &before, odd);
    assert_eq!(told, ["changed"]);
    let rows: &Rows = once.rows(&API_KEYS);
    assert!(!rows.iter().any(|row| API_KEYS.text(row, "document").unwrap().contains("expires_at")));
    let (twice, told) = next(Cloud::Ibm, &once, healed());
    assert_eq!(told, [""; 0]);
    let (_, told) = next(Cloud::Ibm, &twice, healed());
    assert_eq!(told, [""; 0]);
}
