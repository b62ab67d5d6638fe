--- title = "Resource access by access group"
--- severity = "info"
--- confidence = "high"
--- kind = "report"
--- needs = ["ibm_access_group_dynamic_members", "ibm_access_group_members", "ibm_access_groups", "ibm_policies", "ibm_policy_resource_attributes", "ibm_policy_roles", "ibm_resource_instances"]
--- reason = "Joins member, group, policy, role and instance, each by its id. A policy that names instances gives a row for each one that is there; a wider policy gives one row with its scope, where null means any."
--- silence = "never"
--- remediation = "Filter by `principal_id`, `group_id` or `instance_crn` to answer the question at hand."
with reach as (
    select
        policies.id as policy_id,
        policies.subject_access_group_id as group_id,
        services.value as service,
        services.value_like as service_like,
        regions.value as region,
        regions.value_like as region_like,
        resource_groups.value as resource_group,
        resource_groups.value_like as group_like,
        instances.value_like as instance_like,
        case when coalesce(instances.operator, 'stringEquals') like 'stringEquals%' then instances.value end as instance_is
    from ibm_policies policies
    left join ibm_policy_resource_attributes services
        on services.policy_id = policies.id and services.name = 'serviceName'
    left join ibm_policy_resource_attributes regions
        on regions.policy_id = policies.id and regions.name = 'region'
    left join ibm_policy_resource_attributes resource_groups
        on resource_groups.policy_id = policies.id and resource_groups.name = 'resourceGroupId'
    left join ibm_policy_resource_attributes instances
        on instances.policy_id = policies.id and instances.name = 'serviceInstance'
    where policies.type = 'access'
        and coalesce(policies.state, 'active') = 'active'
        and policies.subject_access_group_id is not null
),
resources as (
    select
        reach.policy_id, reach.group_id, reach.service, reach.region, reach.resource_group,
        instances.crn as instance_crn, instances.name as instance_name
    from reach
    join ibm_resource_instances instances on instances.guid = reach.instance_is
    where coalesce(instances.state, 'active') <> 'removed'
        and (reach.service_like is null or instances.service_name like reach.service_like escape '!')
        and (reach.region_like is null or instances.region_id like reach.region_like escape '!')
        and (reach.group_like is null or instances.resource_group_id like reach.group_like escape '!')
    union
    select
        reach.policy_id, reach.group_id, reach.service, reach.region, reach.resource_group,
        instances.crn, instances.name
    from reach
    cross join ibm_resource_instances instances
    where reach.instance_is is null
        and reach.instance_like is not null
        and coalesce(instances.state, 'active') <> 'removed'
        and instances.guid like reach.instance_like escape '!'
        and (reach.service_like is null or instances.service_name like reach.service_like escape '!')
        and (reach.region_like is null or instances.region_id like reach.region_like escape '!')
        and (reach.group_like is null or instances.resource_group_id like reach.group_like escape '!')
    union
    select policy_id, group_id, service, region, resource_group, null, null
    from reach
    where instance_like is null
)
select
    memberships.principal_id,
    memberships.principal_type,
    memberships.is_dynamic,
    memberships.group_id,
    memberships.group_name,
    resources.policy_id,
    roles.role_id,
    coalesce(roles.display_name, roles.role_id) as role,
    resources.service,
    resources.region,
    resources.resource_group,
    resources.instance_crn,
    resources.instance_name
from memberships
join resources on resources.group_id = memberships.group_id
left join ibm_policy_roles roles on roles.policy_id = resources.policy_id
order by
    memberships.principal_id, memberships.group_id, memberships.is_dynamic, resources.policy_id, roles.role_id nulls first,
    resources.service nulls first, resources.region nulls first, resources.resource_group nulls first,
    resources.instance_crn nulls first
