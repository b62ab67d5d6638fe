--- title = "Access group has no description"
--- severity = "low"
--- confidence = "high"
--- needs = ["ibm_access_groups"]
--- subject = "ibm_access_groups.id"
--- reason = "Our rule: every group says in its description which team owns it, or nobody knows whom to ask when it is to be tidied up. Silent for the group of everybody, which the cloud made."
--- silence = "never"
--- remediation = "Write the owning team into the description, as `owner: platform`."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-groups"]
select id, name
from ibm_access_groups
where coalesce(description, '') = ''
    and id <> 'AccessGroupId-PublicAccess'
order by id
