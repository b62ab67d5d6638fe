--- absence = ["ibm_access_group_rules", "ibm_accounts"]
-- People. An unknown state is believed to be able to act. A dynamic rule makes members only while they are signed
-- in, and nothing tells which users it may match: any but those of realm `SL`, who are never federated.
select
    'ibm' as cloud,
    'ibm_users/' || users.iam_id as address,
    users.iam_id as id,
    users.user_id as name,
    users.state,
    case when accounts.owner_iam_id is null then false else true end as is_owner,
    case
        when users.state in ('SUSPENDED', 'PENDING', 'PROCESSING', 'INVALID', 'IAMID_INVALID', 'ERROR_WHILE_PROCESSING',
            'ERROR_WHILE_DELETING') then false
        else true
    end as is_active,
    case
        when users.realm = 'SL' then false
        when exists (select rules.id from ibm_access_group_rules rules) then true
        else false
    end as may_join_by_rule
from ibm_users users
left join ibm_accounts accounts on accounts.owner_iam_id = users.iam_id
