--- title = "Cross-account trust"
--- severity = "high"
--- confidence = "medium"
--- needs = ["trusts"]
--- subject = "address"
--- worse = ["others", "account_id"]
--- reason = "Who runs the other account decides who acts in this one. `why` says what opens it, `who` names the first that may, and `others` counts the rest. Accounts of the same organisation and services of the cloud are not reported."
--- silence = "A trust policy that also denies the other account something, under a condition or for other actions, may keep it out: that is doubted, and an open finding becomes unknown."
--- remediation = "Take the other account out of the trust, unless it is meant to act here."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-create-trusted-profile"]
select
    address,
    min(principal_id) as principal_id,
    min(principal_name) as principal_name,
    min(who) as who,
    min(account_id) as account_id,
    min(why) as why,
    count(*) - 1 as others,
    case when max(case when doubt is null then 1 else 0 end) = 0 then min(doubt) end as doubt
from trusts
where is_inside = false
group by address
order by address
