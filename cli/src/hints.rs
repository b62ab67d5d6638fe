//! Commands that a text offers, in the form in which they run as they are printed.
//!
//! Texts offer a command between backticks. Whoever was asked with `--store` or `--account` must ask the next one so, too; the text need
//! not know, and errors of libraries cannot: the arguments are put in here, for all of them.

/// What is asked of no store.
const ELSEWHERE: [&str; 4] = ["demo", "help", "completions", "man"];

/// Puts arguments into every command of this program that stands between backticks.
pub(crate) fn with_options(text: &str, options: &str) -> String {
    if options.is_empty() {
        return text.to_owned();
    }
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("`iamwatch ") {
        let (before, command) = rest.split_at(start + 1);
        told.push_str(before);
        let Some(end) = command.find(['`', '\n']) else {
            rest = command;
            break;
        };
        let (command, after) = command.split_at(end);
        told.push_str(command);
        let verb = command.split(' ').nth(1).unwrap_or_default();
        if after.starts_with('`') && !ELSEWHERE.contains(&verb) {
            told.push_str(options);
        }
        // The closing backtick opens nothing.
        let closing = usize::from(after.starts_with('`'));
        let (closed, after) = after.split_at(closing);
        told.push_str(closed);
        rest = after;
    }
    told.push_str(rest);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_between_backticks_gets_the_arguments() {
        let text = "see `iamwatch show 3`, or `iamwatch diff 2 3 --access`; `ibm_users` is a table";
        assert_eq!(
            with_options(text, " --store x"),
            "see `iamwatch show 3 --store x`, or `iamwatch diff 2 3 --access --store x`; `ibm_users` is a table"
        );
        assert_eq!(with_options(text, ""), text);
    }

    #[test]
    fn what_is_asked_of_no_store_or_is_no_command_stays() {
        for text in [
            "`iamwatch help audit` and `iamwatch demo`",
            "`iamwatch",
            "`iamwatch show\n3`",
            "iamwatch show",
            "",
        ] {
            assert_eq!(with_options(text, " --store x"), text);
        }
    }
}
