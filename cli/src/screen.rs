//! Where words leave the program: results on standard output, failures on standard error.
//!
//! Nothing else in this package writes to either. Somebody who stops reading (`| head`) is no failure.

use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal, Write},
};

use clap::builder::styling::{AnsiColor, Style};
use serde_json::Value;

use crate::failure::{Failure, exit};

/// How to write for whoever reads standard output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    colour: bool,
    /// Columns of the terminal; none where the reader is no terminal, and nothing is cut.
    pub(crate) width: Option<u16>,
}

impl Paint {
    /// Plain text without limits.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { colour: false, width: None };

    /// Gives a text a style, where there are colours.
    pub(crate) fn style(self, style: Style, text: impl Display) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Writes a text in bold.
    pub(crate) fn bold(self, text: impl Display) -> String {
        self.style(Style::new().bold(), text)
    }

    /// Writes a text that matters less.
    pub(crate) fn dim(self, text: impl Display) -> String {
        self.style(Style::new().dimmed(), text)
    }
}

/// Standard output and what is known of its reader.
#[derive(Debug)]
pub(crate) struct Screen {
    json: bool,
    paint: Paint,
}

impl Screen {
    /// Looks at who reads.
    pub(crate) fn of(json: bool) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let width = terminal_size::terminal_size().map(|(width, _)| width.0).filter(|_| is_terminal);
        Self { json, paint: Paint { colour: is_terminal && colours_are_wanted(), width } }
    }

    /// Returns whether a program reads.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Returns how to write for whoever reads.
    pub(crate) const fn paint(&self) -> Paint {
        self.paint
    }

    /// Shows a result, as text or as JSON.
    pub(crate) fn show(
        &self,
        text: impl FnOnce(Paint) -> String,
        json: impl FnOnce() -> Value,
    ) -> Result<(), Failure> {
        if self.json {
            self.write(&model::visible_json(&format!("{:#}\n", json())))
        } else {
            self.write(&text(self.paint))
        }
    }

    /// Shows a text to people; programs get nothing of it.
    pub(crate) fn tell(&self, text: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.write(text) }
    }

    /// Returns standard output for what is written as it comes. Who stops reading ends it, for the rest is lost.
    pub(crate) fn stream() -> Box<dyn Write> {
        Box::new(io::stdout())
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        let mut output = io::stdout().lock();
        match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::new(exit::UNREADABLE, error).doing("standard output could not be written"))
            }
            _ => Ok(()),
        }
    }

    /// Prints why a command came to nothing, and what to do next.
    pub(crate) fn fail(&self, failure: &Failure) {
        let stderr = io::stderr();
        let paint = Paint { colour: stderr.is_terminal() && colours_are_wanted(), width: None };
        let (text, help) = failure.words();
        let mut lines = format!("{} {text}\n", paint.style(AnsiColor::Red.on_default().bold(), "error:"));
        if let Some(help) = help {
            lines.push_str(&format!("{} {help}\n", paint.bold("help:")));
        }
        // Nobody is left to be told that nobody can be told.
        let _unheard = stderr.lock().write_all(lines.as_bytes());
    }
}

fn colours_are_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
