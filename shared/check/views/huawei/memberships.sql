-- Who is in which group. Federated users whom a mapping puts into groups are nobody's row.
select
    'huawei' as cloud,
    members.group_id,
    user_groups.name as group_name,
    members.user_id as principal_id,
    'user' as principal_type,
    false as is_dynamic
from huawei_group_members members
left join huawei_groups user_groups on user_groups.group_id = members.group_id
