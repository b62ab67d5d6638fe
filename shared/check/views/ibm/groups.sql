--- absence = ["ibm_access_group_rules"]
-- Groups. What is built in may well be empty or give nothing: everybody is in Public Access.
select
    'ibm' as cloud,
    'ibm_access_groups/' || access_groups.id as address,
    access_groups.id,
    access_groups.name,
    access_groups.created_at,
    case when access_groups.id = 'AccessGroupId-PublicAccess' then true else false end as is_built_in,
    case
        when exists (select rules.id from ibm_access_group_rules rules where rules.group_id = access_groups.id) then true
        else false
    end as is_filled_by_rule
from ibm_access_groups access_groups
