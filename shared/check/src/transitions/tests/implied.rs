//! Findings that another one implies.

use super::*;

/// A rule `wide` that says more of the same users than `some_user`, and one named by `about` only.
fn with_wider(narrow: &[(&'static str, i64)], wide: &[(&'static str, i64)]) -> Outcome {
    let mut outcome = SEES(narrow).outcome();
    let mut wider = SEES(wide).outcome().verdicts.remove(0);
    outcome.verdicts[0].implied_by = vec!["wide".to_owned()];
    wider.rule = "wide".to_owned();
    wider.rows = wider
        .rows
        .into_values()
        .map(|mut row| {
            // The wider rule is about a policy of the user.
            let user = row.subject.rsplit('/').next().unwrap().to_owned();
            row.subject = format!("ibm/acc-1/ibm_policies/of-{user}");
            let mut columns = row.evidence.columns();
            columns.insert("about".to_owned(), json!(format!("ibm_users/{user}")));
            row.evidence = columns.into();
            (digest::fingerprint("wide", &row.subject), row)
        })
        .collect();
    outcome.verdicts.push(wider);
    outcome
}

#[test]
fn what_a_wider_finding_implies_is_kept_and_not_told_and_told_when_only_it_is_left() {
    let ana = [("ana", 1)];
    let steps = live(&[
        (with_wider(&[], &[]), &[]),
        (with_wider(&ana, &ana), &[]),
        (with_wider(&[("ana", 2)], &ana), &[]),
        (with_wider(&ana, &[]), &[]),
        (with_wider(&[], &[]), &[]),
    ]);
    let told_by: Vec<Vec<String>> = steps.iter().map(told).collect();
    assert_eq!(told_by[1], ["of-ana opened open"]);
    let kept = steps[1].findings.live().into_iter().find(|finding| finding.rule == "some_user").unwrap();
    assert_eq!(kept.implied_by.as_deref(), Some("wide"));
    assert_eq!(steps[1].findings.open().count(), 1, "one thing is open");
    assert_eq!(told_by[2], Vec::<String>::new());
    assert_eq!(told_by[3], ["ana opened open", "of-ana closed gone"], "{:?}", steps[3].transitions);
    assert_eq!(told_by[4], ["ana closed fixed"]);
}

#[test]
fn what_was_told_before_it_was_implied_is_not_told_twice() {
    let ana = [("ana", 1)];
    let steps = live(&[
        (with_wider(&[], &[]), &[]),
        (with_wider(&ana, &[]), &[]),
        (with_wider(&ana, &ana), &[]),
        (with_wider(&ana, &[]), &[]),
        (with_wider(&[], &[]), &[]),
    ]);
    let told_by: Vec<Vec<String>> = steps.iter().map(told).collect();
    assert_eq!(told_by[1], ["ana opened open"]);
    assert_eq!(told_by[2], ["of-ana opened open"]);
    assert_eq!(told_by[3], ["of-ana closed gone"]);
    assert_eq!(told_by[4], ["ana closed fixed"]);
    let both =
        live(&[(with_wider(&[], &[]), &[]), (with_wider(&ana, &ana), &[]), (with_wider(&[], &[]), &[])]);
    assert_eq!(told(&both[2]), ["of-ana closed gone"], "what nobody was told of ends without a word");
}

#[test]
fn a_baseline_that_was_implied_is_told_when_only_it_is_left() {
    let ana = [("ana", 1)];
    let steps =
        live(&[(with_wider(&ana, &ana), &[]), (with_wider(&ana, &[]), &[]), (with_wider(&ana, &[]), &[])]);
    assert_eq!(told(&steps[0]), Vec::<String>::new());
    assert_eq!(told(&steps[1]), ["ana opened open", "of-ana closed gone"]);
    assert!(steps[1].transitions[0].finding.baseline && !steps[1].findings.live()[0].untold);
    assert_eq!(told(&steps[2]), Vec::<String>::new());
}

#[test]
fn two_rules_that_imply_each_other_hush_neither() {
    let ana = [("ana", 1)];
    let mut outcome = with_wider(&ana, &ana);
    outcome.verdicts[1].implied_by = vec!["some_user".to_owned()];
    let steps = live(&[(with_wider(&[], &[]), &[]), (outcome, &[])]);
    assert_eq!(told(&steps[1]).len(), 2);
}

#[test]
fn what_changed_while_it_was_implied_is_told_against_what_was_told_when_it_is_the_widest_again() {
    let (one, two) = ([("ana", 1)], [("ana", 2)]);
    let told_at_last = |last: &[(&'static str, i64)]| {
        let steps = live(&[
            (with_wider(&[], &[]), &[]),
            (with_wider(&one, &[]), &[]),
            (with_wider(&one, &one), &[]),
            (with_wider(&two, &one), &[]),
            (with_wider(&two, &one), &[]),
            (with_wider(last, &[]), &[]),
            (with_wider(last, &[]), &[]),
        ]);
        assert_eq!(told(&steps[3]), Vec::<String>::new());
        assert_eq!(told(&steps[6]), Vec::<String>::new());
        let before = steps[5].transitions.iter().filter_map(|each| each.before.clone());
        let before: Vec<String> = before.map(|before| before.as_json().to_owned()).collect();
        (told(&steps[5]), before)
    };
    let closed = "of-ana closed gone".to_owned();
    assert_eq!(told_at_last(&one), (vec![closed.clone()], Vec::new()), "it is as it was told");
    let changed = vec!["ana changed open".to_owned(), closed];
    assert_eq!(
        told_at_last(&two),
        (changed.clone(), vec![r#"{"state":1}"#.to_owned()]),
        "what changed in between"
    );
    assert_eq!(told_at_last(&[("ana", 3)]), (changed, vec![r#"{"state":1}"#.to_owned()]));
}
