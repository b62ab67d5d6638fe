use super::*;

/// Returns all words of up to `longest` of these letters.
fn words(letters: &[char], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let until = all.len();
        for index in from..until {
            let word = all[index].clone();
            all.extend(letters.iter().map(|letter| format!("{word}{letter}")));
        }
        from = until;
    }
    all
}

/// A matcher so plain that it is right at sight.
fn plainly_matches(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(('*', rest)), _) => (0..=text.len()).any(|taken| plainly_matches(rest, &text[taken..])),
        (Some((first, rest)), Some((letter, text))) => {
            (*first == '?' || first == letter) && plainly_matches(rest, text)
        }
        (Some(_), None) => false,
    }
}

/// Every pattern of up to four characters against every text of up to six: `z` stands for the letters
/// that no pattern writes.
#[test]
fn every_answer_on_short_patterns_is_that_of_enumeration() {
    let texts: Vec<Vec<char>> =
        words(&['a', 'b', 'z'], 6).iter().map(|text| text.chars().collect()).collect();
    let patterns: Vec<(Pattern, Vec<bool>)> = words(&['a', 'b', '*', '?'], 4)
        .iter()
        .map(|text| {
            let letters: Vec<char> = text.chars().collect();
            (Pattern::parse(text), texts.iter().map(|text| plainly_matches(&letters, text)).collect())
        })
        .collect();
    for (pattern, matched) in &patterns {
        for (text, matched) in texts.iter().zip(matched) {
            assert_eq!(pattern.matches(&text.iter().collect::<String>()), *matched, "{pattern} on {text:?}");
        }
    }
    for (one, of_one) in &patterns {
        for (other, of_other) in &patterns {
            let pairs = || of_one.iter().zip(of_other);
            assert_eq!(one.covers(other), pairs().all(|(one, other)| *one || !other), "{one} covers {other}");
            let shared = one.shared_with(other).expect("a few");
            let is_shared = |text: &Vec<char>| {
                let text: String = text.iter().collect();
                shared.iter().any(|each| each.matches(&text))
            };
            if one.tokens.len() + other.tokens.len() <= 5 {
                assert!(
                    texts.iter().zip(pairs()).all(|(text, (one, other))| is_shared(text) == (*one && *other)),
                    "{one} and {other} share {shared:?}"
                );
            }
            assert_eq!(
                one.overlaps(other),
                pairs().any(|(one, other)| *one && *other),
                "{one} meets {other}"
            );
        }
    }
}

#[test]
fn a_wildcard_of_an_action_stays_within_its_part() {
    let share = |one: &str, other: &str| {
        let (one, other) = (Pattern::parse(one), Pattern::parse(other));
        assert_eq!(one.overlaps_as_action(&other), other.overlaps_as_action(&one));
        one.overlaps_as_action(&other)
    };
    assert!(!share("iam:*:get*", "iam::set*") && !share("iam:*:get*", "*:*:delete*"));
    assert!(share("iam:*:get*", "iam::get*") && share("iam:*:get*", "*:users:*"));
    assert!(share("iam:*:get*", "*") && share("iam.*.get", "iam.user:s:x*.get"));
}

#[test]
fn wildcards_in_another_order_are_the_same_pattern() {
    assert_eq!(Pattern::parse("a*?*b"), Pattern::parse("a?*b"));
}
