use proptest::{collection::vec, prelude::*};

use super::{Counting, MOST_PIECES, Piece, minus_all};
use crate::{
    Pattern, Resource, Statement,
    gains::{shared_actions::SharedActions, tests::statements},
    terms::Conjunction,
};

const TEXTS: [&str; 7] = ["a", "b", "aa", "ab", "ba", "bb", "abb"];

fn counting(statement: &Statement) -> Counting<'_> {
    Counting { statement, condition: Conjunction::default() }
}

fn is_in_statement(statement: &Statement, action: &str, path: &str, y: &str) -> bool {
    let of_resource = |resource: &Resource| {
        resource.0.iter().all(|(name, patterns)| {
            let text = if name == "path" { path } else { y };
            patterns.iter().any(|pattern| pattern.matches(text))
        })
    };
    let (actions, resources) = (&statement.actions, &statement.resources);
    actions.any_of.iter().any(|pattern| pattern.matches(action))
        && !actions.except.iter().any(|pattern| pattern.matches(action))
        && resources.any_of.iter().any(of_resource)
        && !resources.except.iter().any(of_resource)
}

fn is_in_piece(piece: &Piece, action: &str, path: &str, y: &str) -> bool {
    is_in_statement(&piece.statement(&mut SharedActions::default()), action, path, y)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What is left without some statements is in one, and is in none of those; nothing else is.
    #[test]
    fn what_is_left_is_what_no_statement_speaks_of(all in statements(), taken in vec(statements(), 0..5)) {
        let all = counting(&all);
        let taken_out: Vec<Counting<'_>> = taken.iter().map(counting).collect();
        let left = minus_all(all.region(), &taken_out, true);
        prop_assume!(left.len() <= MOST_PIECES);
        for action in TEXTS {
            for (path, y) in TEXTS.iter().flat_map(|path| TEXTS.map(|y| (*path, y))) {
                let expected = is_in_statement(all.statement, action, path, y)
                    && !taken.iter().any(|statement| is_in_statement(statement, action, path, y));
                let is_left = left.iter().any(|piece| is_in_piece(piece, action, path, y));
                prop_assert_eq!(is_left, expected, "{} on {} and {}", action, path, y);
            }
        }
    }
}

/// Exceptions that overlap came back once for each of them, and again for each statement: 2, 4, 8, … pieces.
#[test]
fn exceptions_that_overlap_do_not_double_what_is_left() {
    let resource = |path: &str| Resource::any().with("path", vec![Pattern::parse(path)]);
    let statement = |number: usize| {
        let number = number.to_string();
        Statement {
            effect: crate::Effect::Allow,
            actions: crate::Choice {
                any_of: vec![Pattern::any()],
                except: vec![Pattern::parse(&format!("read{number}*"))],
            }
            .into(),
            resources: crate::Choice {
                any_of: vec![Resource::any(), resource("*a*")],
                except: vec![resource("*x*"), resource("*y*"), resource("*z*")],
            }
            .into(),
            condition: None,
        }
    };
    let taken: Vec<Statement> = (0..30).map(statement).collect();
    let taken: Vec<Counting<'_>> = taken.iter().map(counting).collect();
    let all = Statement {
        resources: crate::Choice { any_of: vec![Resource::any()], except: vec![] }.into(),
        ..statement(31)
    };
    let left = minus_all(counting(&all).region(), &taken, false);
    assert!(!left.is_empty() && left.len() <= 10 * MOST_PIECES, "{}", left.len());
}
