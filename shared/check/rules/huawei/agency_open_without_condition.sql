--- title = "Unconditional cross-account agency"
--- severity = "medium"
--- confidence = "high"
--- needs = ["huawei_agencies", "huawei_organization_entities", "huawei_organizations", "huawei_trust_actions", "huawei_trust_conditions", "huawei_trust_principals", "huawei_trust_statements"]
--- subject = "huawei_agencies.agency_id"
--- worse = ["others", "who"]
--- reason = "A company that works for many can be made to use the agency for somebody else; an external id that only the two know prevents it. Told of accounts of the same organisation too, and so also where the organisation shows nothing. Silent for classic agencies, which cannot have conditions, and for cloud services."
--- silence = "A trust policy that also denies the other account something, under a condition or for other actions, may keep it out: that is doubted, and an open finding becomes unknown."
--- remediation = "Add a condition on `sts:ExternalId`, or on the principals that are meant."
select principal_id as agency_id, min(principal_name) as name, min(who) as who, count(*) - 1 as others,
    case when max(case when doubt is null then 1 else 0 end) = 0 then min(doubt) end as doubt
from trusts
where is_conditional = false
    and why = 'the trust policy names another account'
group by principal_id
order by agency_id
