//! Goes through the parts of expressions: what is aggregated, and what is not.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, InTarget};

/// Functions that make one value of many rows.
const AGGREGATES: [&str; 5] = ["avg", "count", "max", "min", "sum"];

/// Returns the arguments of a function that are expressions.
pub(super) fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let expression = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expression)) => Some(expression),
        _ => None,
    };
    list.args.iter().filter_map(expression).collect()
}

/// Returns whether an expression holds an aggregate of its own `select`.
pub(super) fn aggregates(expression: &Expr) -> bool {
    let is_aggregate = |function: &Function| {
        function.over.is_none() && AGGREGATES.contains(&function.name.to_string().to_lowercase().as_str())
    };
    match expression {
        Expr::Function(function) if is_aggregate(function) => true,
        other => parts(other).into_iter().any(aggregates),
    }
}

/// Passes on the columns of an expression that are neither within an aggregate nor within what `is_group` says is grouped by.
pub(super) fn each_ungrouped(
    expression: &Expr,
    is_group: &dyn Fn(&Expr) -> bool,
    take: &mut dyn FnMut(&Expr) -> Result<(), String>,
) -> Result<(), String> {
    if is_group(expression) {
        return Ok(());
    }
    match expression {
        Expr::Function(function)
            if function.over.is_none()
                && AGGREGATES.contains(&function.name.to_string().to_lowercase().as_str()) =>
        {
            Ok(())
        }
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => take(expression),
        other => parts(other).into_iter().try_for_each(|part| each_ungrouped(part, is_group, take)),
    }
}

/// Returns the expressions of which one is made, but those of subqueries.
fn parts(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::Nested(one)
        | Expr::UnaryOp { expr: one, .. }
        | Expr::IsNull(one)
        | Expr::IsNotNull(one)
        | Expr::IsTrue(one)
        | Expr::IsNotTrue(one)
        | Expr::IsFalse(one)
        | Expr::IsNotFalse(one)
        | Expr::Cast { expr: one, .. }
        | Expr::In { expr: one, target: InTarget::Subquery(_), .. } => vec![one],
        Expr::BinaryOp { left, right, .. }
        | Expr::IsDistinctFrom(left, right)
        | Expr::IsNotDistinctFrom(left, right) => vec![left, right],
        Expr::In { expr, target: InTarget::List(list), .. } => std::iter::once(&**expr).chain(list).collect(),
        Expr::Between { expr, low, high, .. } => vec![expr, low, high],
        Expr::Like { expr, pattern, .. } => vec![expr, pattern],
        Expr::Tuple(parts) => parts.iter().collect(),
        Expr::Case { operand, conditions, else_result, .. } => {
            let branches = conditions.iter().flat_map(|each| [&each.condition, &each.result]);
            operand.iter().chain(else_result).map(|each| &**each).chain(branches).collect()
        }
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            std::iter::once(expr).chain(substring_from).chain(substring_for).map(|each| &**each).collect()
        }
        Expr::Function(function) => arguments(function),
        _ => Vec::new(),
    }
}
