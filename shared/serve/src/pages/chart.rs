//! The timeline as a drawing: what drifted in each snapshot, how many findings were open, where sight was lost.

use maud::{Markup, html};
use serde_json::Value;

use super::parts::{list_of_numbers, number};

const WIDTH: u64 = 720;
const HEIGHT: u64 = 170;
/// The line has a lane of its own above the bars, so that neither hides the other.
const LINE_TOP: u64 = 16;
const LINE_BOTTOM: u64 = 52;
const BARS_TOP: u64 = 66;
const BOTTOM: u64 = 22;
/// Most snapshots whose findings have a dot each: more would hide the line.
const MOST_DOTS: u64 = 100;
/// Width of a digit of the numbers below.
const SIGN: u64 = 7;
const VERBS: [&str; 4] = ["added", "changed", "replaced", "removed"];

/// Draws snapshots, which come newest first, from the oldest to the newest. The table below says the same in numbers.
pub(super) fn chart(snapshots: &[Value]) -> Markup {
    let shown: Vec<&Value> =
        snapshots.iter().rev().filter(|snapshot| snapshot.get("fault").is_none()).collect();
    if shown.len() < 2 {
        return html! {};
    }
    let count = u64::try_from(shown.len()).unwrap_or(1);
    let bar = (WIDTH * 6 / 10 / count.max(1)).clamp(1, 34);
    // The first snapshot is where everything begins: what it holds is no drift.
    let drift = |snapshot: &Value| -> u64 { list_of_numbers(snapshot, "drift", &VERBS).iter().sum() };
    let most_drift = shown.iter().map(|snapshot| drift(snapshot)).max().unwrap_or(0).max(1);
    let most_open = shown.iter().map(|snapshot| number(snapshot, "/open_findings")).max().unwrap_or(0).max(1);
    let room = HEIGHT - BARS_TOP - BOTTOM;
    // Of a thousand snapshots several share a place, and none lies beside the drawing.
    let middle = |position: u64| (2 * position + 1) * WIDTH / (2 * count.max(1));
    // A text of some signs has room on both sides of its middle.
    let inside = |middle: u64, signs: u64| middle.clamp(SIGN * signs / 2, WIDTH - SIGN * signs / 2);
    let digits = |snapshot: &Value| u64::from(number(snapshot, "/number").checked_ilog10().unwrap_or(0)) + 1;
    let points: Vec<String> = (0..)
        .zip(&shown)
        .map(|(position, snapshot)| {
            let height = number(snapshot, "/open_findings") * (LINE_BOTTOM - LINE_TOP) / most_open;
            format!("{},{}", middle(position), LINE_BOTTOM - height)
        })
        .collect();
    let label = format!(
        "{count} snapshots: rows that drifted, up to {most_drift}, as bars; open findings, up to {most_open}, as a line"
    );
    let every = count.div_ceil(12);
    html! {
        figure.chart {
            div.scroll tabindex="0" role="region" aria-label="The timeline, drawn" {
                svg role="img" aria-label=(label) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } {
                    @for y in [LINE_BOTTOM, HEIGHT - BOTTOM] { line.axis x1="0" x2=(WIDTH) y1=(y) y2=(y) {} }
                    @for (position, snapshot) in (0..).zip(&shown) {
                        (bars(snapshot, middle(position).saturating_sub(bar / 2), bar, most_drift, room))
                        @if number(snapshot, "/incomplete") > 0 { text.lost x=(inside(middle(position), 2)) y="11" { "⚠" } }
                        @if position % every == 0 { text.tick x=(inside(middle(position), digits(snapshot))) y=(HEIGHT - 6) { (number(snapshot, "/number")) } }
                    }
                    polyline.open points=(points.join(" ")) {}
                    @if count <= MOST_DOTS { @for point in &points { @if let Some((x, y)) = point.split_once(',') { circle.open cx=(x) cy=(y) r="2.6" {} } } }
                }
            }
            figcaption {
                span.key.added { "added" } " " span.key.changed { "changed" } " " span.key.replaced { "replaced" } " " span.key.removed { "removed" }
                " rows, up to " (export::count_text(most_drift)) "; " span.key.line { "open findings" } ", up to " (export::count_text(most_open))
                "; ⚠ lists not read to the end"
            }
        }
    }
}

/// Draws what drifted in one snapshot, one part on the other.
fn bars(snapshot: &Value, left: u64, width: u64, most: u64, room: u64) -> Markup {
    let mut bottom = HEIGHT - BOTTOM;
    let mut parts = Vec::new();
    for (verb, rows) in VERBS.iter().zip(list_of_numbers(snapshot, "drift", &VERBS)) {
        // What is there is seen, however little it is.
        let height = if rows == 0 { 0 } else { (rows * room / most).max(2) };
        bottom = bottom.saturating_sub(height);
        parts.push((verb, bottom, height));
    }
    html! {
        @for (verb, top, height) in parts {
            @if height > 0 { rect class={ "bar " (verb) } x=(left) y=(top) width=(width) height=(height) {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_text_of_a_long_timeline_is_cut_off_at_its_edges() {
        let snapshots: Vec<Value> =
            (9001..=10_000).rev().map(|number| json!({ "number": number, "incomplete": 1 })).collect();
        let drawn = chart(&snapshots).into_string();
        let places = |class: &str| -> Vec<u64> {
            let begin = format!("<text class=\"{class}\" x=\"");
            let texts = drawn.split(begin.as_str()).skip(1);
            texts.map(|text| text.split('"').next().unwrap().parse().unwrap()).collect()
        };
        let (ticks, lost) = (places("tick"), places("lost"));
        assert_eq!((ticks.len(), lost.len()), (12, 1000));
        assert!(ticks[0] >= 14 && ticks.iter().max() <= Some(&(WIDTH - 14)), "{ticks:?}");
        assert!(lost[0] >= 7 && lost.iter().max() <= Some(&(WIDTH - 7)));
    }
}
