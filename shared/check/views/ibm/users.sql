--- absence = ["ibm_access_group_rules", "ibm_accounts"]
-- People. An unknown state is believed to be able to act. A dynamic rule makes members only while they are signed
-- in, of the users of its own identity provider. Those of realm `IBMid` may sign in by any provider that IBMid knows;
-- those of another realm only by that; and those of realm `SL` are never federated.
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
    case when users.state in ('SUSPENDED', 'INVALID', 'IAMID_INVALID') then true else false end as is_disabled,
    case
        when users.realm = 'SL' then false
        when exists (
            select rules.id
            from ibm_access_group_rules rules
            where rules.realm_name is null
                or users.realm is null
                or users.realm = 'IBMid'
                or users.realm = rules.realm_name
        ) then true
        else false
    end as may_join_by_rule
from ibm_users users
left join ibm_accounts accounts on accounts.owner_iam_id = users.iam_id
