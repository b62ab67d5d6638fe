-- Identity policies that open every service, or all of IAM, by what they say: a statement of the version in force allows
-- every action, on every resource, without a condition. One that denies every action as well, without
-- a condition and on every resource, opens nothing and is none; where it denies it in part, `doubt` says so. Nor is one that could not be read as a whole.
select
    'huawei' as cloud,
    policies.policy_id,
    policies.name as policy_name,
    case when policies.type = 'custom' then true else false end as is_custom,
    case
        when wide.is_everything = 1 and coalesce(denies.is_iam_surely, 0) = 1 then 'every service but IAM'
        when wide.is_everything = 1 then 'every service'
        else 'IAM'
    end as scope,
    case
        when denies.is_everything = 1 or (wide.is_everything = 0 and denies.is_iam = 1)
            then 'a statement denies as much, under a condition or on some resources'
    end as doubt
from huawei_policies policies
join huawei_policy_versions versions
    on versions.policy_id = policies.policy_id and versions.version_id = policies.default_version_id
join (
    select
        actions.policy_id,
        actions.version_id,
        max(case when actions.pattern in ('*', '*:*', '*:*:*') then 1 else 0 end) as is_everything
    from huawei_policy_actions actions
    join huawei_policy_statements statements
        on statements.policy_id = actions.policy_id
        and statements.version_id = actions.version_id
        and statements.statement = actions.statement
    left join (
        select distinct policy_id, version_id, statement from huawei_policy_conditions
    ) conditions
        on conditions.policy_id = actions.policy_id
        and conditions.version_id = actions.version_id
        and conditions.statement = actions.statement
    left join (
        select
            policy_id,
            version_id,
            statement,
            max(case when is_except = false and pattern in ('*', '*:*:*:*:*') then 1 else 0 end) as is_every
        from huawei_policy_resources
        group by policy_id, version_id, statement
    ) resources
        on resources.policy_id = actions.policy_id
        and resources.version_id = actions.version_id
        and resources.statement = actions.statement
    where statements.effect = 'Allow'
        and actions.is_except = false
        and lower(actions.pattern) in ('*', '*:*', '*:*:*', 'iam:*', 'iam:*:*')
        and conditions.policy_id is null
        and coalesce(resources.is_every, 1) = 1
    group by actions.policy_id, actions.version_id
) wide on wide.policy_id = policies.policy_id and wide.version_id = policies.default_version_id
left join (
    select
        actions.policy_id,
        actions.version_id,
        max(case when actions.pattern in ('*', '*:*', '*:*:*') then 1 else 0 end) as is_everything,
        max(case when lower(actions.pattern) in ('iam:*', 'iam:*:*') then 1 else 0 end) as is_iam,
        max(case
            when actions.pattern in ('*', '*:*', '*:*:*') and conditions.policy_id is null and coalesce(resources.is_every, 1) = 1 then 1
            else 0
        end) as is_everything_surely,
        max(case
            when lower(actions.pattern) in ('iam:*', 'iam:*:*') and conditions.policy_id is null and coalesce(resources.is_every, 1) = 1 then 1
            else 0
        end) as is_iam_surely
    from huawei_policy_actions actions
    join huawei_policy_statements statements
        on statements.policy_id = actions.policy_id
        and statements.version_id = actions.version_id
        and statements.statement = actions.statement
    left join (
        select distinct policy_id, version_id, statement from huawei_policy_conditions
    ) conditions
        on conditions.policy_id = actions.policy_id
        and conditions.version_id = actions.version_id
        and conditions.statement = actions.statement
    left join (
        select
            policy_id,
            version_id,
            statement,
            max(case when is_except = false and pattern in ('*', '*:*:*:*:*') then 1 else 0 end) as is_every
        from huawei_policy_resources
        group by policy_id, version_id, statement
    ) resources
        on resources.policy_id = actions.policy_id
        and resources.version_id = actions.version_id
        and resources.statement = actions.statement
    where statements.effect = 'Deny'
    group by actions.policy_id, actions.version_id
) denies on denies.policy_id = policies.policy_id and denies.version_id = policies.default_version_id
where versions.fault is null
    and coalesce(denies.is_everything_surely, 0) = 0
    and (wide.is_everything = 1 or coalesce(denies.is_iam_surely, 0) = 0)
