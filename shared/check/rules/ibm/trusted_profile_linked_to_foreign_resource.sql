--- title = "Trusted profile that a compute resource of another account may become"
--- severity = "high"
--- confidence = "high"
--- needs = ["ibm_trusted_profile_links", "ibm_trusted_profiles"]
--- subject = "ibm_trusted_profile_links.profile_id,id"
--- reason = "Whoever can run code on that resource acts in this account."
--- remediation = "Remove the link, unless the other account is meant to act here."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-create-trusted-profile"]
select links.profile_id, links.id, profiles.name as profile_name, links.cr_type, links.crn
from ibm_trusted_profile_links links
join ibm_trusted_profiles profiles on profiles.id = links.profile_id
where links.is_cross_account = true
order by links.profile_id, links.id
