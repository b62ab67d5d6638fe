//! Aligned tables without lines. Where one is wider than the screen, columns that say the same in every row give way first, then headers; what is
//! still wider is told row by row. No cell is ever cut.

use clap::builder::styling::Style;
use unicode_width::UnicodeWidthStr;

use crate::{render::text::plain, screen::Paint};

/// Blanks between two columns.
const GAP: usize = 2;

/// Letters of a head that stay where the screen is narrow.
const HEAD: usize = 4;

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Grid {
    columns: Vec<TableColumn>,
    rows: Vec<Vec<String>>,
    /// The style of the first cell of each row.
    styles: Vec<Option<Style>>,
}

#[derive(Debug, Clone)]
struct TableColumn {
    head: String,
    is_right: bool,
}

impl Grid {
    /// Starts a table with a head. A column whose name ends with `>` is aligned to the right.
    pub(crate) fn new(head: &[&str]) -> Self {
        let column = |name: &&str| TableColumn {
            head: plain(name.trim_end_matches('>')).to_uppercase(),
            is_right: name.ends_with('>'),
        };
        Self { columns: head.iter().map(column).collect(), rows: Vec::new(), styles: Vec::new() }
    }

    /// Adds a row of cells to the table.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.styled(None, cells);
    }

    /// Adds a row whose first cell has a style.
    pub(crate) fn styled(
        &mut self,
        style: impl Into<Option<Style>>,
        cells: impl IntoIterator<Item = String>,
    ) {
        self.styles.push(style.into());
        self.rows.push(cells.into_iter().map(|cell| plain(&cell)).collect());
    }

    /// Writes the table: a line for each row, or where the screen is too narrow for that, a block.
    pub(crate) fn text(self, paint: Paint) -> String {
        self.pieces(paint).collect()
    }

    /// As [`Self::text`], in pieces of whole lines: of a hundred thousand rows nobody needs the text at once.
    pub(crate) fn pieces<'p>(mut self, paint: Paint<'p>) -> Box<dyn Iterator<Item = String> + 'p> {
        let width = paint.width.map(usize::from);
        if let Some(whose) = paint.whose {
            self.columns.push(TableColumn { head: "ACCOUNT".to_owned(), is_right: false });
            self.rows.iter_mut().for_each(|row| row.push(plain(whose)));
            // It stands above the table, too, so that it is the first to give way.
            if width.is_some_and(|width| total(&self.widths(true)) > width) {
                self.columns.pop();
                self.rows.iter_mut().for_each(|row| drop(row.pop()));
            }
        }
        let widths = self.widths(true);
        let Some(width) = width.filter(|width| total(&widths) > *width) else {
            return Box::new(self.lines(paint, widths));
        };
        // A table of one row has nothing in common with others.
        let same = self.take_constants();
        let head = paint.dim(format!("In every row: {}", same.join("  ")));
        let head = (!same.is_empty()).then(|| format!("{head}\n")).into_iter();
        let widths = self.widths(total(&self.widths(true)) <= width);
        if total(&widths) <= width {
            Box::new(head.chain(self.lines(paint, widths)))
        } else {
            Box::new(head.chain(self.blocks(paint)))
        }
    }

    /// Returns how wide each column is, with its head or as its cells alone want it.
    fn widths(&self, with_head: bool) -> Vec<usize> {
        let of_column = |(position, column): (usize, &TableColumn)| {
            let cells = self.rows.iter().filter_map(|row| row.get(position)).map(|cell| cell.width()).max();
            let head = column.head.width();
            let head = if with_head || self.rows.is_empty() { head } else { head.min(HEAD) };
            cells.unwrap_or(0).max(head)
        };
        self.columns.iter().enumerate().map(of_column).collect()
    }

    /// Takes out the columns that say the same in every row, but for the first one, and returns what they say.
    fn take_constants(&mut self) -> Vec<String> {
        let mut same = Vec::new();
        if self.rows.len() < 2 {
            return same;
        }
        for position in (1..self.columns.len()).rev() {
            let cell = self.rows.first().and_then(|row| row.get(position)).cloned();
            if self.rows.iter().all(|row| row.get(position) == cell.as_ref()) {
                let column = self.columns.remove(position);
                self.rows.iter_mut().for_each(|row| drop(row.remove(position)));
                same.insert(0, format!("{}={}", column.head.to_lowercase(), cell.unwrap_or_default()));
            }
        }
        same
    }

    fn lines(self, paint: Paint<'_>, widths: Vec<usize>) -> impl Iterator<Item = String> {
        let Self { columns, rows, styles } = self;
        let heads: Vec<String> =
            columns.iter().zip(&widths).map(|(column, width)| shortened(&column.head, *width)).collect();
        let head = format!("{}\n", paint.dim(line(&columns, &heads, &widths)));
        let row = move |(row, style): (Vec<String>, Option<Style>)| {
            let line = line(&columns, &row, &widths);
            let first = row.first().map_or("", String::as_str);
            // Styles are put on afterwards: they have no width.
            match (style, line.strip_prefix(first)) {
                (Some(style), Some(rest)) => format!("{}{rest}\n", paint.style(style, first)),
                _ => format!("{line}\n"),
            }
        };
        std::iter::once(head).chain(rows.into_iter().zip(styles).map(row))
    }

    /// Writes each row as a block: the first cell, and below it the others with their heads.
    fn blocks(self, paint: Paint<'_>) -> impl Iterator<Item = String> {
        let Self { columns, rows, styles } = self;
        let widest = columns.iter().map(|column| column.head.width()).max().unwrap_or(0);
        let block = move |(row, style): (Vec<String>, Option<Style>)| {
            let mut text = String::new();
            for (position, (cell, column)) in row.iter().zip(&columns).enumerate() {
                let space = " ".repeat(widest.saturating_sub(column.head.width()));
                let head = paint.dim(column.head.to_lowercase());
                match (position, style) {
                    (0, Some(style)) => {
                        text.push_str(&format!("{head}{space}    {}\n", paint.style(style, cell)))
                    }
                    (0, None) => text.push_str(&format!("{head}{space}    {}\n", paint.bold(cell))),
                    _ => text.push_str(&format!("  {head}{space}  {cell}\n")),
                }
            }
            text.push('\n');
            text
        };
        rows.into_iter().zip(styles).map(block)
    }
}

