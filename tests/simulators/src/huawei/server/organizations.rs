//! The organization: any member may ask what it is, only some accounts what is in it.

use serde::Serialize;
use serde_json::{Value, json};

use super::call::{Call, Outcome, found, one};
use super::paging::{Page, marker};
use super::reply::{Answer, Family, Refusal, under};
use crate::huawei::world::{Object, Organization, ServiceControl};

pub(super) fn answer(call: &Call<'_>, path: &[&str]) -> Outcome {
    let organization = call.world.organization.as_ref().ok_or(Refusal::NoOrganization);
    match path {
        // A member may ask for it, so the missing right to look inside does no harm.
        [] if call.visitor.rights.v5 || call.visitor.rights.organizations => {
            one("organization", &organization?.object)
        }
        [] => Err(call.denied("organizations:organizations:get")),
        _ => Inside { call, organization: organization? }.answer(path),
    }
}

struct Inside<'c, 'a> {
    call: &'c Call<'a>,
    organization: &'a Organization,
}

impl Inside<'_, '_> {
    fn answer(&self, path: &[&str]) -> Outcome {
        let organization = self.organization;
        let needs = |action: &str| self.call.needs(&format!("organizations:{action}"));
        match path {
            ["roots"] => {
                needs("roots:list")?;
                self.page("roots", std::iter::once(&organization.root).collect(), Object::clone)
            }
            ["organizational-units"] => {
                needs("ous:list")?;
                let units = organization.units.iter().filter(|node| self.is_below(&node.parent));
                self.page("organizational_units", units.collect(), |node| node.object.clone())
            }
            ["accounts"] => {
                needs("accounts:list")?;
                let accounts = organization.accounts.iter().filter(|node| self.is_below(&node.parent));
                self.page("accounts", accounts.collect(), |node| node.object.clone())
            }
            ["accounts", id] => {
                needs("accounts:get")?;
                let account = organization.accounts.iter().find(|node| node.object.text("id") == *id);
                one("account", &found(account, &format!("account {id}"))?.object)
            }
            ["entities"] => {
                needs("entities:list")?;
                self.entities()
            }
            ["policies", rest @ ..] => self.policies(rest),
            _ => self.others(path),
        }
    }

    fn policies(&self, path: &[&str]) -> Outcome {
        let needs = |action: &str| self.call.needs(&format!("organizations:{action}"));
        let of = |id: &str| found(self.organization.policy(id), &format!("policy {id}"));
        match path {
            [] => {
                needs("policies:list")?;
                let entity = self.call.query().text("attached_entity_id");
                let is_wanted = |policy: &&ServiceControl| {
                    entity.is_none_or(|entity| policy.attached.iter().any(|attached| attached == entity))
                };
                let policies = self.organization.policies.iter().filter(is_wanted).collect();
                self.page("policies", policies, |policy| policy.object.clone())
            }
            [id] => {
                needs("policies:get")?;
                Ok(under("policy", of(id)?.detail()))
            }
            [id, "attached-entities"] => {
                needs("attachedEntities:list")?;
                let entities = self.organization.attached_entities(of(id)?);
                self.page("attached_entities", entities.iter().collect(), Object::clone)
            }
            _ => Err(Refusal::NoSuchPath),
        }
    }

    fn others(&self, path: &[&str]) -> Outcome {
        let organization = self.organization;
        let needs = |action: &str| self.call.needs(&format!("organizations:{action}"));
        match path {
            ["delegated-administrators"] => {
                needs("delegatedAdministrators:list")?;
                self.call.unsimulated(&["service_principal"])?;
                let all = organization.delegated_administrators.iter().collect();
                self.page("delegated_administrators", all, |one| one.object.clone())
            }
            ["accounts", id, "delegated-services"] => {
                needs("delegatedServices:list")?;
                let mut all = organization.delegated_administrators.iter();
                let one = all.find(|one| one.object.text("account_id") == *id);
                self.page("delegated_services", found(one, id)?.services.iter().collect(), Object::clone)
            }
            ["trusted-services"] => {
                needs("trustedServices:list")?;
                self.page("trusted_services", organization.trusted_services.iter().collect(), Object::clone)
            }
            ["resources", id, "tags"] => {
                needs("tags:list")?;
                let mut nodes = organization.units.iter().chain(&organization.accounts);
                let node = found(nodes.find(|node| node.object.text("id") == *id), id)?;
                self.page("tags", node.tags.iter().collect(), Object::clone)
            }
            ["quotas"] => {
                needs("quotas:list")?;
                Ok(under("quotas", json!({ "resources": organization.quotas_shown() })))
            }
            _ => Err(Refusal::NoSuchPath),
        }
    }

    fn is_below(&self, parent: &str) -> bool {
        self.call.query().text("parent_id").is_none_or(|wanted| wanted == parent)
    }

    /// What is directly below a parent, or what a child is below; everything where neither is named.
    fn entities(&self) -> Outcome {
        let all = || self.organization.entities();
        let (below, child) = (self.call.query().text("parent_id"), self.call.query().text("child_id"));
        let above = match child {
            None => None,
            Some(child) => {
                let known = all().find(|(object, ..)| object.text("id") == child);
                Some(found(known, &format!("entity {child}"))?.2)
            }
        };
        let wanted = all().filter(|(object, _, parent)| {
            below.is_none_or(|below| *parent == Some(below))
                && above.is_none_or(|above| Some(object.text("id")) == above)
        });
        self.page("entities", wanted.collect(), |(object, kind, _)| Organization::entity_shown(object, kind))
    }

    /// One page: the end is told by a marker that is null.
    fn page<T, S: Serialize>(&self, name: &str, things: Vec<T>, show: impl Fn(T) -> S) -> Outcome {
        let page = self.call.marked_page(things.into_iter(), 1..=1_000, 1_000)?;
        let Page { items, next } = page;
        let next = next.map(|at| marker(at, self.call.request));
        let info: Value = json!({ "next_marker": next, "current_count": items.len() });
        let items: Vec<S> = items.into_iter().map(show).collect();
        Ok(Answer::ok(&json!({ name: items, "page_info": info })).of_family(Family::Marker))
    }
}
