--- absence = ["huawei_users"]
-- What principals sign in with: access keys. Nobody can use one whose user is disabled; one that is of nobody known is
-- believed to work. The owner's are those of the root user.
select
    'huawei' as cloud,
    'huawei_access_keys/' || keys.access_key_id as address,
    keys.access_key_id as id,
    'access_key' as kind,
    users.name,
    keys.user_id as principal_id,
    case when users.is_root_user = true then true else false end as is_of_owner,
    case when keys.status = 'inactive' or users.enabled = false then false else true end as is_active,
    keys.created_at,
    null as expires_at
from huawei_access_keys keys
left join huawei_users users on users.user_id = keys.user_id
