//! The page of results: each stage at every size, with the factor from size to size.

use std::fmt::Write;

use crate::{CLOUDS, SIZES, figures::Figure};

/// Writes the page.
pub fn page(machine: &[String], figures: &[Figure], others: &[String]) -> String {
    let mut page = String::from(
        "# What a run costs\n\n\
         Written by `make bench`. CPU seconds are user and system time of the audit alone, in steps of 0.01: the simulated cloud runs\n\
         in a process of its own. Peak memory is that of the process within the stage, in MiB. Beside a figure stands the factor to that of the\n\
         account of a tenth of the size: ten or less is in proportion, a hundred is a square. Factors of less than 0.05 s are left out.\n",
    );
    for fact in machine {
        // Writing to memory cannot fail.
        let _ = write!(page, "\n- {fact}");
    }
    page.push('\n');
    for cloud in CLOUDS {
        page.push_str(&table(cloud, figures));
    }
    page.push_str("\n## Stored, collected, over a long history, and over HTTP\n\n```\n");
    for line in others {
        page.push_str(line.trim_end());
        page.push('\n');
    }
    page.push_str("```\n");
    page
}

fn table(cloud: &str, figures: &[Figure]) -> String {
    let of_cloud: Vec<&Figure> = figures.iter().filter(|figure| figure.cloud == cloud).collect();
    let mut stages: Vec<(&str, &str)> = Vec::new();
    for figure in &of_cloud {
        let stage = (figure.run.as_str(), figure.stage.as_str());
        if !stages.contains(&stage) {
            stages.push(stage);
        }
    }
    let mut table = format!("\n## {cloud}\n\n| run | stage |");
    for size in SIZES {
        let _ = write!(table, " {size}: CPU s | × | MiB | × |");
    }
    table.push_str("\n| --- | --- |");
    table.push_str(&" ---: | ---: | ---: | ---: |".repeat(SIZES.len()));
    table.push('\n');
    for (run, stage) in stages {
        let _ = write!(table, "| {run} | {stage} |");
        let mut before: Option<&Figure> = None;
        for size in SIZES {
            let is_meant =
                |figure: &&&Figure| figure.size == size && figure.run == run && figure.stage == stage;
            let figure = of_cloud.iter().find(is_meant).copied();
            table.push_str(&cells(figure, before));
            before = figure;
        }
        table.push('\n');
    }
    table
}

fn cells(figure: Option<&Figure>, before: Option<&Figure>) -> String {
    let Some(figure) = figure else { return " | | | |".to_owned() };
    let factor = |now: f64, before: Option<f64>, least: f64| {
        before
            .filter(|before| *before >= least)
            .map(|before| format!("{:.1}", now / before))
            .unwrap_or_default()
    };
    let cpu = factor(figure.cost.cpu_seconds, before.map(|figure| figure.cost.cpu_seconds), 0.05);
    let peak = factor(figure.cost.peak_mib, before.map(|figure| figure.cost.peak_mib), 1.0);
    format!(" {:.2} | {cpu} | {:.0} | {peak} |", figure.cost.cpu_seconds, figure.cost.peak_mib)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Cost;

    fn figure(size: &str, cpu_seconds: f64, peak_mib: f64) -> Figure {
        let [cloud, size, run, stage] = ["ibm", size, "first", "check"].map(str::to_owned);
        Figure { cloud, size, run, stage, cost: Cost { cpu_seconds, wall_seconds: 0.0, peak_mib } }
    }

    #[test]
    fn a_square_shows_as_a_factor_of_a_hundred() {
        let figures = [figure("1k", 0.02, 20.0), figure("10k", 0.1, 40.0), figure("100k", 10.0, 400.0)];
        let page = page(&["a machine".to_owned()], &figures, &["wrote 7 objects".to_owned()]);
        assert!(
            page.contains(
                "\n| first | check | 0.02 |  | 20 |  | 0.10 |  | 40 | 2.0 | 10.00 | 100.0 | 400 | 10.0 |\n"
            ),
            "{page}"
        );
        assert!(page.contains("- a machine\n") && page.contains("\nwrote 7 objects\n"), "{page}");
    }
}
