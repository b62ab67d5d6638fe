//! Sentences: what a person reads first in an event of drift.
//!
//! In: a thing and what became of it and its parts. Out: one line, as `user ana@example.com joined access
//! group Admins`.

use std::collections::BTreeMap;

use model::{Change, Row, Table, Type, Value, tables};

use crate::{
    author::{By, author},
    drift::{Differing, Thing, differing},
    names::{NameFinder, identity_columns, label, text},
};

/// Returns the sentence that tells what became of a thing.
pub(crate) fn title(thing: &Thing<'_>, names: &NameFinder<'_>) -> String {
    let called = thing_name(thing, names);
    match thing.verb() {
        "added" => format!("{called} was added{}{}", by(thing, names), giving(thing)),
        "removed" => format!("{called} was removed"),
        "replaced" => format!("{called} was re-created with a new id{}", by(thing, names)),
        _ => {
            let changed = changed(thing, &called, names);
            let by = by(thing, names);
            let by =
                if changed.ends_with(" added") { by.strip_prefix(", added").unwrap_or(&by) } else { &by };
            format!("{changed}{by}")
        }
    }
}

/// Returns by whom it was done, where the cloud tells it: others may have changed a thing before its last editor did.
fn by(thing: &Thing<'_>, names: &NameFinder<'_>) -> String {
    match (thing.verb(), author(thing)) {
        (_, None) => String::new(),
        ("changed", Some(By::Creator(id))) => format!(", added by {}", identity(id, names)),
        (_, Some(By::Creator(id))) => format!(" by {}", identity(id, names)),
        (_, Some(By::LastEditor(id))) => format!("; last changed by {}", identity(id, names)),
    }
}

/// Returns what one row of a table is called: `access group`, `API key`, `role`.
#[must_use]
pub fn noun(table: &Table) -> String {
    let own = words(table.name);
    let parent = table.parent.and_then(|parent| tables::find(parent.table)).map(|parent| {
        let mut words = words(parent.name);
        if let Some(last) = words.last_mut() {
            *last = singular(last);
        }
        words
    });
    // A child table repeats the name of what it belongs to: the sentence names that anyway.
    let mut own =
        parent.and_then(|parent| own.strip_prefix(parent.as_slice()).map(<[_]>::to_vec)).unwrap_or(own);
    if let Some(last) = own.last_mut() {
        *last = singular(last);
    }
    let spoken: Vec<String> = own
        .into_iter()
        .map(|word| match word.as_str() {
            "api" | "cbr" | "crn" | "id" | "mfa" => word.to_uppercase(),
            _ => word,
        })
        .collect();
    spoken.join(" ")
}

fn words(table: &str) -> Vec<String> {
    table.split('_').skip(1).map(str::to_owned).collect()
}

fn singular(word: &str) -> String {
    match word {
        "settings" => word.to_owned(),
        "addresses" => "address".to_owned(),
        _ => match word.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => word.strip_suffix('s').unwrap_or(word).to_owned(),
        },
    }
}

fn thing_name(thing: &Thing<'_>, names: &NameFinder<'_>) -> String {
    let noun = noun(thing.table);
    let Some(row) = thing.row(names) else { return format!("{noun} {}", thing.key_text()) };
    // What has no name of its own is known by whose it is.
    let owner = text(thing.table, row, "user_id").filter(|_| thing.table.label.is_none());
    if let Some((table, name)) = owner.and_then(|id| names.identity(id)) {
        return format!("{noun} of {} {name}", self::noun(table));
    }
    let name = label(thing.table, row).map_or_else(|| described(thing, row), str::to_owned);
    let of = text(thing.table, row, "subject_access_group_id")
        .map(|id| {
            let name = names.of(&tables::ibm::ACCESS_GROUPS, id).unwrap_or(id);
            format!(" of access group {name}")
        })
        .or_else(|| {
            text(thing.table, row, "subject_iam_id").map(|id| format!(" of {}", identity(id, names)))
        });
    format!("{noun} {name}{}", of.unwrap_or_default())
}

/// Returns the id of what has no name, with its description before it: by that, people and paths of access know it.
fn described(thing: &Thing<'_>, row: &Row) -> String {
    match text(thing.table, row, "description") {
        Some(description) => format!("'{}' ({})", crate::wire::plain(description, 60), thing.key_text()),
        None => thing.key_text(),
    }
}

fn identity(iam_id: &str, names: &NameFinder<'_>) -> String {
    match names.identity(iam_id) {
        Some((table, name)) => format!("{} {name}", noun(table)),
        None => iam_id.to_owned(),
    }
}

/// Returns the roles that came with a new policy.
fn giving(thing: &Thing<'_>) -> String {
    let roles: Vec<String> = thing
        .parts
        .iter()
        .filter(|part| part.table.name == tables::ibm::POLICY_ROLES.name)
        .filter_map(|part| part.row_after())
        .take(5)
        .map(role)
        .collect();
    if roles.is_empty() { String::new() } else { format!(", giving {}", roles.join(", ")) }
}

fn role(row: &Row) -> String {
    let table = &tables::ibm::POLICY_ROLES;
    let id = text(table, row, "role_id").unwrap_or_default();
    text(table, row, "display_name").unwrap_or_else(|| id.rsplit(':').next().unwrap_or(id)).to_owned()
}

