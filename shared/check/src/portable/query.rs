//! Reads queries: what stands in `from`, what is grouped, what comes in which order.

use std::collections::BTreeMap;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Join, JoinConstraint, JoinOperator, LimitClause, OrderByExpr, OrderByKind,
    Query, Select, SelectItem, SetExpr, TableFactor, Value,
};

use super::{
    Catalogue,
    scope::{FromSource, NameScope, Output, ValueKind, ValueType, column_name},
};

/// Common tables, by name.
pub(super) type Common = BTreeMap<String, Vec<Output>>;

/// Reads a question against what can be named.
pub(super) struct QueryReader<'a> {
    pub(super) catalogue: &'a Catalogue,
}

impl QueryReader<'_> {
    /// Returns the columns of a query. `outer` are the scopes around it, the nearest last.
    pub(super) fn read_query(
        &self,
        query: &Query,
        outer: &[NameScope],
        common: &Common,
    ) -> Result<Vec<Output>, String> {
        let mut common = common.clone();
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            if table.materialized.is_some() {
                return Err("`materialized` is unknown to Spark: leave it out".to_owned());
            }
            let mut columns = self.read_query(&table.query, outer, &common)?;
            for (column, alias) in columns.iter_mut().zip(&table.alias.columns) {
                column.name = alias.name.value.to_lowercase();
            }
            common.insert(table.alias.name.value.to_lowercase(), columns);
        }
        if let Some(LimitClause::OffsetCommaLimit { .. }) = query.limit_clause {
            return Err("`limit a, b` is not of every engine: write `limit b offset a`".to_owned());
        }
        let (columns, inner) = self.read_body(&query.body, outer, &common)?;
        if let Some(order) = &query.order_by {
            let OrderByKind::Expressions(order) = &order.kind else {
                return Err("`order by all` is of DuckDB alone: name the columns".to_owned());
            };
            for each in order {
                self.read_order(each, &columns, inner.as_ref(), outer, &common)?;
            }
        }
        Ok(columns)
    }

    fn read_body<'q>(
        &self,
        body: &'q SetExpr,
        outer: &[NameScope],
        common: &Common,
    ) -> Result<(Vec<Output>, Option<Inner<'q>>), String> {
        match body {
            SetExpr::Select(select) => {
                let (columns, inner) = self.read_select(select, outer, common)?;
                Ok((columns, Some(inner)))
            }
            SetExpr::Query(query) => Ok((self.read_query(query, outer, common)?, None)),
            SetExpr::SetOperation { left, right, .. } => {
                let (mut columns, _) = self.read_body(left, outer, common)?;
                let (others, _) = self.read_body(right, outer, common)?;
                for (column, other) in columns.iter_mut().zip(&others) {
                    column.may_be_null |= other.may_be_null;
                    column.kind = column.kind.join(other.kind).ok_or_else(|| {
                        format!(
                            "`{}` is {} in one arm of a union and {} in another: every engine but SQLite wants one type",
                            column.name,
                            column.kind.words(),
                            other.kind.words()
                        )
                    })?;
                }
                Ok((columns, None))
            }
            SetExpr::Values(_) => Err(
                "`values` names its columns otherwise on each engine: write `select … union all select …`"
                    .to_owned(),
            ),
            _ => Err("a rule is one `select`".to_owned()),
        }
    }

    fn read_select<'q>(
        &self,
        select: &'q Select,
        outer: &[NameScope],
        common: &Common,
    ) -> Result<(Vec<Output>, Inner<'q>), String> {
        if matches!(select.distinct, Some(Distinct::On(_))) {
            return Err("`distinct on` is of PostgreSQL and DuckDB alone: use `row_number()`".to_owned());
        }
        let mut scope = NameScope::default();
        for table in &select.from {
            let first = scope.sources.len();
            scope.sources.push(self.read_source(&table.relation, outer, common)?);
            for join in &table.joins {
                self.read_join(join, &mut scope, first, outer, common)?;
            }
        }
        scope.aliases = select.projection.iter().filter_map(alias).collect();
        let here =
            |scope: &NameScope| -> Vec<NameScope> { outer.iter().cloned().chain([scope.clone()]).collect() };
        if let Some(condition) = &select.selection {
            self.read_condition(condition, &here(&scope), common)?;
            scope.require(condition);
        }
        let grouped = self.read_groups(select, &scope, outer, common)?;
        scope.is_grouped = !grouped.is_empty();
        let scopes = here(&scope);
        if let Some(condition) = &select.having {
            self.read_condition(condition, &scopes, common)?;
        }
        let is_aggregated = scope.is_grouped
            || select.having.is_some()
            || select.projection.iter().filter_map(item).any(super::tree::aggregates);
        let inner = Inner { scopes, grouped, is_aggregated, is_distinct: select.distinct.is_some() };
        let mut columns = Vec::new();
        for each in &select.projection {
            match (each, item(each)) {
                (_, Some(expression)) => {
                    let cell = self.read_expression(expression, &inner.scopes, common)?;
                    inner.check_grouped(expression)?;
                    let name = alias(each).or_else(|| column_name(expression).map(|(_, name)| name));
                    columns.push(Output {
                        name: name.unwrap_or_default(),
                        kind: cell.kind,
                        may_be_null: cell.may_be_null,
                    });
                }
                (SelectItem::Wildcard(_), _) if !is_aggregated => {
                    columns.extend(scope.sources.iter().flat_map(|source| source.columns.clone()));
                }
                (SelectItem::QualifiedWildcard(name, _), _) if !is_aggregated => {
                    let name = name.to_string().to_lowercase();
                    let sources =
                        scope.sources.iter().filter(|source| name.trim_end_matches(".*") == source.name);
                    columns.extend(sources.flat_map(|source| source.columns.clone()));
                }
                _ => return Err("`*` beside `group by`: name the columns".to_owned()),
            }
        }
        if let Some(condition) = &select.having {
            inner.check_grouped(condition)?;
        }
        Ok((columns, inner))
    }

    /// Reads what is grouped by; a place or an alias stands for what it means.
    fn read_groups<'q>(
        &self,
        select: &'q Select,
        scope: &NameScope,
        outer: &[NameScope],
        common: &Common,
    ) -> Result<Vec<&'q Expr>, String> {
        let GroupByExpr::Expressions(groups, modifiers) = &select.group_by else {
            return Err("`group by all` is of DuckDB alone: name the columns".to_owned());
        };
        if !modifiers.is_empty() {
            return Err("`group by` with more than columns is not of every engine".to_owned());
        }
        let mut meant = Vec::new();
        for group in groups {
            let place = match group {
                Expr::Value(value) => match &value.value {
                    Value::Number(number, _) => number.parse::<usize>().ok(),
                    _ => None,
                },
                _ => None,
            };
            let named = column_name(group)
                .filter(|(source, name)| source.is_none() && scope.find(None, name).is_none());
            let by_place = place.and_then(|place| select.projection.get(place.checked_sub(1)?));
            let by_name = named.and_then(|(_, name)| {
                select.projection.iter().find(|each| alias(each).as_deref() == Some(&name))
            });
            let expression = by_place.or(by_name).and_then(item).unwrap_or(group);
            let scopes: Vec<NameScope> = outer.iter().cloned().chain([scope.clone()]).collect();
            self.read_expression(expression, &scopes, common)?;
            meant.push(expression);
        }
        Ok(meant)
    }

    fn read_source(
        &self,
        factor: &TableFactor,
        outer: &[NameScope],
        common: &Common,
    ) -> Result<FromSource, String> {
        match factor {
            TableFactor::Table { name, alias, args: None, index_directives, .. }
                if index_directives.is_empty() =>
            {
                let name = name.to_string().to_lowercase();
                if name.contains('.') {
                    return Err(format!("`{name}`: name the table alone, for each engine has it elsewhere"));
                }
                let columns =
                    common.get(&name).or_else(|| self.catalogue.get(&name)).cloned().unwrap_or_default();
                let name = alias.as_ref().map_or(name, |alias| alias.name.value.to_lowercase());
                Ok(FromSource { name, columns })
            }
            TableFactor::Derived { subquery, alias: Some(alias), lateral: false, .. } => {
                let columns = self.read_query(subquery, outer, common)?;
                Ok(FromSource { name: alias.name.value.to_lowercase(), columns })
            }
            TableFactor::Derived { alias: None, .. } => {
                Err("a subquery in `from` has no name: give it one, for PostgreSQL wants it".to_owned())
            }
            other => Err(format!(
                "`{other}` in `from` is not of every engine: name a table, or a subquery with a name"
            )),
        }
    }

    fn read_join(
        &self,
        join: &Join,
        scope: &mut NameScope,
        first: usize,
        outer: &[NameScope],
        common: &Common,
    ) -> Result<(), String> {
        let mut joined = self.read_source(&join.relation, outer, common)?;
        use JoinOperator as Operator;
        let (constraint, is_left, is_right) = match &join.join_operator {
            Operator::Join(on) | Operator::Inner(on) | Operator::CrossJoin(on) => (on, false, false),
            Operator::Left(on) | Operator::LeftOuter(on) => (on, true, false),
            Operator::Right(on) | Operator::RightOuter(on) => (on, false, true),
            Operator::FullOuter(on) => (on, true, true),
            _ => {
                return Err(
                    "a join that is not of every engine: use `join`, `left join` or `cross join`".to_owned()
                );
            }
        };
        let forget =
            |source: &mut FromSource| source.columns.iter_mut().for_each(|column| column.may_be_null = true);
        if is_left {
            forget(&mut joined);
        }
        if is_right {
            scope.sources.iter_mut().skip(first).for_each(forget);
        }
        scope.sources.push(joined);
        if let JoinConstraint::On(condition) = constraint {
            let scopes: Vec<NameScope> = outer.iter().cloned().chain([scope.clone()]).collect();
            self.read_condition(condition, &scopes, common)?;
            if !is_left && !is_right {
                scope.require(condition);
            }
        }
        Ok(())
    }

    /// Reads one of the expressions that rows are ordered by.
    fn read_order(
        &self,
        order: &OrderByExpr,
        columns: &[Output],
        inner: Option<&Inner<'_>>,
        outer: &[NameScope],
        common: &Common,
    ) -> Result<(), String> {
        let place = order.expr.to_string().parse::<usize>().ok().and_then(|place| place.checked_sub(1));
        let returned = match (place, column_name(&order.expr)) {
            (Some(place), _) => columns.get(place),
            (None, Some((None, name))) => columns.iter().find(|column| column.name == name),
            _ => None,
        };
        let cell = match (returned, inner) {
            (Some(column), _) => ValueType { kind: column.kind, may_be_null: column.may_be_null },
            (None, Some(inner)) => {
                if inner.is_distinct && !inner.returns(&order.expr, columns) {
                    return Err(format!(
                        "`distinct` is ordered by `{}`, which it does not return: some engines refuse it; return it, or group",
                        order.expr
                    ));
                }
                inner.check_grouped(&order.expr)?;
                self.read_expression(&order.expr, &inner.scopes, common)?
            }
            (None, None) => self.read_expression(&order.expr, outer, common)?,
        };
        // One row is in every order.
        let is_one_row = inner.is_some_and(|inner| inner.is_aggregated && inner.grouped.is_empty());
        if is_one_row { Ok(()) } else { check_null_order(order, cell) }
    }
}