fn line(columns: &[TableColumn], cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for ((cell, width), column) in cells.iter().zip(widths).zip(columns) {
        let space = " ".repeat(width.saturating_sub(cell.width()));
        let (before, after) = if column.is_right { (space.as_str(), "") } else { ("", space.as_str()) };
        line.push_str(&format!("{before}{cell}{after}{}", " ".repeat(GAP)));
    }
    line.trim_end().to_owned()
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Shortens a head to the width of its column.
fn shortened(head: &str, width: usize) -> String {
    if head.width() <= width {
        return head.to_owned();
    }
    let kept: String = head.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Grid {
        let mut grid = Grid::new(&["name", "rows>"]);
        grid.row(["Noor Öz".to_owned(), "7".to_owned()]);
        grid.row(["a".to_owned(), "1200".to_owned()]);
        grid
    }

    fn narrow(width: u16) -> Paint<'static> {
        let mut paint = Paint::PLAIN;
        paint.width = Some(width);
        paint
    }

    #[test]
    fn columns_are_aligned_and_lines_end_where_the_text_ends() {
        assert_eq!(sample().text(Paint::PLAIN), "NAME     ROWS\nNoor Öz     7\na        1200\n");
    }

    #[test]
    fn headers_give_way_before_any_cell() {
        let mut grid = Grid::new(&["identifier", "a long name of a column>"]);
        grid.row(["IBMid-1".to_owned(), "12".to_owned()]);
        assert_eq!(grid.text(narrow(14)), "IDENTI…  A L…\nIBMid-1    12\n");
    }

    #[test]
    fn what_every_row_says_is_said_once() {
        let mut grid = Grid::new(&["id", "account", "state"]);
        for (id, state) in [("1", "on"), ("2", "off")] {
            grid.row([id, "59bcbfa6ea2f006b4ed7094c1a08dcdd", state].map(str::to_owned));
        }
        assert_eq!(
            grid.text(narrow(30)),
            "In every row: account=59bcbfa6ea2f006b4ed7094c1a08dcdd\nID  STATE\n1   on\n2   off\n"
        );
    }

    #[test]
    fn what_is_still_too_wide_is_told_row_by_row_and_never_cut() {
        let long = "x".repeat(60);
        let mut grid = Grid::new(&["id", "text"]);
        grid.row(["1".to_owned(), long.clone()]);
        grid.row(["2".to_owned(), "y".to_owned()]);
        assert_eq!(grid.text(narrow(40)), format!("id      1\n  text  {long}\n\nid      2\n  text  y\n\n"));
    }
}
