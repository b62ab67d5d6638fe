//! Whether a question means the same on every engine: its syntax tree is looked through before a rule is taken.
//!
//! SQLite understands much that others refuse or answer otherwise. What is taken is what was tried on all of them; for the
//! rest the reason is told, and what to write instead. Types and nulls are followed from the declarations of the tables through views,
//! common tables and subqueries, as far as they can be known; what cannot be known is not refused.

mod expression;
mod pattern;
mod query;
mod scope;
mod tree;

use std::{collections::BTreeMap, sync::OnceLock};

use model::{
    Cloud, Type,
    tables::{self, derived},
};
use sqlparser::{
    ast::{Query, Statement},
    dialect::{Dialect, GenericDialect},
    keywords::{Keyword, RESERVED_FOR_TABLE_ALIAS},
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

use crate::views;
use query::QueryReader;
use scope::{Output, ValueKind};

/// Looks through a question, and returns what is not the same on every engine, with what to write instead.
pub(crate) fn check_portable(sql: &str) -> Result<(), String> {
    check_words(sql)?;
    QueryReader { catalogue: catalogue() }.read_query(&parse(sql)?, &[], &BTreeMap::new()).map(|_| ())
}

/// The form of SQL that is read: the standard's, with what was tried on every engine besides.
#[derive(Debug)]
struct Plain;

/// Words that one engine or another reserves, and none of those that rules run on.
const ORDINARY: [Keyword; 1] = [Keyword::SETTINGS];

impl Dialect for Plain {
    fn is_identifier_start(&self, letter: char) -> bool {
        letter.is_alphabetic() || letter == '_'
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        letter.is_alphanumeric() || letter == '_'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_limit_comma(&self) -> bool {
        true
    }

    fn is_table_alias(&self, keyword: &Keyword, _: &mut Parser<'_>) -> bool {
        ORDINARY.contains(keyword) || !RESERVED_FOR_TABLE_ALIAS.contains(keyword)
    }
}

fn parse(sql: &str) -> Result<Query, String> {
    let unread = |error: String| {
        format!(
            "its SQL has a form that not every engine reads ({error}); write it in the plain form of the standard"
        )
    };
    let mut statements = Parser::parse_sql(&Plain, sql).map_err(|error| unread(error.to_string()))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => Ok(*query),
        _ => Err("a rule is one `select`".to_owned()),
    }
}

/// Looks at the words of a question, of which the tree no longer tells how they were written.
fn check_words(sql: &str) -> Result<(), String> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).with_unescape(false).tokenize();
    let tokens = tokens.map_err(|error| format!("its SQL cannot be read: {error}"))?;
    for token in &tokens {
        let (what, instead) = match token {
            Token::Word(word) if word.quote_style.is_some() => {
                (token.to_string(), "a name in quotes is a text on Spark; write names without quotes")
            }
            Token::Word(word) if ["isnull", "notnull"].contains(&word.value.to_lowercase().as_str()) => {
                (word.value.clone(), "write `is null` or `is not null`")
            }
            Token::SingleQuotedString(text) if text.contains('\\') => {
                (token.to_string(), "a backslash escapes on Spark; write none in a text")
            }
            Token::SingleQuotedString(text) if text.contains("${") => {
                (token.to_string(), "Spark puts a variable in place of it; part the text: '$' || '{'")
            }
            Token::DoubleEq => ("==".to_owned(), "write `=`"),
            Token::DoubleColon => ("::".to_owned(), "write `cast(x as varchar(20))`"),
            Token::HexStringLiteral(_) => (token.to_string(), "write the number in decimals"),
            _ => continue,
        };
        return Err(format!("`{what}` is not the same on every engine: {instead}"));
    }
    Ok(())
}

/// What can be named, with the columns of each.
type Catalogue = BTreeMap<String, Vec<Output>>;

/// Returns the tables and views; what a view returns follows from its own question.
fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let all = tables::all().chain(derived::all()).chain([&tables::RUN]);
        let mut known: Catalogue = all
            .map(|table| {
                // Of keys of derived tables a part may be null, which says so itself.
                let is_key = |position: usize, name: &str| {
                    position < table.key
                        && !(derived::may_lack_key(table) && ["through", "condition"].contains(&name))
                };
                let column = |(position, column): (usize, &model::Column)| {
                    let kind = match column.kind {
                        Type::Integer => ValueKind::Integer,
                        Type::Boolean => ValueKind::Truth,
                        Type::Text | Type::Time | Type::Document => ValueKind::Text,
                    };
                    // The one row of the run is whole.
                    let may_be_null = !is_key(position, column.name) && table.name != tables::RUN.name;
                    Output { name: column.name.to_owned(), kind, may_be_null }
                };
                (table.name.to_owned(), table.columns.iter().enumerate().map(column).collect())
            })
            .collect();
        for view in views::views_of(&Cloud::ALL) {
            // A test holds every view to being portable itself.
            let read = parse(&view.select).and_then(|query| {
                QueryReader { catalogue: &known }.read_query(&query, &[], &BTreeMap::new())
            });
            known.insert(view.name.to_owned(), read.unwrap_or_default());
        }
        known
    })
}

#[cfg(test)]
mod tests;
