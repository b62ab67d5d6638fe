//! `tables`: what SQL can name.

use check::Queryable;
use model::{Cloud, Type};
use serde_json::{Value, json};

use super::Context;
use crate::{
    arguments::TablesArgs,
    failure::{Failure, exit},
    past::Past,
    render::{table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &TablesArgs) -> Result<bool, Failure> {
    let mut relations: Vec<Queryable> = Vec::new();
    for cloud in clouds(context).await {
        let of_cloud = check::queryables(cloud).map_err(|error| Failure::new(exit::UNREADABLE, error))?;
        for relation in of_cloud {
            if !relations.iter().any(|known| known.name == relation.name) {
                relations.push(relation);
            }
        }
    }
    let Some(name) = &wanted.table else {
        context
            .screen
            .show(|paint| list(&relations, paint), || relations.iter().map(to_json).collect::<Vec<_>>())?;
        return Ok(false);
    };
    let found = relations.iter().find(|relation| relation.name == name).ok_or_else(|| unknown(name))?;
    context.screen.show(|paint| columns(found, paint), || to_json(found))?;
    Ok(false)
}

/// Makes the failure of a name that the account does not have.
fn unknown(name: &str) -> Failure {
    let has_it = |cloud: &Cloud| {
        check::queryables(*cloud).is_ok_and(|all| all.iter().any(|relation| relation.name == name))
    };
    let elsewhere = Cloud::ALL.into_iter().find(has_it);
    match elsewhere {
        Some(cloud) => Failure::wrong_use(format!("`{name}` is of `{cloud}`, and the account is not"))
            .help("choose an account of it with --account"),
        None => Failure::wrong_use(format!("there is no table or view `{name}`"))
            .help("`iamwatch tables` lists them"),
    }
}

/// Returns the cloud of the account that is meant, or all clouds where none is known yet.
async fn clouds(context: Context<'_>) -> Vec<Cloud> {
    match Past::open(context).await {
        Ok(past) => vec![past.history.account().cloud()],
        Err(_) => Cloud::ALL.to_vec(),
    }
}

fn list(relations: &[Queryable], paint: Paint) -> String {
    let mut page = String::new();
    for relation in relations {
        let names: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
        let kind = paint.dim(format!("({})", relation.kind));
        page.push_str(&format!("{} {kind}\n    {}\n", paint.bold(relation.name), names.join(", ")));
    }
    page
}

fn columns(relation: &Queryable, paint: Paint) -> String {
    let mut page = format!("{} ({})\n", paint.bold(relation.name), relation.kind);
    page.push_str(&format!("{}\n", relation.about));
    let mut grid = Grid::new(&["column", "type", "about"]);
    for column in &relation.columns {
        let about = column.about.map_or_else(|| "-".to_owned(), text::plain);
        grid.row([column.name.clone(), type_name(column.kind).to_owned(), about]);
    }
    format!("{page}\n{}", grid.text(paint))
}

const fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Text => "text",
        Type::Integer => "integer",
        Type::Boolean => "boolean",
        Type::Time => "time",
        Type::Document => "document",
    }
}

fn to_json(relation: &Queryable) -> Value {
    let column = |column: &check::QueryableColumn| json!({ "name": column.name, "type": type_name(column.kind), "about": column.about });
    json!({
        "name": relation.name,
        "kind": relation.kind,
        "about": relation.about,
        "columns": relation.columns.iter().map(column).collect::<Vec<_>>(),
    })
}
