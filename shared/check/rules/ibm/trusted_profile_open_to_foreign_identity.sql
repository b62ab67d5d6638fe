--- title = "Trusted profile that an identity of another account may become"
--- severity = "high"
--- confidence = "medium"
--- needs = ["ibm_service_ids", "ibm_trusted_profile_identities", "ibm_trusted_profile_identity_accounts", "ibm_trusted_profiles"]
--- absence = ["ibm_service_ids"]
--- subject = "ibm_trusted_profile_identities.profile_id,iam_id"
--- reason = "Who runs the other account decides who acts in this one. `why` tells a user who may come from another account from a service ID that is none of this account's and from a cloud resource whose CRN names another account."
--- remediation = "Remove the identity from the profile's trust, unless the other account is meant to act here."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-create-trusted-profile"]
with foreign_accounts as (
    select accounts.profile_id, accounts.iam_id, min(accounts.account_id) as account_id
    from ibm_trusted_profile_identity_accounts accounts
    cross join run
    where accounts.account_id <> run.account_id
    group by accounts.profile_id, accounts.iam_id
)
select
    identities.profile_id,
    identities.iam_id,
    profiles.name as profile_name,
    foreign_accounts.account_id as foreign_account_id,
    case
        when identities.type = 'user' then 'the user may come from another account'
        when identities.type = 'serviceid' then 'the service ID is none of this account'
        else 'the resource is of another account'
    end as why
from ibm_trusted_profile_identities identities
join ibm_trusted_profiles profiles on profiles.id = identities.profile_id
cross join run
left join foreign_accounts
    on foreign_accounts.profile_id = identities.profile_id and foreign_accounts.iam_id = identities.iam_id
left join ibm_service_ids service_ids on service_ids.iam_id = identities.iam_id
where (identities.type = 'user' and foreign_accounts.account_id is not null)
    or (identities.type = 'serviceid' and service_ids.iam_id is null)
    or (identities.type = 'crn'
        and identities.iam_id like '%:a/%'
        and not identities.iam_id like '%:a/' || run.account_id || ':%')
order by identities.profile_id, identities.iam_id
