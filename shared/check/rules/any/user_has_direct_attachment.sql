--- title = "Policy attached directly to user"
--- severity = "medium"
--- confidence = "high"
--- needs = ["attachments", "users"]
--- subject = "address"
--- reason = "Access that is given to a person rather than to a job stays when the job changes. The owner is not reported: some rights the owner can only have by a policy. A user who cannot act for now is: what is attached holds again when the user is enabled."
--- silence = "never"
--- remediation = "Give the access to a group, put the user into it, and take this away."
--- references = ["CIS IBM Cloud Foundations 1.12", "https://cloud.ibm.com/docs/account?topic=account-account_setup"]
select
    attachments.address,
    users.id as user_id,
    users.name as user_name,
    users.state,
    attachments.kind,
    attachments.policy_id,
    attachments.policy_name,
    attachments.given_at
from attachments
join users on users.id = attachments.holder_id
where attachments.holder_type = 'principal'
    and users.is_owner = false
order by attachments.address
