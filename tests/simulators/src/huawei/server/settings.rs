//! What is set for the whole account, in both versions, and the catalogues of version 5.

use serde_json::json;

use super::call::{Call, Outcome, found, one};
use super::reply::{Answer, Refusal, under};
use crate::huawei::world::Object;

/// Single objects and catalogues of `/v5`.
pub(super) fn current(call: &Call<'_>, path: &[&str]) -> Outcome {
    let world = call.world;
    match path {
        ["password-policy"] => {
            call.needs("iam:securitypolicies:getPasswordPolicyV5")?;
            one("password_policy", &world.password_policy)
        }
        ["login-policy"] => {
            call.needs("iam:securitypolicies:getLoginPolicyV5")?;
            one("login_policy", &world.login_policy)
        }
        ["asymmetric-signature-switch"] => {
            call.needs("iam::getAsymmetricSignatureSwitchV5")?;
            one("asymmetric_signature", &world.asymmetric_signature_shown())
        }
        ["account-summary"] => {
            call.needs("iam::getAccountSummaryV5")?;
            Ok(Answer::ok(&world.summary()))
        }
        // Needs no action.
        ["features", name] => Ok(under(
            "feature_status",
            found(world.features.get(*name), &format!("feature {name}"))?.as_str(),
        )),
        _ => catalogue(call, path),
    }
}

fn catalogue(call: &Call<'_>, path: &[&str]) -> Outcome {
    let world = call.world;
    match path {
        ["service-principals"] => {
            call.needs("iam::listServicePrincipalsV5")?;
            call.marked("service_principals", world.service_principals.iter(), Object::clone)
        }
        ["authorization-schemas", "registered-services"] => {
            call.needs("iam::listRegisteredServicesV5")?;
            call.marked("service_codes", world.schemas.iter(), |schema| schema.code.clone())
        }
        ["authorization-schemas", "services", code] => {
            call.needs("iam::getAuthorizationSchemaV5")?;
            Ok(Answer::ok(&found(world.schema(code), &format!("service {code}"))?.object))
        }
        _ => Err(Refusal::NoSuchPath),
    }
}

/// `/v3.0/OS-SECURITYPOLICY/domains/{account}/…`.
pub(super) fn classic(call: &Call<'_>, account: &str, policy: &str) -> Outcome {
    let set = &call.world.classic;
    let (action, name, object) = match policy {
        "password-policy" => ("getPasswordPolicy", "password_policy", &set.password_policy),
        "login-policy" => ("getLoginPolicy", "login_policy", &set.login_policy),
        "protect-policy" => ("getProtectPolicy", "protect_policy", &set.protect_policy),
        "api-acl-policy" => ("getApiACLPolicy", "api_acl_policy", &set.api_acl_policy),
        "console-acl-policy" => ("getConsoleACLPolicy", "console_acl_policy", &set.console_acl_policy),
        _ => return Err(Refusal::NoSuchPath),
    };
    let action = format!("iam:securitypolicies:{action}");
    call.needs(&action)?;
    call.own_account(account, &action)?;
    one(name, object)
}

/// `/v3.0/OS-QUOTA/domains/{account}`.
pub(super) fn quotas(call: &Call<'_>, account: &str) -> Outcome {
    let action = "iam:quotas:listQuotas";
    call.needs(action)?;
    call.own_account(account, action)?;
    let kind = call.query().text("type");
    let quotas = call.world.classic_quotas().into_iter();
    let resources: Vec<Object> =
        quotas.filter(|quota| kind.is_none_or(|kind| quota.text("type") == kind)).collect();
    Ok(under("quotas", json!({ "resources": resources })))
}
