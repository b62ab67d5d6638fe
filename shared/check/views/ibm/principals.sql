-- Who can act: one row per user, service ID and trusted profile. An unknown state is believed to be able to act.
select
    'ibm' as cloud,
    'ibm_users/' || iam_id as address,
    iam_id as id,
    'user' as kind,
    user_id as name,
    state,
    case
        when state in ('SUSPENDED', 'PENDING', 'PROCESSING', 'INVALID', 'IAMID_INVALID', 'ERROR_WHILE_PROCESSING',
            'ERROR_WHILE_DELETING') then false
        else true
    end as is_active
from ibm_users
union all
select 'ibm', 'ibm_service_ids/' || id, iam_id, 'service_id', name, null, true
from ibm_service_ids
union all
select 'ibm', 'ibm_trusted_profiles/' || id, iam_id, 'profile', name, null, true
from ibm_trusted_profiles
