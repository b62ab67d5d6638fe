--- absence = ["ibm_policy_resource_attributes", "ibm_policy_resource_tags", "ibm_policy_rule_conditions", "ibm_trusted_profiles", "ibm_users"]
-- Policies that make an administrator of all services: those that nothing narrows, be it a service, a region, a resource
-- group, a tag or a condition. A user or trusted profile that has left the account administers nothing.
select
    'ibm' as cloud,
    'ibm_policies/' || policies.id as address,
    case when policies.subject_access_group_id is not null then 'group' else 'principal' end as holder_type,
    coalesce(policies.subject_access_group_id, policies.subject_iam_id) as holder_id,
    access_groups.name as holder_name,
    policies.description as policy_name,
    case
        when scopes.is_services = 1 and scopes.is_account = 1 then 'all services'
        when scopes.is_account = 1 then 'account management services'
        else 'IAM-enabled services'
    end as scope,
    null as doubt
from ibm_policies policies
join (
    select
        policy_id,
        max(case when name = 'serviceType' and value = 'service' then 1 else 0 end) as is_services,
        max(case when name = 'serviceType' and value = 'platform_service' then 1 else 0 end) as is_account,
        max(case when name in ('accountId', 'serviceType') then 0 else 1 end) as is_narrow
    from ibm_policy_resource_attributes
    group by policy_id
) scopes on scopes.policy_id = policies.id
join ibm_policy_roles roles
    on roles.policy_id = policies.id and roles.role_id = 'crn:v1:bluemix:public:iam::::role:Administrator'
left join (
    select policy_id from ibm_policy_resource_tags
    union
    select policy_id from ibm_policy_rule_conditions
) narrowed on narrowed.policy_id = policies.id
left join ibm_access_groups access_groups on access_groups.id = policies.subject_access_group_id
left join ibm_departed_subjects departed on departed.policy_id = policies.id
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and (scopes.is_services = 1 or scopes.is_account = 1)
    and scopes.is_narrow = 0
    and narrowed.policy_id is null
    and departed.policy_id is null
