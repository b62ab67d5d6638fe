//! What every member of an account may do without any policy, unless a setting of the account restricts it.
//!
//! IBM Cloud's guide names these rights one by one: API keys of oneself, service IDs, the list of users. Where a setting
//! restricts one, the actions of a role are needed as for everything else.

use std::sync::Arc;

use model::{State, tables::ibm as t};

use super::step;
use crate::{
    Access, Choice, Effect, Holders, Pattern, Resource, Source, Standing, Statement,
    access::BY_ACCOUNT_SETTING,
};

/// A right that needs no policy.
struct Right {
    actions: &'static [&'static str],
    /// The column of `ibm_account_settings` that may restrict it.
    setting: &'static str,
    /// Whether it reaches only what is one's own.
    is_of_oneself: bool,
}

const RIGHTS: [Right; 3] = [
    Right {
        actions: &[
            "iam-identity.user-apikey.create",
            "iam-identity.apikey.create",
            "iam-identity.apikey.delete",
            "iam-identity.apikey.get",
            "iam-identity.apikey.list",
            "iam-identity.apikey.update",
        ],
        setting: "restrict_create_platform_apikey",
        is_of_oneself: true,
    },
    Right {
        actions: &["iam-identity.serviceid.create"],
        setting: "restrict_create_service_id",
        is_of_oneself: false,
    },
    Right {
        actions: &["user-management.user.retrieve"],
        setting: "restrict_user_list_visibility",
        is_of_oneself: false,
    },
];
/// Stands for a setting that the snapshot does not show.
const NOT_SEEN: &str = "the account does not restrict it";

/// Gives the members of the account what a setting does not take from them.
pub(super) fn add(access: &mut Access, state: &State) {
    let members: Vec<usize> = state
        .rows(&t::USERS)
        .iter()
        .filter_map(|row| access.principal_with(t::USERS.text(row, "iam_id")?))
        .collect();
    if members.is_empty() {
        return;
    }
    for right in RIGHTS {
        let mut rows = state.rows(&t::ACCOUNT_SETTINGS).iter();
        let value = rows.find_map(|row| t::ACCOUNT_SETTINGS.text(row, right.setting));
        if value == Some("RESTRICTED") {
            continue;
        }
        let source = access.source(right.source(value));
        for member in &members {
            if access.principals.get(*member).is_some_and(|member| member.standing == Standing::Active) {
                access.attach(*member, source);
            }
        }
    }
}

impl Right {
    fn source(&self, value: Option<&str>) -> Source {
        let service = self.actions.first().and_then(|action| action.split('.').next()).unwrap_or_default();
        let resource =
            super::question::completed(Resource::any().with("serviceName", vec![Pattern::literal(service)]));
        let resource = match self.is_of_oneself {
            true => resource.with("iam_id", vec![Pattern::literal("oneself")]),
            false => resource,
        };
        let named = format!("{} {}", self.setting, value.unwrap_or("(not seen)"));
        Source {
            steps: step(BY_ACCOUNT_SETTING, self.setting, Some(&named)).into(),
            statement: Statement {
                effect: Effect::Allow,
                actions: Arc::new(Choice::any_of(
                    self.actions.iter().map(|each| Pattern::literal(each)).collect(),
                )),
                resources: Choice::any_of(vec![resource]).into(),
                condition: value.is_none().then(|| NOT_SEEN.to_owned()),
            },
            holders: Holders::All,
        }
    }
}
