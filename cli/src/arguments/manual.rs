//! The words of `completions` and `man`.

use clap::Args;

/// Print what lets a shell complete commands and options
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(iamwatch completions bash)
  iamwatch completions zsh > ~/.zfunc/_iamwatch
  iamwatch completions fish > ~/.config/fish/completions/iamwatch.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell that is to complete
    pub(crate) shell: clap_complete::Shell,
}

/// Print the manual page, as `man` reads it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch man > iamwatch.1 && man ./iamwatch.1
  iamwatch man findings > iamwatch-findings.1")]
pub(crate) struct ManArgs {
    /// The command whose page to print
    pub(crate) command: Option<String>,
}
