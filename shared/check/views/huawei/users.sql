-- People, and machines that sign in as if they were: IAM users. The root user may be among them or not.
select
    'huawei' as cloud,
    'huawei_users/' || user_id as address,
    user_id as id,
    name,
    case when enabled = true then 'enabled' when enabled = false then 'disabled' else null end as state,
    case when is_root_user = true then true else false end as is_owner,
    case when enabled = false then false else true end as is_active,
    case when enabled = false then true else false end as is_disabled,
    false as may_join_by_rule
from huawei_users
