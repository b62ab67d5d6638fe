-- When credentials were last used, as it was known at a time; null means never.
select
    'huawei' as cloud,
    uses.access_key_id as credential_id,
    uses.last_used_at,
    run.at as known_at
from huawei_access_key_uses uses
cross join run
