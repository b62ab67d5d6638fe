//! Every question that can be asked over HTTP, declared once: its paths, its parameters, what it answers.
//!
//! The router, the refusal of unknown parameters and the OpenAPI document follow from this table.

/// A question that has paths of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiQuestion {
    Index,
    Document,
    Accounts,
    Snapshots,
    Snapshot,
    Table,
    Objects,
    Coverage,
    Findings,
    Comparison,
    Life,
    Search,
    WhoCan,
    Sql,
    Verify,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ParameterType {
    Text,
    Count { usual: u64, most: u64 },
    Truth,
    Choice(&'static [&'static str]),
}

/// A parameter of a query.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) kind: ParameterType,
    pub(crate) is_required: bool,
}

/// A question with its paths and parameters.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) question: ApiQuestion,
    /// Path of the answer for programs; parts between braces are names.
    pub(crate) path: &'static str,
    /// Path of the page, where there is one.
    pub(crate) page: Option<&'static str>,
    pub(crate) about: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// Member of the answer that holds the rows which CSV and JSON lines consist of.
    pub(crate) rows: Option<&'static str>,
    /// Whether the question may also be sent as the body of a POST.
    pub(crate) has_body: bool,
}

const fn text(name: &'static str, about: &'static str) -> Parameter {
    Parameter { name, about, kind: ParameterType::Text, is_required: false }
}

const fn required(name: &'static str, about: &'static str) -> Parameter {
    Parameter { name, about, kind: ParameterType::Text, is_required: true }
}

const fn count(name: &'static str, about: &'static str, usual: u64, most: u64) -> Parameter {
    Parameter { name, about, kind: ParameterType::Count { usual, most }, is_required: false }
}

const fn page() -> Parameter {
    text("page", "The token `next` of the answer before: the page that follows it.")
}

const fn at() -> Parameter {
    text("at", "The snapshot to ask: `latest` (without it), `latest~3`, a number, a day, or a time.")
}

const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "info"];
const STATES: &[&str] = &["open", "suppressed", "unknown", "fixed", "gone", "rule-changed", "all"];

