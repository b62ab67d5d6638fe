//! Which way the evidence of a finding went: whether it says more than it did, less, or the same in other words.
//!
//! In: the evidence of two runs. Out: a turn. What only became less, or took another path, is no alarm.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use model::{Evidence, EvidenceTurn};
use serde_json::Value;

/// The columns of an evidence with their values.
type Columns = BTreeMap<String, Value>;

/// Returns whether two evidences say the same, however it is written: a moment in another form, a list in another order, an e-mail
/// address in other letters. A version that writes otherwise is no change of a finding.
pub(crate) fn says_the_same(before: &Evidence, after: &Evidence) -> bool {
    let (before, after) = (before.columns(), after.columns());
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().all(|name| {
        let cell = |columns: &Columns| columns.get(name).map(canonical).unwrap_or_default();
        before.get(name) == after.get(name) || cell(&before) == cell(&after)
    })
}

/// Writes a value in the one form that all equal ones share.
fn canonical(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            match Some(text).filter(|text| text.contains(':')).and_then(|text| model::normal_time(text)) {
                Some(moment) => Value::String(moment),
                None => sorted(text.split(", ").map(|part| with_small_addresses(part).into()).collect()),
            }
        }
        Value::Array(values) => sorted(values.iter().map(canonical).collect()),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), canonical(member))).collect()
        }
        // 1 and 1.0 are one number.
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

/// Writes the e-mail addresses in a text in small letters: their letters mean the same in either case.
fn with_small_addresses(text: &str) -> String {
    let word = |word: &str| if word.contains('@') { word.to_lowercase() } else { word.to_owned() };
    text.split_inclusive(' ').map(word).collect()
}

/// Sorts values: lists in evidence are sets, as the order of what a cloud lists means nothing.
fn sorted(mut values: Vec<Value>) -> Value {
    values.sort_by_key(ToString::to_string);
    Value::Array(values)
}

/// How the evidence of a rule is compared with what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// By the columns that the rule names as those that can get worse.
    OfColumns {
        /// The columns: see [`crate::Rule::worse`].
        worse: Vec<String>,
    },
    /// By what grants hold: certainty, actions, condition, path.
    OfGrants,
}

impl Comparison {
    /// Returns whether evidence says the same: that of grants also where only the words of the path are others.
    pub(crate) fn is_same(&self, before: &Evidence, after: &Evidence) -> bool {
        before == after || (*self == Self::OfGrants && are_same_grants(&before.columns(), &after.columns()))
    }

    /// Returns which way evidence went.
    pub(crate) fn turn(&self, before: &Evidence, after: &Evidence) -> EvidenceTurn {
        let (before, after) = (before.columns(), after.columns());
        match self {
            Self::OfColumns { worse } => of_columns(worse, &before, &after),
            Self::OfGrants => of_grants(&before, &after),
        }
    }
}

/// Returns whether grants are the same but for the words of their path and of their condition.
fn are_same_grants(before: &Columns, after: &Columns) -> bool {
    let others = |columns: &Columns| -> Columns {
        let cells = columns.iter().filter(|(name, _)| !["through", "condition"].contains(&name.as_str()));
        cells.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    route(text(before, "through")) == route(text(after, "through"))
        && others(before) == others(after)
        && conjuncts(text(before, "condition")) == conjuncts(text(after, "condition"))
}

/// Compares the named columns. Numbers go before texts: where several share a subject, a text is that of the first,
/// and another first does not mean more.
fn of_columns(worse: &[String], before: &Columns, after: &Columns) -> EvidenceTurn {
    let pairs = worse.iter().map(|name| {
        let cell = |columns: &Columns| columns.get(name).cloned().unwrap_or_default();
        (cell(before), cell(after))
    });
    let turns: Vec<(bool, Ordering)> =
        pairs.map(|(before, after)| (is_number(&before, &after), compare(&before, &after))).collect();
    let any = |is_number: bool, wanted: Ordering| turns.contains(&(is_number, wanted));
    if any(true, Ordering::Greater) {
        EvidenceTurn::Widened
    } else if any(true, Ordering::Less) {
        EvidenceTurn::Narrowed
    } else if any(false, Ordering::Greater) {
        EvidenceTurn::Widened
    } else if any(false, Ordering::Less) {
        EvidenceTurn::Narrowed
    } else {
        EvidenceTurn::Reworded
    }
}

fn is_number(before: &Value, after: &Value) -> bool {
    before.is_number() || after.is_number()
}

/// Returns whether a cell became more: what was not there and is, a greater number, another text.
fn compare(before: &Value, after: &Value) -> Ordering {
    match (before, after) {
        _ if before == after => Ordering::Equal,
        (_, Value::Null) => Ordering::Less,
        (Value::Number(before), Value::Number(after)) => {
            after.as_f64().partial_cmp(&before.as_f64()).unwrap_or(Ordering::Greater)
        }
        _ => Ordering::Greater,
    }
}

/// Compares what a holder can do. A part that went wider weighs more than all that went narrower, and a condition that
/// is neither the former one nor that with more added to it may let in anything.
fn of_grants(before: &Columns, after: &Columns) -> EvidenceTurn {
    let parts = [
        of_certainty(text(before, "certainty"), text(after, "certainty")),
        of_actions(text(before, "actions"), text(after, "actions")),
        of_condition(text(before, "condition"), text(after, "condition")),
    ];
    if parts.contains(&Ordering::Greater) {
        EvidenceTurn::Widened
    } else if parts.contains(&Ordering::Less) {
        EvidenceTurn::Narrowed
    } else if route(text(before, "through")) != route(text(after, "through")) {
        EvidenceTurn::Rerouted
    } else {
        EvidenceTurn::Reworded
    }
}

fn text<'a>(columns: &'a Columns, name: &str) -> &'a str {
    columns.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the steps of a path that make it another one: names count however they are quoted, and neither does the number of
