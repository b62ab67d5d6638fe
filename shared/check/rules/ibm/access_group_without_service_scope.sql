--- title = "Access group policy names no service"
--- severity = "medium"
--- confidence = "high"
--- needs = ["ibm_access_groups", "ibm_policies", "ibm_policy_resource_attributes"]
--- absence = ["ibm_policy_resource_attributes"]
--- subject = "ibm_policies.id"
--- reason = "It opens every service that is there and every one that anybody adds later. Judged policy by policy, so that a narrow one does not hide a wide one beside it. Naming a kind of service or a group of services counts as naming; a policy on the resource group itself opens no service and is not reported."
--- silence = "never"
--- remediation = "Split it into a policy for each service that the group works with."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-account_setup"]
with scoped as (
    select distinct policy_id
    from ibm_policy_resource_attributes
    where name in ('serviceName', 'serviceType', 'service_group_id')
        or (name = 'resourceType' and value = 'resource-group')
)
select policies.id, policies.subject_access_group_id as group_id, access_groups.name as group_name
from ibm_policies policies
join ibm_access_groups access_groups on access_groups.id = policies.subject_access_group_id
left join scoped on scoped.policy_id = policies.id
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and scoped.policy_id is null
order by policies.id
