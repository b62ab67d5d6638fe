--- title = "Agency trusts everybody"
--- severity = "critical"
--- confidence = "medium"
--- needs = ["huawei_agencies", "huawei_trust_actions", "huawei_trust_conditions", "huawei_trust_principals", "huawei_trust_statements"]
--- subject = "huawei_agencies.agency_id"
--- worse = ["is_all_but_who"]
--- reason = "The trust policy allows every account, or all but some, without a condition: whoever learns the agency's name has what it has. Silent when a condition narrows the statement."
--- silence = "A trust policy that also denies something may keep some or all out: that is doubted, and an open finding becomes unknown."
--- remediation = "Name the accounts that are meant, and ask each for an external id."
with allows as (
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
),
denying as (
    select distinct agency_id from huawei_trust_statements where effect = 'Deny'
),
narrowed as (
    select distinct agency_id, statement from huawei_trust_conditions
)
select agencies.agency_id, agencies.name, min(principals.pattern) as who, max(case when principals.is_except = true then 1 else 0 end) as is_all_but_who,
    max(case when denying.agency_id is not null then 'the trust policy also denies something' end) as doubt
from huawei_trust_principals principals
join huawei_agencies agencies on agencies.agency_id = principals.agency_id
join huawei_trust_statements statements
    on statements.agency_id = principals.agency_id and statements.statement = principals.statement
join allows on allows.agency_id = principals.agency_id and allows.statement = principals.statement
left join denying on denying.agency_id = principals.agency_id
left join narrowed on narrowed.agency_id = principals.agency_id and narrowed.statement = principals.statement
where statements.effect = 'Allow'
    and (allows.is_named = 1 or (allows.has_except = 1 and allows.is_excepted = 0))
    and agencies.fault is null
    and narrowed.agency_id is null
    and lower(principals.type) = 'iam'
    and (
        principals.is_except = true
        or principals.pattern = '*'
        or principals.pattern like 'iam::*%'
        or principals.pattern like 'sts::*%'
    )
group by agencies.agency_id, agencies.name
order by agencies.agency_id
