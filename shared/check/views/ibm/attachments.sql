-- What is given to whom: to a group, or to a principal of its own.
select
    'ibm' as cloud,
    'ibm_policies/' || id as address,
    case when subject_access_group_id is not null then 'group' else 'principal' end as holder_type,
    coalesce(subject_access_group_id, subject_iam_id) as holder_id,
    'policy' as kind,
    id as policy_id,
    description as policy_name,
    created_at as given_at
from ibm_policies
where type = 'access'
    and coalesce(state, 'active') = 'active'
