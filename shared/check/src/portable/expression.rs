//! Reads expressions: their type, whether they may be null, and whether every engine works them out alike.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DataType, Expr, Function, InTarget, UnaryOperator, Value, WindowType,
};

use super::{
    pattern::check_pattern,
    query::{Common, QueryReader, check_null_order},
    scope::{NameScope, ValueKind, ValueType, column_name},
    tree::{aggregates, arguments},
};

impl QueryReader<'_> {
    /// Reads an expression where a condition stands.
    pub(super) fn read_condition(
        &self,
        expression: &Expr,
        scopes: &[NameScope],
        common: &Common,
    ) -> Result<ValueType, String> {
        let cell = self.read_expression(expression, scopes, common)?;
        if cell.kind.is_truth() {
            Ok(cell)
        } else {
            Err(format!(
                "`{expression}` is {} and stands for a condition: compare it with something",
                cell.kind.words()
            ))
        }
    }

    /// Returns what an expression gives.
    pub(super) fn read_expression(
        &self,
        expression: &Expr,
        scopes: &[NameScope],
        common: &Common,
    ) -> Result<ValueType, String> {
        let read = |inner: &Expr| self.read_expression(inner, scopes, common);
        match expression {
            Expr::Nested(inner) => read(inner),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => read_column(expression, scopes),
            Expr::Value(value) => read_literal(&value.value),
            Expr::BinaryOp { left, op, right } => {
                self.read_operator(expression, left, op, right, scopes, common)
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => self.read_condition(expr, scopes, common),
            Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
                let cell = read(expr)?;
                number(expr, cell).map(|()| cell)
            }
            Expr::Subquery(query) => {
                let columns = self.read_query(query, scopes, common)?;
                if !gives_one_row(query) {
                    return Err(format!(
                        "`({query})` may give several rows, of which SQLite takes the first and others none: take `min(…)`, or `limit 1`"
                    ));
                }
                Ok(ValueType::maybe(columns.first().map_or(ValueKind::Unknown, |column| column.kind)))
            }
            Expr::Tuple(parts) => {
                parts.iter().try_for_each(|part| read(part).map(|_| ()))?;
                Ok(ValueType::maybe(ValueKind::Unknown))
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                self.read_case(operand.as_deref(), conditions, else_result.as_deref(), scopes, common)
            }
            Expr::Cast { kind: CastKind::Cast, expr, data_type, .. } => {
                read_cast(expr, read(expr)?, data_type)
            }
            Expr::Substring { expr, substring_from, substring_for, special: true, .. } => {
                let cell = read(expr)?;
                text(expr, cell)?;
                check_substring(substring_from.as_deref(), substring_for.as_deref())?;
                Ok(ValueType { kind: ValueKind::Text, ..cell })
            }
            Expr::Function(function) => self.read_function(function, scopes, common),
            other => self.read_predicate(other, scopes, common),
        }
    }

    /// Returns what an expression gives that is true or not.
    fn read_predicate(
        &self,
        expression: &Expr,
        scopes: &[NameScope],
        common: &Common,
    ) -> Result<ValueType, String> {
        let read = |inner: &Expr| self.read_expression(inner, scopes, common);
        match expression {
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                read(inner).map(|_| ValueType::sure(ValueKind::Truth))
            }
            Expr::IsTrue(inner) | Expr::IsNotTrue(inner) | Expr::IsFalse(inner) | Expr::IsNotFalse(inner) => {
                self.read_condition(inner, scopes, common).map(|_| ValueType::sure(ValueKind::Truth))
            }
            Expr::IsDistinctFrom(one, other) | Expr::IsNotDistinctFrom(one, other) => {
                compare(expression, read(one)?, read(other)?).map(|_| ValueType::sure(ValueKind::Truth))
            }
            Expr::In { expr, target: InTarget::List(list), .. } => {
                let mut cell = read(expr)?;
                for each in list {
                    cell.may_be_null |= compare(expression, cell, read(each)?)?.may_be_null;
                }
                Ok(ValueType { kind: ValueKind::Truth, ..cell })
            }
            Expr::In { expr, target: InTarget::Subquery(subquery), .. } => {
                let cell = read(expr)?;
                let columns = self.read_query(subquery, scopes, common)?;
                if let ([column], false) = (columns.as_slice(), matches!(**expr, Expr::Tuple(_))) {
                    compare(
                        expression,
                        cell,
                        ValueType { kind: column.kind, may_be_null: column.may_be_null },
                    )?;
                }
                Ok(ValueType::maybe(ValueKind::Truth))
            }
            Expr::Between { expr, low, high, .. } => {
                let cell = read(expr)?;
                compare(expression, cell, read(low)?)?;
                compare(expression, cell, read(high)?)
            }
            Expr::Like { any: false, expr, pattern, escape_char, .. } => {
                let cells = [(&**expr, read(expr)?), (&**pattern, read(pattern)?)];
                cells.iter().try_for_each(|(inner, cell)| text(inner, *cell))?;
                check_pattern(pattern, escape_char.as_deref())?;
                Ok(ValueType {
                    kind: ValueKind::Truth,
                    may_be_null: cells.iter().any(|(_, cell)| cell.may_be_null),
                })
            }
            Expr::Exists { subquery, .. } => {
                self.read_query(subquery, scopes, common)?;
                Ok(ValueType::sure(ValueKind::Truth))
            }
            other => {
                Err(format!("`{other}` is not of every engine: use what `shared/check/README.md` lists"))
            }
        }
    }

    fn read_operator(
        &self,
        whole: &Expr,
        left: &Expr,
        operator: &BinaryOperator,
        right: &Expr,
        scopes: &[NameScope],
        common: &Common,
    ) -> Result<ValueType, String> {
        use BinaryOperator as Op;
        if matches!(operator, Op::And | Op::Or) {
            let one = self.read_condition(left, scopes, common)?;
            let other = self.read_condition(right, scopes, common)?;
            return Ok(ValueType {
                kind: ValueKind::Truth,
                may_be_null: one.may_be_null || other.may_be_null,
            });
        }
        let one = self.read_expression(left, scopes, common)?;
        let other = self.read_expression(right, scopes, common)?;
        let may_be_null = one.may_be_null || other.may_be_null;
        match operator {
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => compare(whole, one, other),
            Op::Plus | Op::Minus | Op::Multiply => {
                number(left, one)?;
                number(right, other)?;
                Ok(ValueType { kind: one.kind.join(other.kind).unwrap_or(ValueKind::Unknown), may_be_null })
            }
            Op::Divide => Err(format!(
                "`{whole}` cuts on some engines and gives a fraction on others: multiply the other side (`a > b * 2`)"
            )),
            Op::StringConcat => {
                let is_joined = |cell: ValueType| cell.kind.is_text() || cell.kind == ValueKind::Integer;
                if is_joined(one) && is_joined(other) {
                    Ok(ValueType { kind: ValueKind::Text, may_be_null })
                } else {
                    Err(format!(
                        "`{whole}` joins what is no text, which engines write otherwise: write `case when … then '…' end`"
                    ))
                }
            }
            other => Err(format!(
                "the operator `{other}` is not of every engine: use what `shared/check/README.md` lists"
            )),
        }
    }

    fn read_case(
        &self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        scopes: &[NameScope],
        common: &Common,
    ) -> Result<ValueType, String> {
        let operand = operand.map(|operand| self.read_expression(operand, scopes, common)).transpose()?;
        let mut result = match otherwise {
            Some(otherwise) => self.read_expression(otherwise, scopes, common)?,
            None => ValueType::maybe(ValueKind::Null),
        };
        for CaseWhen { condition, result: then } in conditions {
            match operand {
                Some(operand) => {
                    compare(condition, operand, self.read_expression(condition, scopes, common)?)?;
                }
                None => {
                    self.read_condition(condition, scopes, common)?;
                }
            }
            let cell = self.read_expression(then, scopes, common)?;
            result = join(result, cell).ok_or_else(|| {
                format!(
                    "`{then}` is {} and another branch of the `case` is not: give all of them one type",
                    cell.kind.words()
                )
            })?;
        }
        Ok(result)
    }

    fn read_function(
        &self,
        function: &Function,
        scopes: &[NameScope],
        common: &Common,
    ) -> Result<ValueType, String> {
        let name = function.name.to_string().to_lowercase();
        if let Some(condition) = &function.filter {
            self.read_condition(condition, scopes, common)?;
        }
        if let Some(WindowType::WindowSpec(window)) = &function.over {
            for part in &window.partition_by {
                self.read_expression(part, scopes, common)?;
            }
            for order in &window.order_by {
                check_null_order(order, self.read_expression(&order.expr, scopes, common)?)?;
            }
        }
        let arguments = arguments(function);
        let mut cells = Vec::new();
        for argument in &arguments {
            cells.push(self.read_expression(argument, scopes, common)?);
        }
        let both: Vec<(&Expr, ValueType)> = arguments.iter().copied().zip(cells).collect();
        let is_whole = scopes.last().is_some_and(|scope| !scope.is_grouped) || function.filter.is_some();
        call(&name, &both, is_whole)
    }
}

