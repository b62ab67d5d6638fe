--- absence = ["ibm_trusted_profiles", "ibm_users"]
-- Policies of a user or trusted profile that is not in the account any more. Service IDs and cloud resources may be of other accounts,
-- where they cannot be seen. The same is said of an IAM ID in Rust (`model::tables::ibm::member_table`), and a test holds both together.
select
    'ibm' as cloud,
    policies.id as policy_id,
    policies.subject_iam_id as iam_id,
    case when policies.subject_iam_id like 'iam-Profile-%' then 'trusted profile' else 'user' end as kind
from ibm_policies policies
left join ibm_users users on users.iam_id = policies.subject_iam_id
left join ibm_trusted_profiles profiles on profiles.iam_id = policies.subject_iam_id
where policies.subject_iam_id <> ''
    and not policies.subject_iam_id like 'iam-ServiceId-%'
    and not policies.subject_iam_id like 'crn-%'
    and users.iam_id is null
    and profiles.iam_id is null