fn changed(thing: &Thing<'_>, called: &str, names: &NameFinder<'_>) -> String {
    if let ([], [part]) = (thing.columns().as_slice(), thing.parts.as_slice()) {
        return one_part(part, called, names);
    }
    let mut pieces: Vec<String> = column_pieces(thing.columns(), !thing.parts.is_empty());
    let mut counts: BTreeMap<(&str, &str), (&Table, usize)> = BTreeMap::new();
    for part in &thing.parts {
        counts.entry((part.table.name, part.verb())).or_insert((part.table, 0)).1 += 1;
    }
    for ((_, verb), (table, number)) in counts {
        pieces.push(format!("{} {verb}", counted(number, table)));
    }
    format!("{called} changed: {}", pieces.join(", "))
}

fn one_part(part: &Change, called: &str, names: &NameFinder<'_>) -> String {
    let Some(row) = part.row_after().or_else(|| part.row_before()) else {
        return format!("{called} changed");
    };
    // Whose part it is stands in the name of the thing already.
    let owner = part.table.parent.map(|parent| parent.column);
    let mut columns = identity_columns(part.table).iter().filter(|column| Some(**column) != owner);
    let member = columns.find_map(|column| text(part.table, row, column)).map(|id| identity(id, names));
    if part.table.name == tables::huawei::POLICY_ATTACHMENTS.name {
        let whom = member.as_deref().unwrap_or("somebody");
        match part.verb() {
            "added" => return format!("{called} was attached to {whom}"),
            "removed" => return format!("{called} was detached from {whom}"),
            _ => {}
        }
    }
    if [tables::ibm::MEMBERS.name, tables::huawei::GROUP_MEMBERS.name].contains(&part.table.name) {
        let member = member.as_deref().unwrap_or("a member");
        match part.verb() {
            "added" => return format!("{member} joined {called}"),
            "removed" => return format!("{member} left {called}"),
            _ => {}
        }
    }
    let name = if part.table.name == tables::ibm::POLICY_ROLES.name {
        role(row)
    } else {
        member
            .or_else(|| label(part.table, row).map(str::to_owned))
            .or_else(|| attribute(part.table, row))
            .unwrap_or_else(|| last_key(part.table, row))
    };
    let verb = match part.verb() {
        "changed" => match column_pieces(differing(part), false).as_slice() {
            [] => "changed".to_owned(),
            pieces => format!("changed ({})", pieces.join(", ")),
        },
        verb => verb.to_owned(),
    };
    format!("{called} changed: {} {name} {verb}", noun(part.table))
}

/// Returns `name = value` of a row that is an attribute or a condition.
fn attribute(table: &Table, row: &Row) -> Option<String> {
    let name = text(table, row, "name").or_else(|| text(table, row, "claim"))?;
    Some(format!("{name} = {}", text(table, row, "value").unwrap_or_default()))
}

fn last_key(table: &Table, row: &Row) -> String {
    row.value(table.key.saturating_sub(1)).to_string()
}

fn column_pieces(mut columns: Vec<Differing<'_>>, has_parts: bool) -> Vec<String> {
    columns.retain(|(column, ..)| !column.moves);
    // A document differs whenever a column or a part does: it is told where it is all there is.
    if has_parts || columns.iter().any(|(column, ..)| column.kind != Type::Document) {
        columns.retain(|(column, ..)| column.kind != Type::Document);
    }
    if let [(column, before, after)] = columns.as_slice()
        && column.kind != Type::Document
    {
        return vec![format!("{} {} → {}", column.name, value_text(*before), value_text(*after))];
    }
    columns.into_iter().map(|(column, ..)| column.name.to_owned()).collect()
}

fn value_text(value: Value<'_>) -> String {
    if value.is_null() { "none".to_owned() } else { crate::wire::plain(&value.to_string(), 60) }
}

fn counted(number: usize, table: &Table) -> String {
    let noun = noun(table);
    if number == 1 {
        return format!("1 {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) => format!("{number} {stem}ies"),
        None if noun.ends_with("ss") => format!("{number} {noun}es"),
        None => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, noun};
    use model::tables::ibm;

    #[test]
    fn every_table_has_a_noun_that_people_use() {
        let spoken = [
            (&ibm::ACCESS_GROUPS, "access group"),
            (&ibm::API_KEYS, "API key"),
            (&ibm::SERVICE_IDS, "service ID"),
            (&ibm::POLICIES, "policy"),
            (&ibm::POLICY_ROLES, "role"),
            (&ibm::POLICY_RESOURCES, "resource attribute"),
            (&ibm::MEMBERS, "member"),
            (&ibm::GROUP_RULE_CONDITIONS, "rule condition"),
            (&ibm::CBR_ZONE_ADDRESSES, "address"),
            (&ibm::ACCOUNT_SETTINGS, "account settings"),
        ];
        for (table, expected) in spoken {
            assert_eq!(noun(table), expected);
        }
        for table in ibm::ALL {
            assert!(!noun(table).is_empty(), "`{}` has no noun", table.name);
        }
    }

    #[test]
    fn numbers_bend_the_noun() {
        assert_eq!(counted(1, &ibm::MEMBERS), "1 member");
        assert_eq!(counted(3, &ibm::MEMBERS), "3 members");
        assert_eq!(counted(2, &ibm::PROFILE_IDENTITIES), "2 identities");
        assert_eq!(counted(2, &ibm::CBR_ZONE_ADDRESSES), "2 addresses");
    }
}
