//! Reads lists of an account of Huawei Cloud.

use model::Table;
use url::Url;

use super::{Endpoints, Session};
pub(crate) use crate::reader::{Parents, address, list_at};
use crate::{
    item::Item,
    listing::{Items, List},
    paging::Family,
};

/// Things on a page of version 5: the most that it gives.
pub(crate) const PAGE: &str = "200";

/// Reads lists of one account.
pub(crate) type Reader<'a> = crate::reader::Reader<'a, Session<'a>, Endpoints>;

/// Describes a list that is continued by a marker.
pub(crate) fn marked(
    table: &Table,
    base: &Url,
    path: &[&str],
    query: &[(&str, &str)],
    items: Items,
) -> List<'static> {
    let mut query = query.to_vec();
    query.push(("limit", PAGE));
    list_at(table.listing, base, path, &query, Family::Marker, items)
}

/// Describes a list that is all in one answer.
pub(crate) fn single(
    table: &Table,
    base: &Url,
    path: &[&str],
    query: &[(&str, &str)],
    items: Items,
) -> List<'static> {
    list_at(table.listing, base, path, query, Family::Single, items)
}

/// Reads a time of the classic interface, which writes `null` as a text.
pub(crate) fn classic_time(item: &Item<'_>, name: &str) -> Option<String> {
    item.text(name).filter(|text| *text != "null").and_then(|_| item.time(name))
}