/// Refuses to order by what may be null: it is first on one engine and last on another.
pub(super) fn check_null_order(order: &OrderByExpr, cell: ValueType) -> Result<(), String> {
    if !cell.may_be_null || cell.kind == ValueKind::Null || order.options.nulls_first.is_some() {
        return Ok(());
    }
    let filler = if cell.kind == ValueKind::Text { "''" } else { "0" };
    Err(format!(
        "`order by {0}` may be null, which is first on some engines and last on others: write `coalesce({0}, {filler})`, or `nulls last`",
        order.expr
    ))
}

/// What is known of a `select` once its list is read.
pub(super) struct Inner<'q> {
    scopes: Vec<NameScope>,
    grouped: Vec<&'q Expr>,
    is_aggregated: bool,
    is_distinct: bool,
}

impl Inner<'_> {
    /// Refuses a column that is neither grouped by nor within an aggregate.
    fn check_grouped(&self, expression: &Expr) -> Result<(), String> {
        let Some(scope) = self.scopes.last().filter(|_| self.is_aggregated) else { return Ok(()) };
        let is_same = |one: &Expr, other: &Expr| match (column_name(one), column_name(other)) {
            (Some(one), Some(other)) => {
                let place = |(source, name): (Option<String>, String)| {
                    scope.find(source.as_deref(), &name).map(|(source, _)| (source.to_owned(), name))
                };
                let found = place(one);
                found.is_some() && found == place(other)
            }
            _ => one.to_string().to_lowercase() == other.to_string().to_lowercase(),
        };
        super::tree::each_ungrouped(
            expression,
            &|part| self.grouped.iter().any(|group| is_same(part, group)),
            &mut |column| {
                let known = column_name(column)
                    .is_some_and(|(source, name)| scope.find(source.as_deref(), &name).is_some());
                if known {
                    Err(format!(
                        "`{column}` is neither grouped by nor within an aggregate: add it to `group by`, or take `min({column})`"
                    ))
                } else {
                    Ok(())
                }
            },
        )
    }

    fn returns(&self, expression: &Expr, columns: &[Output]) -> bool {
        column_name(expression).is_some_and(|(_, name)| columns.iter().any(|column| column.name == name))
    }
}

fn item(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } => {
            Some(expression)
        }
        _ => None,
    }
}

fn alias(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.to_lowercase()),
        _ => None,
    }
}
