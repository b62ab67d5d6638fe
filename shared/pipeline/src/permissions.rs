//! Which permissions are audited: the usual ones of each cloud, as the settings change them, and those they add.

use access::SensitivePermission;
use model::{AccountId, Cloud, Severity, State};
use serde::Deserialize;

use crate::{
    Asked,
    summary::{Warning, WarningKind},
};

/// What the settings say of a permission. What they leave out stays as it is usual.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionSettings {
    /// Names it: one of the usual ones, or a new one.
    pub id: String,
    /// The cloud that it is of; without it, a usual one is changed in every cloud that has it.
    #[serde(default)]
    pub cloud: Option<Cloud>,
    /// Whether it is audited.
    #[serde(default = "yes")]
    pub audited: bool,
    /// The title in place of [`SensitivePermission::title`].
    #[serde(default)]
    pub title: Option<String>,
    /// The severity in place of [`SensitivePermission::severity`].
    #[serde(default)]
    pub severity: Option<Severity>,
    /// The actions in place of [`SensitivePermission::actions`].
    #[serde(default)]
    pub actions: Option<Vec<String>>,
    /// The resource in place of [`SensitivePermission::resource`].
    #[serde(default)]
    pub resource: Option<String>,
    /// The choice in place of [`SensitivePermission::partly`].
    #[serde(default)]
    pub partly: Option<bool>,
    /// The ids in place of [`SensitivePermission::implied_by`].
    #[serde(default)]
    pub implied_by: Option<Vec<String>>,
    /// The principals in place of [`SensitivePermission::allowed`].
    #[serde(default)]
    pub allowed: Option<Vec<String>>,
    /// The reason in place of [`SensitivePermission::reason`].
    #[serde(default)]
    pub reason: Option<String>,
    /// The remedy in place of [`SensitivePermission::remediation`].
    #[serde(default)]
    pub remediation: Option<String>,
}

const fn yes() -> bool {
    true
}

/// The permissions that are audited, by cloud.
#[derive(Debug, Clone, Default)]
pub struct Permissions {
    audited: Vec<(Cloud, Vec<SensitivePermission>)>,
    /// What the settings say of some.
    settings: Vec<PermissionSettings>,
}

impl Permissions {
    /// Returns the usual permissions as some settings change them.
    ///
    /// # Errors
    /// Which permission of the settings cannot be meant, and why.
    pub fn of(settings: &[PermissionSettings]) -> Result<Self, String> {
        let mut all = Vec::new();
        for cloud in Cloud::ALL {
            all.push((cloud, access::usual(cloud).map_err(|error| error.to_string())?));
        }
        let mut permissions = Self { audited: all, settings: settings.to_vec() };
        for (number, change) in settings.iter().enumerate() {
            if settings.iter().take(number).any(|other| other.is_of_the_same(change)) {
                return Err(format!(
                    "permission `{}` stands in them twice; put what is said of it into one `[[permission]]`",
                    change.id
                ));
            }
            permissions.change(change)?;
        }
        Ok(permissions)
    }

    /// Returns those of a cloud: the wider ones first, as they were written.
    #[must_use]
    pub fn of_cloud(&self, cloud: Cloud) -> &[SensitivePermission] {
        self.audited.iter().find(|(each, _)| *each == cloud).map_or(&[], |(_, permissions)| permissions)
    }

    /// Returns what the settings say of permissions that are audited in a cloud.
    fn settings_of(&self, cloud: Cloud) -> impl Iterator<Item = &PermissionSettings> {
        let is_audited = move |id: &str| self.of_cloud(cloud).iter().any(|each| each.id == id);
        let is_meant = move |each: &&PermissionSettings| each.cloud.is_none_or(|meant| meant == cloud);
        self.settings.iter().filter(is_meant).filter(move |each| is_audited(&each.id))
    }

