//! Tests across stages: one program, so that one link serves them all.

mod collect;
