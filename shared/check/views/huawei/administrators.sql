--- absence = ["huawei_agencies", "huawei_groups", "huawei_users"]
-- Attachments that make an administrator of every service or of IAM. Not those to the group `admin`, which is there to
-- have them, nor to users who are disabled, nor to agencies that a cloud service made for itself. Classic roles have a
-- rule of their own, so that what hides one model does not hide the other.
select
    'huawei' as cloud,
    'huawei_policy_attachments/' || attachments.policy_id || '/' || attachments.entity_type || '/'
        || attachments.entity_id as address,
    attachments.entity_type as holder_type,
    attachments.entity_id as holder_id,
    coalesce(user_groups.name, users.name, agencies.name) as holder_name,
    wide.policy_name,
    wide.scope,
    wide.doubt
from huawei_policy_attachments attachments
join huawei_wide_policies wide on wide.policy_id = attachments.policy_id
left join huawei_groups user_groups
    on user_groups.group_id = attachments.entity_id and attachments.entity_type = 'group'
left join huawei_users users on users.user_id = attachments.entity_id and attachments.entity_type = 'user'
left join huawei_agencies agencies
    on agencies.agency_id = attachments.entity_id and attachments.entity_type = 'agency'
where coalesce(user_groups.name, '') <> 'admin'
    and coalesce(users.enabled, true) = true
    and coalesce(agencies.kind, '') <> 'service_linked'
