//! One measured figure, as a line of text and back: parts are measured by processes of their own, which print them.

use crate::meter::Cost;

/// What one stage of one run cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub cloud: String,
    pub size: String,
    pub run: String,
    pub stage: String,
    pub cost: Cost,
}

/// Between the columns of a line; names hold single blanks.
const GAP: &str = "  ";

impl Figure {
    /// Writes the figure as a line.
    pub fn line(&self) -> String {
        let Self { cloud, size, run, stage, cost } = self;
        let Cost { cpu_seconds, wall_seconds, peak_mib } = cost;
        format!(
            "{cloud:<6}{GAP}{size:<5}{GAP}{run:<13}{GAP}{stage:<14}{GAP}{cpu_seconds:>8.2}{GAP}{wall_seconds:>8.2}{GAP}{peak_mib:>8.0}"
        )
    }

    /// Reads a line that [`Self::line`] wrote; any other line is none.
    pub fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split(GAP).map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let [cloud, size, run, stage, cpu, wall, peak] = cells.as_slice() else { return None };
        let cost = Cost {
            cpu_seconds: cpu.parse().ok()?,
            wall_seconds: wall.parse().ok()?,
            peak_mib: peak.parse().ok()?,
        };
        let [cloud, size, run, stage] = [cloud, size, run, stage].map(|cell| (*cell).to_owned());
        Some(Self { cloud, size, run, stage, cost })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_words_are_none() {
        let cost = Cost { cpu_seconds: 12.25, wall_seconds: 0.5, peak_mib: 341.0 };
        let [cloud, size, run, stage] = ["huawei", "100k", "0.1 % changed", "check"].map(str::to_owned);
        let figure = Figure { cloud, size, run, stage, cost };
        assert_eq!(Figure::parse(&figure.line()), Some(figure));
        assert_eq!(Figure::parse("ibm     1k     first          wrote 7 objects, 7.20 MB"), None);
        assert_eq!(
            Figure::parse("cloud   size   run            stage              CPU s    wall s  peak MiB"),
            None
        );
    }
}
