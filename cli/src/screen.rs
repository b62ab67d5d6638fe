//! Where words leave the program: results on standard output, failures on standard error.
//!
//! Nothing else in this package writes to either. Somebody who stops reading (`| head`) is no failure.

use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal, Write},
    process::{Command, Stdio},
    sync::Mutex,
};

use clap::builder::styling::{AnsiColor, Style};
use model::AccountId;
use serde::Serialize;
use serde_json::Value;

use crate::{
    arguments::{Colour, Global},
    failure::{Failure, exit},
    hints, lines,
    past::Past,
    place,
    render::{text::quoted, wrap},
};

/// Columns below which no screen is believed to be.
const NARROWEST: u16 = 20;

/// How to write for whoever reads standard output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint<'a> {
    colour: bool,
    /// Columns of the terminal; none where the reader is no terminal, and nothing is cut.
    pub(crate) width: Option<u16>,
    /// The account that a table is of, where several are told together: a column of every table says it.
    pub(crate) whose: Option<&'a str>,
}

impl Paint<'static> {
    /// Plain text without limits.
    pub(crate) const PLAIN: Self = Self { colour: false, width: None, whose: None };
}

impl Paint<'_> {
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

/// Bytes of a long text that are written at a time.
const AT_A_TIME: usize = 1 << 16;

/// Standard output and what is known of its reader.
#[derive(Debug)]
pub(crate) struct Screen {
    json: bool,
    quiet: bool,
    has_colour: bool,
    width: Option<u16>,
    colour: Colour,
    /// Lines of the terminal; none where the reader is no terminal or wants no pager.
    height: Option<u16>,
    /// The arguments that lead other commands to the same store.
    place: String,
    /// The account that other commands must name to be asked of the same one.
    account: Mutex<Option<String>>,
    /// What the account is called that is told of, where several are.
    whose: Option<String>,
    /// The answer of that account for programs, which becomes a part of one document.
    kept: Mutex<Option<Value>>,
}

impl Screen {
    /// Looks at who reads.
    pub(crate) fn of(global: &Global) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let size = terminal_size::terminal_size().filter(|_| is_terminal);
        // Who prints to a page of a known width says so.
        let columns = || place::variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let width = size.map(|(width, _)| width.0).or_else(columns).filter(|width| *width >= NARROWEST);
        Self {
            json: global.json,
            quiet: global.quiet,
            has_colour: colours_are_wanted(global.color, is_terminal),
            width,
            colour: global.color,
            height: size.map(|(_, height)| height.0).filter(|_| !global.no_pager),
            place: place::hint(global),
            account: Mutex::new(global.account.as_ref().map(ToString::to_string)),
            whose: None,
            kept: Mutex::new(None),
        }
    }

    /// Returns the screen on which one of several accounts is told of.
    pub(crate) fn of_one(&self, past: &Past) -> Self {
        Self {
            place: self.place.clone(),
            account: Mutex::new(Some(past.history.account().to_string())),
            whose: Some(past.label.clone()),
            kept: Mutex::new(None),
            // What comes of each is shown when it is there.
            height: None,
            ..*self
        }
    }

    /// Takes the answer for programs that was kept, if there is one.
    pub(crate) fn take_kept(&self) -> Option<Value> {
        self.kept.lock().ok().and_then(|mut kept| kept.take())
    }

    /// Notes the account that commands which are offered from now on must name; none where there is no other.
    pub(crate) fn lead_to(&self, account: Option<&AccountId>) {
        if let Ok(mut known) = self.account.lock() {
            *known = account.map(ToString::to_string);
        }
    }

    /// Gives the commands that a text offers the arguments that lead them to where this one was.
    fn led(&self, text: &str) -> String {
        let account = self.account.lock().ok().and_then(|account| account.clone());
        let account = account.map(|account| format!(" --account {}", quoted(&account))).unwrap_or_default();
        hints::with_options(text, &format!("{}{account}", self.place))
    }

    /// Returns whether a program reads.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Returns how to write for whoever reads.
    pub(crate) fn paint(&self) -> Paint<'_> {
        Paint { colour: self.has_colour, width: self.width, whose: self.whose.as_deref() }
    }

    /// Shows a result, as text or as JSON, which is written line by line as it is made.
    pub(crate) fn show<J: Serialize>(
        &self,
        text: impl FnOnce(Paint) -> String,
        json: impl FnOnce() -> J,
    ) -> Result<(), Failure> {
        if !self.json {
            let mut parts = self.parts();
            parts.put(text)?;
            return parts.end();
        }
        if self.whose.is_none() {
            return written(lines::write_json(io::stdout().lock(), &json()));
        }
        let answer = serde_json::to_value(json()).map_err(|error| Failure::new(exit::UNREADABLE, error))?;
        if let Ok(mut kept) = self.kept.lock() {
            *kept = Some(answer);
        }
        Ok(())
    }

    /// Begins a text that is told in parts.
    pub(crate) const fn parts(&self) -> Parts<'_> {
        Parts { screen: self, is_begun: false, gathered: String::new() }
    }

    /// Gives a text the arguments of its hints, and the width of the screen.
    fn fitted(&self, text: &str) -> String {
        let text = self.led(text);
        match self.width {
            Some(width) => wrap::wrapped(&text, width.into()),
            None => text,
        }
    }

    /// Returns the line above what is told of one of several accounts.
    fn head(&self) -> Option<String> {
        let paint = self.paint();
        paint.whose.map(|whose| format!("{}\n", paint.bold(model::visible(whose))))
    }

    /// Shows a text page by page where it is longer than the terminal.
    fn page(&self, text: &str) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        let is_long = self.height.is_some_and(|height| text.lines().count() >= height.into());
        if is_long && page_with_program(text) { Ok(()) } else { self.write(text) }
    }

    /// Shows a text to people; programs get nothing of it.
    pub(crate) fn tell(&self, text: &str) -> Result<(), Failure> {
        if self.json || self.quiet { Ok(()) } else { self.write(&self.fitted(text)) }
    }

    /// Shows a text to people, in pieces of whole lines as they are made; programs get nothing of it.
    pub(crate) fn tell_each(&self, pieces: impl Iterator<Item = String>) -> Result<(), Failure> {
        if self.json || self.quiet { Ok(()) } else { self.write_each(pieces) }
    }

    /// Writes pieces of whole lines, many of them at a time.
    fn write_each(&self, pieces: impl Iterator<Item = String>) -> Result<(), Failure> {
        let mut waiting = String::new();
        for piece in pieces {
            waiting.push_str(&piece);
            if waiting.len() >= AT_A_TIME {
                self.write(&self.fitted(&waiting))?;
                waiting.clear();
            }
        }
        self.write(&self.fitted(&waiting))
    }

    /// Writes a part of a result as it is: values for programs.
    pub(crate) fn put(&self, text: &str) -> Result<(), Failure> {
        self.write(text)
    }

    /// Says on standard error what has no place in the result.
    pub(crate) fn warn(&self, text: &str) {
        let stderr = io::stderr();
        let paint =
            Paint { colour: colours_are_wanted(self.colour, stderr.is_terminal()), width: None, whose: None };
        let line =
            format!("{} {}\n", paint.style(AnsiColor::Yellow.on_default().bold(), "note:"), self.led(text));
        let _unheard = stderr.lock().write_all(line.as_bytes());
    }

    /// Returns standard output for what is written as it comes. Who stops reading ends it, for the rest is lost.
    pub(crate) fn stream() -> Box<dyn Write> {
        Box::new(io::stdout())
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        let mut output = io::stdout().lock();
        written(output.write_all(text.as_bytes()).and_then(|()| output.flush()))
    }

    /// Prints why a command came to nothing, and what to do next.
    pub(crate) fn fail(&self, failure: &Failure) {
        let stderr = io::stderr();
        let paint =
            Paint { colour: colours_are_wanted(self.colour, stderr.is_terminal()), width: None, whose: None };
        let (text, help) = failure.words();
        let (text, help) = (self.led(&text), help.map(|help| self.led(&help)));
        let mut lines = format!("{} {text}\n", paint.style(AnsiColor::Red.on_default().bold(), "error:"));
        if let Some(help) = help {
            lines.push_str(&format!("{} {help}\n", paint.bold("help:")));
        }
        // Nobody is left to be told that nobody can be told.
        let _unheard = stderr.lock().write_all(lines.as_bytes());
    }
}

