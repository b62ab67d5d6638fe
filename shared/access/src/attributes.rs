//! The names of attributes by which policies choose resources: a few names, in hundreds of thousands of places.

use std::borrow::Cow;

/// The name of an attribute of a resource, as `serviceName` on IBM Cloud or `region` of a URN on Huawei Cloud.
pub type Attribute = Cow<'static, str>;

/// The names that most policies of the two clouds use, in the order of the alphabet.
const COMMON: [&str; 15] = [
    "account",
    "enterprise_project",
    "iam_id",
    "path",
    "project",
    "region",
    "resource",
    "resourceGroupId",
    "resourceType",
    "service",
    "serviceInstance",
    "serviceName",
    "serviceType",
    "service_group_id",
    "type",
];

/// Returns the name of an attribute; a common one takes no memory of its own.
pub(crate) fn attribute(name: &str) -> Attribute {
    match COMMON.binary_search(&name).ok().and_then(|place| COMMON.get(place)) {
        Some(common) => Cow::Borrowed(common),
        None => Cow::Owned(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_found_and_any_other_is_kept() {
        assert!(COMMON.is_sorted());
        assert!(COMMON.iter().all(|name| matches!(attribute(name), Cow::Borrowed(known) if known == *name)));
        assert_eq!(attribute("tag cost center"), "tag cost center");
    }
}
