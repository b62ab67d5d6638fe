//! Cells that could not be read, and rows that are told apart by their position: the values last known stand in.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Coverage, ListHistory, ListStatus, Lists, Reading, Row, Rows, State, Table, Trust, Type, UnreadCell,
    Value, tables,
};

use crate::{
    broken::is_first,
    carry::owner,
    documents::merge_documents,
    edits::Edits,
    unsaid::{is_companion, is_part_lost, rows_below, was_said},
};

/// What the reason of a list begins with that is in doubt only because of lists inside of its things.
pub(crate) const INNER: &str = "members of things are null or missing, which proves nothing";

/// Cells by the list that their row comes from: those that hold their last known value, those of them that are believed
/// if the next run shows the same, and those that hold none.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    kept: BTreeMap<(String, String), BTreeSet<String>>,
    doubtful: BTreeMap<(String, String), BTreeSet<String>>,
    unknown: BTreeMap<(String, String), BTreeSet<String>>,
}

/// Returns which row is meant, as the coverage names it.
pub(crate) fn row_name(table: &Table, key: &[u8]) -> String {
    let key: Vec<String> =
        Row::from_packed(key).values().map(|value| value.to_string().replace('`', "'")).collect();
    format!("{}/{}", table.name, key.join("/"))
}

/// Returns which cell is meant, as the coverage names it.
pub(crate) fn cell_name(table: &Table, key: &[u8], column: &str) -> String {
    format!("{}.{column}", row_name(table, key))
}

