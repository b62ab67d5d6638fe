--- title = "User exempt from the second factor"
--- severity = "high"
--- confidence = "high"
--- needs = ["ibm_account_settings", "ibm_mfa_exemptions"]
--- subject = "ibm_mfa_exemptions.iam_id"
--- reason = "The account asks for a second factor and this user needs none. Where the account asks for none, that is the finding (`account_without_mfa`), and not this."
--- remediation = "Remove the exemption from the account's authentication settings."
--- references = ["CIS IBM Cloud Foundations 1.7"]
select exemptions.iam_id, exemptions.mfa, exemptions.description, settings.mfa as account_mfa
from ibm_mfa_exemptions exemptions
cross join ibm_account_settings settings
where exemptions.mfa in ('NONE', 'NONE_NO_ROPC')
    and settings.mfa not in ('NONE', 'NONE_NO_ROPC')
order by exemptions.iam_id
