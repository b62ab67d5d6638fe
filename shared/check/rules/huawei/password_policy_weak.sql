--- title = "Weak password policy"
--- severity = "medium"
--- confidence = "high"
--- needs = ["huawei_password_policy"]
--- subject = "huawei_accounts.account_id"
--- reason = "Each gap makes passwords easier to guess, or a guessed one good for longer; they are one finding, and a column for each gap holds the setting. Silent about settings that the cloud does not tell."
--- remediation = "Ask for 14 characters of 3 kinds, remember 5 passwords, and let them expire."
--- references = ["Huawei Cloud Config: iam-password-policy"]
with gaps as (
    select
        max(case
            when name = 'minimum_password_length' and (length(value) = 1 or value in ('10', '11', '12', '13')) then value
        end) as minimum_length,
        max(case when name = 'password_char_combination' and value in ('0', '1', '2') then value end) as kinds_of_characters,
        max(case when name = 'password_reuse_prevention' and value in ('0', '1', '2', '3', '4') then value end) as remembered_passwords,
        max(case when name = 'password_validity_period' and value = '0' then value end) as days_of_validity,
        max(case when name = 'password_not_username_or_invert' and value = 'false' then value end) as may_not_be_user_name
    from huawei_password_policy
)
select
    run.account_id,
    gaps.minimum_length,
    gaps.kinds_of_characters,
    gaps.remembered_passwords,
    gaps.days_of_validity,
    gaps.may_not_be_user_name
from gaps
cross join run
where coalesce(
    gaps.minimum_length,
    gaps.kinds_of_characters,
    gaps.remembered_passwords,
    gaps.days_of_validity,
    gaps.may_not_be_user_name
) is not null
order by run.account_id
