-- What principals sign in with; `is_active` does not look at `expires_at`. The owner's are those of who may do everything.
select
    'ibm' as cloud,
    'ibm_api_keys/' || keys.id as address,
    keys.id,
    'api_key' as kind,
    keys.name,
    keys.iam_id as principal_id,
    case when accounts.owner_iam_id is null then false else true end as is_of_owner,
    case when keys.disabled = true then false else true end as is_active,
    keys.created_at,
    keys.expires_at
from ibm_api_keys keys
left join ibm_accounts accounts on accounts.owner_iam_id = keys.iam_id
