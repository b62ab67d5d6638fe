--- title = "Instance covered by no policy"
--- severity = "low"
--- confidence = "medium"
--- needs = ["ibm_access_group_members", "ibm_access_group_rules", "ibm_accounts", "ibm_policies", "ibm_policy_resource_attributes", "ibm_policy_resource_tags", "ibm_resource_instances"]
--- absence = ["ibm_access_group_members", "ibm_access_group_rules", "ibm_policies", "ibm_policy_resource_attributes", "ibm_policy_resource_tags"]
--- subject = "ibm_resource_instances.crn"
--- reason = "Only the account owner reaches it: it is forgotten, or governed in a way that the account's policies do not show. What the auditor itself may see does not count: its own policies, and those of a group that nobody else is in or may get into. An attribute that is not compared here (resource, path) never rules an instance out. Instances that are not active, or of which service or resource group is not known, are not judged."
--- silence = "Where only policies could open the instance that are narrowed by a tag, or by a region while that of the instance is not known, that is doubted, and an open finding becomes unknown."
--- remediation = "Delete the instance if nobody misses it; otherwise give the group that runs it a policy."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-userroles"]
with auditors as (
    -- The auditor, as a subject of policies: by itself, and as the only member of a group.
    select auditor_iam_id as iam_id, null as group_id
    from ibm_accounts
    where auditor_iam_id is not null
    union all
    select null, members.group_id
    from ibm_access_group_members members
    left join ibm_accounts accounts on accounts.auditor_iam_id = members.iam_id
    left join ibm_access_group_rules rules on rules.group_id = members.group_id
    group by members.group_id
    having count(accounts.auditor_iam_id) = count(*) and count(rules.id) = 0
),
tagged as (
    select distinct policy_id from ibm_policy_resource_tags
),
shut as (
    -- Policies with an attribute of which no value could be that of an instance.
    select distinct policy_id
    from (
        select policy_id
        from ibm_policy_resource_attributes
        where name in ('serviceType', 'service_group_id', 'resourceType', 'serviceName', 'serviceInstance')
        group by policy_id, position
        having max(case
            when operator = 'stringExists' and value = 'false' and name <> 'resourceType' then 0
            when name = 'serviceType' and not 'service' like value_like escape '!' then 0
            when name = 'service_group_id' and value = 'IAM' then 0
            when name = 'resourceType' and value = 'resource-group' then 0
            else 1
        end) = 0
    ) attributes
),
reach as (
    -- What is left, as patterns; null means any. `_is` is set where the value holds no wildcard.
    select distinct
        services.value_like as service_like,
        case when coalesce(services.operator, 'stringEquals') like 'stringEquals%' then services.value end as service_is,
        regions.value_like as region_like,
        resource_groups.value_like as group_like,
        case when coalesce(resource_groups.operator, 'stringEquals') like 'stringEquals%'
            then resource_groups.value end as group_is,
        instances.value_like as instance_like,
        case when coalesce(instances.operator, 'stringEquals') like 'stringEquals%' then instances.value end as instance_is,
        case when tagged.policy_id is null then 0 else 1 end as is_tagged
    from ibm_policies policies
    left join auditors on auditors.iam_id = policies.subject_iam_id or auditors.group_id = policies.subject_access_group_id
    left join tagged on tagged.policy_id = policies.id
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
        and auditors.iam_id is null
        and auditors.group_id is null
        and policies.id not in (select shut.policy_id from shut)
),
active as (
    select crn, guid, name, service_name, region_id, resource_group_id
    from ibm_resource_instances
    where coalesce(state, 'unknown') = 'active'
        and guid is not null
        and service_name is not null
        and resource_group_id is not null
),
covered as (
    -- Each arm by its own index; a plain `union` would be merged in order, which compares all with all.
    select pairs.crn, max(pairs.is_sure) as is_sure
    from (
        select
            active.crn,
            case when reach.is_tagged = 0 and (reach.region_like is null or active.region_id is not null) then 1 else 0 end as is_sure
        from reach
        join active on active.guid = reach.instance_is
        where (reach.service_like is null or active.service_name like reach.service_like escape '!')
            and (reach.region_like is null or active.region_id is null or active.region_id like reach.region_like escape '!')
            and (reach.group_like is null or active.resource_group_id like reach.group_like escape '!')
        union all
        select
            active.crn,
            case when reach.is_tagged = 0 and (reach.region_like is null or active.region_id is not null) then 1 else 0 end as is_sure
        from reach
        join active on active.service_name = reach.service_is
        where reach.instance_is is null
            and (reach.instance_like is null or active.guid like reach.instance_like escape '!')
            and (reach.region_like is null or active.region_id is null or active.region_id like reach.region_like escape '!')
            and (reach.group_like is null or active.resource_group_id like reach.group_like escape '!')
        union all
        select
            active.crn,
            case when reach.is_tagged = 0 and (reach.region_like is null or active.region_id is not null) then 1 else 0 end as is_sure
        from reach
        join active on active.resource_group_id = reach.group_is
        where reach.instance_is is null
            and reach.service_is is null
            and (reach.instance_like is null or active.guid like reach.instance_like escape '!')
            and (reach.service_like is null or active.service_name like reach.service_like escape '!')
            and (reach.region_like is null or active.region_id is null or active.region_id like reach.region_like escape '!')
        union all
        select
            active.crn,
            case when reach.is_tagged = 0 and (reach.region_like is null or active.region_id is not null) then 1 else 0 end as is_sure
        from reach
        cross join active
        where reach.instance_is is null
            and reach.service_is is null
            and reach.group_is is null
            and (reach.instance_like is null or active.guid like reach.instance_like escape '!')
            and (reach.service_like is null or active.service_name like reach.service_like escape '!')
            and (reach.region_like is null or active.region_id is null or active.region_id like reach.region_like escape '!')
            and (reach.group_like is null or active.resource_group_id like reach.group_like escape '!')
    ) pairs
    group by pairs.crn
)
select
    active.crn,
    active.name,
    active.service_name,
    active.region_id,
    active.resource_group_id,
    case
        when covered.is_sure = 0 then 'only policies could open it that are narrowed by a tag, or by a region that is not known of it'
    end as doubt
from active
left join covered on covered.crn = active.crn
where covered.crn is null or covered.is_sure = 0
order by active.crn
