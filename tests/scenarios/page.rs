//! Pages that people review: what a story gives is compared with what was found right.

use std::path::Path;

/// Compares a page with the one that was reviewed, below `scenarios`. `IAMWATCH_WRITE=1` writes it anew.
#[track_caller]
pub fn is_as_reviewed(now: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    if std::env::var_os("IAMWATCH_WRITE").is_some() {
        std::fs::write(&path, now).expect("a page that can be written");
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = now.lines().zip(reviewed.lines()).find(|(now, reviewed)| now != reviewed);
    assert!(
        now == reviewed,
        "something else comes out than scenarios/{name} says, first here (now, reviewed): {differing:#?}\n\
         If it is right, write it anew with IAMWATCH_WRITE=1 and review the difference."
    );
}
