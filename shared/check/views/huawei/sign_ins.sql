-- When users who have a console password last signed in, as it was known at a time; null means never.
select
    'huawei' as cloud,
    profiles.user_id,
    profiles.created_at as possible_since,
    logins.last_login_at as last_at,
    run.at as known_at
from huawei_login_profiles profiles
join huawei_user_logins logins on logins.user_id = profiles.user_id
cross join run
