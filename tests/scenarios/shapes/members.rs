//! Members that are missing, null or of an odd form for one run, at any depth of a thing: nothing is told of them.
//!
//! Optional members prove nothing by their absence the first time; the same in a second run is believed.

use model::Cloud;
use serde_json::{Value, json};
use simulators::{huawei, ibm, ibm::FaultKind};

use crate::scenarios::{
    Account,
    company::Company,
    shapes::{moment, news},
};

/// A part of the path and query of calls, and a place inside of the things that they show.
type Place = (&'static str, &'static str);

/// What stands in a place.
#[derive(Debug, Clone, Copy)]
enum Form {
    Odd,
    Null,
    Missing,
    Empty,
    Number,
    Word,
    EmptyArray,
    EmptyObject,
}

fn fault(place: &str, form: Form) -> FaultKind {
    let place = place.to_owned();
    match form {
        Form::Odd => FaultKind::Inside(place, json!({ "odd": true })),
        Form::Null => FaultKind::Inside(place, Value::Null),
        Form::Empty => FaultKind::Inside(place, json!("")),
        Form::Number => FaultKind::Inside(place, json!(7)),
        Form::Word => FaultKind::Inside(place, json!("odd")),
        Form::EmptyArray => FaultKind::Inside(place, json!([])),
        Form::EmptyObject => FaultKind::Inside(place, json!({})),
        Form::Missing => FaultKind::Lacking(place),
    }
}

