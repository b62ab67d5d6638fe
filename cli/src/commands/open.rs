//! `open`: what reads the store directly.

use serde_json::json;

use super::Context;
use crate::{arguments::Open, failure::Failure, past::Past};

pub(super) async fn run(context: Context<'_>, wanted: &Open) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let manifest = past.snapshot(&wanted.snapshot).await?;
    let place = |key: &str| {
        let place = past.history.store().place(&past.history.key(key));
        // What is printed is run from any folder.
        std::path::absolute(&place)
            .ok()
            .filter(|_| !place.starts_with("s3://"))
            .map_or(place, |path| path.display().to_string())
    };
    let script = export::open_script(wanted.with, &manifest, &place);
    context.screen.show(
        |_| script.clone(),
        || {
            json!({ "snapshot": manifest.number, "with": wanted.with.name(), "script": script,
            "incomplete_lists": manifest.coverage.incomplete })
        },
    )?;
    Ok(false)
}
