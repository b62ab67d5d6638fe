-- What principals sign in with; `is_active` does not look at `expires_at`.
select
    'ibm' as cloud,
    id,
    'api_key' as kind,
    name,
    iam_id as principal_id,
    case when disabled = true then false else true end as is_active,
    created_at,
    expires_at
from ibm_api_keys
