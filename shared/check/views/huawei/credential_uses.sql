-- When credentials were last used; null means never. `known_at` is null where it is known up to the run.
select
    'huawei' as cloud,
    access_key_id as credential_id,
    last_used_at,
    null as known_at
from huawei_access_key_uses
