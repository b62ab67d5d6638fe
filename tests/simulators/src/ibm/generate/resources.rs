//! Makes resource groups, instances, network zones and context-based restrictions.

use serde_json::{Value, json};

use super::mint::Mint;
use crate::ibm::world::Object;

impl Mint {
    /// A resource group.
    pub(crate) fn resource_group(&mut self, name: &str, is_default: bool) -> Object {
        let id = self.hex(32);
        Object::new(json!({
            "id": id,
            "crn": self.crn("resource-controller", "resource-group", &id),
            "account_id": self.account,
            "name": name,
            "state": "ACTIVE",
            "default": is_default,
            "quota_id": self.hex(32),
            "quota_url": "/v2/quota_definitions/standard",
            "payment_methods_url": format!("/v2/resource_groups/{id}/payment_methods"),
            "resource_linkages": [],
            "teams_url": format!("/v2/resource_groups/{id}/teams"),
            "created_at": self.time(800),
            "updated_at": self.time(700),
        }))
    }

    /// An active instance of a service.
    pub(crate) fn instance(
        &mut self,
        service: &str,
        name: &str,
        region: &str,
        resource_group: &str,
        creator: &str,
    ) -> Object {
        let guid = self.uuid();
        let crn = format!("crn:v1:bluemix:public:{service}:{region}:a/{}:{guid}::", self.account);
        let age = self.rng.u32(10..900);
        Object::new(json!({
            "id": crn,
            "guid": guid,
            "url": format!("/v2/resource_instances/{guid}"),
            "crn": crn,
            "name": name,
            "region_id": region,
            "account_id": self.account,
            "resource_group_id": resource_group,
            "resource_group_crn": self.crn("resource-controller", "resource-group", resource_group),
            "resource_id": format!("{}-offering", service),
            "resource_plan_id": self.uuid(),
            "target_crn": format!("crn:v1:bluemix:public:globalcatalog::::deployment:{}", service),
            "state": "active",
            "type": "service_instance",
            "sub_type": "",
            "created_at": self.long_time(age),
            "created_by": creator,
            "updated_at": self.long_time(age / 2),
            "updated_by": Value::Null,
            "deleted_at": Value::Null,
            "deleted_by": "",
            "last_operation": {
                "type": "create", "state": "succeeded", "async": false,
                "description": "Completed create instance operation", "cancelable": false, "poll": false,
            },
            "parameters": {"admin_password": "simulated-secret-parameter"},
            "extensions": {},
            "locked": false,
            "allow_cleanup": false,
        }))
    }

    /// A network zone.
    pub(crate) fn zone(&mut self, name: &str, creator: &str, addresses: Value) -> Object {
        let id = self.hex(32);
        Object::new(json!({
            "id": id,
            "crn": self.crn("context-based-restrictions", "zone", &id),
            "account_id": self.account,
            "name": name,
            "description": "",
            "address_count": addresses.as_array().map_or(0, Vec::len),
            "excluded_count": 0,
            "addresses": addresses,
            "excluded": [],
            "href": format!("https://cbr.cloud.ibm.com/v1/zones/{id}"),
            "created_at": self.time(300),
            "created_by_id": creator,
            "last_modified_at": self.time(100),
            "last_modified_by_id": creator,
        }))
    }

    /// A rule that lets requests to a service come from a zone only.
    pub(crate) fn restriction(
        &mut self,
        description: &str,
        creator: &str,
        zone: &str,
        service: &str,
    ) -> Object {
        let id = self.hex(32);
        Object::new(json!({
            "id": id,
            "crn": self.crn("context-based-restrictions", "rule", &id),
            "description": description,
            "contexts": [{"attributes": [
                {"name": "networkZoneId", "value": zone},
                {"name": "endpointType", "value": "private"},
            ]}],
            "resources": [{"attributes": [
                {"name": "accountId", "value": self.account},
                {"name": "serviceName", "value": service, "operator": "stringEquals"},
            ]}],
            "operations": {"api_types": [{"api_type_id": "crn:v1:bluemix:public:context-based-restrictions::::api-type:data-plane"}]},
            "enforcement_mode": "enabled",
            "href": format!("https://cbr.cloud.ibm.com/v1/rules/{id}"),
            "created_at": self.time(300),
            "created_by_id": creator,
            "last_modified_at": self.time(100),
            "last_modified_by_id": creator,
        }))
    }

    /// A custom role of one service.
    pub(crate) fn custom_role(
        &mut self,
        name: &str,
        display_name: &str,
        service: &str,
        actions: &[&str],
        creator: &str,
    ) -> Object {
        let id = self.uuid();
        Object::new(json!({
            "id": id,
            "name": name,
            "display_name": display_name,
            "description": format!("{display_name} of {service}"),
            "actions": actions,
            "crn": self.crn("iam-access-management", "customRole", name),
            "account_id": self.account,
            "service_name": service,
            "created_at": self.time(500),
            "created_by_id": creator,
            "last_modified_at": self.time(400),
            "last_modified_by_id": creator,
            "href": format!("https://iam.cloud.ibm.com/v2/roles/{id}"),
        }))
    }
}
