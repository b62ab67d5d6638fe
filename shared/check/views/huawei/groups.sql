--- absence = ["huawei_mappings"]
-- Groups. The one called `admin` is made with the account and has every permission, whoever grants it or not.
-- Mappings put federated users into groups by name.
select
    'huawei' as cloud,
    'huawei_groups/' || user_groups.group_id as address,
    user_groups.group_id as id,
    user_groups.name,
    user_groups.created_at,
    case when user_groups.name = 'admin' then true else false end as is_built_in,
    case when mapped.group_name is null then false else true end as is_filled_by_rule
from huawei_groups user_groups
left join (
    select distinct group_name from huawei_mappings
) mapped on mapped.group_name = user_groups.name
