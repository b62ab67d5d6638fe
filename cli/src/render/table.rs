//! Aligned tables without lines. On a terminal long cells are cut to fit; anywhere else nothing is.

use clap::builder::styling::Style;
use comfy_table::{CellAlignment, ContentArrangement, presets};

use crate::{render::text::plain, screen::Paint};

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Grid {
    table: comfy_table::Table,
    /// The style of the first cell of each row.
    styles: Vec<(String, Option<Style>)>,
}

impl Grid {
    /// Starts a table with a head. A column whose name ends with `>` is aligned to the right.
    pub(crate) fn new(head: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(head.iter().map(|name| name.trim_end_matches('>').to_uppercase()));
        for (column, name) in table.column_iter_mut().zip(head) {
            column.set_padding((0, 2));
            if name.ends_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self { table, styles: Vec::new() }
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
        let cells: Vec<String> = cells.into_iter().map(|cell| plain(&cell)).collect();
        self.styles.push((cells.first().cloned().unwrap_or_default(), style.into()));
        let mut row = comfy_table::Row::from(cells);
        row.max_height(1);
        self.table.add_row(row);
    }

    /// Writes the table, a line for each row.
    pub(crate) fn text(mut self, paint: Paint) -> String {
        if let Some(width) = paint.width {
            self.table.set_content_arrangement(ContentArrangement::Dynamic);
            self.table.set_width(width);
        }
        let mut lines = self.table.lines();
        let mut text = String::new();
        if let Some(head) = lines.next() {
            text.push_str(&paint.dim(head.trim_end()));
            text.push('\n');
        }
        for (line, (first, style)) in lines.zip(&self.styles) {
            let line = line.trim_end();
            // Styles are put on afterwards: they have no width.
            match (style, line.strip_prefix(first.as_str())) {
                (Some(style), Some(rest)) => {
                    text.push_str(&paint.style(*style, first));
                    text.push_str(rest);
                }
                _ => text.push_str(line),
            }
            text.push('\n');
        }
        text
    }
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

    #[test]
    fn columns_are_aligned_and_lines_end_where_the_text_ends() {
        assert_eq!(sample().text(Paint::PLAIN), "NAME     ROWS\nNoor Öz     7\na        1200\n");
    }

    #[test]
    fn a_long_cell_is_cut_on_a_terminal_only() {
        let long = "x".repeat(300);
        let grid = || {
            let mut grid = Grid::new(&["id", "text"]);
            grid.row(["1".to_owned(), long.clone()]);
            grid
        };
        assert!(grid().text(Paint::PLAIN).contains(&long));
        let mut narrow = Paint::PLAIN;
        narrow.width = Some(40);
        let text = grid().text(narrow);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains('…'), "{text}");
    }
}
