//! Texts of which some bytes are no text for one run: what they say cannot be read, so that what was known of them stands.

use model::Cloud;
use serde_json::json;
use simulators::ibm::FaultKind;

use super::{
    editions::{add_fault, heal, tell_nothing},
    moment, news,
};
use crate::scenarios::{Account, company::Company};

/// Lists with a member that people write, by a part of their path.
type Texts = &'static [(&'static str, &'static str)];

const ON_IBM_CLOUD: Texts = &[
    ("/v2/groups?", "name"),
    ("/v1/apikeys?", "name"),
    ("/v1/serviceids?", "name"),
    ("/v1/profiles?", "name"),
    ("/users?", "lastname"),
    ("/v2/roles?", "display_name"),
    ("/v1/zones?", "name"),
    ("/v2/resource_instances", "name"),
];
const ON_HUAWEI_CLOUD: Texts = &[
    ("/v5/users?", "user_name"),
    ("/v5/groups?", "group_name"),
    ("/v5/policies?", "policy_name"),
    ("/v5/agencies?", "agency_name"),
    ("/v3/roles?", "display_name"),
    ("/v3/projects", "name"),
    ("/enterprise-projects", "name"),
    ("/v1/organizations/accounts", "name"),
    ("/v5/agencies?", "trust_policy"),
    // Nothing was said there before, or what is kept is a sum.
    ("/OS-FEDERATION/identity_providers?", "description"),
    ("/v5/saml-providers", "saml_metadata_document"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_version_with_bytes_that_are_no_text_is_no_other_kind_of_role() {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    tell_nothing(&account, vec![vec![("/v3/roles?", "*last/policy/Version", json!("1\u{fffd}"))]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_bytes_that_are_none_is_kept_as_it_was_and_believed_the_second_time() {
    for (cloud, texts) in [(Cloud::Ibm, ON_IBM_CLOUD), (Cloud::Huawei, ON_HUAWEI_CLOUD)] {
        let account = Account::of(Company::of_a_dozen(cloud).await);
        account.audit(&moment(0)).await.expect("a first audit");
        let spoil =
            |path: &str, member: &str| add_fault(&account, path, FaultKind::NoText(member.to_owned()));
        texts.iter().for_each(|(path, member)| spoil(path, member));
        let mut told = 0;
        for (run, state) in [(1, "broken"), (2, "healed"), (3, "broken again"), (4, "broken twice")] {
            told = account.events().len();
            account.audit(&moment(run)).await.expect("an audit");
            if run < 4 {
                assert_eq!(news(&account.events()[told..]), [""; 0], "{cloud}: {state}");
            }
            if run < 3 {
                let events = account.events();
                let kind = if run == 1 { "coverage.lost" } else { "coverage.regained" };
                let sight = events[told..].iter().filter(|event| event.kind.contains(kind));
                assert!(
                    sight.count() > 0,
                    "{cloud}: that texts could not be read is said, and that it ended"
                );
            }
            match run {
                1 => heal(&account),
                2 => spoil(texts[0].0, texts[0].1),
                _ => {}
            }
        }
        let renamed = news(&account.events()[told..]);
        assert!(renamed.iter().any(|each| each.contains('\u{fffd}')), "{cloud}: {renamed:?}");
    }
}
