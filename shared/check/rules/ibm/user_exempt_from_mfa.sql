--- title = "User exempt from MFA"
--- severity = "high"
--- confidence = "high"
--- needs = ["ibm_account_settings", "ibm_mfa_exemptions"]
--- subject = "ibm_mfa_exemptions.iam_id"
--- reason = "The account asks for a second factor and this user needs none."
--- silence = "While the account itself asks nobody for a second factor (`account_without_mfa`), or it is not known what it asks for, the exemption means nothing: that is doubted, and an open finding becomes unknown."
--- remediation = "Remove the exemption from the account's authentication settings."
--- references = ["CIS IBM Cloud Foundations 1.7"]
select exemptions.iam_id, exemptions.mfa, exemptions.description, settings.mfa as account_mfa,
    case
        when settings.mfa is null then 'it is not known what the account asks for'
        when settings.mfa in ('NONE', 'NONE_NO_ROPC') then 'the account asks nobody for a second factor'
    end as doubt
from ibm_mfa_exemptions exemptions
cross join ibm_account_settings settings
where exemptions.mfa in ('NONE', 'NONE_NO_ROPC')
order by exemptions.iam_id