/// a version or statement, nor that there is more than one of them, lead elsewhere.
fn route(path: &str) -> Vec<String> {
    let is_place = |step: &&str| step.starts_with("version ") || step.starts_with("statement ");
    path.split(" → ").filter(|step| !is_place(step)).map(|step| step.replace('\'', "")).collect()
}

fn of_certainty(before: &str, after: &str) -> Ordering {
    match (before, after) {
        _ if before == after => Ordering::Equal,
        (_, "conditional") => Ordering::Less,
        _ => Ordering::Greater,
    }
}

fn of_actions(before: &str, after: &str) -> Ordering {
    let set = |text: &str| -> BTreeSet<String> { text.split(", ").map(str::to_owned).collect() };
    let (before, after) = (set(before), set(after));
    if before == after {
        Ordering::Equal
    } else if after.is_subset(&before) {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// Compares conditions: what more must hold for, holds less often; other conditions may let in anything.
fn of_condition(before: &str, after: &str) -> Ordering {
    let (before, after) = (conjuncts(before), conjuncts(after));
    if before == after {
        Ordering::Equal
    } else if before.is_subset(&after) {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// Leaves out the names, which stand in quotes before their ids: another name is no other condition.
fn unnamed(condition: &str) -> String {
    condition.split('\'').step_by(2).collect()
}

/// Splits a condition into the parts that must all hold. Alternatives stand in parentheses and stay together.
fn conjuncts(condition: &str) -> BTreeSet<String> {
    let (mut parts, mut part, mut depth) = (BTreeSet::new(), Vec::new(), 0_i64);
    let condition = unnamed(condition);
    for word in condition.split(' ').filter(|word| !word.is_empty()) {
        if word == "and" && depth <= 0 {
            parts.insert(std::mem::take(&mut part).join(" "));
            continue;
        }
        for letter in word.chars() {
            depth += i64::from(letter == '(') - i64::from(letter == ')');
        }
        part.push(word);
    }
    if !part.is_empty() {
        parts.insert(part.join(" "));
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn grants(before: &Value, after: &Value) -> EvidenceTurn {
        Comparison::OfGrants.turn(&evidence(before), &evidence(after))
    }

    fn evidence(value: &Value) -> Evidence {
        value.as_object().unwrap().clone().into_iter().collect()
    }

    fn held(certainty: &str, actions: &str, condition: &str, through: &str) -> Value {
        json!({ "certainty": certainty, "actions": actions, "condition": condition, "through": through })
    }

    #[test]
    fn a_path_in_other_words_is_the_same_and_one_by_another_policy_is_not() {
        let through =
            |path: &str| evidence(&json!({ "certainty": "surely", "actions": "a", "through": path }));
        let same =
            |before: &str, after: &str| Comparison::OfGrants.is_same(&through(before), &through(after));
        let former = "group ops → policy read → version v1 → statement 1";
        assert!(same(former, "group 'ops' → policy 'read'"), "it was written so by an older version");
        assert!(same(
            "group 'ops' → policy 'read'",
            "group 'ops' → policy 'read' → version v2 → statement 3"
        ));
        assert!(!same(former, "group 'ops' → policy 'write'"));
        assert!(!same(former, "policy 'read'"));
        let renamed = evidence(&json!({ "certainty": "surely", "actions": "a, b", "through": former }));
        assert!(!Comparison::OfGrants.is_same(&through(former), &renamed));
        let columns = Comparison::OfColumns { worse: Vec::new() };
        assert!(!columns.is_same(&through(former), &through("group 'ops' → policy 'read'")));
    }

    #[test]
    fn what_holds_less_is_narrowed_and_what_holds_more_is_widened() {
        let before = held("surely", "a, b", "", "policy x");
        for (after, turn) in [
            (held("conditional", "a, b", "unless c", "policy x"), EvidenceTurn::Narrowed),
            (held("surely", "a", "", "policy x"), EvidenceTurn::Narrowed),
            (held("surely", "a", "", "policy y"), EvidenceTurn::Narrowed),
            (held("surely", "a, b", "", "policy y"), EvidenceTurn::Rerouted),
            (held("surely", "a, b, c", "", "policy x"), EvidenceTurn::Widened),
            (held("conditional", "a, c", "unless c", "policy x"), EvidenceTurn::Widened),
        ] {
            assert_eq!(grants(&before, &after), turn, "{after}");
        }
        let conditional = |condition: &str| held("conditional", "a", condition, "policy x");
        for (one, other, turn) in [
            ("mfa", "mfa and region x", EvidenceTurn::Narrowed),
            ("region x and mfa", "mfa", EvidenceTurn::Widened),
            ("mfa", "region x", EvidenceTurn::Widened),
            ("(a or b)", "(a or b and c)", EvidenceTurn::Widened),
            ("unless (a and b)", "unless (a and b) and mfa", EvidenceTurn::Narrowed),
            ("unless a", "unless (a and b)", EvidenceTurn::Widened),
        ] {
            assert_eq!(grants(&conditional(one), &conditional(other)), turn, "{one} → {other}");
        }
    }

    #[test]
    fn the_same_in_another_form_is_the_same() {
        let same = |one: Value, other: Value| {
            says_the_same(&evidence(&json!({ "x": one })), &evidence(&json!({ "x": other })))
        };
        for (one, other) in [
            (json!("2026-09-07T06:00:00Z"), json!("2026-09-07T06:00+0000")),
            (json!("2026-09-07T06:00:00Z"), json!("2026-09-07T08:00:00+02:00")),
            (json!("a, b, c"), json!("c, a, b")),
            (json!("Ana@Example.com"), json!("ana@example.com")),
            (json!("user Ana@Example.com, group x"), json!("group x, user ana@example.com")),
            (json!(["a", "b"]), json!(["b", "a"])),
            (json!({ "at": "2026-09-07T06:00:00Z" }), json!({ "at": "2026-09-07T06:00:00.000Z" })),
            (json!(3), json!(3.0)),
        ] {
            assert!(same(one.clone(), other.clone()), "{one} and {other}");
        }
        for (one, other) in [
            (json!("2026-09-07T06:00:00Z"), json!("2026-09-07T06:00:01Z")),
            (json!("a, b"), json!("a, b, b")),
            (json!("a"), json!("a, b")),
            (json!("Group of ana@example.com"), json!("group of ana@example.com")),
            (json!(["a"]), json!("a")),
            (json!(3), json!("3")),
            (json!(true), json!(1)),
            (json!(null), json!("")),
        ] {
            assert!(!same(one.clone(), other.clone()), "{one} and {other}");
        }
        assert!(
            says_the_same(&evidence(&json!({ "x": null })), &evidence(&json!({}))),
            "a column that is new"
        );
    }

    #[test]
    fn only_columns_that_a_rule_names_make_a_finding_worse() {
        let rule = Comparison::OfColumns { worse: vec!["others".to_owned(), "account".to_owned()] };
        let turn = |before: Value, after: Value| rule.turn(&evidence(&before), &evidence(&after));
        let one = |others: i64, account: &str| json!({ "others": others, "account": account });
        assert_eq!(turn(one(0, "a"), one(1, "a")), EvidenceTurn::Widened);
        assert_eq!(turn(one(1, "a"), one(0, "b")), EvidenceTurn::Narrowed, "the first is gone");
        assert_eq!(turn(one(0, "a"), one(0, "b")), EvidenceTurn::Widened, "another in its place");
        assert_eq!(turn(one(0, "a"), json!({ "others": 0, "account": null })), EvidenceTurn::Narrowed);
        assert_eq!(turn(json!({ "name": "x" }), json!({ "name": "y" })), EvidenceTurn::Reworded);
    }
}
