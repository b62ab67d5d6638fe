//! What stands around every page: head, ways to go, foot.

use maud::{DOCTYPE, Markup, html};

use super::parts::seen;

/// The pages of an account that are always one step away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Timeline,
    Changes,
    Findings,
    Search,
    WhoCan,
    Sql,
}

const TABS: [(Tab, &str, &str); 6] = [
    (Tab::Timeline, "Timeline", ""),
    (Tab::Changes, "Changes", "/changes"),
    (Tab::Findings, "Findings", "/findings"),
    (Tab::Search, "Search", "/search"),
    (Tab::WhoCan, "Who can", "/who-can"),
    (Tab::Sql, "SQL", "/query"),
];

/// The frame of a page.
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) account: Option<String>,
    pub(super) tab: Option<Tab>,
    /// The pages above this one, from the outermost: what they are called and where they are.
    pub(super) trail: Vec<(String, String)>,
}

impl Frame {
    /// Draws a page around its main part.
    pub(super) fn draw(&self, main: Markup) -> String {
        let title = match &self.account {
            Some(account) => format!("{} – {account} – iamwatch", self.title),
            None => format!("{} – iamwatch", self.title),
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (seen(&title)) }
                    link rel="stylesheet" href="/style.css";
                    link rel="icon" type="image/svg+xml" href="/icon.svg";
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        p.brand { a href="/" { "iamwatch" } @if let Some(account) = &self.account { " " a.account href={ "/accounts/" (account) } { (seen(account)) } } }
                        @if let Some(account) = &self.account { (self.tabs(account)) }
                    }
                    main id="main" {
                        @if !self.trail.is_empty() {
                            nav.trail aria-label="Above this page" {
                                @for (name, place) in &self.trail { a href=(place) { (seen(name)) } span aria-hidden="true" { " / " } }
                            }
                        }
                        h1 { (seen(&self.title)) }
                        (main)
                    }
                    footer { p { "iamwatch " (env!("CARGO_PKG_VERSION")) ". It only reads. " a href="/api/v1" { "For programs" } } }
                }
            }
        };
        page.into_string()
    }

    fn tabs(&self, account: &str) -> Markup {
        html! {
            nav.tabs aria-label="Pages of the account" {
                @for (tab, name, place) in TABS {
                    a href={ "/accounts/" (account) (place) } aria-current=[(self.tab == Some(tab)).then_some("page")] { (name) }
                }
            }
        }
    }
}
