--- title = "Account MFA not required"
--- severity = "high"
--- confidence = "high"
--- needs = ["ibm_account_settings"]
--- subject = "ibm_account_settings.account_id"
--- reason = "A password that leaks is enough to sign in. `NONE_NO_ROPC` only closes the command line's sign-in by password."
--- silence = "Where the cloud does not say which level the account asks for, that is doubted, and an open finding becomes unknown."
--- remediation = "Set multi-factor authentication to TOTP4ALL, LEVEL2 or LEVEL3."
--- references = ["CIS IBM Cloud Foundations 1.7", "https://cloud.ibm.com/docs/account?topic=account-types"]
select account_id, mfa, is_effective, case when mfa is null then 'the cloud does not say what the account asks for' end as doubt
from ibm_account_settings
where mfa in ('NONE', 'NONE_NO_ROPC') or mfa is null
order by account_id
