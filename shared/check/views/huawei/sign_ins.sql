-- When users who have a console password last signed in; null means never. `known_at` is null where it is known up to
-- the run.
select
    'huawei' as cloud,
    profiles.user_id,
    profiles.created_at as possible_since,
    logins.last_login_at as last_at,
    null as known_at
from huawei_login_profiles profiles
join huawei_user_logins logins on logins.user_id = profiles.user_id
