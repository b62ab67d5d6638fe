--- title = "Administrator of every service"
--- severity = "high"
--- confidence = "high"
--- needs = ["ibm_access_groups", "ibm_policies", "ibm_policy_resource_attributes", "ibm_policy_resource_tags", "ibm_policy_roles", "ibm_policy_rule_conditions"]
--- absence = ["ibm_policy_resource_attributes", "ibm_policy_resource_tags", "ibm_policy_rule_conditions"]
--- subject = "ibm_policies.id"
--- reason = "Administrator on all account management services can give itself and others anything; on all IAM-enabled services it owns every resource. `scope` says which. Silent when anything narrows the policy: a service, region, resource group, tag or condition."
--- remediation = "Give Administrator on the services that are run, and keep the wide policy for a trusted profile that is used in an emergency."
--- references = ["CIS IBM Cloud Foundations 1.14", "CIS IBM Cloud Foundations 1.15", "https://cloud.ibm.com/docs/account?topic=account-userroles"]
with scopes as (
    select
        policy_id,
        max(case when name = 'serviceType' and value = 'service' then 1 else 0 end) as is_services,
        max(case when name = 'serviceType' and value = 'platform_service' then 1 else 0 end) as is_account,
        max(case when name in ('accountId', 'serviceType') then 0 else 1 end) as is_narrow
    from ibm_policy_resource_attributes
    group by policy_id
),
narrowed as (
    select policy_id from ibm_policy_resource_tags
    union
    select policy_id from ibm_policy_rule_conditions
)
select
    policies.id,
    policies.subject_iam_id,
    policies.subject_access_group_id,
    access_groups.name as group_name,
    case
        when scopes.is_services = 1 and scopes.is_account = 1 then 'all services'
        when scopes.is_account = 1 then 'account management services'
        else 'IAM-enabled services'
    end as scope
from ibm_policies policies
join scopes on scopes.policy_id = policies.id
join ibm_policy_roles roles
    on roles.policy_id = policies.id and roles.role_id = 'crn:v1:bluemix:public:iam::::role:Administrator'
left join narrowed on narrowed.policy_id = policies.id
left join ibm_access_groups access_groups on access_groups.id = policies.subject_access_group_id
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and (scopes.is_services = 1 or scopes.is_account = 1)
    and scopes.is_narrow = 0
    and narrowed.policy_id is null
order by policies.id
