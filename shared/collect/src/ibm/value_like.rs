//! Values of policy attributes as LIKE patterns, so that rules can match without knowing IBM's
//! wildcards. The escape character is `!`.

/// Returns the pattern for a value, or none for an operator that does not compare text.
pub(crate) fn value_like(operator: &str, value: &str) -> Option<String> {
    match operator {
        "stringEquals" | "stringEqualsAnyOf" => Some(literal(value)),
        "stringMatch" | "stringMatchAnyOf" => Some(wildcards(value)),
        _ => None,
    }
}

fn literal(value: &str) -> String {
    let mut pattern = String::with_capacity(value.len() + 4);
    value.chars().for_each(|each| push_literal(&mut pattern, each));
    pattern
}

fn wildcards(value: &str) -> String {
    let mut pattern = String::with_capacity(value.len() + 4);
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{*}}") {
            pattern.push('*');
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix("{{?}}") {
            pattern.push('?');
            rest = after;
            continue;
        }
        match first {
            '*' => pattern.push('%'),
            '?' => pattern.push('_'),
            other => push_literal(&mut pattern, other),
        }
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    pattern
}

fn push_literal(pattern: &mut String, each: char) {
    if matches!(each, '%' | '_' | '!') {
        pattern.push('!');
    }
    pattern.push(each);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_become_those_of_like() {
        let cases = [
            ("crn:*", "crn:%"),
            ("a?c", "a_c"),
            ("100%_!", "100!%!_!!"),
            ("{{*}}x{{?}}*", "*x?%"),
            ("{{x}}", "{{x}}"),
            ("ü*", "ü%"),
            ("", ""),
        ];
        for (value, pattern) in cases {
            assert_eq!(value_like("stringMatch", value).as_deref(), Some(pattern), "{value}");
            assert_eq!(value_like("stringMatchAnyOf", value).as_deref(), Some(pattern), "{value}");
        }
    }

    #[test]
    fn an_equal_value_has_no_wildcards() {
        assert_eq!(value_like("stringEquals", "a*_%!").as_deref(), Some("a*!_!%!!"));
        assert_eq!(value_like("stringEqualsAnyOf", "{{*}}").as_deref(), Some("{{*}}"));
    }

    #[test]
    fn what_is_no_comparison_of_text_has_no_pattern() {
        assert_eq!(value_like("stringExists", "true"), None);
        assert_eq!(value_like("timeLessThan", "09:00:00+00:00"), None);
    }
}