/// Spoils a place in each of several lists for one run and heals it, in each form; asserts that no run tells anything.
async fn tell_nothing(
    account: &Account,
    rounds: &[(&[Form], &[Place])],
    spoil: impl Fn(&str, FaultKind),
    heal: impl Fn(),
) {
    account.audit(&moment(0)).await.expect("a first audit");
    let mut run = 0;
    for (forms, places) in rounds {
        for form in *forms {
            places.iter().for_each(|(path, place)| spoil(path, fault(place, *form)));
            for state in ["spoilt", "healed"] {
                let told = account.events().len();
                run += 1;
                account.audit(&moment(run)).await.expect("an audit");
                assert_eq!(news(&account.events()[told..]), [""; 0], "{state}: {form:?} {places:?}");
                heal();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_member_on_ibm_cloud_that_is_not_said_for_a_run_tells_anything() {
    use Form::{Empty, Missing, Null, Odd};
    let account = Account::of_a_dozen().await;
    let rounds: [(&[Form], &[Place]); 6] = [
        (
            &[Odd, Null],
            &[
                ("/v1/profiles/", "conditions/*"),
                ("/v2/groups/", "conditions/*"),
                ("/v1/rules", "contexts/*/attributes/*"),
                ("/v1/zones/", "ref"),
                ("/v2/policies", "rule/conditions/*"),
                ("/v1/profiles/", "link"),
                ("/v2/accounts/", "state"),
            ],
        ),
        (
            &[Odd, Null, Missing, Empty],
            &[
                ("/rules", "conditions/*/claim"),
                ("/v1/rules?", "contexts/*/attributes/*/name"),
                ("/links", "link/crn"),
                ("/v2/policies", "href"),
                ("/v2/groups?", "name"),
                ("/v2/accounts/", "realm"),
                ("/v2/resource_instances", "state"),
                ("/v1/zones/", "type"),
            ],
        ),
        (
            &[Odd, Null, Missing],
            &[
                ("/rules", "conditions/*/value"),
                ("/v1/rules?", "enforcement_mode"),
                ("/v2/policies", "resource/attributes/*/value"),
                ("/v1/zones/", "ref/account_id"),
                ("/v2/groups?", "created_at"),
                ("/v4/accounts", "traits/eu_supported"),
                ("/v1/serviceid_groups", "name"),
            ],
        ),
        (
            &[Null, Odd],
            &[
                ("/v2/policies", "rule"),
                ("/v1/rules?", "operations"),
                ("/identities", "accounts"),
                ("/v1/serviceids", "unique_instance_crns"),
                ("/v4/accounts", "traits"),
            ],
        ),
        (
            &[Empty],
            &[
                ("/rules", "conditions/*/value"),
                ("/v1/rules?", "contexts/*/attributes/*/value"),
                ("/v1/zones/", "ref/service_name"),
                ("/v2/groups/settings", "public_access_enabled"),
                ("/v2/policies", "resource/attributes/*/value"),
                ("/v2/roles?", "actions/*"),
                ("/identities", "accounts/*"),
                ("/v1/apikeys?", "expires_at"),
            ],
        ),
        (
            &[Null, Missing],
            &[
                ("/members?", "membership_type"),
                ("/v1/apikeys?", "expires_at"),
                ("/v2/policies", "last_permit_at"),
                ("/links", "link"),
            ],
        ),
    ];
    let spoil = |path: &str, kind| account.ibm().add_fault(ibm::Fault::on(path, kind));
    tell_nothing(&account, &rounds, spoil, || account.ibm().clear_faults()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_member_on_huawei_cloud_that_is_not_said_for_a_run_tells_anything() {
    use Form::{Empty, Missing, Null, Odd};
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let rounds: [(&[Form], &[Place]); 5] = [
        (
            // What only the document keeps, and what rows without a document have.
            &[Null, Missing, Odd],
            &[
                ("/v3/roles?", "catalog"),
                ("/v3/roles/", "role/created_time"),
                ("/v1.0/enterprise-projects", "created_at"),
                ("/v3/auth/domains", "description"),
                ("/attached-entities", "type"),
                ("/console-acl-policy", "console_acl_policy/allow_address_netmasks/*/description"),
                ("/v1/organizations/roots", "name"),
                ("/OS-AGENCY/agencies", "duration"),
                ("/OS-FEDERATION/mappings", "rules/*/remote/*/regex"),
                ("/OS-FEDERATION/mappings", "rules/*/remote/*/not_any_of"),
                ("/v5/agencies?", "path"),
            ],
        ),
        (
            // In texts that hold JSON.
            &[Null, Odd],
            &[
                ("/versions", "document/Statement/*/Sid"),
                ("/v5/agencies?", "trust_policy/Version"),
                ("/v1/organizations/policies/p-", "policy/content/Version"),
            ],
        ),
        (
            &[Odd, Null, Missing, Empty],
            &[
                ("/v5/users?", "enabled"),
                ("/access-keys?", "status"),
                ("/login-profile", "login_profile/created_at"),
                ("/v5/policies?", "policy_name"),
                ("/versions", "is_default"),
                ("/v1/organizations/entities", "name"),
                ("/v1/organizations/accounts", "status"),
                ("/v3/roles?", "domain_id"),
                ("/OS-FEDERATION/identity_providers?", "sso_type"),
                ("/v5/agencies?", "trust_domain_id"),
                ("/v5/oidc-providers", "url"),
                ("/v5/password-policy", "password_policy/minimum_password_length"),
            ],
        ),
        (
            &[Null, Missing],
            &[
                ("api-acl-policy", "api_acl_policy/allow_ip_ranges"),
                ("/v5/login-policy", "login_policy/allow_ip_ranges"),
                ("/last-login", "user_last_login/last_login_at"),
                ("/last-used", "access_key_last_used/last_used_at"),
                ("protect-policy", "protect_policy/allow_user/manage_email"),
                ("/v5/password-policy", "password_policy/maximum_password_length"),
                ("/v5/account-summary", "root_user_mfa_enabled"),
                ("/v3/roles?", "policy/Version"),
                ("/v3/roles/", "role/policy/Version"),
            ],
        ),
        (
            &[Odd, Null],
            &[
                ("/OS-FEDERATION/mappings", "rules/*/remote/*/not_any_of/*"),
                ("/v3/roles?", "policy/Statement/*/Condition"),
                ("/v3/roles/", "role/policy/Statement/*/Effect"),
                ("/v5/users/", "user/tags/*/tag_value"),
            ],
        ),
    ];
    let spoil = |path: &str, kind| account.huawei().add_fault(huawei::Fault::on(path, kind));
    tell_nothing(&account, &rounds, spoil, || account.huawei().clear_faults()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_of_another_type_on_ibm_cloud_tells_anything() {
    use Form::{Empty, EmptyArray, Missing, Number};
    let account = Account::of_a_dozen().await;
    let rounds: [(&[Form], &[Place]); 4] = [
        (
            &[Number],
            &[
                ("/v2/resource_instances", "sub_type"),
                ("/v1/apikeys?", "name"),
                ("/v1/rules?", "enforcement_mode"),
                ("/identities", "identifier"),
                ("/v2/policies", "resource/tags/*/value"),
                ("effective_settings", "effective/user_mfa/*/mfa"),
                ("/rules", "conditions/*/value"),
            ],
        ),
        (
            &[Number, Empty],
            &[
                ("/v2/policies", "subject/attributes/*/key"),
                ("/v1/rules?", "operations/api_types/*/api_type_id"),
                ("/v1/apikeys?", "id"),
                ("/members?", "iam_id"),
                ("/v2/resource_instances", "crn"),
            ],
        ),
        (&[EmptyArray], &[("/v2/policies", "resource/attributes/*/value"), ("/rules", "conditions/*/value")]),
        (
            &[Missing, Form::Null],
            &[("/v2/policies", "resource/tags"), ("effective_settings", "effective/user_mfa")],
        ),
    ];
    let spoil = |path: &str, kind| account.ibm().add_fault(ibm::Fault::on(path, kind));
    tell_nothing(&account, &rounds, spoil, || account.ibm().clear_faults()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_of_another_type_on_huawei_cloud_tells_anything() {
    use Form::{Empty, EmptyObject, Number, Odd, Word};
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let rounds: [(&[Form], &[Place]); 4] = [
        (
            &[Number],
            &[
                ("/v5/users?", "user_name"),
                ("scope=enterprise_project", "user/id"),
                ("/OS-AGENCY/agencies", "duration"),
                ("/v5/saml-providers", "saml_metadata_document"),
                ("/OS-FEDERATION/mappings", "rules/*/local/*/group/name"),
                ("/v1/organizations/accounts", "status"),
                ("/v5/login-policy", "login_policy/allow_ip_ranges"),
                ("/v5/agencies?", "trust_policy/Statement/*/Condition/StringEquals/oidc:aud"),
                (
                    "/v1/organizations/policies/p-",
                    "policy/content/Statement/*/Condition/StringNotEquals/g:RequestedRegion/*",
                ),
                ("/v3/roles?", "policy/Statement/*/Condition/StringEquals/g:ProjectName/*"),
            ],
        ),
        (
            &[Word, Empty],
            &[
                ("/v5/password-policy", "password_policy/allow_user_to_change_password"),
                ("protect-policy", "protect_policy/allow_user/manage_mobile"),
                ("/v5/login-policy", "login_policy/session_timeout"),
                ("/v5/account-summary", "root_user_mfa_enabled"),
                ("/v5/users?", "enabled"),
            ],
        ),
        (
            &[Empty, Odd],
            &[
                ("/v3/roles/", "role/policy/Depends/*/catalog"),
                ("/v1/organizations/policies/p-", "policy/content/Statement/*/Effect"),
                ("/v1/organizations/accounts", "page_info/current_count"),
                ("/v5/agencies?", "created_at"),
                ("/OS-AGENCY/agencies", "expire_time"),
            ],
        ),
        (
            &[EmptyObject, Word],
            &[
                ("/versions", "document/Statement/*/Condition/boolIfExists"),
                ("/v5/agencies?", "trust_policy/Statement/*/Principal"),
                ("/v3/roles?", "policy/Statement/*/Condition/StringEquals"),
                ("/v3/auth/domains", "domains"),
                ("/v5/password-policy", "password_policy"),
            ],
        ),
    ];
    let spoil = |path: &str, kind| account.huawei().add_fault(huawei::Fault::on(path, kind));
    tell_nothing(&account, &rounds, spoil, || account.huawei().clear_faults()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_said_twice_is_believed_to_be_none() {
    let cases = [
        ("/v1/rules?", "enforcement_mode", Form::Missing, "enforcement_mode"),
        ("/v2/policies", "rule", Form::Null, "rule condition"),
        ("/v2/policies", "resource/tags", Form::Missing, "resource tag"),
        ("/v2/resource_instances", "sub_type", Form::Number, "sub_type"),
    ];
    for (path, place, form, told_of) in cases {
        let account = Account::of_a_dozen().await;
        account.audit(&moment(0)).await.expect("a first audit");
        account.ibm().add_fault(ibm::Fault::on(path, fault(place, form)));
        let mut told = account.events().len();
        for (run, is_told) in [(1, false), (2, true), (3, false)] {
            account.audit(&moment(run)).await.expect("an audit");
            let events = account.events();
            let drift = events[told..].iter().filter(|event| event.kind.contains(".drift."));
            let mut titles = drift.filter_map(|event| event.data["title"].as_str());
            assert_eq!(titles.any(|title| title.contains(told_of)), is_told, "{place}, run {run}");
            told = events.len();
        }
    }
}
