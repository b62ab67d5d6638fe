--- title = "Policy names missing instance"
--- severity = "low"
--- confidence = "medium"
--- needs = ["ibm_policies", "ibm_policy_resource_attributes", "ibm_resource_instances"]
--- absence = ["ibm_resource_instances", "ibm_policy_resource_attributes"]
--- subject = "ibm_policy_resource_attributes.policy_id,value"
--- reason = "The grant outlived what it was made for and hides among those that matter. `why` tells an instance that was removed from one of which nothing is known and from a pattern that matches none. Silent for other accounts' instances, and for instances that are only inactive or wait to be reclaimed."
--- silence = "Where no instance of the service can be seen at all, nothing tells a missing one from a hidden one: that is doubted, and an open finding becomes unknown."
--- remediation = "Delete the policy, or the instance from its list. If the instance exists, give the collector Viewer on its service."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-access-clean-up"]
with named as (
    select
        attributes.policy_id,
        attributes.value,
        max(attributes.value_like) as value_like,
        max(case
            when attributes.operator like 'stringMatch%'
                and (attributes.value like '%*%' or attributes.value like '%?%') then 1
            else 0
        end) as is_pattern
    from ibm_policy_resource_attributes attributes
    join ibm_policies policies on policies.id = attributes.policy_id
    where attributes.name = 'serviceInstance'
        and attributes.value_like is not null
        and coalesce(policies.state, 'active') = 'active'
    group by attributes.policy_id, attributes.value
),
seen_services as (
    -- The services of policies, as they are written, of which instances can be seen.
    select written.value_like, min(instances.service_name) as service_name
    from (select distinct value_like from ibm_policy_resource_attributes where name = 'serviceName') written
    join (select distinct service_name from ibm_resource_instances) instances
        on instances.service_name like written.value_like escape '!'
    group by written.value_like
),
services as (
    select named.policy_id, min(seen_services.service_name) as service_name
    from named
    join ibm_policy_resource_attributes attributes
        on attributes.policy_id = named.policy_id and attributes.name = 'serviceName'
    left join seen_services on seen_services.value_like = attributes.value_like
    group by named.policy_id
),
elsewhere as (
    select distinct attributes.policy_id
    from ibm_policy_resource_attributes attributes
    cross join run
    where attributes.name = 'accountId' and attributes.value <> run.account_id
),
there as (
    select named.policy_id, named.value, min(case when instances.state = 'removed' then 1 else 0 end) as is_removed
    from named
    join ibm_resource_instances instances on instances.guid = named.value
    where named.is_pattern = 0
    group by named.policy_id, named.value
    union all
    select named.policy_id, named.value, min(case when instances.state = 'removed' then 1 else 0 end)
    from named
    cross join ibm_resource_instances instances
    where named.is_pattern = 1 and instances.guid like named.value_like escape '!'
    group by named.policy_id, named.value
)
select
    named.policy_id,
    named.value,
    services.service_name,
    policies.type as policy_type,
    policies.subject_access_group_id,
    policies.subject_iam_id,
    case
        when there.is_removed = 1 then 'it was removed'
        when named.is_pattern = 1 then 'no instance matches the pattern'
        else 'not visible or not existing'
    end as why,
    case
        when services.service_name is null and there.policy_id is null then 'no instance of the service can be seen'
    end as doubt
from named
join ibm_policies policies on policies.id = named.policy_id
join services on services.policy_id = named.policy_id
left join elsewhere on elsewhere.policy_id = named.policy_id
left join there on there.policy_id = named.policy_id and there.value = named.value
where elsewhere.policy_id is null
    and coalesce(there.is_removed, 1) = 1
order by named.policy_id, named.value nulls first
