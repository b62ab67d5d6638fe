//! The words of `verify`.

use std::path::PathBuf;

use clap::Args;

/// Prove that nothing stored was changed, removed, inserted or cut off
///
/// Reads every manifest and every object that one names, and compares hashes. Each manifest proves the one before it. The newest is proven by a
/// hash that was noted outside of the store: note the one that this command prints, or `snapshothash` of the events.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch verify
  iamwatch verify --head 3f0a… (the hash that was noted)
  iamwatch verify --resume proven.json --store s3://bucket/prefix

Faults are `changed`, `missing`, `inserted`, `cut-off` (the end of the history was taken away) and the harmless `stray` (a run that died left it). \
Ends with code 4 when something is broken.

--json: {\"snapshots\", \"objects\", \"head\", \"noted\": number of the snapshot of --head, \"pruned_up_to\", \"resumed\": number of the snapshot that a run which broke off \
came to, \"faults\": [{\"object\", \"kind\", \"text\", \"harmless\"}, …]}.")]
pub(crate) struct VerifyArgs {
    /// Hash of a manifest that was noted elsewhere: it must still be part of the history
    #[arg(long, value_name = "HASH", value_parser = hash)]
    pub(crate) head: Option<String>,
    /// Keep in this file how far the proof is, and go on from there where one broke off; it goes away when all is proven
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
}

/// Reads a SHA-256 in hexadecimal digits.
fn hash(text: &str) -> Result<String, String> {
    if text.len() == 64 && text.bytes().all(|each| each.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("this is no SHA-256: give the 64 digits that `iamwatch verify` or an event showed".to_owned())
}
