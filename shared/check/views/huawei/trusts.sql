--- absence = ["huawei_organization_entities", "huawei_organizations"]
-- What lets somebody of another account become a principal of this one: agencies that an account, or a user or agency of
-- it, may take on. Those of cloud services are none, and what lets in everybody has a rule of its own. An account of the
-- same organisation is inside; an account id is 32 letters long, and another is not understood;
-- nor is a trust policy that could not be read as a whole.
select
    'huawei' as cloud,
    'huawei_agencies/' || agencies.agency_id as address,
    agencies.agency_id as principal_id,
    agencies.name as principal_name,
    coalesce(agencies.trust_domain_name, agencies.trust_domain_id) as who,
    agencies.trust_domain_id as account_id,
    case when entities.id is null and organizations.management_account_id is null then false else true end as is_inside,
    false as is_conditional,
    'the classic agency is of another account' as why,
    null as doubt
from huawei_agencies agencies
cross join run
left join huawei_organization_entities entities
    on entities.id = agencies.trust_domain_id and entities.type = 'account'
left join huawei_organizations organizations
    on organizations.management_account_id = agencies.trust_domain_id
where agencies.trust_domain_id <> run.account_id
    and coalesce(agencies.trust_domain_name, '') not like 'op!_svc!_%' escape '!'
union all
select
    'huawei',
    'huawei_agencies/' || agencies.agency_id,
    agencies.agency_id,
    agencies.name,
    trusted.pattern,
    trusted.account_id,
    case when entities.id is null and organizations.management_account_id is null then false else true end,
    case when conditions.agency_id is null then false else true end,
    'the trust policy names another account',
    case when denied.agency_id is not null then 'the trust policy also denies the account something' end
from (
    select
        principals.agency_id,
        principals.statement,
        principals.pattern,
        case
            when principals.pattern like '________________________________' then principals.pattern
            when principals.pattern like 'iam::________________________________:%' then substr(principals.pattern, 6, 32)
            when principals.pattern like 'sts::________________________________:%' then substr(principals.pattern, 6, 32)
            else null
        end as account_id
    from huawei_trust_principals principals
    join huawei_trust_statements statements
        on statements.agency_id = principals.agency_id and statements.statement = principals.statement
    join (
        select
            agency_id,
            statement,
            max(case
                when is_except = false and 'sts:agencies:assume' like
                    replace(replace(replace(replace(lower(pattern), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%') escape '!' then 1
                else 0
            end) as is_named,
            max(case when is_except = true then 1 else 0 end) as has_except,
            max(case
                when is_except = true and 'sts:agencies:assume' like
                    replace(replace(replace(replace(lower(pattern), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%') escape '!' then 1
                else 0
            end) as is_excepted
        from huawei_trust_actions
        group by agency_id, statement
    ) actions on actions.agency_id = principals.agency_id and actions.statement = principals.statement
    where statements.effect = 'Allow'
        and lower(principals.type) = 'iam'
        and principals.is_except = false
        and (actions.is_named = 1 or (actions.has_except = 1 and actions.is_excepted = 0))
) trusted
join huawei_agencies agencies on agencies.agency_id = trusted.agency_id
cross join run
left join (
    select distinct agency_id, statement from huawei_trust_conditions
) conditions on conditions.agency_id = trusted.agency_id and conditions.statement = trusted.statement
left join (
    select
        principals.agency_id,
        principals.pattern,
        max(case when conditions.agency_id is null and actions.is_assumed = 1 then 1 else 0 end) as is_sure
    from huawei_trust_principals principals
    join huawei_trust_statements statements
        on statements.agency_id = principals.agency_id and statements.statement = principals.statement
    left join (
        select distinct agency_id, statement from huawei_trust_conditions
    ) conditions on conditions.agency_id = principals.agency_id and conditions.statement = principals.statement
    left join (
        select
            agency_id,
            statement,
            max(case
                when is_except = false and 'sts:agencies:assume' like
                    replace(replace(replace(replace(lower(pattern), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%') escape '!' then 1
                else 0
            end) as is_assumed
        from huawei_trust_actions
        group by agency_id, statement
    ) actions on actions.agency_id = principals.agency_id and actions.statement = principals.statement
    where statements.effect = 'Deny'
        and principals.is_except = false
    group by principals.agency_id, principals.pattern
) denied on denied.agency_id = trusted.agency_id and denied.pattern = trusted.pattern
left join huawei_organization_entities entities
    on entities.id = trusted.account_id and entities.type = 'account'
left join huawei_organizations organizations
    on organizations.management_account_id = trusted.account_id
where trusted.account_id <> run.account_id
    and coalesce(denied.is_sure, 0) = 0
    and agencies.fault is null
