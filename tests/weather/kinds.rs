//! What can become of an answer on its way: the kinds of bad weather.

macro_rules! kinds {
    ($($(#[doc = $about:literal])+ $kind:ident = $name:literal,)+) => {
        /// A kind of fault. The names are those of the command line and of the log.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[doc = $about])+ $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)+];

            /// Returns the name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// The connection is reset in the middle of the body.
    Reset = "reset",
    /// Half of the body comes, the whole length is announced, and the connection is closed.
    Truncated = "truncated",
    /// The body comes byte by byte, and not in time.
    Trickle = "trickle",
    /// 200 with a page of HTML.
    Html = "html",
    /// 200 with an error in the place of what was asked for, in one of the forms that clouds have.
    ErrorObject = "error-object",
    /// 204.
    NoContent = "no-content",
    /// 301, 302, 307 or 308 to another host.
    Redirect = "redirect",
    /// The right JSON, declared as something else.
    ContentType = "content-type",
    /// A small body that unpacks to a great many bytes.
    GzipBomb = "gzip-bomb",
    /// Headers of hundreds of kilobytes.
    HugeHeaders = "huge-headers",
    /// 401, though the credentials are good.
    Unauthenticated = "unauthenticated",
    /// 403.
    Forbidden = "forbidden",
    /// 404 that does not come from the service itself: HTML, nothing, a gateway's words.
    NotFound = "not-found",
    /// 409.
    Conflict = "conflict",
    /// 423.
    Locked = "locked",
    /// 429 without a word about when to come back.
    TooMany = "too-many",
    /// 500, 502, 503 or 504.
    ServerError = "server-error",
    /// 429 or 503 with a `Retry-After` of a day, in the past, or that means nothing.
    RetryAfter = "retry-after",
    /// An empty array beside a counter that says otherwise.
    EmptyList = "empty-list",
    /// An empty list that fits in itself, where another list or a counter elsewhere says otherwise.
    Emptied = "emptied",
    /// Null, or nothing, in the place of the array. Never in two runs in a row: then it is believed.
    NullList = "null-list",
    /// The last thing of a page comes again on the next one.
    Duplicate = "duplicate",
    /// The last thing of a page comes again in the place of the first of the next one.
    Shifted = "shifted",
    /// The first thing of a page slipped onto the page before it, which had been read; a counter knows.
    ShiftedAway = "shifted-away",
    /// The next page is the same page.
    RepeatedToken = "repeated-token",
    /// Links to the next page name another host.
    ForeignLink = "foreign-link",
    /// Null in the place of one thing.
    NullItem = "null-item",
    /// The id of one thing is empty.
    EmptyKey = "empty-key",
    /// One thing is nested deeper than anybody reads.
    DeepItem = "deep-item",
    /// A member of one thing is of a type that means nothing.
    OddCell = "odd-cell",
    /// A time of one thing is in no form.
    OddTime = "odd-time",
    /// The things come in another order.
    Reshuffled = "reshuffled",
    /// Times are written with an offset in the place of `Z`.
    TimeForm = "time-form",
    /// A byte order mark before the JSON.
    ByteOrderMark = "byte-order-mark",
}

impl Kind {
    /// Returns the kinds of a list of names with commas between them.
    pub fn parse_all(names: &str) -> anyhow::Result<Vec<Kind>> {
        let known = |name: &str| Kind::ALL.iter().copied().find(|kind| kind.name() == name);
        let kind = |name| known(name).ok_or_else(|| anyhow::anyhow!("no kind of fault is called `{name}`"));
        names.split(',').filter(|name| !name.is_empty()).map(kind).collect()
    }

    /// Says whether what it shows is believed when two runs in a row are shown it.
    pub const fn is_believed_twice(self) -> bool {
        matches!(self, Self::NullList | Self::EmptyKey | Self::OddCell)
    }
}
