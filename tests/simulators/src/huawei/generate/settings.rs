//! What the account has set for all: passwords, logins, access control lists, switches, quotas.

use std::collections::BTreeMap;

use serde_json::json;

use crate::huawei::world::Object;

/// `password_policy` of version 5.
pub(super) fn password_policy() -> Object {
    Object::new(json!({
        "minimum_password_length": 8, "maximum_password_length": 32, "password_char_combination": 2,
        "maximum_consecutive_identical_chars": 0, "password_reuse_prevention": 1,
        "minimum_password_age": 0, "password_validity_period": 0,
        "password_not_username_or_invert": true, "allow_user_to_change_password": true,
        "password_requirements": "A password has 8 to 32 characters of at least 2 classes.",
    }))
}

/// `password_policy` of version 3, which says the same in other words.
pub(super) fn classic_password_policy(current: &Object) -> Object {
    let mut classic = current.without(&["password_reuse_prevention", "allow_user_to_change_password"]);
    let remembered = current.get("password_reuse_prevention").cloned().unwrap_or_default();
    classic.set("number_of_recent_passwords_disallowed", remembered);
    classic
}

/// `login_policy` of version 5.
pub(super) fn login_policy() -> Object {
    Object::new(json!({
        "user_validity_period": 0, "lockout_duration": 15, "login_failed_times": 5,
        "period_with_login_failures": 15, "session_timeout": 60, "show_recent_login_info": true,
        "custom_info_for_login": "",
        "allow_address_netmasks": [{"address_netmask": "198.51.100.0/24", "description": "office"}],
        "allow_ip_ranges": [{"ip_range": "0.0.0.0-255.255.255.255"}],
    }))
}

/// `login_policy` of version 3: other words, and no addresses.
pub(super) fn classic_login_policy(current: &Object) -> Object {
    let without = ["user_validity_period", "allow_address_netmasks", "allow_ip_ranges"];
    let mut classic = current.without(&without);
    classic.set("account_validity_period", current.get("user_validity_period").cloned().unwrap_or_default());
    classic
}

/// `protect_policy`; it has a telephone number and an address, which are nobody's business.
pub(super) fn protect_policy() -> Object {
    Object::new(json!({
        "operation_protection": false, "admin_check": "off", "scene": "",
        "mobile": "0086-13800000000", "email": "operations@solar.example",
        "allow_user": {"manage_accesskey": true, "manage_email": true, "manage_mobile": true,
                       "manage_password": true},
    }))
}

/// `api_acl_policy`.
pub(super) fn api_acl_policy() -> Object {
    Object::new(json!({
        "allow_ip_ranges": [{"ip_range": "0.0.0.0-255.255.255.255", "description": ""}],
        "allow_address_netmasks": [],
        "allow_vpc_endpoints": [{"vpc_endpoint_id": "3f1d0c52-7b1e-4a0d-9c55-8e2f6a417d90", "description": "gateway"}],
    }))
}

/// `console_acl_policy`.
pub(super) fn console_acl_policy() -> Object {
    Object::new(json!({
        "allow_address_netmasks": [{"address_netmask": "198.51.100.0/24", "description": "office"}],
        "allow_ip_ranges": [{"ip_range": "203.0.113.7-203.0.113.9", "description": "VPN"}],
        "allow_address_netmasks_ipv6": [], "allow_ip_ranges_ipv6": [{"ip_range": "2001:db8::-2001:db8::ffff"}],
    }))
}

/// Features and their status.
pub(super) fn features() -> BTreeMap<String, String> {
    [
        ("v5_console", "on"),
        ("access_analyzer", "off"),
        ("privacy_transfer", "on"),
        ("console_token_policy", "off"),
        ("rcp", "pending"),
        ("ncp", "off"),
    ]
    .map(|(name, status)| (name.to_owned(), status.to_owned()))
    .into()
}

/// The quotas of the account summary; a large account has had them raised.
pub(super) fn quotas(things: usize) -> Object {
    let raised = |default: usize| default.max(things);
    Object::new(json!({
        "users_quota": raised(50), "groups_quota": raised(20), "policies_quota": raised(1500),
        "agencies_quota": raised(50), "attached_policies_per_user_quota": 10,
        "attached_policies_per_group_quota": 10, "attached_policies_per_agency_quota": 10,
        "policy_size_quota": 6144, "versions_per_policy_quota": 5,
        "oidc_provider_quota": 10, "saml_provider_quota": 10,
    }))
}

/// `quotas.resources` of version 3; two of the names are misspelt by the API itself.
pub(super) fn classic_quotas() -> Vec<Object> {
    let quotas = [
        ("user", 50, 1000),
        ("group", 20, 100),
        ("idp", 10, 20),
        ("agency", 50, 100),
        ("policy", 200, 300),
        ("assigment_group_mp", 200, 500),
        ("assigment_agency_mp", 200, 500),
        ("assigment_group_ep", 500, 1000),
        ("assigment_user_ep", 500, 1000),
        ("mapping", 10, 20),
    ];
    quotas
        .map(|(kind, quota, max)| Object::new(json!({"type": kind, "quota": quota, "min": 0, "max": max})))
        .into()
}