/// Puts the last known value into each cell that could not be read.
pub(crate) fn fill(
    before: &State,
    state: &mut State,
    cells: Vec<UnreadCell>,
    declared: &[&'static Table],
) -> Unread {
    let (mut unread, mut edits) = (Unread::default(), Edits::default());
    let (lists, former) = (Lists::of(state), Lists::of(before));
    let (doubtful, cells): (Vec<UnreadCell>, Vec<UnreadCell>) =
        cells.into_iter().partition(|cell| cell.is_doubtful);
    unread.doubt(before, state, doubtful, declared, &mut edits);
    let mut by_row: BTreeMap<Place, BTreeSet<&'static str>> = BTreeMap::new();
    for cell in cells {
        by_row.entry((cell.table, cell.key)).or_default().insert(cell.column);
    }
    for ((name, key), columns) in by_row {
        let Some(table) = declared.iter().copied().find(|table| table.name == name) else { continue };
        let known = before.rows(table).get(table, &key).cloned();
        let Some(row) = edits.row(state, table, &key).cloned() else {
            // Nothing could be made of it, and it was there.
            if let Some(known) = known {
                let cells = columns.iter().map(|column| cell_name(table, &key, column));
                unread.kept.entry(list_of(&lists, table, &known)).or_default().extend(cells);
                state.mark_carried(table, &known);
                edits.put(table, known);
            }
            continue;
        };
        let list = list_of(&lists, table, &row);
        for column in &columns {
            let cell = cell_name(table, &key, column);
            if let Some(child) = declared.iter().copied().find(|table| table.name == *column) {
                // Nothing of it is known where the thing is new, or came with the last run and was unread then, too.
                let is_known = known.as_ref().is_some_and(|known| !is_noted(&former, table, known, column));
                if known.is_some() {
                    edits.keep_children(child, &key, table.key);
                }
                let to = if is_known { &mut unread.kept } else { &mut unread.unknown };
                to.entry(list.clone()).or_default().insert(cell);
                continue;
            }
            // Nothing is a value, too, unless it stood there for what could not be read before either.
            let is_known = known.as_ref().is_some_and(|known| !is_noted(&former, table, known, column));
            let to = if is_known { &mut unread.kept } else { &mut unread.unknown };
            to.entry(list.clone()).or_default().insert(cell);
        }
        let stored = match known {
            Some(known) => {
                let is_edited = edits.is_edited_inside((before, state), table, &key, declared);
                filled(table, &row, &known, (&columns, is_edited))
            }
            None => blanked(table, &row, &columns),
        };
        edits.put(table, stored);
    }
    edits.apply(before, state, declared);
    unread
}

/// A row by its table and key.
type Place = (&'static str, Box<[u8]>);

/// Returns a row with the last known value in each of some columns. The API's object is no other only because of them; where others were
/// edited, or the lists inside of the thing, it shows that.
fn filled(
    table: &Table,
    row: &Row,
    known: &Row,
    (columns, is_edited_inside): (&BTreeSet<&'static str>, bool),
) -> Row {
    let cells = || table.columns.iter().zip(row.values().zip(known.values()));
    let is_same = cells().all(|(column, (value, known))| {
        value == known || columns.contains(column.name) || column.kind == Type::Document
    });
    if is_same && !is_edited_inside {
        return known.clone();
    }
    let place = table.position("document").filter(|_| columns.contains("document"));
    let texts = place.map(|place| [known, row].map(|row| row.value(place).as_text().unwrap_or_default()));
    let merged = texts.and_then(|[known, shown]| merge_documents(known, shown, columns));
    Row::pack(cells().map(|(column, (value, known))| match &merged {
        Some(merged) if column.name == "document" => Value::Text(merged),
        _ if columns.contains(column.name) => known,
        _ => value,
    }))
}

/// Returns a new row without what stands in some columns in the place of what could not be read: a default, or in the API's
/// object the very form that nothing can be made of. What is wrong with a thing is known, so that a `fault` stays.
fn blanked(table: &Table, row: &Row, columns: &BTreeSet<&str>) -> Row {
    let cells = table.columns.iter().zip(row.values());
    Row::pack(cells.map(|(column, value)| {
        let is_unread = columns.contains(column.name) && column.name != "fault";
        if is_unread { Value::Null } else { value }
    }))
}

/// Puts the former rows of an incomplete list in the place of those that it shows, where rows are told apart by their
/// position and belong to nothing that came in the same answer: one that is left out would shift all others.
pub(crate) fn keep_positions(before: &State, state: &mut State, declared: &[&'static Table]) {
    let lists = Lists::of(state);
    for table in declared.iter().copied() {
        let Some(columns) = thing_columns(table, declared) else { continue };
        let is_whole = |row: &Row| lists.of_row(table, row, state).is_none_or(|trust| trust == Trust::Whole);
        let former: BTreeSet<&[u8]> = before.rows(table).iter().map(|row| row.prefix(columns)).collect();
        let kept: BTreeSet<Box<[u8]>> = state
            .rows(table)
            .iter()
            .filter(|row| !is_whole(row) && former.contains(row.prefix(columns)))
            .map(|row| row.prefix(columns).into())
            .collect();
        if kept.is_empty() {
            continue;
        }
        let shown: Vec<Row> =
            state.take(table).into_iter().filter(|row| !kept.contains(row.prefix(columns))).collect();
        let known: Vec<Row> =
            before.rows(table).iter().filter(|row| kept.contains(row.prefix(columns))).cloned().collect();
        known.iter().for_each(|row| state.mark_carried(table, row));
        state.put(table, Rows::new(table, shown.into_iter().chain(known).collect()));
    }
}

/// Returns how many key columns name the thing in a table whose rows are told apart by their position and belong to nothing that
/// came in the same answer; none for other tables.
pub(crate) fn thing_columns(table: &'static Table, declared: &[&'static Table]) -> Option<usize> {
    let place = table.key_columns().iter().position(|column| column.kind == Type::Integer);
    let mut columns = place.filter(|place| *place > 0 && owner(table, declared).is_none())?;
    // A yes or no in the key parts the rows of one thing.
    while columns > 1 && table.columns.get(columns - 1).is_some_and(|column| column.kind == Type::Boolean) {
        columns -= 1;
    }
    Some(columns)
}

/// Returns the list that a row comes from, by listing and parent.
pub(crate) fn list_of(lists: &Lists, table: &'static Table, row: &Row) -> (String, String) {
    let column = match (table.reading, table.parent) {
        (Reading::PerParent, Some(parent)) => Some(parent.column),
        (Reading::InParts { column, .. }, _) => Some(column),
        _ => None,
    };
    let named = column.and_then(|column| table.text(row, column));
    let has = |part: &&str| lists.get(table.listing, part).is_some();
    let own = named.filter(has);
    // A row that names no list of its own comes from the part that holds the rest.
    let rest = match table.reading {
        Reading::InParts { otherwise, .. } => Some(otherwise).filter(has),
        _ => None,
    };
    let unread = || {
        let unread = lists.lists_of(table.listing).find(|list| !list.is_complete());
        unread.map(|list| list.parent.as_str())
    };
    // Where all were read to their end, the part that holds the rest stands for all of them, else the first.
    let any = || {
        let of_listing = tables::all().filter(|other| other.listing == table.listing);
        let mut rest = of_listing.filter_map(|other| match other.reading {
            Reading::InParts { otherwise, .. } => Some(otherwise).filter(has),
            _ => None,
        });
        rest.next().or_else(|| lists.lists_of(table.listing).next().map(|list| list.parent.as_str()))
    };
    let parent = own.or(rest).or_else(unread).or_else(any).unwrap_or_default().to_owned();
    (table.listing.to_owned(), parent)
}

impl Unread {
    /// Lets the rows last known stand in for lists inside of things that were shown in a form that proves nothing, in the
    /// first run that shows them so. Where nothing was in them, nothing is lost by believing it.
    fn doubt(
        &mut self,
        before: &State,
        state: &mut State,
        cells: Vec<UnreadCell>,
        declared: &[&'static Table],
        edits: &mut Edits,
    ) {
        let (lists, former, rows) = (Lists::of(state), Lists::of(before), State::default());
        // Whether a list is new hangs on the former rows alone.
        let history =
            ListHistory { present: Lists::of(state), after: &rows, ..ListHistory::of(before, &rows) };
        let named = |name: &str| declared.iter().copied().find(|table| table.name == name);
        let mut columns: BTreeMap<Place, BTreeSet<&'static str>> = BTreeMap::new();
        let (mut are_doubted, mut are_first) = (BTreeSet::<Place>::new(), BTreeSet::<Place>::new());
        let mut with_rows: BTreeMap<&str, BTreeSet<&[u8]>> = BTreeMap::new();
        for cell in cells {
            let Some(table) = named(cell.table) else { continue };
            let place = (table.name, cell.key.clone());
            if is_first(before, state, table, &cell) {
                self.note_first(state, &lists, table, &cell);
                are_first.insert(place);
                continue;
            }
            if is_companion(before, state, table, &cell) {
                columns.entry(place).or_default().insert(cell.column);
                continue;
            }
            if cell.column == table.name {
                self.doubt_part(before, state, &cell, (&lists, &former, table), (declared, edits));
                continue;
            }
            let shown = state.rows(table).get(table, &cell.key);
            let known_row =
                || before.rows(table).get(table, &cell.key).filter(|_| named(cell.column).is_none());
            let Some(row) = shown.or_else(known_row) else { continue };
            let (list, name) = (list_of(&lists, table, row), cell_name(table, &cell.key, cell.column));
            let known = former.get(&list.0, &list.1);
            let Some(child) = named(cell.column) else {
                if was_said(before, state, table, &cell) && !known.is_some_and(|list| doubts(list, &name)) {
                    if shown.is_none() {
                        let known = row.clone();
                        state.mark_carried(table, &known);
                        edits.put(table, known);
                    }
                    columns.entry(place.clone()).or_default().insert(cell.column);
                    self.doubtful.entry(list).or_default().insert(name);
                    are_doubted.insert(place);
                }
                continue;
            };
            // Of a list that was never read, what it shows is believed at once.
            let is_known = || known.is_some() || history.empty_since(&list.0, &list.1, 0).is_some();
            let is_new = before.rows(table).get(table, &cell.key).is_none() && is_known();
            let owners = with_rows
                .entry(child.name)
                .or_insert_with(|| before.rows(child).iter().map(|row| row.prefix(table.key)).collect());
            // What a list of none shows in an odd form is doubtful as well.
            let had_rows =
                owners.contains(&*cell.key) || rows_below(state, child, &cell.key).next().is_some();
            if (is_new || had_rows) && !known.is_some_and(|list| doubts(list, &name)) {
                edits.keep_children(child, &cell.key, table.key);
                if is_new {
                    self.unknown.entry(list.clone()).or_default().insert(name.clone());
                }
                self.doubtful.entry(list).or_default().insert(name);
                are_doubted.insert(place);
            }
        }
        self.fill_doubted((before, state), &lists, (&columns, &are_doubted), (declared, edits));
        self.note_companions(state, &lists, (columns, &are_first), declared);
    }

    /// Puts the last known values into the doubtful cells of rows that are in doubt; a new row holds nothing there.
    fn fill_doubted(
        &mut self,
        (before, state): (&State, &State),
        lists: &Lists,
        (cells, places): (&BTreeMap<Place, BTreeSet<&'static str>>, &BTreeSet<Place>),
        (declared, edits): (&[&'static Table], &mut Edits),
    ) {
        for (place, columns) in cells.iter().filter(|(place, _)| places.contains(*place)) {
            let Some(table) = declared.iter().copied().find(|table| table.name == place.0) else { continue };
            let Some(row) = state.rows(table).get(table, &place.1) else { continue };
            let Some(known) = before.rows(table).get(table, &place.1) else {
                edits.put(table, blanked(table, row, columns));
                let cells = columns.iter().map(|column| cell_name(table, &place.1, column));
                self.unknown.entry(list_of(lists, table, row)).or_default().extend(cells);
                continue;
            };
            let is_edited = edits.is_edited_inside((before, state), table, &place.1, declared);
            edits.put(table, filled(table, row, known, (columns, is_edited)));
        }
    }

    /// Notes the cells of new rows that say the same as others whose text came in another form.
    fn note_companions(
        &mut self,
        state: &State,
        lists: &Lists,
        (cells, places): (BTreeMap<Place, BTreeSet<&'static str>>, &BTreeSet<Place>),
        declared: &[&'static Table],
    ) {
        for ((name, key), columns) in cells.into_iter().filter(|(place, _)| places.contains(place)) {
            let Some(table) = declared.iter().copied().find(|table| table.name == name) else { continue };
            for column in columns {
                let cell = UnreadCell { table: name, key: key.clone(), column, is_doubtful: true };
                self.note_first(state, lists, table, &cell);
            }
        }
    }

    /// Notes a cell of a new row whose text came broken or in another form: it is shown as it is, and what it says is not known.
    fn note_first(&mut self, state: &State, lists: &Lists, table: &'static Table, cell: &UnreadCell) {
        let Some(row) = state.rows(table).get(table, &cell.key) else { return };
        let name = cell_name(table, &cell.key, cell.column);
        self.unknown.entry(list_of(lists, table, row)).or_default().insert(name);
    }

    /// Lets the rows last known stand in for those of a table that begin with a key, where nothing was said of them.
    fn doubt_part(
        &mut self,
        before: &State,
        state: &State,
        cell: &UnreadCell,
        (lists, former, table): (&Lists, &Lists, &'static Table),
        (declared, edits): (&[&'static Table], &mut Edits),
    ) {
        if !is_part_lost(before, state, (table, declared), cell) {
            return;
        }
        let Some(known) = rows_below(before, table, &cell.key).next() else { return };
        let (list, name) = (list_of(lists, table, known), cell_name(table, &cell.key, cell.column));
        if former.get(&list.0, &list.1).is_none_or(|list| !doubts(list, &name)) {
            edits.keep_children(table, &cell.key, Row::from_packed(&cell.key).values().count());
            self.doubtful.entry(list).or_default().insert(name);
        }
    }

    /// Takes rows that lists in doubt leave out.
    pub(crate) fn doubt_rows(&mut self, missing: BTreeMap<(String, String), BTreeSet<String>>) {
        for (list, rows) in missing {
            self.doubtful.entry(list).or_default().extend(rows);
        }
    }

    /// Writes down which cells are kept and which are not known. What was not known before and was not seen since is not
    /// known still.
    pub(crate) fn note(mut self, before: &State, state: &State, number: i64, coverage: &mut [Coverage]) {
        let (former, history) = (Lists::of(before), ListHistory::of(before, state));
        for list in coverage.iter_mut() {
            let at = (list.listing.clone(), list.parent.clone());
            if list.is_complete() {
                let last =
                    |known: &Coverage| if known.is_complete() { Some(number) } else { known.carried_from };
                let known = former.get(&at.0, &at.1);
                let since = known.map_or_else(|| history.empty_since(&at.0, &at.1, number), last);
                self.mark(list, since);
            }
            let mut unknown = self.unknown.remove(&at).unwrap_or_default();
            if list.is_complete() {
                // All things were shown, only not all of each: what is missing was to come from another list.
                list.note_unread(&unknown);
                continue;
            }
            let (noted, _) = former.get(&at.0, &at.1).map(Coverage::unread_cells).unwrap_or_default();
            unknown.extend(noted.into_iter().filter(|cell| is_carried(state, cell, &list.listing)));
            if let Some(kept) = self.kept.remove(&at) {
                note_cells(list, "kept as last known: ", &kept, MOST_KEPT);
            }
            if let Some(doubtful) = self.doubtful.remove(&at) {
                note_cells(list, IN_DOUBT, &doubtful, MOST_DOUBTED);
            }
            list.note_unread(&unknown);
        }
    }
}

impl Unread {
    /// Marks a list that was read to its end as not complete where cells of it are kept.
    fn mark(&self, list: &mut Coverage, since: Option<i64>) {
        let at = (list.listing.clone(), list.parent.clone());
        (list.status, list.reason) = if self.kept.contains_key(&at) {
            (ListStatus::Failed, Some("not all of it could be read".to_owned()))
        } else if self.doubtful.contains_key(&at) {
            (ListStatus::Doubtful, Some(INNER.to_owned()))
        } else {
            return;
        };
        list.carried_from = since;
    }
}

/// Names cells in the reason of a list.
fn note_cells(list: &mut Coverage, what: &str, cells: &BTreeSet<String>, most: usize) {
    let named: Vec<String> = cells.iter().take(most).map(|cell| format!("`{cell}`")).collect();
    let more = cells.len().saturating_sub(most);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let reason = list.reason.take().map(|reason| reason + "; ").unwrap_or_default();
    list.reason = Some(format!("{reason}{what}{}{more}", named.join(", ")));
}

/// What comes before the cells of a list that are believed if the next run shows the same.
const IN_DOUBT: &str = "kept until it is shown again or shown the same twice: ";

/// Returns the reason of a list without the cells and rows that it was in doubt of.
pub(crate) fn without_doubted(reason: &str) -> &str {
    reason.rsplit_once(IN_DOUBT).map_or(reason, |(others, _)| others)
}

/// Returns whether a list was in doubt of all of some rows, as far as its reason names rows at all.
pub(crate) fn are_doubted(list: &Coverage, rows: &BTreeSet<String>) -> bool {
    rows.iter().take(MOST_DOUBTED).all(|row| doubts(list, row))
}

/// Returns whether a list was in doubt of a cell or a row.
fn doubts(list: &Coverage, cell: &str) -> bool {
    let noted = list.reason.as_deref().and_then(|reason| reason.rsplit_once(IN_DOUBT));
    noted.is_some_and(|(_, cells)| cells.contains(&format!("`{cell}`")))
}

/// How many cells a reason names that are kept.
const MOST_KEPT: usize = 50;

/// How many cells a reason names that are in doubt. The next run believes only those that it finds there, so that it takes few
/// runs until the last of a great many is believed.
const MOST_DOUBTED: usize = 1000;

/// Returns whether a cell that is named as in the coverage is in a carried row.
fn is_carried(state: &State, cell: &str, listing: &str) -> bool {
    let column = cell.rsplit_once('.').map_or("", |(_, column)| column);
    let mut of_listing = tables::all().filter(|table| table.listing == listing);
    of_listing.any(|table| {
        cell.starts_with(&format!("{}/", table.name))
            && state.rows(table).iter().any(|row| {
                state.is_carried(table, row) && cell_name(table, row.prefix(table.key), column) == cell
            })
    })
}

/// Returns whether the coverage notes a cell as not known.
pub(crate) fn is_noted(lists: &Lists, table: &'static Table, row: &Row, column: &str) -> bool {
    let (listing, parent) = list_of(lists, table, row);
    let Some(list) = lists.get(&listing, &parent).filter(|list| list.reason.is_some()) else { return false };
    let (cells, are_more) = list.unread_cells();
    cells.contains(&cell_name(table, row.prefix(table.key), column))
        || (are_more && table.cell(row, column) == Value::Null)
}
