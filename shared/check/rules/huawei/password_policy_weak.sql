--- title = "Weak password policy"
--- severity = "medium"
--- confidence = "high"
--- needs = ["huawei_password_policy"]
--- subject = "huawei_accounts.account_id"
--- worse = ["minimum_length", "kinds_of_characters", "remembered_passwords", "days_of_validity", "may_not_be_user_name"]
--- reason = "Each gap makes passwords easier to guess, or a guessed one good for longer; they are one finding, and a column for each gap holds the setting."
--- silence = "Where no gap is seen but the cloud leaves a setting out, that is doubted, and an open finding becomes unknown."
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
        max(case when name = 'password_not_username_or_invert' and value = 'false' then value end) as may_not_be_user_name,
        sum(case
            when value is not null and name in ('minimum_password_length', 'password_char_combination', 'password_reuse_prevention',
                'password_validity_period', 'password_not_username_or_invert') then 1
            else 0
        end) as told
    from huawei_password_policy
)
select
    run.account_id,
    gaps.minimum_length,
    gaps.kinds_of_characters,
    gaps.remembered_passwords,
    gaps.days_of_validity,
    gaps.may_not_be_user_name,
    case
        when coalesce(
            gaps.minimum_length,
            gaps.kinds_of_characters,
            gaps.remembered_passwords,
            gaps.days_of_validity,
            gaps.may_not_be_user_name
        ) is null then 'the cloud leaves a setting out'
    end as doubt
from gaps
cross join run
where coalesce(
    gaps.minimum_length,
    gaps.kinds_of_characters,
    gaps.remembered_passwords,
    gaps.days_of_validity,
    gaps.may_not_be_user_name
) is not null
    or coalesce(gaps.told, 0) < 5
order by run.account_id
