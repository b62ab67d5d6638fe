-- Who can act: one row per user and agency.
select
    'huawei' as cloud,
    'huawei_users/' || user_id as address,
    user_id as id,
    'user' as kind,
    name,
    case when enabled = true then 'enabled' when enabled = false then 'disabled' else null end as state,
    case when enabled = false then false else true end as is_active
from huawei_users
union all
select 'huawei', 'huawei_agencies/' || agency_id, agency_id, 'agency', name, null, true
from huawei_agencies
