//! Whatever is done to a stored history, `verify` names it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;
use crate::{Fault, FaultKind, FindingsRef, Place, StoredTable};

/// A history of ten runs with findings and events.
async fn written() -> Author {
    let mut author = Author::new().await;
    for number in 1..=10_u32 {
        let state = match number {
            1 => state(0..600, 1),
            _ => edited(&author.state, &[(1, number, Some(number)), (2, number * 3, None)]),
        };
        let mut manifest = author.write(&state).await;
        let object = author.history.put_json(Place::Findings, &[number]).await.unwrap();
        manifest.findings = Some(FindingsRef {
            base: object,
            patches: Vec::new(),
            digest: "d".to_owned(),
            open: 1,
            grounds: BTreeMap::new(),
        });
        let events = author.history.put_json(Place::Outbox(manifest.number), &["event"]).await.unwrap();
        manifest.outbox = Some(events);
        author.commit(manifest, state).await.unwrap();
    }
    author
}

fn objects(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(objects(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn key(author: &Author, path: &Path) -> String {
    path.strip_prefix(author.home.path()).unwrap().to_str().unwrap().to_owned()
}

fn names(faults: &[Fault], key: &str) -> bool {
    let name = key.rsplit_once('/').unwrap().1;
    faults.iter().any(|fault| fault.object == key || fault.text.contains(name))
}

#[tokio::test]
async fn any_one_object_that_is_changed_is_named() {
    let author = written().await;
    let newest = "ibm/a1/manifests/00000010.json";
    for path in objects(&author.home.path().join("ibm")) {
        let key = key(&author, &path);
        let original = fs::read(&path).unwrap();
        for position in [0, original.len() / 3, original.len() / 2, original.len() - 1] {
            let mut bytes = original.clone();
            bytes[position] ^= 1;
            fs::write(&path, &bytes).unwrap();
            let faults = author.history.verify().await.unwrap();
            // Nothing names the newest manifest yet; only what makes no sense in it shows.
            assert!(names(&faults, &key) || key == newest, "{key} at {position}: {faults:?}");
            assert!(faults.iter().any(|fault| !fault.is_harmless()) || key == newest, "{key}: {faults:?}");
        }
        fs::write(&path, &original).unwrap();
    }
    assert_eq!(author.history.verify().await.unwrap(), []);
}

#[tokio::test]
async fn any_one_object_that_is_removed_is_named() {
    let author = written().await;
    for path in objects(&author.home.path().join("ibm")) {
        let key = key(&author, &path);
        let original = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let faults = author.history.verify().await.unwrap();
        if key == "ibm/a1/manifests/00000010.json" {
            // Its traces remain.
            assert!(
                faults
                    .iter()
                    .any(|fault| fault.kind == FaultKind::Stray && fault.object.contains("outbox/00000010-"))
            );
        } else {
            let is_named = |fault: &Fault| fault.object == key && fault.kind == FaultKind::Missing;
            assert!(faults.iter().any(is_named), "{key}: {faults:?}");
        }
        fs::write(&path, &original).unwrap();
    }
}

#[tokio::test]
async fn a_manifest_that_was_edited_well_is_named() {
    let author = written().await;
    let path = author.home.path().join("ibm/a1/manifests/00000004.json");
    let mut manifest = author.history.manifest(4).await.unwrap();
    manifest.changes.insert("removed".to_owned(), 1);
    fs::write(&path, manifest.to_bytes().unwrap()).unwrap();
    let faults = author.history.verify().await.unwrap();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].object, "ibm/a1/manifests/00000004.json");
    assert!(faults[0].text.contains("is not the manifest that `manifests/00000005.json` follows"));
}

#[tokio::test]
async fn what_was_put_in_is_named() {
    let author = written().await;
    let folder = author.home.path().join("ibm/a1");
    let manifest = fs::read(folder.join("manifests/00000003.json")).unwrap();
    let insertions: [(&str, &[u8], FaultKind); 5] = [
        ("tables/ibm_users/evil.parquet", b"PAR1", FaultKind::Inserted),
        ("notes.txt", b"hello", FaultKind::Inserted),
        ("manifests/latest.json", &manifest, FaultKind::Inserted),
        ("manifests/00000011.json", &manifest, FaultKind::Changed),
        ("manifests/00000099.json", &manifest, FaultKind::Changed),
    ];
    for (name, bytes, kind) in insertions {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let faults = author.history.verify().await.unwrap();
        let is_named = |fault: &Fault| fault.object == format!("ibm/a1/{name}") && fault.kind == kind;
        assert!(faults.iter().any(is_named), "{name}: {faults:?}");
        fs::remove_file(&path).unwrap();
    }
    let mut forged = author.history.manifest(10).await.unwrap();
    forged.number = 11;
    fs::write(folder.join("manifests/00000011.json"), forged.to_bytes().unwrap()).unwrap();
    let faults = author.history.verify().await.unwrap();
    assert!(names(&faults, "ibm/a1/manifests/00000011.json"), "{faults:?}");
}

#[tokio::test]
async fn a_damaged_object_is_told_by_whoever_reads_it_and_harms_no_other() {
    let author = written().await;
    let manifest = author.newest.clone().unwrap();
    let entry = &manifest.tables[TABLES[1].name];
    let path = author.home.path().join("ibm/a1").join(&entry.base.key);
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 0xff;
    fs::write(&path, &bytes).unwrap();
    let error = author.history.read(&manifest, TABLES[1]).await.unwrap_err();
    assert!(error.is_damage());
    assert_eq!(
        error.to_string(),
        format!(
            "`ibm/a1/{}` is damaged: its content is not what its SHA-256 says; `iamwatch verify` tells what else is",
            entry.base.key
        )
    );
    assert!(author.history.read(&manifest, TABLES[0]).await.is_ok());
    fs::remove_file(&path).unwrap();
    let error = author.history.read(&manifest, TABLES[1]).await.unwrap_err();
    assert!(error.to_string().contains("is missing from the store; `iamwatch verify` tells what else is"));
}

#[tokio::test]
async fn rows_that_are_not_those_of_the_manifest_are_told_though_every_object_is_sound() {
    let mut author = written().await;
    let mut manifest = author.write(&author.state).await;
    let entry = manifest.tables.get_mut(TABLES[1].name).unwrap();
    let deltas = entry.deltas[..entry.deltas.len() - 1].to_vec();
    *entry = StoredTable { deltas, ..StoredTable::clone(entry) }.into();
    author.commit(manifest.clone(), author.state.clone()).await.unwrap();
    let error = author.history.read(&manifest, TABLES[1]).await.unwrap_err().to_string();
    assert!(error.contains("does not give the rows that were written"), "{error}");
    let faults = author.history.verify().await.unwrap();
    assert!(names(&faults, "ibm/a1/manifests/00000011.json"), "{faults:?}");
}

#[tokio::test]
async fn a_ledger_that_is_not_of_its_run_is_named() {
    let mut author = Author::new().await;
    let mut manifest = author.write(&state(0..5, 1)).await;
    let id = "ab".repeat(32);
    let events = [serde_json::json!({ "id": id })];
    manifest.outbox = Some(author.history.put_json(Place::Outbox(1), &events).await.unwrap());
    author.commit(manifest, state(0..5, 1)).await.unwrap();
    let ledger = author.home.path().join("ibm/a1/ledger/file/00000001.json");
    fs::create_dir_all(ledger.parent().unwrap()).unwrap();
    fs::write(&ledger, format!(r#"{{"snapshot":1,"taken":["{id}"]}}"#)).unwrap();
    fs::write(ledger.with_file_name("00000001.claim-1"), "{}").unwrap();
    assert_eq!(author.history.verify().await.unwrap(), []);
    for (text, word) in [
        ("", "does not read as a ledger"),
        (r#"{"snapshot":1,"taken":["#, "does not read as a ledger"),
        (r#"{"snapshot":2,"taken":[]}"#, "is the ledger of snapshot 2"),
        (
            &format!(r#"{{"snapshot":1,"taken":["{}"]}}"#, id.replacen("ab", "aa", 1)),
            "no event of snapshot 1",
        ),
    ] {
        fs::write(&ledger, text).unwrap();
        let faults = author.history.verify().await.unwrap();
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        assert_eq!(faults[0].object, "ibm/a1/ledger/file/00000001.json");
        assert!(faults[0].text.contains(word), "{faults:?}");
    }
    let claims = author.home.path().join("ibm/a1/claims/file/00000001");
    fs::create_dir_all(&claims).unwrap();
    fs::remove_file(&ledger).unwrap();
    for (claim, is_lost) in
        [(r#"{"by":"a","until":"u"}"#, false), (r#"{"by":"a","until":"u","ended":true}"#, true)]
    {
        fs::write(claims.join("claim-1.json"), claim).unwrap();
        let faults = author.history.verify().await.unwrap();
        let named: Vec<_> = faults.iter().map(|fault| (fault.kind, fault.object.as_str())).collect();
        let lost = [(FaultKind::Missing, "ibm/a1/ledger/file/00000001.json")];
        assert_eq!(named, lost[..usize::from(is_lost)], "{claim}");
    }
    fs::write(&ledger, r#"{"snapshot":1,"taken":[]}"#).unwrap();
    fs::rename(&ledger, ledger.with_file_name("00000002.json")).unwrap();
    let faults = author.history.verify().await.unwrap();
    let is_end =
        |fault: &Fault| fault.kind == FaultKind::CutOff && fault.object == "ibm/a1/manifests/00000002.json";
    assert!(faults.iter().any(is_end), "that the end was cut off shows in what was told: {faults:?}");
}

#[tokio::test]
async fn what_a_manifest_names_is_looked_at_whether_it_is_there() {
    let author = written().await;
    let manifest = author.newest.clone().unwrap();
    assert!(author.history.inspect(&manifest).await.unwrap().is_empty());
    let named = manifest.objects().filter(|object| !object.key.starts_with("outbox/"));
    for object in named {
        let path = author.home.path().join("ibm/a1").join(&object.key);
        let original = fs::read(&path).unwrap();
        let mut flipped = original.clone();
        flipped[original.len() / 2] ^= 1;
        for broken in [None, Some(&original[..original.len() / 2]), Some(&flipped)] {
            match broken {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let faults = author.history.inspect(&manifest).await.unwrap();
            let keys: Vec<&str> =
                faults.iter().filter_map(|fault| fault.damage()).map(|(key, _)| key).collect();
            assert_eq!(keys, [author.history.key(&object.key)], "{faults:?}");
        }
        fs::write(&path, original).unwrap();
    }
}

#[tokio::test]
async fn a_flipped_bit_is_found_within_as_many_runs_as_there_are_portions() {
    let author = written().await;
    let mut manifest = author.newest.clone().unwrap();
    let portion = crate::inspect::Portion { objects: 2, bytes: 1024 * 1024 };
    let named: Vec<_> =
        manifest.objects().filter(|object| !object.key.starts_with("outbox/")).cloned().collect();
    let runs = u64::try_from(named.len().div_ceil(2)).unwrap();
    assert!(runs > 1);
    for object in named {
        let path = author.home.path().join("ibm/a1").join(&object.key);
        let original = fs::read(&path).unwrap();
        let mut flipped = original.clone();
        flipped[original.len() / 2] ^= 1;
        fs::write(&path, &flipped).unwrap();
        let mut found = 0;
        for number in 1..=runs {
            manifest.number = number;
            let before = author.history.store().traffic().reads;
            found += author.history.read_some(&manifest, portion).await.unwrap().len();
            assert!(author.history.store().traffic().reads - before <= 2);
        }
        assert_eq!(found, 1, "{}", object.key);
        fs::write(&path, original).unwrap();
    }
}

#[tokio::test]
async fn among_thousands_of_objects_each_that_is_named_is_looked_at_in_its_turn() {
    let author = written().await;
    let mut manifest = author.newest.clone().unwrap();
    // The table that is listed first has objects of the past before, between and after those that are named.
    let table = author.home.path().join("ibm/a1/tables").join(TABLES[2].name);
    for number in 0..2_500_u32 {
        fs::write(table.join(format!("{}.parquet", crate::hash::sha256(&number.to_le_bytes()))), "").unwrap();
    }
    let lost = manifest.tables[TABLES[0].name].base.key.clone();
    fs::remove_file(author.home.path().join("ibm/a1").join(&lost)).unwrap();
    let objects = u64::try_from(manifest.objects().count()).unwrap();
    let mut found = 0;
    for number in 1..=objects {
        manifest.number = number;
        let before = author.history.store().traffic().lists;
        let faults = author.history.look_up(&manifest).await.unwrap();
        assert!(author.history.store().traffic().lists - before <= 3);
        found += u64::from(faults.iter().any(|fault| fault.damage().unwrap().0.ends_with(&lost)));
        assert!(faults.len() <= 1, "{faults:?}");
    }
    assert!(found > 0 && found < objects, "{found} of {objects}");
}
