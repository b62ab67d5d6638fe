//! PostgreSQL's own client, which carries a script to a server: it knows addresses, certificates and where passwords are kept.

use std::{
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use export::Format;

use crate::failure::{Failure, exit};

/// Lines of what psql says that are told.
const MOST_LINES: usize = 3;

/// A psql that runs and takes a script.
#[derive(Debug)]
pub(crate) struct Psql {
    child: Child,
    said: JoinHandle<Vec<String>>,
}

/// Returns whether a target is the address of a PostgreSQL database.
pub(crate) fn is_address(place: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| place.starts_with(scheme))
}

/// Returns whether an address holds a password, which others on this machine could read in the list of processes.
fn has_password(address: &str) -> bool {
    let after = address.split_once("://").map_or("", |(_, rest)| rest);
    let (host, options) = after.split_once('?').unwrap_or((after, ""));
    let host = host.split('/').next().unwrap_or_default();
    host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || options.contains("password=")
}

impl Psql {
    /// Starts psql for a database, and returns it with what takes the script. It stops at the first error, and what it was told of a
    /// transaction that does not end is undone.
    pub(crate) fn start(address: &str, format: Format) -> Result<(Self, Box<dyn Write>), Failure> {
        if format != Format::Postgres {
            return Err(Failure::wrong_use(format!("`{}` cannot go to a database", format.name()))
                .help("use --format postgres"));
        }
        if has_password(address) {
            return Err(Failure::wrong_use(
                "the address holds a password, which the list of processes would show",
            )
            .help("put it into PGPASSWORD or ~/.pgpass"));
        }
        let mut child = Command::new("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--no-password",
                "--set",
                "ON_ERROR_STOP=1",
                "--dbname",
                address,
                "--file",
                "-",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                Failure::new(exit::UNREADABLE, error)
                    .doing("`psql` could not be started")
                    .help("install PostgreSQL's client, or write the script into a file with --to FILE")
            })?;
        let missing = || Failure::new(exit::UNREADABLE, io::Error::other("psql has no input"));
        let input = child.stdin.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        // Read beside, so that it never waits for somebody to read.
        let said = std::thread::spawn(move || {
            let lines = BufReader::new(errors).lines().map_while(Result::ok);
            let mut lines: Vec<String> = lines.filter(|line| !line.trim().is_empty()).collect();
            lines.truncate(MOST_LINES);
            lines
        });
        Ok((Self { child, said }, Box::new(input)))
    }

    /// Waits for the end of psql, whose input was closed.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let status = self.child.wait();
        let said = self.said.join().unwrap_or_default().join(" ");
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Failure::new(
                exit::UNREADABLE,
                io::Error::other(format!("psql ended with {status}: {said}")),
            )
            .doing("the database could not be filled, and is as it was")),
            Err(error) => Err(Failure::new(exit::UNREADABLE, error).doing("psql could not be waited for")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_seen() {
        for address in ["postgres://a:b@host/x", "postgresql://host/x?user=a&password=b"] {
            assert!(is_address(address) && has_password(address), "{address}");
        }
        for address in ["postgres://a@host:5432/x", "postgres://host:5432/x", "postgres:///x?host=/tmp/a:b"] {
            assert!(is_address(address) && !has_password(address), "{address}");
        }
    }
}
