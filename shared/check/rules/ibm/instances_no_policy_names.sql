--- title = "Instances that no policy names"
--- severity = "info"
--- confidence = "high"
--- kind = "report"
--- needs = ["ibm_policies", "ibm_policy_resource_attributes", "ibm_resource_instances"]
--- absence = ["ibm_policies", "ibm_policy_resource_attributes"]
--- reason = "Whoever reaches such an instance does so by a wider policy: on its service, its resource group, or all there is. A pattern names what it matches; a policy between services names nothing for people. The rule `instance_without_policy` reports those that no policy covers at all."
--- silence = "never"
--- remediation = "Name the instance where a wider policy opens more than is needed."
with named as (
    select distinct
        attributes.value,
        attributes.value_like,
        case
            when attributes.operator like 'stringMatch%'
                and (attributes.value like '%*%' or attributes.value like '%?%') then 1
            else 0
        end as is_pattern
    from ibm_policy_resource_attributes attributes
    join ibm_policies policies on policies.id = attributes.policy_id
    where attributes.name = 'serviceInstance'
        and policies.type = 'access'
        and coalesce(policies.state, 'active') = 'active'
),
reached as (
    select instances.crn
    from named
    join ibm_resource_instances instances on instances.guid = named.value
    where named.is_pattern = 0
    union
    select instances.crn
    from named
    cross join ibm_resource_instances instances
    where named.is_pattern = 1 and instances.guid like named.value_like escape '!'
)
select
    instances.crn,
    instances.name,
    instances.service_name,
    instances.region_id,
    instances.resource_group_id,
    instances.state
from ibm_resource_instances instances
left join reached on reached.crn = instances.crn
where reached.crn is null
    and coalesce(instances.state, 'active') <> 'removed'
order by instances.crn
