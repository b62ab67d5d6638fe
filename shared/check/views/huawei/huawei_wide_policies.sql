--- absence = ["huawei_policy_actions", "huawei_policy_conditions", "huawei_policy_resources", "huawei_policy_statements", "huawei_role_actions", "huawei_role_conditions", "huawei_role_resources", "huawei_role_statements"]
-- Policies and roles that open every service, or all of IAM, by what they say: a statement that allows every action,
-- on every resource, without a condition. One that also denies every action somehow opens nothing for sure, and is
-- none. Roles of the cloud are known by name: their statements are of another kind.
select
    'huawei' as cloud,
    'identity policy' as kind,
    policies.policy_id,
    policies.name as policy_name,
    case when policies.type = 'custom' then true else false end as is_custom,
    case
        when wide.is_everything = 1 and coalesce(denies.is_iam, 0) = 1 then 'every service but IAM'
        when wide.is_everything = 1 then 'every service'
        else 'IAM'
    end as scope
from huawei_policies policies
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
        max(case when lower(actions.pattern) in ('iam:*', 'iam:*:*') then 1 else 0 end) as is_iam
    from huawei_policy_actions actions
    join huawei_policy_statements statements
        on statements.policy_id = actions.policy_id
        and statements.version_id = actions.version_id
        and statements.statement = actions.statement
    where statements.effect = 'Deny'
    group by actions.policy_id, actions.version_id
) denies on denies.policy_id = policies.policy_id and denies.version_id = policies.default_version_id
where coalesce(denies.is_everything, 0) = 0
    and (wide.is_everything = 1 or coalesce(denies.is_iam, 0) = 0)
union all
select
    'huawei',
    'classic role',
    roles.id,
    coalesce(roles.display_name, roles.name),
    true,
    case
        when wide.is_everything = 1 and coalesce(denies.is_iam, 0) = 1 then 'every service but IAM'
        when wide.is_everything = 1 then 'every service'
        else 'IAM'
    end
from huawei_roles roles
join (
    select
        actions.role_id,
        max(case when actions.pattern in ('*', '*:*', '*:*:*') then 1 else 0 end) as is_everything
    from huawei_role_actions actions
    join huawei_role_statements statements
        on statements.role_id = actions.role_id and statements.statement = actions.statement
    left join (
        select distinct role_id, statement from huawei_role_conditions
    ) conditions on conditions.role_id = actions.role_id and conditions.statement = actions.statement
    left join (
        select
            role_id,
            statement,
            max(case when is_except = false and pattern in ('*', '*:*:*:*:*') then 1 else 0 end) as is_every
        from huawei_role_resources
        group by role_id, statement
    ) resources on resources.role_id = actions.role_id and resources.statement = actions.statement
    where statements.effect = 'Allow'
        and actions.is_except = false
        and lower(actions.pattern) in ('*', '*:*', '*:*:*', 'iam:*', 'iam:*:*')
        and conditions.role_id is null
        and coalesce(resources.is_every, 1) = 1
    group by actions.role_id
) wide on wide.role_id = roles.id
left join (
    select
        actions.role_id,
        max(case when actions.pattern in ('*', '*:*', '*:*:*') then 1 else 0 end) as is_everything,
        max(case when lower(actions.pattern) in ('iam:*', 'iam:*:*') then 1 else 0 end) as is_iam
    from huawei_role_actions actions
    join huawei_role_statements statements
        on statements.role_id = actions.role_id and statements.statement = actions.statement
    where statements.effect = 'Deny'
    group by actions.role_id
) denies on denies.role_id = roles.id
where roles.is_custom = true
    and coalesce(denies.is_everything, 0) = 0
    and (wide.is_everything = 1 or coalesce(denies.is_iam, 0) = 0)
union all
select
    'huawei',
    'classic role',
    id,
    coalesce(display_name, name),
    false,
    case
        when name = 'te_admin' then 'every service but IAM'
        when name = 'secu_admin' then 'IAM'
        else 'every service that has policies'
    end
from huawei_roles
where is_custom = false
    and (name in ('te_admin', 'secu_admin') or (display_name = 'FullAccess' and is_fine_grained = true))
