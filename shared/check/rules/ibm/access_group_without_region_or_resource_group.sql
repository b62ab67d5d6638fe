--- title = "Access group policy covers every region and resource group"
--- severity = "info"
--- confidence = "high"
--- needs = ["ibm_access_groups", "ibm_policies", "ibm_policy_resource_attributes", "ibm_policy_resource_tags"]
--- absence = ["ibm_policy_resource_attributes", "ibm_policy_resource_tags"]
--- subject = "ibm_policies.id"
--- reason = "It opens the service wherever it is deployed, production included. Judged policy by policy. Silent where region and resource group mean nothing (account management services, the resource group itself) and where something narrower is named: an instance, a resource, an access tag."
--- silence = "never"
--- remediation = "Name the resource group, or the region, that the group works in."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-account_setup"]
with scoped as (
    select policy_id
    from ibm_policy_resource_attributes
    where name in ('region', 'resourceGroupId', 'serviceInstance', 'resource', 'service_group_id')
        or (name = 'resourceType' and value = 'resource-group')
        or (name = 'serviceType' and value = 'platform_service')
        or (name = 'serviceName' and value in (
            'billing', 'cloudshell', 'context-based-restrictions', 'enterprise', 'entitlement', 'globalcatalog',
            'globalcatalog-collection', 'iam-access-management', 'iam-groups', 'iam-identity', 'project',
            'security-compliance', 'support', 'user-management'
        ))
    union
    select policy_id from ibm_policy_resource_tags
)
select policies.id, policies.subject_access_group_id as group_id, access_groups.name as group_name
from ibm_policies policies
join ibm_access_groups access_groups on access_groups.id = policies.subject_access_group_id
left join scoped on scoped.policy_id = policies.id
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and scoped.policy_id is null
order by policies.id