/// Returns what a function gives for its arguments. `is_whole` says that an aggregate may be of no rows at all.
fn call(name: &str, arguments: &[(&Expr, ValueType)], is_whole: bool) -> Result<ValueType, String> {
    let may_be_null = arguments.iter().any(|(_, cell)| cell.may_be_null);
    let each = |check: fn(&Expr, ValueType) -> Result<(), String>| {
        arguments.iter().try_for_each(|(inner, cell)| check(inner, *cell))
    };
    let first = arguments.first().map_or(ValueType::maybe(ValueKind::Unknown), |(_, cell)| *cell);
    match (name, arguments.len()) {
        ("count", _) | ("row_number" | "rank" | "dense_rank", 0) => Ok(ValueType::sure(ValueKind::Integer)),
        ("sum" | "avg", 1) => {
            each(number)?;
            let kind = if name == "avg" { ValueKind::Fraction } else { first.kind };
            Ok(ValueType { kind, may_be_null: may_be_null || is_whole })
        }
        ("min" | "max", 1) if first.kind == ValueKind::Truth => Err(format!(
            "`{name}` of a truth value is unknown to PostgreSQL: take `{name}(case when … then 1 else 0 end)`"
        )),
        ("min" | "max", 1) => Ok(ValueType { may_be_null: may_be_null || is_whole, ..first }),
        ("min" | "max", _) => {
            let sign = if name == "min" { '<' } else { '>' };
            Err(format!(
                "`{name}` of several values is SQLite's alone: write `case when a {sign} b then a else b end`"
            ))
        }
        ("ltrim" | "rtrim", 1) => each(text).map(|()| first),
        ("ltrim" | "rtrim", _) => Err(format!(
            "`{name}` with two arguments takes them the other way round on Spark: use `{name}(x)`, or `replace` and `like`"
        )),
        ("coalesce", 1..) => {
            let joined = arguments.iter().map(|(_, cell)| *cell).reduce(|one, other| {
                let kind = one.kind.join(other.kind);
                // Not of one type: told below, by a value that nothing joins.
                ValueType {
                    kind: kind.unwrap_or(ValueKind::Fraction),
                    may_be_null: one.may_be_null && other.may_be_null,
                }
            });
            let is_one_type = arguments
                .iter()
                .all(|(_, one)| arguments.iter().all(|(_, other)| one.kind.join(other.kind).is_some()));
            joined.filter(|_| is_one_type).ok_or_else(|| "`coalesce` of values of several types: give all of them one type, as `coalesce(is_on, false)`".to_owned())
        }
        ("nullif", 2) => Ok(ValueType::maybe(first.kind)),
        ("length", 1) => each(text).map(|()| ValueType { kind: ValueKind::Integer, may_be_null }),
        ("lower" | "upper", 1) | ("replace", 3) => {
            each(text).map(|()| ValueType { kind: ValueKind::Text, may_be_null })
        }
        ("substr", 2 | 3) => {
            text_of(arguments.first())?;
            check_substring(
                arguments.get(1).map(|(start, _)| *start),
                arguments.get(2).map(|(length, _)| *length),
            )?;
            Ok(ValueType { kind: ValueKind::Text, may_be_null })
        }
        ("abs", 1) => each(number).map(|()| first),
        ("round", 1 | 2) => each(number).map(|()| ValueType { kind: ValueKind::Fraction, may_be_null }),
        ("lag" | "lead", 3) | ("first_value" | "last_value", 1) => Ok(ValueType { may_be_null, ..first }),
        ("lag" | "lead", 1 | 2) => Ok(ValueType::maybe(first.kind)),
        _ => Err(format!(
            "`{name}` with {} arguments is not understood by every engine; `shared/check/README.md` lists what is",
            arguments.len()
        )),
    }
}

