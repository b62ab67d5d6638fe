--- title = "Agency trusts every user of an identity provider"
--- severity = "high"
--- confidence = "medium"
--- needs = ["huawei_agencies", "huawei_oidc_providers", "huawei_trust_actions", "huawei_trust_conditions", "huawei_trust_principals", "huawei_trust_statements"]
--- subject = "huawei_agencies.agency_id"
--- reason = "A provider may vouch for the whole world, as those of code hosts do: without a condition on `oidc:sub` or `oidc:aud`, each of its users may take the agency on. Where the provider is not one of OpenID Connect, any condition counts."
--- silence = "A trust policy that also denies something may keep some or all out: that is doubted, and an open finding becomes unknown."
--- remediation = "Add a condition on `oidc:sub` that names the users, or the repositories, that are meant."
with allows as (
    select
        agency_id,
        statement,
        max(case
            when is_except = false and (
                'sts:agencies:assumewithoidc' like
                    replace(replace(replace(replace(lower(pattern), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%') escape '!'
                or 'sts:agencies:assumewithsaml' like
                    replace(replace(replace(replace(lower(pattern), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%') escape '!'
            ) then 1
            else 0
        end) as is_named
    from huawei_trust_actions
    group by agency_id, statement
),
denying as (
    select distinct agency_id from huawei_trust_statements where effect = 'Deny'
),
narrowed as (
    select
        agency_id,
        statement,
        max(case when lower(key) in ('oidc:sub', 'oidc:aud') and value <> '*' and lower(operator) not like 'null%' then 1 else 0 end)
            as is_by_claim
    from huawei_trust_conditions
    group by agency_id, statement
)
select agencies.agency_id, agencies.name, min(principals.pattern) as provider, min(providers.url) as issuer,
    max(case when denying.agency_id is not null then 'the trust policy also denies something' end) as doubt
from huawei_trust_principals principals
join huawei_agencies agencies on agencies.agency_id = principals.agency_id
join huawei_trust_statements statements
    on statements.agency_id = principals.agency_id and statements.statement = principals.statement
join allows on allows.agency_id = principals.agency_id and allows.statement = principals.statement
left join denying on denying.agency_id = principals.agency_id
left join narrowed on narrowed.agency_id = principals.agency_id and narrowed.statement = principals.statement
left join huawei_oidc_providers providers on providers.urn = principals.pattern
where statements.effect = 'Allow'
    and allows.is_named = 1
    and agencies.fault is null
    and lower(principals.type) = 'identity_provider'
    and principals.is_except = false
    and (narrowed.agency_id is null or (providers.urn is not null and narrowed.is_by_claim = 0))
group by agencies.agency_id, agencies.name
order by agencies.agency_id
