--- title = "Group has no policies"
--- severity = "info"
--- confidence = "high"
--- needs = ["attachments", "groups"]
--- absence = ["attachments"]
--- subject = "address"
--- reason = "Membership of it gives nothing, so nobody looks after its members; the first policy that it gets goes to all of them. Groups that the cloud made are not reported."
--- silence = "never"
--- remediation = "Delete the group, or give it the policy that it was made for."
with given as (
    select distinct holder_id from attachments where holder_type = 'group'
)
select user_groups.address, user_groups.id, user_groups.name
from groups user_groups
left join given on given.holder_id = user_groups.id
where given.holder_id is null
    and user_groups.is_built_in = false
order by user_groups.address
