--- absence = ["huawei_role_actions", "huawei_role_conditions", "huawei_role_resources", "huawei_role_statements"]
-- Classic roles and policies that open every service, or all of IAM. The account's own are known by what they say, as in
-- `huawei_wide_policies`; those of the cloud by name, for their statements are of another kind.
select
    'huawei' as cloud,
    roles.id as role_id,
    coalesce(roles.display_name, roles.name) as role_name,
    true as is_custom,
    case
        when wide.is_everything = 1 and coalesce(denies.is_iam_surely, 0) = 1 then 'every service but IAM'
        when wide.is_everything = 1 then 'every service'
        else 'IAM'
    end as scope,
    case
        when denies.is_everything = 1 or (wide.is_everything = 0 and denies.is_iam = 1)
            then 'a statement denies as much, under a condition or on some resources'
    end as doubt
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
        max(case when lower(actions.pattern) in ('iam:*', 'iam:*:*') then 1 else 0 end) as is_iam,
        max(case
            when actions.pattern in ('*', '*:*', '*:*:*') and conditions.role_id is null and coalesce(resources.is_every, 1) = 1 then 1
            else 0
        end) as is_everything_surely,
        max(case
            when lower(actions.pattern) in ('iam:*', 'iam:*:*') and conditions.role_id is null and coalesce(resources.is_every, 1) = 1 then 1
            else 0
        end) as is_iam_surely
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
    where statements.effect = 'Deny'
    group by actions.role_id
) denies on denies.role_id = roles.id
where roles.is_custom = true
    and coalesce(denies.is_everything_surely, 0) = 0
    and (wide.is_everything = 1 or coalesce(denies.is_iam_surely, 0) = 0)
union all
select
    'huawei',
    id,
    coalesce(display_name, name),
    false,
    case
        when name = 'te_admin' then 'every service but IAM'
        when name = 'secu_admin' then 'IAM'
        else 'every service that has policies'
    end,
    null
from huawei_roles
where is_custom = false
    and (name in ('te_admin', 'secu_admin') or (display_name = 'FullAccess' and is_fine_grained = true))
