//! Gains through what could not be read in the run that tells them.

use std::collections::BTreeMap;

use model::{ListStatus, tables::ibm as t};

use super::gains::{ON_KMS, VIEWER, world};
use crate::ibm::{access, inventory};

#[test]
fn a_gain_through_a_policy_that_could_not_be_read_says_so() {
    let before = world().policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    let joined = world().group("AccessGroupId-1", &["IBMid-1", "IBMid-2"]);
    let joined = joined.policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    let condition = |is_shown: bool| {
        let mut state = joined.clone().list("ibm_policies", "v2", ListStatus::Failed, Some(3)).state();
        let policy = state.rows(&t::POLICIES).iter().next().unwrap().clone();
        if !is_shown {
            state.mark_carried(&t::POLICIES, &policy);
        }
        let (former, now) = (access(&before.state()), access(&state));
        let known = inventory(&state);
        let mut gains = now.gains_since(&former, &known);
        now.hold_gains_against(&former, &BTreeMap::new(), &known, &mut gains);
        let [gain] = gains.as_slice() else { panic!("{gains:?}") };
        assert_eq!(gain.principal.step.id, "IBMid-2");
        gain.condition.clone()
    };
    assert_eq!(condition(true), None, "a list that broke off has shown it");
    let told = condition(false).unwrap();
    assert_eq!(told, "still given by policy p1, which was last read whole in snapshot 3");
}
