//! The words of `serve`.

use clap::Args;

/// Show the past in a browser, and answer programs over HTTP, on this machine only
///
/// Prints an address with a token that is another at each start: whoever has it can read the store while the command runs, and nothing else
/// can. Nothing is ever written. It ends with Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch serve
  iamwatch serve --port 8750 --store s3://bucket/prefix
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8750/api/v1/accounts

Pages begin at /, the interface for programs at /api/v1; /api/v1/openapi.json describes it.

--json: {\"url\": the address with the token, \"token\", \"store\"}, once it can be reached.")]
pub(crate) struct ServeArgs {
    /// The port to listen on; without it, a free one
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
}