/// All questions, in the order in which a reader meets them.
pub(crate) static ENDPOINTS: [Operation; 15] = [
    Operation {
        question: ApiQuestion::Index,
        path: "/api/v1",
        page: None,
        about: "Lists the paths of this interface.",
        parameters: &[],
        rows: None,
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Document,
        path: "/api/v1/openapi.json",
        page: None,
        about: "Describes this interface, as OpenAPI 3.1.",
        parameters: &[],
        rows: None,
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Accounts,
        path: "/api/v1/accounts",
        page: Some("/"),
        about: "Lists the accounts that have a snapshot, each with its newest.",
        parameters: &[count("limit", "Accounts of a page.", 50, 500), page()],
        rows: Some("accounts"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Snapshots,
        path: "/api/v1/accounts/{cloud}/{id}/snapshots",
        page: Some("/accounts/{cloud}/{id}"),
        about: "Lists the snapshots of an account, newest first.",
        parameters: &[count("limit", "Snapshots of a page.", 50, 1000), page()],
        rows: Some("snapshots"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Snapshot,
        path: "/api/v1/accounts/{cloud}/{id}/snapshots/{snapshot}",
        page: Some("/accounts/{cloud}/{id}/snapshots/{snapshot}"),
        about: "Tells what a snapshot holds, table by table, and which lists were not read to their end.",
        parameters: &[],
        rows: Some("tables"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Table,
        path: "/api/v1/accounts/{cloud}/{id}/snapshots/{snapshot}/tables/{table}",
        page: Some("/accounts/{cloud}/{id}/snapshots/{snapshot}/tables/{table}"),
        about: "Returns the rows of a table, in the order of its key.",
        parameters: &[count("limit", "Rows of a page.", 100, 10_000), page()],
        rows: Some("rows"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Objects,
        path: "/api/v1/accounts/{cloud}/{id}/snapshots/{snapshot}/tables/{table}/objects",
        page: None,
        about: "Names the Parquet objects that a table is stored as, with links to them where the store is in S3. The rows of the table are those of the base; each delta in turn puts its rows over those with the same key, and takes away the keys that it marks in `_deleted`.",
        parameters: &[],
        rows: Some("objects"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Coverage,
        path: "/api/v1/accounts/{cloud}/{id}/snapshots/{snapshot}/coverage",
        page: Some("/accounts/{cloud}/{id}/snapshots/{snapshot}/coverage"),
        about: "Tells how far each list was read.",
        parameters: &[],
        rows: Some("lists"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Findings,
        path: "/api/v1/accounts/{cloud}/{id}/findings",
        page: Some("/accounts/{cloud}/{id}/findings"),
        about: "Returns the findings as they stood after a snapshot, worst first.",
        parameters: &[
            at(),
            Parameter {
                name: "severity",
                about: "Only those of this severity, or of a worse one.",
                kind: ParameterType::Choice(SEVERITIES),
                is_required: false,
            },
            text("rule", "Only those of this rule or permission; `*` stands for any text."),
            text("subject", "Only those about this: a part of a name, an id or an address."),
            Parameter {
                name: "state",
                about: "Only those in this state; without it, those that hold or may hold and that no other says more of.",
                kind: ParameterType::Choice(STATES),
                is_required: false,
            },
            count("limit", "Findings of a page.", 100, 10_000),
            page(),
        ],
        rows: Some("findings"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Comparison,
        path: "/api/v1/accounts/{cloud}/{id}/changes",
        page: Some("/accounts/{cloud}/{id}/changes"),
        about: "Compares two snapshots: what changed, and who gained and lost which access.",
        parameters: &[
            text("from", "The earlier snapshot; without it, the one before `to`."),
            text("to", "The later snapshot; without it, `latest`."),
            Parameter {
                name: "access",
                about: "Whether `access` says who gained and lost what, and by which path.",
                kind: ParameterType::Truth,
                is_required: false,
            },
        ],
        rows: Some("things"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Life,
        path: "/api/v1/accounts/{cloud}/{id}/history",
        page: Some("/accounts/{cloud}/{id}/history"),
        about: "Tells the life of one thing: when it came and by whom, what changed, what it holds, what was found.",
        parameters: &[
            required("subject", "A name, an id, an address, or TABLE/KEY."),
            count("compare", "Snapshots in which the access of the thing is compared.", 10, 100),
        ],
        rows: Some("moments"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Search,
        path: "/api/v1/accounts/{cloud}/{id}/search",
        page: Some("/accounts/{cloud}/{id}/search"),
        about: "Finds things by a part of their name or id.",
        parameters: &[
            required("text", "A part of a name or an id, in any case."),
            at(),
            count("limit", "Things that are listed.", 50, 500),
        ],
        rows: Some("things"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::WhoCan,
        path: "/api/v1/accounts/{cloud}/{id}/who-can",
        page: Some("/accounts/{cloud}/{id}/who-can"),
        about: "Tells who may do something, and through what.",
        parameters: &[
            required("action", "The action, as the cloud writes it; it may have wildcards."),
            text("resource", "The resource, as the cloud writes it; without it, any."),
            text("principal", "Only principals with this in their name or id."),
            at(),
        ],
        rows: Some("answers"),
        has_body: false,
    },
    Operation {
        question: ApiQuestion::Sql,
        path: "/api/v1/accounts/{cloud}/{id}/query",
        page: Some("/accounts/{cloud}/{id}/query"),
        about: "Asks a snapshot a question in SQL, which may only read.",
        parameters: &[
            required(
                "sql",
                "One statement that begins with `select` or `with`; a POST may have it as its body.",
            ),
            at(),
            count("limit", "Rows that are returned.", 1000, 10_000),
        ],
        rows: Some("rows"),
        has_body: true,
    },
    Operation {
        question: ApiQuestion::Verify,
        path: "/api/v1/accounts/{cloud}/{id}/snapshots/{snapshot}/verify",
        page: None,
        about: "Reads every object of one snapshot, and proves that it is what was written.",
        parameters: &[text(
            "head",
            "The hash of a manifest that was noted elsewhere, as `snapshothash` of an event: it must still be part of the history.",
        )],
        rows: Some("faults"),
        has_body: false,
    },
];

impl Operation {
    /// Returns how to ask for less of the answer.
    pub(crate) const fn smaller(&self) -> &'static str {
        match self.question {
            ApiQuestion::Accounts | ApiQuestion::Snapshots | ApiQuestion::Findings => {
                "ask for fewer with `limit`, going on by `page`"
            }
            ApiQuestion::Table => {
                "ask for fewer rows with `limit`, going on by `page`; or read all of them from what the table is stored as, which `objects` below its path names"
            }
            ApiQuestion::Search => "ask for fewer with `limit`, or with a longer `text`",
            ApiQuestion::Sql => "ask for fewer rows with `limit`, or for fewer columns",
            ApiQuestion::Comparison => {
                "leave `access` out, or compare snapshots that are nearer to each other: one to the next has the least"
            }
            ApiQuestion::Life => "ask with a smaller `compare`, or for the rows of its table in SQL",
            ApiQuestion::WhoCan => "name a `resource` or a `principal`",
            ApiQuestion::Index
            | ApiQuestion::Document
            | ApiQuestion::Snapshot
            | ApiQuestion::Objects
            | ApiQuestion::Coverage
            | ApiQuestion::Verify => "ask for its parts in SQL, as `select * from coverage limit 100`",
        }
    }
}

/// Returns the names between the braces of a path and what a request has there; none where the path is another.
pub(crate) fn captures<'a>(
    template: &'static str,
    parts: &'a [String],
) -> Option<Vec<(&'static str, &'a str)>> {
    let declared: Vec<&'static str> = template.split('/').filter(|part| !part.is_empty()).collect();
    if declared.len() != parts.len() {
        return None;
    }
    let mut found = Vec::new();
    for (declared, part) in declared.into_iter().zip(parts) {
        match declared.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => found.push((name, part.as_str())),
            None if declared == part => {}
            None => return None,
        }
    }
    Some(found)
}
