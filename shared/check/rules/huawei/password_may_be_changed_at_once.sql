--- title = "No minimum password age"
--- severity = "low"
--- confidence = "high"
--- needs = ["huawei_password_policy"]
--- subject = "huawei_accounts.account_id"
--- reason = "Who must not use the last passwords again changes the new one a few times in a row, and has the old one back: remembering passwords is of no use without a minimum age."
--- silence = "Where the cloud does not say how old a password must be, that is doubted, and an open finding becomes unknown."
--- remediation = "Set a minimum password age; a day is enough."
select run.account_id, policy.value as minutes, null as doubt
from huawei_password_policy policy
cross join run
where policy.name = 'minimum_password_age'
    and policy.value = '0'
union all
select null, null, 'the cloud does not say how old a password must be'
from run
where not exists (
    select policy.name from huawei_password_policy policy where policy.name = 'minimum_password_age' and policy.value is not null
)
order by account_id nulls first