fn text_of(argument: Option<&(&Expr, ValueType)>) -> Result<(), String> {
    argument.map_or(Ok(()), |(inner, cell)| text(inner, *cell))
}

fn read_column(expression: &Expr, scopes: &[NameScope]) -> Result<ValueType, String> {
    let Some((source, name)) = column_name(expression) else {
        return Err(format!("`{expression}`: name a column by its table's name and its own alone"));
    };
    let found = scopes.iter().rev().find_map(|scope| scope.find(source.as_deref(), &name));
    if let Some((_, column)) = found {
        return Ok(ValueType { kind: column.kind, may_be_null: column.may_be_null });
    }
    if ["rowid", "oid", "_rowid_"].contains(&name.as_str()) {
        return Err(format!("`{name}` is SQLite's alone: use the key of the table"));
    }
    // Of a table that is not known, nothing is.
    let is_known = scopes.iter().flat_map(|scope| &scope.sources).all(|source| !source.columns.is_empty());
    if is_known && scopes.last().is_some_and(|scope| scope.aliases.contains(&name)) {
        return Err(format!(
            "`{name}` is a name of the select list, which PostgreSQL does not know in `where` and `having`: write the expression again"
        ));
    }
    Ok(ValueType::maybe(ValueKind::Unknown))
}

