//! Whom the company lets in from elsewhere: agencies, providers, mappings.

use serde_json::json;

use crate::huawei::generate::agencies::{account_root, trust};
use crate::huawei::generate::mint::Mint;
use crate::huawei::generate::people::tag;
use crate::huawei::generate::providers::{identity_provider, mapping};
use crate::huawei::world::{Entity, Object, World};

/// The account of the company that installs panels.
const INSTALLER: &str = "9f0d3c5ab61f4c6f8e4d21b7a90c55e1";

/// An account that was closed years ago; two agencies have not noticed.
const VANISHED: &str = "5e1b7d60c9a84f3e8d1f0a2b3c4d5e6f";

/// The company's agencies and what is attached to them.
pub(super) fn agencies(mint: &mut Mint, world: &mut World) {
    let own = account_root(&mint.account);
    let with_mfa = json!({"bool": {"g:MFAPresent": "true"}});
    let engineers = json!({"Identity_provider": [mint.urn("saml-provider", "company")]});
    let pipelines = json!({"Identity_provider": [mint.urn("oidc-provider", "pipelines")]});
    let subject =
        json!({"StringMatch": {"oidc:sub": ["repo:baia-solar/*"]}, "StringEquals": {"oidc:aud": "sts"}});
    let consultant = json!({"IAM": [account_root(VANISHED)]});
    // A text where the grammar wants a list, and a principal that is a person.
    let quick = json!({"IAM": mint.urn("user", "zhang.wei")});
    let in_organization = json!({"StringEquals": {"g:PrincipalOrgId": ["o-baia"]}});
    let mut made = vec![
        mint.classic_agency("installer-partner", (INSTALLER, "sol-installers"), "FOREVER", 500),
        mint.classic_agency("old-consultant", (VANISHED, "grid-consulting"), "8760", 800),
        mint.classic_agency("tour-of-the-day", (INSTALLER, "sol-installers"), "ONEDAY", 1),
        mint.classic_agency(
            "cloud-backup",
            ("cc01d9c0ffee4b1e9a0e5ba1ad0b1e55", "op_svc_cbr"),
            "FOREVER",
            900,
        ),
        mint.trust_agency("break-glass", "", &trust(json!({"IAM": [own]}), Some(with_mfa)), 400),
        mint.trust_agency("engineers", "sso/", &trust(engineers, None), 350),
        mint.trust_agency("pipelines", "sso/", &trust(pipelines.clone(), Some(subject)), 300),
        mint.trust_agency("pipelines-of-anyone", "sso/", &trust(pipelines, None), 290),
        mint.trust_agency("consultant", "", &trust(consultant, None), 700),
        mint.trust_agency("shared-telemetry", "", &trust(json!({"IAM": ["*"]}), Some(in_organization)), 200),
        mint.trust_agency("functions", "", &trust(json!({"Service": ["service.FunctionGraph"]}), None), 450),
        mint.trust_agency("platform-quick", "", &trust(quick, None), 100),
        mint.service_linked_agency("CBR", 600),
    ];
    made[4].object.set("max_session_duration", 43_200);
    made[4].tags.push(tag("reviewed", "2026-05"));
    made[5].object.set("description", "工程师");
    made.into_iter().for_each(|agency| world.agencies.push(agency));
    for (policy, agency) in [
        ("AdministratorAccessPolicy", "break-glass"),
        ("OBSReadOnlyPolicy", "engineers"),
        ("Rollout", "pipelines"),
        ("SWRFullAccessPolicy", "pipelines-of-anyone"),
        ("Telemetry", "shared-telemetry"),
        ("Alarms", "functions"),
        ("IAMReadOnlyPolicy", "consultant"),
        ("ServiceLinkedAgencyPolicyForCBR", "ServiceLinkedAgencyForCBR"),
    ] {
        let found = world.agencies.iter().find(|found| found.name() == agency).expect("a known agency");
        let entity = Entity::Agency(found.object.text("agency_id").to_owned());
        let policy = world.policy_named(policy);
        let time = mint.time(180);
        world.attachments.attach(&policy, entity, &time);
    }
}

/// The company's providers of both editions.
pub(super) fn providers(mint: &mut Mint, world: &mut World) {
    let mut company = mint.saml_provider("company", "https://login.baia-solar.example");
    company.tags.push(tag("team", "platform"));
    world.saml_providers.push(company);
    world.oidc_providers.push(mint.oidc_provider("pipelines", "https://ci.baia-solar.example", &["sts"]));
    let installers = json!([
        {"local": [{"user": {"name": "{0}"}}, {"group": {"name": "partners (via SSO)"}}],
         "remote": [{"type": "uid"}, {"type": "company", "any_one_of": ["sol-installers"]}]},
        {"local": [{"group": {"name": "operators"}}],
         "remote": [{"type": "shift", "not_any_of": ["day"], "regex": false}]},
        // Nobody has told the mapping that this group is gone.
        {"local": [{"group": {"name": "summer-interns"}}], "remote": [{"type": "intern"}]},
    ]);
    let unused = json!([{"local": [{"user": {"name": "zhang.wei"}}], "remote": [{"type": "sub"}]}]);
    world.classic.mappings = vec![mapping("installers", installers), mapping("unused", unused)];
    let mut wiki = identity_provider("wiki", "oidc", "unused");
    wiki.object.set("sso_type", "iam_user_sso");
    wiki.object.set("enabled", false);
    wiki.object.set("remote_ids", json!(["https://wiki.baia-solar.example"]));
    wiki.openid_connect = Some(Object::new(json!({
        "access_mode": "program", "idp_url": "https://wiki.baia-solar.example", "client_id": "console",
        "authorization_endpoint": "", "scope": "openid", "response_type": "id_token",
        "response_mode": "form_post", "signing_key": "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"1\"}]}",
    })));
    world.classic.identity_providers = vec![identity_provider("sol-installers", "saml", "installers"), wiki];
}
