--- absence = ["ibm_service_ids"]
-- What lets somebody of another account become a principal of this one.
select
    'ibm' as cloud,
    'ibm_trusted_profile_identities/' || identities.profile_id || '/' || identities.iam_id as address,
    identities.profile_id as principal_id,
    profiles.name as principal_name,
    identities.iam_id as who,
    foreign_accounts.account_id,
    false as is_inside,
    false as is_conditional,
    case
        when identities.type = 'user' then 'the user may come from another account'
        when identities.type = 'serviceid' then 'the service ID is none of this account'
        else 'the resource is of another account'
    end as why,
    null as doubt
from ibm_trusted_profile_identities identities
join ibm_trusted_profiles profiles on profiles.id = identities.profile_id
cross join run
left join (
    select accounts.profile_id, accounts.iam_id, min(accounts.account_id) as account_id
    from ibm_trusted_profile_identity_accounts accounts
    cross join run
    where accounts.account_id <> run.account_id
    group by accounts.profile_id, accounts.iam_id
) foreign_accounts
    on foreign_accounts.profile_id = identities.profile_id and foreign_accounts.iam_id = identities.iam_id
left join ibm_service_ids service_ids on service_ids.iam_id = identities.iam_id
where (identities.type = 'user' and foreign_accounts.account_id is not null)
    or (identities.type = 'serviceid' and service_ids.iam_id is null)
    or (identities.type = 'crn'
        and identities.iam_id like '%:a/%'
        and not identities.iam_id like '%:a/' || run.account_id || ':%' escape '!')
union all
select
    'ibm',
    'ibm_trusted_profile_links/' || links.profile_id || '/' || links.id,
    links.profile_id,
    profiles.name,
    coalesce(links.crn, links.cr_type),
    null,
    false,
    false,
    'the compute resource is of another account',
    null
from ibm_trusted_profile_links links
join ibm_trusted_profiles profiles on profiles.id = links.profile_id
where links.is_cross_account = true
