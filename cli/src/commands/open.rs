//! `open`: what reads the store directly.

use std::{io::Write as _, process::Command};

use export::ParquetReader;
use serde_json::json;

use super::Context;
use crate::{
    arguments::OpenArgs,
    failure::{Failure, exit},
    past::Past,
};

pub(super) async fn run(context: Context<'_>, wanted: &OpenArgs) -> Result<bool, Failure> {
    if wanted.run && context.screen.is_json() {
        return Err(
            Failure::wrong_use("a tool that is started prints no JSON").help("leave out --run or --json")
        );
    }
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
    if wanted.run {
        return start(wanted.with, &script).map(|()| false);
    }
    context.screen.show(
        |_| script.clone(),
        || {
            json!({ "snapshot": manifest.number, "with": wanted.with.name(), "script": script,
            "incomplete_lists": manifest.coverage.incomplete })
        },
    )?;
    Ok(false)
}

/// Starts a tool with a script, on the terminal of this program, and waits for its end.
fn start(reader: ParquetReader, script: &str) -> Result<(), Failure> {
    let unwritten = |error| Failure::new(exit::UNREADABLE, error).doing("the script could not be written");
    let ending = if reader == ParquetReader::Duckdb { ".sql" } else { ".py" };
    let mut file =
        tempfile::Builder::new().prefix("iamwatch-open-").suffix(ending).tempfile().map_err(unwritten)?;
    file.write_all(script.as_bytes()).and_then(|()| file.flush()).map_err(unwritten)?;
    let name = program(reader);
    if reader == ParquetReader::Pandas {
        check_pandas(name)?;
    }
    let mut tool = Command::new(name);
    match reader {
        ParquetReader::Duckdb => tool.arg("-init").arg(file.path()),
        ParquetReader::Pandas => tool.arg("-i").arg(file.path()),
        ParquetReader::Spark => tool.env("PYTHONSTARTUP", file.path()),
    };
    let status = tool.status().map_err(|error| {
        Failure::new(exit::UNREADABLE, error).doing(format!("`{name}` could not be started")).help(format!(
            "install it, or print the script with `iamwatch open --with {}` and take it to where it is",
            reader.name()
        ))
    })?;
    if status.success() {
        return Ok(());
    }
    let ended = std::io::Error::other(format!("`{name}` ended with {status}"));
    Err(Failure::new(exit::UNREADABLE, ended).doing("the snapshot was opened"))
}

/// Refuses a Python without pandas, or with nothing that reads Parquet for it: with a prompt open, a script that fails ends like one
/// that does not. That there is no Python at all is said where it is started.
fn check_pandas(name: &str) -> Result<(), Failure> {
    let script = "import pandas, importlib.util as u\n\
                  raise SystemExit(not (u.find_spec('pyarrow') or u.find_spec('fastparquet')))";
    match Command::new(name).args(["-c", script]).output() {
        Ok(asked) if !asked.status.success() => {
            let lacking = std::io::Error::other("pandas, or pyarrow beside it, is not installed there");
            let help = "run `python3 -m pip install pandas pyarrow`, or print the script with `iamwatch open --with pandas` and \
                        take it to where they are";
            Err(Failure::new(exit::UNREADABLE, lacking)
                .doing(format!("`{name}` cannot read the store"))
                .help(help))
        }
        _ => Ok(()),
    }
}

/// Returns the program that runs the script of a reader.
const fn program(reader: ParquetReader) -> &'static str {
    match reader {
        ParquetReader::Duckdb => "duckdb",
        ParquetReader::Pandas => "python3",
        ParquetReader::Spark => "pyspark",
    }
}
