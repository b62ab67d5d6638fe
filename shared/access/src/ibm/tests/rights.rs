//! Generated accounts with every setting that gives, or restricts, what members may do without a policy.

use model::Timestamp;
use proptest::{prelude::*, sample::select};

use super::{
    evaluator::{Account, Answer, Target},
    generated::{RIGHTS, ROLES, SUSPENDED, USER, WHO, accounts, state_with},
};
use crate::{
    Verdict,
    ibm::{access, question},
};

/// Action, its service, and the setting that restricts it.
const ASKED: [(&str, &str, &str); 2] = [
    ("iam-identity.serviceid.create", "iam-identity", RIGHTS[0]),
    ("user-management.user.retrieve", "user-management", RIGHTS[2]),
];

/// What a setting may be; none where it was not seen.
fn setting() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.8, select(vec!["RESTRICTED", "NOT_RESTRICTED", "NOT_SET"]))
}

/// What the guide says of a right: members have it, unless the setting restricts it.
fn by_setting(who: &str, setting: Option<&str>) -> Answer {
    match setting {
        _ if who != USER => Answer::No,
        Some("RESTRICTED") => Answer::No,
        Some(_) => Answer::Yes,
        None => Answer::Perhaps,
    }
}

fn with_roles(account: Account, carried: [bool; 2]) -> Account {
    let mut account = account;
    for ((action, service, _), _) in ASKED.into_iter().zip(carried).filter(|(_, is)| *is) {
        account.roles.insert((service, ROLES[0]), vec![action]);
    }
    account
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_member_may_do_what_no_setting_restricts(
        account in accounts(),
        carried in any::<[bool; 2]>(),
        settings in prop::array::uniform3(setting()),
    ) {
        // Who owns the account needs a role too, where one is restricted; that is a case of its own.
        let account = Account { owner: None, ..with_roles(account, carried) };
        let set: Vec<(&str, &str)> =
            RIGHTS.into_iter().zip(settings).filter_map(|(name, value)| Some((name, value?))).collect();
        let state = state_with(&account, &set);
        let access = access(&state);
        for (action, service, setting) in ASKED {
            let resource = format!("serviceName={service},serviceInstance=,region=,resourceGroupId=,resourceType=,resource=,path=,tag env=");
            let asked = question(&state, action, Some(&resource)).unwrap();
            let found = access.who_can(&asked);
            let target = Target::from([("serviceName", service)]);
            // A policy that can hold at no time gives nothing.
            let account = account.from(Timestamp::UNIX_EPOCH);
            let value = set.iter().find(|(name, _)| *name == setting).map(|(_, value)| *value);
            for who in WHO.into_iter().filter(|who| *who != SUSPENDED && access.principal_with(who).is_some()) {
                let expected = match account.decide(who, action, &target).max(by_setting(who, value)) {
                    Answer::No => None,
                    Answer::Perhaps => Some(Verdict::Conditional),
                    Answer::Yes => Some(Verdict::Surely),
                };
                let of_who = found.iter().find(|answer| answer.principal.step.id == who);
                prop_assert_eq!(of_who.map(|answer| answer.verdict), expected, "{} {}", who, action);
            }
        }
    }
}
