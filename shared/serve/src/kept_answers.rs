//! Answers that took long to work out, packed and kept while the program is warm: about the same snapshots there is never another answer.
//!
//! They share the bound of bytes with what is read of the store, and are much smaller than what they were made of.

use std::{sync::Arc, time::Duration};

use axum::http::HeaderMap;

use crate::{
    ground::{Ground, Validity},
    reply::Made,
};

/// Bytes that an answer takes beside its own.
const BESIDE: usize = 1024;

/// An answer as it is kept.
#[derive(Debug)]
struct KeptAnswer {
    media_type: &'static str,
    told: HeaderMap,
    packed: Vec<u8>,
    /// Bytes of the answer when it is unpacked.
    size: usize,
}

/// Returns the answer to a question that is kept.
pub(crate) fn find(ground: &Ground) -> Option<Made> {
    let kept = ground.history.as_ref()?.find_kept::<KeptAnswer>(&name(ground)?)?;
    let bytes = zstd::bulk::decompress(&kept.packed, kept.size).ok()?;
    Some(Made::new(kept.media_type, bytes.into(), kept.told.clone(), 200))
}

/// Keeps an answer that took some time, if it is the only one that there can be and took so long that it is worth its bytes.
pub(crate) fn keep(ground: &Ground, made: &Made, took: Duration, worth: Duration) {
    let (Some(history), Some(name)) = (&ground.history, name(ground)) else { return };
    if took < worth || made.status != 200 || !made.is_whole {
        return;
    }
    if let Ok(packed) = zstd::bulk::compress(&made.bytes, 1) {
        let size = made.bytes.len();
        let kept = KeptAnswer { media_type: made.media_type, told: made.told.clone(), packed, size };
        let weight = kept.packed.len() + BESIDE;
        history.keep(&name, &Arc::new(kept), weight);
    }
}

fn name(ground: &Ground) -> Option<String> {
    match &ground.validity {
        Validity::Always(tag) | Validity::WhileNamed(tag) => Some(format!("answer {tag}")),
        Validity::AsBytes | Validity::Never => None,
    }
}