fn read_literal(value: &Value) -> Result<ValueType, String> {
    match value {
        Value::Number(number, _) if number.chars().all(|digit| digit.is_ascii_digit()) => {
            Ok(ValueType::sure(ValueKind::Integer))
        }
        Value::Number(..) => Ok(ValueType::sure(ValueKind::Fraction)),
        Value::SingleQuotedString(_) => Ok(ValueType::sure(ValueKind::Text)),
        Value::Boolean(_) => Ok(ValueType::sure(ValueKind::Truth)),
        Value::Null => Ok(ValueType::maybe(ValueKind::Null)),
        other => Err(format!(
            "`{other}` is not read alike by every engine: write a text in single quotes, or a number in decimals"
        )),
    }
}

fn read_cast(expression: &Expr, cell: ValueType, wanted: &DataType) -> Result<ValueType, String> {
    match wanted {
        DataType::Varchar(Some(_)) if cell.kind != ValueKind::Truth && cell.kind != ValueKind::Fraction => {
            Ok(ValueType { kind: ValueKind::Text, ..cell })
        }
        DataType::Integer(None) | DataType::Int(None) | DataType::BigInt(None) if cell.kind.is_text() => {
            let digits = expression.to_string();
            let is_literal = digits.starts_with('\'');
            if is_literal && digits.trim_matches('\'').parse::<i64>().is_err() {
                return Err(format!("`{expression}` is no number: SQLite makes 0 of it, others an error"));
            }
            Ok(ValueType { kind: ValueKind::Integer, ..cell })
        }
        DataType::Integer(None) | DataType::Int(None) | DataType::BigInt(None)
            if cell.kind == ValueKind::Integer =>
        {
            Ok(cell)
        }
        DataType::Integer(_) | DataType::Int(_) | DataType::BigInt(_) => Err(format!(
            "`cast({expression} as {wanted})` cuts on some engines and rounds on others: cast texts only, or take `round(x)`"
        )),
        DataType::Text => Err(format!(
            "`cast({expression} as text)` is unknown to Spark: write `cast({expression} as varchar(20))`"
        )),
        _ => Err(format!(
            "`cast({expression} as {wanted})` is not of every engine: cast to `integer` or `varchar(n)`, and no truth value"
        )),
    }
}

