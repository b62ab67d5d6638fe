//! When deltas are merged, and when a new base is better: a log-structured tree, decided from the manifest alone. Pure.

use crate::TableEntry;

/// So many deltas of one level become one of the next.
const FAN_IN: usize = 8;
/// Most deltas that a table has; one more and all are merged.
const MOST: usize = 19;
/// Deltas that weigh more than this part of the base are heavy.
const HEAVY: u64 = 3;
/// Merged deltas that still weigh more than this part of the base make a new base.
const LIGHT_AGAIN: u64 = 6;

/// How many rows and bytes something has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DeltaWeight {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

impl DeltaWeight {
    fn of_deltas(entry: &TableEntry) -> Self {
        let mut weight = Self::default();
        for delta in &entry.deltas {
            weight.rows += delta.upserts + delta.deletes;
            weight.bytes += delta.object.bytes;
        }
        weight
    }

    const fn exceeds(self, part: u64, whole: Self) -> bool {
        self.rows * part > whole.rows || self.bytes * part > whole.bytes
    }
}

/// What a run writes of a table that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// A base with all rows of the table.
    Base,
    /// A delta that also holds those of the entry from this position on.
    MergeFrom(usize),
    /// One delta of all, unless that is still heavy.
    MergeAllOrBase,
}

/// Decides for a table that has `entry`, will have `rows` rows and has a new delta.
pub(crate) fn plan(entry: &TableEntry, rows: u64, fresh: DeltaWeight) -> Plan {
    let base = DeltaWeight { rows, bytes: entry.base.bytes };
    // For a small table a base costs as little as a delta, and makes one object of many.
    if entry.base.bytes <= fresh.bytes.saturating_mul(2) || fresh.exceeds(HEAVY, base) {
        return Plan::Base;
    }
    let deltas = DeltaWeight::of_deltas(entry);
    let all = DeltaWeight { rows: deltas.rows + fresh.rows, bytes: deltas.bytes + fresh.bytes };
    if all.exceeds(HEAVY, base) {
        return Plan::MergeAllOrBase;
    }
    Plan::MergeFrom(merge_from(entry))
}

/// Returns whether merged deltas are so heavy that a new base is better.
pub(crate) fn is_heavy(merged: DeltaWeight, rows: u64, entry: &TableEntry) -> bool {
    merged.exceeds(LIGHT_AGAIN, DeltaWeight { rows, bytes: entry.base.bytes })
}

fn merge_from(entry: &TableEntry) -> usize {
    let mut keep = entry.deltas.len();
    let mut runs = 1;
    loop {
        let level = level(runs);
        let kept = entry.deltas.iter().take(keep);
        let peers = kept.rev().take_while(|delta| self::level(delta.runs) <= level);
        let (count, peer_runs) = peers.fold((0, 0), |(count, runs), delta| (count + 1, runs + delta.runs));
        if count + 1 < FAN_IN {
            break;
        }
        keep -= count;
        runs += peer_runs;
    }
    if keep + 1 > MOST { 0 } else { keep }
}

fn level(runs: u64) -> u32 {
    runs.max(1).ilog(8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeltaRef, ObjectRef, StoredTable};

    fn object(bytes: u64) -> ObjectRef {
        ObjectRef { key: String::new(), sha256: String::new(), bytes }
    }

    fn entry(base: u64, runs: &[u64]) -> TableEntry {
        let delta = |runs: &u64| DeltaRef {
            object: object(1_000),
            upserts: *runs,
            deletes: 0,
            from: 1,
            to: 1,
            runs: *runs,
        };
        let deltas = runs.iter().map(delta).collect();
        StoredTable { rows: 0, hash: String::new(), shape: String::new(), base: object(base), deltas }.into()
    }

    const FRESH: DeltaWeight = DeltaWeight { rows: 1, bytes: 1_000 };

    #[test]
    fn eight_of_a_level_become_one_of_the_next() {
        assert_eq!(plan(&entry(1_000_000, &[1; 6]), 100_000, FRESH), Plan::MergeFrom(6));
        assert_eq!(plan(&entry(1_000_000, &[1; 7]), 100_000, FRESH), Plan::MergeFrom(0));
        assert_eq!(plan(&entry(1_000_000, &[8, 8, 1, 1, 1, 1, 1, 1, 1]), 100_000, FRESH), Plan::MergeFrom(2));
    }

    #[test]
    fn a_merge_may_set_off_the_next_one() {
        let runs: Vec<u64> = [[8; 7], [1; 7]].concat();
        assert_eq!(plan(&entry(1_000_000, &runs), 100_000, FRESH), Plan::MergeFrom(0));
    }

    #[test]
    fn a_table_never_has_more_than_twenty_objects_however_many_runs_go_by() {
        let mut deltas: Vec<u64> = Vec::new();
        for _ in 0..20_000 {
            let Plan::MergeFrom(keep) = plan(&entry(1_000_000_000, &deltas), 1_000_000_000, FRESH) else {
                panic!("a base for nothing")
            };
            let merged = 1 + deltas.drain(keep..).sum::<u64>();
            deltas.push(merged);
            assert!(deltas.len() < 20, "{deltas:?}");
        }
    }

    #[test]
    fn a_table_as_small_as_its_delta_is_written_whole() {
        assert_eq!(plan(&entry(2_000, &[]), 5, FRESH), Plan::Base);
        assert_eq!(plan(&entry(60_000, &[]), 500, FRESH), Plan::MergeFrom(0));
    }

    #[test]
    fn deltas_that_weigh_a_third_of_the_base_are_merged_or_replaced() {
        assert_eq!(plan(&entry(9_000, &[1, 1, 1]), 500, FRESH), Plan::MergeAllOrBase);
        let heavy = DeltaWeight { rows: 200, bytes: 1_000 };
        assert_eq!(plan(&entry(90_000, &[]), 500, heavy), Plan::Base);
        assert!(is_heavy(DeltaWeight { rows: 100, bytes: 1 }, 500, &entry(9_000, &[])));
        assert!(!is_heavy(DeltaWeight { rows: 80, bytes: 1_500 }, 500, &entry(9_000, &[])));
    }
}