/// A text that is told in parts: each at once, but for a terminal, whose pager takes them together.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    screen: &'a Screen,
    is_begun: bool,
    gathered: String,
}

impl<'s> Parts<'s> {
    /// Tells the next part.
    pub(crate) fn put(&mut self, text: impl FnOnce(Paint) -> String) -> Result<(), Failure> {
        self.put_each(|paint| std::iter::once(text(paint)))
    }

    /// Tells the next part in pieces of whole lines: but for a terminal, each is gone when the next ones are made.
    pub(crate) fn put_each<I: Iterator<Item = String>>(
        &mut self,
        pieces: impl FnOnce(Paint<'s>) -> I,
    ) -> Result<(), Failure> {
        if !std::mem::replace(&mut self.is_begun, true)
            && let Some(head) = self.screen.head()
        {
            self.screen.page(&self.screen.fitted(&head))?;
        }
        let pieces = pieces(self.screen.paint());
        if self.screen.quiet {
            return Ok(());
        }
        if self.screen.height.is_none() {
            return self.screen.write_each(pieces);
        }
        pieces.for_each(|piece| self.gathered.push_str(&self.screen.fitted(&piece)));
        Ok(())
    }

    /// Tells what is left.
    pub(crate) fn end(self) -> Result<(), Failure> {
        match self.screen.head() {
            Some(_) => self.screen.page("\n"),
            None if self.gathered.is_empty() => Ok(()),
            None => self.screen.page(&self.gathered),
        }
    }
}

/// Returns what came of writing to standard output: whoever stops reading has what they wanted.
fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(exit::UNREADABLE, error).doing("standard output could not be written"))
        }
        _ => Ok(()),
    }
}

fn colours_are_wanted(wanted: Colour, is_terminal: bool) -> bool {
    match wanted {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// Shows a text with the program that `PAGER` names, or with `less`; says whether there is one that could.
fn page_with_program(text: &str) -> bool {
    let pager = place::variable("PAGER").unwrap_or_else(|| "less".to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next().filter(|program| *program != "cat") else { return false };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if place::variable("LESS").is_none() {
        // Colours as they are, an end where all fits, and what was shown stays.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // Somebody who leaves the pager before the end is no failure.
        let _left = input.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
