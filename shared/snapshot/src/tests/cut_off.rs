//! What is known from elsewhere proves the end of a history, and lets a proof go on that broke off.

use std::{fs, sync::Mutex};

use super::*;
use crate::{Fault, FaultKind, Milestone, NotedManifest, Verification, Verified};

/// A history of ten runs.
async fn written() -> Author {
    let mut author = Author::new().await;
    for number in 1..=10_u32 {
        let state = match number {
            1 => state(0..300, 1),
            _ => edited(&author.state, &[(1, number, Some(number))]),
        };
        let manifest = author.write(&state).await;
        author.commit(manifest, state).await.unwrap();
    }
    author
}

async fn with_head(author: &Author, head: &str) -> Verified {
    let wanted = Verification { head: Some(head), ..Verification::default() };
    author.history.verify_with(&wanted).await.unwrap()
}

fn kinds(faults: &[Fault]) -> Vec<(FaultKind, &str)> {
    let broken = faults.iter().filter(|fault| !fault.is_harmless());
    broken.map(|fault| (fault.kind, fault.object.as_str())).collect()
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_told_by_a_hash_that_was_noted() {
    let author = written().await;
    let folder = author.home.path().join("ibm/a1/manifests");
    let seventh = author.history.hash_of_manifest(7).await.unwrap();
    let tenth = author.history.hash_of_manifest(10).await.unwrap();
    for (hash, number) in [(&tenth, 10), (&seventh, 7)] {
        let verified = with_head(&author, hash).await;
        assert_eq!((verified.faults, verified.noted), (Vec::new(), Some(number)));
        assert_eq!(author.history.find_noted(hash, 100).await.unwrap(), NotedManifest::There(number));
    }
    assert_eq!(author.history.find_noted(&seventh, 2).await.unwrap(), NotedManifest::NotAmongNewest);
    for number in [10, 9] {
        fs::remove_file(folder.join(format!("{number:08}.json"))).unwrap();
    }
    // Without the hash only the objects that nobody names any longer show, and these may be of runs that died.
    assert_eq!(kinds(&author.history.verify().await.unwrap()), []);
    let verified = with_head(&author, &tenth).await;
    assert_eq!(kinds(&verified.faults), [(FaultKind::CutOff, "ibm/a1/manifests/00000009.json")]);
    assert_eq!(verified.noted, None);
    assert_eq!(author.history.find_noted(&tenth, 100).await.unwrap(), NotedManifest::CutOff);
    assert_eq!(with_head(&author, &seventh).await.noted, Some(7));
    // One that was changed in place, and that another one follows, is changed and not cut off.
    let path = folder.join("00000007.json");
    let mut manifest = author.history.manifest(7).await.unwrap();
    manifest.changes.insert("removed".to_owned(), 1);
    fs::write(&path, manifest.to_bytes().unwrap()).unwrap();
    let verified = with_head(&author, &seventh).await;
    assert_eq!(kinds(&verified.faults), [(FaultKind::Changed, "ibm/a1/manifests/00000007.json")]);
    assert_eq!(author.history.find_noted(&seventh, 100).await.unwrap(), NotedManifest::Changed(7));
}

#[tokio::test]
async fn a_proof_goes_on_where_one_broke_off_and_ends_as_the_whole_one() {
    let author = written().await;
    let folder = author.home.path().join("ibm/a1");
    let damaged =
        author.history.manifest(3).await.unwrap().tables[TABLES[1].name].deltas[0].object.key.clone();
    fs::write(folder.join(&damaged), "x").unwrap();
    let all: Mutex<Vec<(Milestone, u64)>> = Mutex::default();
    let watch = |reached: &Milestone, last: u64| all.lock().unwrap().push((reached.clone(), last));
    let wanted = Verification { watch: Some(&watch), ..Verification::default() };
    let whole = author.history.verify_with(&wanted).await.unwrap();
    assert!(!whole.faults.is_empty());
    let all = all.into_inner().unwrap();
    assert_eq!(
        all.iter().map(|(reached, last)| (reached.snapshot, *last)).collect::<Vec<_>>(),
        (1..=10).map(|number| (number, 10)).collect::<Vec<_>>()
    );
    let mut reads = Vec::new();
    for (former, _) in &all {
        let before = author.history.store().traffic().reads;
        let wanted = Verification { former: Some(former.clone()), ..Verification::default() };
        assert_eq!(author.history.verify_with(&wanted).await.unwrap(), whole, "from {}", former.snapshot);
        reads.push(author.history.store().traffic().reads - before);
    }
    assert!(
        reads.is_sorted_by(|earlier, later| earlier > later),
        "each begins later, and reads less: {reads:?}"
    );
    // Where the history is no longer the one that was proven, the part before is no proof.
    let mut former = all[9].0.clone();
    fs::remove_file(folder.join("manifests/00000010.json")).unwrap();
    let wanted = Verification { former: Some(former.clone()), ..Verification::default() };
    let faults = author.history.verify_with(&wanted).await.unwrap().faults;
    assert!(kinds(&faults).contains(&(FaultKind::CutOff, "ibm/a1/manifests/00000010.json")), "{faults:?}");
    former.manifest = "ab".repeat(32);
    former.snapshot = 5;
    let wanted = Verification { former: Some(former), ..Verification::default() };
    let faults = author.history.verify_with(&wanted).await.unwrap().faults;
    assert!(faults.iter().any(|fault| fault.text.contains("proven before")), "{faults:?}");
}