    fn change(&mut self, change: &PermissionSettings) -> Result<(), String> {
        let is_meant = |cloud: Cloud| change.cloud.is_none_or(|meant| meant == cloud);
        let has_it =
            |permissions: &[SensitivePermission]| permissions.iter().any(|each| each.id == change.id);
        let known: Vec<&mut Vec<SensitivePermission>> = self
            .audited
            .iter_mut()
            .filter(|(cloud, permissions)| is_meant(*cloud) && has_it(permissions))
            .map(|(_, permissions)| permissions)
            .collect();
        if known.len() > 1 && (change.actions.is_some() || change.resource.is_some()) {
            return Err(format!(
                "permission `{}` is one of several clouds, which write actions and resources in their own ways; say of \
                 which `cloud` these are",
                change.id
            ));
        }
        if !known.is_empty() {
            return known.into_iter().try_for_each(|permissions| change.apply(permissions));
        }
        let Some(cloud) = change.cloud.filter(|_| change.actions.is_some()) else {
            let usual = self.audited.iter().filter(|(cloud, _)| is_meant(*cloud));
            let usual = usual.flat_map(|(_, permissions)| permissions).map(|each| each.id.as_str());
            let near = |id: &&str| strsim::jaro_winkler(id, &change.id);
            let nearest =
                usual.filter(|id| near(id) > 0.85).max_by(|one, other| near(one).total_cmp(&near(other)));
            let lacks = if change.cloud.is_some() { " names no `actions`, and" } else { "" };
            return Err(format!(
                "permission `{}`{lacks} is none of the usual ones{}; a new one names its `cloud`, `title` and `actions`",
                change.id,
                nearest.map(|id| format!(", did you mean `{id}`?")).unwrap_or_default()
            ));
        };
        let mut permission = SensitivePermission {
            id: change.id.clone(),
            title: change.id.replace('_', " "),
            severity: Severity::Medium,
            actions: Vec::new(),
            resource: None,
            partly: false,
            implied_by: Vec::new(),
            allowed: Vec::new(),
            reason: String::new(),
            silence: String::new(),
            remediation: String::new(),
        };
        change.lay_over(&mut permission);
        permission.check()?;
        if let Some((_, permissions)) = self.audited.iter_mut().find(|(each, _)| *each == cloud) {
            permissions.push(permission);
        }
        Ok(())
    }
}

impl PermissionSettings {
    /// Returns whether two entries are of one permission: the later would take back what the earlier says.
    fn is_of_the_same(&self, other: &Self) -> bool {
        let is_one_cloud = self.cloud.zip(other.cloud).is_none_or(|(one, other)| one == other);
        self.id == other.id && is_one_cloud
    }

    /// Changes the permission of this name, or takes it away.
    fn apply(&self, permissions: &mut Vec<SensitivePermission>) -> Result<(), String> {
        if !self.audited {
            permissions.retain(|permission| permission.id != self.id);
        }
        let mut meant = permissions.iter_mut().filter(|permission| permission.id == self.id);
        meant.try_for_each(|permission| {
            self.lay_over(permission);
            permission.check()
        })
    }

    fn lay_over(&self, permission: &mut SensitivePermission) {
        fn lay<T: Clone>(given: Option<&T>, place: &mut T) {
            if let Some(given) = given {
                place.clone_from(given);
            }
        }
        lay(self.title.as_ref(), &mut permission.title);
        lay(self.severity.as_ref(), &mut permission.severity);
        lay(self.actions.as_ref(), &mut permission.actions);
        lay(self.partly.as_ref(), &mut permission.partly);
        lay(self.implied_by.as_ref(), &mut permission.implied_by);
        lay(self.allowed.as_ref(), &mut permission.allowed);
        lay(self.reason.as_ref(), &mut permission.reason);
        lay(self.remediation.as_ref(), &mut permission.remediation);
        if self.resource.is_some() {
            permission.resource.clone_from(&self.resource);
        }
    }
}

/// Returns what the settings say of permissions and what means nothing in an account: whom they allow and who is not in
/// it, and actions that nobody can hold. What could not be seen whole proves neither.
pub(crate) fn idle_permissions(asked: &Asked<'_>, account: &AccountId, state: &State) -> Vec<Warning> {
    let cloud = account.cloud();
    let mut warnings = Vec::new();
    for permission in asked.permissions.settings_of(cloud) {
        let id = &permission.id;
        for action in permission.actions.iter().flatten() {
            let Some(fault) = access::fault_of_audited_action(cloud, state, action) else { continue };
            let text = format!(
                "permission `{id}` finds nobody by the action `{action}`: {fault}; correct it in `actions` of the settings"
            );
            warnings.push(Warning { kind: WarningKind::PermissionOfNoAction, text });
        }
        // In another account that it is of, somebody may be called so.
        if !is_of_one_account(permission, asked) {
            continue;
        }
        for allowed in permission.allowed.iter().flatten() {
            if access::names_nobody(cloud, state, allowed) {
                let text = format!(
                    "permission `{id}` allows `{allowed}`, and nobody is called so in `{account}`: correct it in `allowed` of \
                     the settings, or take it out of them"
                );
                warnings.push(Warning { kind: WarningKind::PermissionOfNobody, text });
            }
        }
    }
    warnings
}

