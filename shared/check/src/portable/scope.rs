//! What is known of columns while a question is read: their type, and whether they may be null.

use sqlparser::ast::{BinaryOperator, Expr, InTarget};

/// The type of a value, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    Text,
    Integer,
    /// A number that may have a fraction: what `avg` and `round` give.
    Fraction,
    Truth,
    /// Null throughout, which goes with every type.
    Null,
    Unknown,
}

impl ValueKind {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer | Self::Fraction => "a number",
            Self::Truth => "a truth value",
            Self::Null => "null",
            Self::Unknown => "a value",
        }
    }

    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Fraction | Self::Null | Self::Unknown)
    }

    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Null | Self::Unknown)
    }

    pub(super) const fn is_truth(self) -> bool {
        matches!(self, Self::Truth | Self::Null | Self::Unknown)
    }

    /// Returns the type that both are of; none where engines would not agree on one.
    pub(super) fn join(self, other: Self) -> Option<Self> {
        match (self, other) {
            (one, other) if one == other => Some(one),
            (Self::Null, other) | (other, Self::Null) => Some(other),
            (Self::Unknown, _) | (_, Self::Unknown) => Some(Self::Unknown),
            (Self::Integer, Self::Fraction) | (Self::Fraction, Self::Integer) => Some(Self::Fraction),
            _ => None,
        }
    }
}

/// A value: its type, and whether it may be null.
#[derive(Debug, Clone, Copy)]
pub(super) struct ValueType {
    pub(super) kind: ValueKind,
    pub(super) may_be_null: bool,
}

impl ValueType {
    pub(super) const fn sure(kind: ValueKind) -> Self {
        Self { kind, may_be_null: false }
    }

    pub(super) const fn maybe(kind: ValueKind) -> Self {
        Self { kind, may_be_null: true }
    }
}

/// A column that a query returns.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) kind: ValueKind,
    pub(super) may_be_null: bool,
}

/// A table or subquery in `from`, by the name that its columns are called by.
#[derive(Debug, Clone)]
pub(super) struct FromSource {
    pub(super) name: String,
    pub(super) columns: Vec<Output>,
}

/// What expressions of one `select` can name.
#[derive(Debug, Clone, Default)]
pub(super) struct NameScope {
    pub(super) sources: Vec<FromSource>,
    /// Names that the select list gives, which other clauses cannot use everywhere.
    pub(super) aliases: Vec<String>,
    /// Whether rows are grouped, and not all of them one group.
    pub(super) is_grouped: bool,
}

impl NameScope {
    /// Returns the column that a name means, with the name of its source.
    pub(super) fn find(&self, source: Option<&str>, column: &str) -> Option<(&str, &Output)> {
        let sources = self.sources.iter().filter(|each| source.is_none_or(|name| each.name == name));
        sources.into_iter().find_map(|each| {
            let found = each.columns.iter().find(|output| output.name == column)?;
            Some((each.name.as_str(), found))
        })
    }

    /// Marks columns as never null that a condition would have dropped the row of.
    pub(super) fn require(&mut self, condition: &Expr) {
        match condition {
            Expr::Nested(inner) => self.require(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                self.require(left);
                self.require(right);
            }
            Expr::BinaryOp { left, op, right } if compares(op) => {
                self.require_column(left);
                self.require_column(right);
            }
            Expr::IsNotNull(inner)
            | Expr::IsTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::In { expr: inner, negated: false, .. }
            | Expr::In { expr: inner, target: InTarget::List(_), .. }
            | Expr::Between { expr: inner, .. }
            | Expr::Like { expr: inner, .. } => self.require_column(inner),
            column => self.require_column(column),
        }
    }

    fn require_column(&mut self, expression: &Expr) {
        let Some((source, column)) = column_name(expression) else { return };
        let sources =
            self.sources.iter_mut().filter(|each| source.as_ref().is_none_or(|name| each.name == *name));
        let found =
            sources.into_iter().find_map(|each| each.columns.iter_mut().find(|output| output.name == column));
        if let Some(found) = found {
            found.may_be_null = false;
        }
    }
}

const fn compares(operator: &BinaryOperator) -> bool {
    use BinaryOperator as Op;
    matches!(operator, Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq)
}

/// Returns the source and the column that an expression names, if it is nothing but a name.
pub(super) fn column_name(expression: &Expr) -> Option<(Option<String>, String)> {
    match expression {
        Expr::Nested(inner) => column_name(inner),
        Expr::Identifier(name) => Some((None, name.value.to_lowercase())),
        Expr::CompoundIdentifier(names) => match names.as_slice() {
            [source, column] => Some((Some(source.value.to_lowercase()), column.value.to_lowercase())),
            _ => None,
        },
        _ => None,
    }
}
