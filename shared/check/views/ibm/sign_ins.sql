-- When users who can sign in last did, as it was known at a time; null means never, as far as anybody knows. A user who
-- signs in has no row: the report is about those who do not.
select
    'ibm' as cloud,
    users.iam_id as user_id,
    users.added_at as possible_since,
    inactive.last_authn_at as last_at,
    inactive.report_ended_at as known_at
from ibm_inactive_identities inactive
join ibm_users users on users.iam_id = inactive.id
where inactive.kind = 'user'
    and inactive.report_ended_at is not null
