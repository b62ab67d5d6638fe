//! A thing that changed: one line that says what happened, and below it what differs.
//!
//! In: what an event of drift carries as data. Out: text.

use serde_json::Value;

use crate::{
    names::Names,
    render::text::{plain, sign},
    screen::Paint,
};

/// Writes one thing that was added, removed or changed, with its members.
pub(crate) fn thing(data: &Value, names: &Names, paint: Paint) -> String {
    let mut page = headline(data, paint);
    for line in serve::drift_lines(data, names) {
        let sign = line.verb.as_deref().map(|verb| {
            let (sign, style) = sign(verb);
            format!("{} ", paint.style(style, sign))
        });
        let text = if line.is_row { paint.dim(line.text) } else { line.text };
        page.push_str(&format!("    {}{text}\n", sign.unwrap_or_default()));
    }
    page
}

/// Writes the line that says what happened.
pub(crate) fn headline(data: &Value, paint: Paint) -> String {
    let text = |name| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let (sign, style) = sign(text("change"));
    format!("{} {}\n", paint.style(style, sign), paint.bold(plain(text("title"))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_is_told_with_what_differs_and_its_parts() {
        let data = json!({
            "title": "access group Developers changed: description, 1 member added",
            "change": "changed",
            "thing": { "table": "ibm_access_groups", "name": "Developers" },
            "columns": [
                { "name": "description", "before": null, "after": "all\nof them" },
                { "name": "last_modified_at", "before": "a", "after": "b" },
                { "name": "document", "members": ["tags"], "note": "…" },
            ],
            "parts": [{
                "table": "ibm_access_group_members", "change": "added",
                "row": { "group_id": "g1", "iam_id": "IBMid-1", "type": "user" },
            }],
        });
        assert_eq!(
            thing(&data, &Names::default(), Paint::PLAIN),
            "~ access group Developers changed: description, 1 member added\n    description: - → all\\nof them\n    + member iam_id=IBMid-1  type=user\n"
        );
    }
}
