//! Progress and logs, on standard error.
//!
//! Progress is drawn on a terminal only. Logs are lines of their own, and draw over no bar.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// What the bar says while lists are read.
const READING: &str = "collect";

/// What goes on, for whoever waits.
#[derive(Debug)]
pub(crate) struct ProgressDisplay {
    all: MultiProgress,
    bar: ProgressBar,
    /// Lists that are to be read in this stage. The bar cannot be asked to add: without a length it adds to none.
    expected: Mutex<u64>,
}

impl ProgressDisplay {
    /// Begins to draw and to log. `verbose` counts the wish for more; `RUST_LOG` outdoes it.
    pub(crate) fn start(verbose: u8) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let level = match verbose {
            0 => "error",
            1 => "warn,iamwatch=info,pipeline=info,collect=info,snapshot=info,check=info,notify=info",
            2 => "info,iamwatch=debug,pipeline=debug,collect=debug,snapshot=debug,check=debug,notify=debug",
            _ => "debug",
        };
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
        let is_terminal = io::stderr().is_terminal();
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
            .with_writer(Log(all.clone()))
            .init();
        Self::on(all)
    }

    /// Draws where something else has been set up to draw.
    fn on(all: MultiProgress) -> Self {
        let bar = all.add(ProgressBar::no_length());
        Self { all, bar, expected: Mutex::new(0) }
    }

    /// Shows how many of a known number are done.
    pub(crate) fn count(&self, what: &'static str, done: u64, of: u64) {
        self.bar.set_style(counted());
        self.bar.set_message(what);
        self.bar.set_length(of);
        self.bar.set_position(done);
    }

    /// Takes everything off the screen.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
        // Only a terminal that is gone refuses.
        let _gone = self.all.clear();
    }
}

impl collect::Progress for ProgressDisplay {
    fn expect(&self, lists: usize) {
        self.bar.set_style(counted());
        // Held until the bar knows: of two lists that begin at once, none may set back what the other said.
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        *expected = expected.saturating_add(lists.try_into().unwrap_or(u64::MAX));
        self.bar.set_length(*expected);
    }

    fn listed(&self, listing: &str, rows: usize) {
        self.bar.inc(1);
        // Whatever was waited for, something came.
        self.bar.set_message(READING);
        tracing::debug!(listing, rows, "list read");
    }

    fn waiting(&self, listing: &str, reason: &str, wait: Duration) {
        self.bar.set_message(format!("waiting {} s for {listing}", wait.as_secs_f32().ceil()));
        tracing::info!(listing, reason, waited_ms = wait.as_millis(), "waiting before the next try");
    }
}

impl pipeline::Watch for ProgressDisplay {
    fn stage(&self, stage: &'static str) {
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = 0;
        self.bar.reset();
        self.bar.unset_length();
        self.bar.set_style(ProgressStyle::default_spinner());
        self.bar.set_message(stage);
        self.bar.tick();
        tracing::info!(stage, "stage begins");
    }
}

fn counted() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} [{bar:30}] {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Writes log lines between two drawings.
#[derive(Debug, Clone)]
struct Log(MultiProgress);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // What a cloud says is part of some lines. The escapes that colour a line are ASCII, and stay.
        let shown = String::from_utf8_lossy(line);
        self.0.suspend(|| io::stderr().write_all(model::visible_json(&shown).as_bytes()))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use collect::Progress as _;
    use pipeline::Watch as _;

    use super::*;

    #[test]
    fn the_bar_knows_how_many_lists_a_run_reads_and_how_many_are_read() {
        let progress = ProgressDisplay::on(MultiProgress::with_draw_target(ProgressDrawTarget::hidden()));
        let seen = |progress: &ProgressDisplay| (progress.bar.position(), progress.bar.length());
        for _account in 0..2 {
            progress.stage("collect");
            assert_eq!(seen(&progress), (0, None), "nobody knows yet");
            progress.expect(40);
            progress.listed("ibm_users", 3);
            progress.expect(36);
            progress.listed("ibm_api_keys", 9);
            assert_eq!(seen(&progress), (2, Some(76)));
            progress.stage("diff");
            assert_eq!(seen(&progress).1, None, "a stage without lists has no length");
        }
        progress.count("reading manifests", 3, 9);
        assert_eq!(seen(&progress), (3, Some(9)));
    }
}
