--- title = "User in no access group"
--- severity = "low"
--- confidence = "high"
--- needs = ["ibm_access_group_dynamic_members", "ibm_access_group_members", "ibm_access_group_rules", "ibm_access_groups", "ibm_accounts", "ibm_policies", "ibm_users"]
--- absence = ["ibm_access_group_dynamic_members", "ibm_access_group_members", "ibm_access_group_rules", "ibm_accounts"]
--- subject = "ibm_users.iam_id"
--- reason = "What such a user may do, if anything, is given one by one and lost sight of; `direct_policies` says how much it is. Silent for the owner and for users who cannot act. A dynamic rule makes members only while they are signed in, and nothing tells which users it may match: as long as the account has one, only users of realm `SL`, who are never federated, are reported."
--- remediation = "Put the user into the groups of the job, or remove the user from the account."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-groups"]
with members as (
    select distinct principal_id from memberships
),
direct as (
    select subject_iam_id, count(*) as policies
    from ibm_policies
    where type = 'access' and coalesce(state, 'active') = 'active'
    group by subject_iam_id
)
select users.iam_id, users.user_id, users.state, coalesce(direct.policies, 0) as direct_policies
from ibm_users users
left join members on members.principal_id = users.iam_id
left join ibm_accounts accounts on accounts.owner_iam_id = users.iam_id
left join direct on direct.subject_iam_id = users.iam_id
where members.principal_id is null
    and accounts.owner_iam_id is null
    and coalesce(users.state, 'ACTIVE') in ('ACTIVE', 'VPN_ONLY', 'DISABLED_CLASSIC_INFRASTRUCTURE')
    and (coalesce(users.realm, 'IBMid') = 'SL' or not exists (select rules.id from ibm_access_group_rules rules))
order by users.iam_id