/// Checks that a part of a text begins within it: before its beginning each engine counts in its own way.
fn check_substring(start: Option<&Expr>, length: Option<&Expr>) -> Result<(), String> {
    let Some(start) = start else { return Err("`substr` needs a start: `substr(x, 1, n)`".to_owned()) };
    if !is_at_least(start, 1) {
        return Err(format!(
            "`substr` from `{start}`: engines count otherwise before the first letter; begin at 1 or later, with a number or `length(y) + 1`"
        ));
    }
    match length {
        Some(length) if !is_at_least(length, 0) => Err(format!(
            "`substr` of the length `{length}`: it may be less than nought, which some engines refuse; take a number or `length(y)`"
        )),
        _ => Ok(()),
    }
}

/// Returns whether an expression is surely no less than a number.
fn is_at_least(expression: &Expr, least: i64) -> bool {
    match expression {
        Expr::Nested(inner) => is_at_least(inner, least),
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => number.parse::<i64>().is_ok_and(|number| number >= least),
            _ => false,
        },
        Expr::Function(function) => least <= 0 && function.name.to_string().eq_ignore_ascii_case("length"),
        Expr::BinaryOp { left, op: BinaryOperator::Plus, right } => {
            (is_at_least(left, least) && is_at_least(right, 0))
                || (is_at_least(left, 0) && is_at_least(right, least))
        }
        _ => false,
    }
}

fn gives_one_row(query: &sqlparser::ast::Query) -> bool {
    let is_limited = query
        .limit_clause
        .as_ref()
        .is_some_and(|limit| limit.to_string().trim().eq_ignore_ascii_case("limit 1"));
    let select = query.body.as_select();
    is_limited || select.is_some_and(|select| {
        let is_ungrouped = matches!(&select.group_by, sqlparser::ast::GroupByExpr::Expressions(groups, _) if groups.is_empty());
        let has_aggregate = select.projection.iter().any(|item| match item {
            sqlparser::ast::SelectItem::UnnamedExpr(each) | sqlparser::ast::SelectItem::ExprWithAlias { expr: each, .. } => aggregates(each),
            _ => false,
        });
        is_ungrouped && has_aggregate
    })
}

fn compare(whole: &Expr, one: ValueType, other: ValueType) -> Result<ValueType, String> {
    match one.kind.join(other.kind) {
        Some(_) => {
            Ok(ValueType { kind: ValueKind::Truth, may_be_null: one.may_be_null || other.may_be_null })
        }
        None => Err(format!(
            "`{whole}` compares {} with {}: SQLite alone does; compare values of one type, and truth values with `true` and `false`",
            one.kind.words(),
            other.kind.words()
        )),
    }
}

fn join(one: ValueType, other: ValueType) -> Option<ValueType> {
    one.kind
        .join(other.kind)
        .map(|kind| ValueType { kind, may_be_null: one.may_be_null || other.may_be_null })
}

fn number(expression: &Expr, cell: ValueType) -> Result<(), String> {
    if cell.kind.is_number() {
        Ok(())
    } else {
        Err(format!(
            "`{expression}` is {} where a number is wanted: write `case when … then 1 else 0 end`, or cast a text",
            cell.kind.words()
        ))
    }
}

fn text(expression: &Expr, cell: ValueType) -> Result<(), String> {
    if cell.kind.is_text() {
        Ok(())
    } else {
        Err(format!(
            "`{expression}` is {} where a text is wanted: write `cast(x as varchar(20))`",
            cell.kind.words()
        ))
    }
}