/// Returns whether an entry of the settings is of no more than one of the accounts that are audited.
fn is_of_one_account(permission: &PermissionSettings, asked: &Asked<'_>) -> bool {
    let is_of =
        |cloud: Cloud| asked.permissions.settings_of(cloud).any(|each| each.is_of_the_same(permission));
    asked.accounts.iter().filter(|account| is_of(account.cloud)).count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Permissions, String> {
        #[derive(Deserialize)]
        struct File {
            permission: Vec<PermissionSettings>,
        }
        Permissions::of(&toml::from_str::<File>(text).expect("valid").permission)
    }

    #[test]
    fn a_usual_permission_keeps_what_is_not_said_of_it() {
        let id = "permission_to_assume_agencies";
        let changed =
            settings(&format!("[[permission]]\nid = \"{id}\"\nallowed = [\"group:auditors\"]\n")).unwrap();
        let usual = access::usual(Cloud::Huawei).unwrap();
        let find = |all: &[SensitivePermission]| all.iter().find(|each| each.id == id).cloned().unwrap();
        let (changed, usual) = (find(changed.of_cloud(Cloud::Huawei)), find(&usual));
        assert_eq!(changed.allowed, ["group:auditors"]);
        assert_eq!((changed.actions, changed.title), (usual.actions, usual.title));
    }

    #[test]
    fn one_that_is_not_wanted_is_not_audited() {
        let less =
            settings("[[permission]]\nid = \"permission_to_assume_agencies\"\naudited = false\n").unwrap();
        assert!(less.of_cloud(Cloud::Huawei).iter().all(|each| each.id != "permission_to_assume_agencies"));
        assert_eq!(less.of_cloud(Cloud::Ibm).len(), access::usual(Cloud::Ibm).unwrap().len());
    }

    #[test]
    fn one_of_several_clouds_is_changed_in_each_unless_one_is_named() {
        let id = "permission_to_raise_own_power";
        let allowed = |permissions: &Permissions, cloud| {
            let found = permissions.of_cloud(cloud).iter().find(|each| each.id == id);
            found.map(|permission| permission.allowed.clone()).unwrap()
        };
        let text = format!("[[permission]]\nid = \"{id}\"\nallowed = [\"group:auditors\"]\n");
        let both = settings(&text).unwrap();
        for cloud in Cloud::ALL {
            assert_eq!(allowed(&both, cloud), ["group:auditors"]);
        }
        let one = settings(&format!("{text}cloud = \"huawei\"\n")).unwrap();
        assert_eq!(allowed(&one, Cloud::Huawei), ["group:auditors"]);
        assert_eq!(allowed(&one, Cloud::Ibm), [""; 0]);
        let message = settings(&format!("{text}actions = [\"iam:*:*\"]\n")).unwrap_err();
        assert!(message.contains("say of which `cloud` these are"), "{message}");
    }

    #[test]
    fn one_that_stands_twice_is_refused() {
        let one = "[[permission]]\nid = \"permission_to_raise_own_power\"\nallowed = [\"group:auditors\"]\n";
        let of = |cloud: &str| format!("{one}cloud = \"{cloud}\"\n");
        for twice in [one.repeat(2), format!("{one}{}", of("ibm")), of("huawei").repeat(2)] {
            let message = settings(&twice).unwrap_err();
            assert!(
                message.contains("`permission_to_raise_own_power` stands in them twice; put"),
                "{message}"
            );
        }
        settings(&format!("{}{}", of("ibm"), of("huawei"))).unwrap();
    }

    #[test]
    fn a_new_one_says_what_it_is_of() {
        let text =
            "[[permission]]\nid = \"permission_to_read_payroll\"\nactions = [\"obs:object:getObject\"]\n";
        assert!(settings(text).unwrap_err().contains("names its `cloud`"));
        let with_cloud = text.replace("actions", "cloud = \"huawei\"\nactions");
        assert!(
            settings(&with_cloud)
                .unwrap()
                .of_cloud(Cloud::Huawei)
                .iter()
                .any(|each| each.id.ends_with("payroll"))
        );
        let without = with_cloud.replace("actions = [\"obs:object:getObject\"]\n", "");
        assert!(settings(&without).unwrap_err().contains("names no `actions`"));
    }
}
