-- Who is in which group: members put there by hand, and those there by a dynamic rule while they are signed in.
select
    'ibm' as cloud,
    members.group_id,
    access_groups.name as group_name,
    members.iam_id as principal_id,
    members.type as principal_type,
    false as is_dynamic
from ibm_access_group_members members
left join ibm_access_groups access_groups on access_groups.id = members.group_id
union all
select
    'ibm',
    members.group_id,
    access_groups.name,
    members.iam_id,
    members.type,
    true
from ibm_access_group_dynamic_members members
left join ibm_access_groups access_groups on access_groups.id = members.group_id
