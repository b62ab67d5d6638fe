//! Agencies of all kinds, who may take them on, and their tags.

use model::tables::huawei::{AGENCIES, AGENCY_TAGS, TRUST_DOCUMENTS};

use serde_json::Value;

use super::{
    reader::{Parents, Reader, marked, single},
    statements::Document,
};
use crate::{
    document,
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all agencies, and the tags of each.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut seen = all(reader).await;
    let tags = tags(reader, Parents::of(&seen, &AGENCIES, "agency_id")).await;
    seen.join(tags);
    reader.drop_vanished(&mut seen, &AGENCIES, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let list = marked(&AGENCIES, &reader.endpoints.iam, &["v5", "agencies"], &[], Items::Each("agencies"));
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("agency_id")?;
    item.must_say(&["agency_name"]);
    item.should_say(&["description", "created_at", "urn", "path", "max_session_duration"]);
    let is_classic = item.value("trust_policy").is_none_or(|trust| trust.as_str().is_some_and(str::is_empty));
    if is_classic {
        item.should_say(&["trust_domain_id", "trust_domain_name"]);
    }
    let trust =
        (!is_classic).then(|| Document::read(item, "trust_policy", &format!("trust policy of `{id}`")));
    let row = AGENCIES
        .draft()
        .set("agency_id", id)
        .set("name", item.text("agency_name"))
        .set("kind", kind(item, is_classic))
        .set("urn", item.text("urn"))
        .set("path", item.text("path"))
        .set("description", item.text("description"))
        .set("created_at", item.time("created_at").as_ref())
        .set("max_session_duration", item.integer("max_session_duration"))
        .set("trust_domain_id", item.text("trust_domain_id"))
        .set("trust_domain_name", item.text("trust_domain_name"))
        .set("fault", trust.as_ref().and_then(|trust| trust.fault.as_ref()))
        .set("document", &document(item, trust.as_ref()))
        .row();
    seen.push(&AGENCIES, row.clone());
    if item.value("path").is_some_and(|path| !path.is_string()) {
        seen.note_unread(&AGENCIES, &row, "kind");
    }
    let is_untold = trust.is_none() && item.value("trust_domain_id").is_none();
    if is_untold {
        item.faults().note(|| format!("agency `{id}` trusts nobody, by a policy or an account"));
        seen.note_unread(&AGENCIES, &row, "kind");
    }
    if is_untold {
        seen.note_broken((&AGENCIES, &row), &TRUST_DOCUMENTS.all());
    }
    trust.iter().for_each(|trust| trust.note((&AGENCIES, &row), TRUST_DOCUMENTS, seen));
    trust.iter().for_each(|trust| trust.keep(TRUST_DOCUMENTS, &[("agency_id", id)], seen));
    Some(id.to_owned())
}

fn kind(item: &Item<'_>, is_classic: bool) -> &'static str {
    let is_linked = item.text("path").is_some_and(|path| path.starts_with("service-linked-agency/"));
    match (is_classic, is_linked) {
        (true, _) => "classic",
        (false, true) => "service_linked",
        (false, false) => "trust",
    }
}

/// Returns the object with its trust policy in canonical form: as text, the policy would change with its layout.
fn document(item: &Item<'_>, trust: Option<&Document>) -> String {
    let rest = item.document_without(&["trust_policy"]);
    let trust = trust.and_then(|trust| serde_json::from_str(trust.canonical.as_ref()?).ok());
    match (serde_json::from_str(&rest), trust) {
        (Ok(Value::Object(mut members)), Some(trust)) => {
            members.insert("trust_policy".to_owned(), trust);
            document::canonical_whole(&Value::Object(members))
        }
        _ => rest,
    }
}

async fn tags(reader: &Reader<'_>, agencies: Parents) -> Seen {
    let of = |agency: String| async move {
        let path = ["v5", "agencies", &agency];
        let list = single(
            &AGENCY_TAGS,
            &reader.endpoints.iam,
            &path,
            &[],
            Items::Under { name: "agency", has: Some("agency_id") },
        );
        let keep = |item: &Item<'_>, seen: &mut Seen| {
            if item.value("tags").is_none() {
                seen.note_doubt("`tags` is missing, which proves nothing");
            }
            if item.faults().has_repeats() {
                seen.note_part(&AGENCY_TAGS, &AGENCY_TAGS.draft().set("agency_id", &agency).row(), 1);
            }
            for tag in item.objects("tags") {
                let Some(key) = tag.key("tag_key") else { continue };
                if tag.value("tag_value").is_none() {
                    tag.unread("tag_value", "is missing");
                }
                let row = AGENCY_TAGS
                    .draft()
                    .set("agency_id", &agency)
                    .set("key", key)
                    .set("value", tag.text("tag_value"))
                    .row();
                seen.push(&AGENCY_TAGS, row);
            }
            Some(agency.clone())
        };
        reader.list(list.of(&agency), keep).await
    };
    reader.each(AGENCY_TAGS.listing, "GET /v5/agencies/{id}", agencies, of).await
}
