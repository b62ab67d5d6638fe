-- When credentials were last used, as it was known at a time; null means never, as far as anybody knows. A credential
-- that is in use has no row: the report is about those that are not.
select
    'ibm' as cloud,
    inactive.id as credential_id,
    inactive.last_authn_at as last_used_at,
    inactive.report_ended_at as known_at
from ibm_inactive_identities inactive
where inactive.kind = 'apikey'
    and inactive.report_ended_at is not null
