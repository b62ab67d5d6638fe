--- title = "Access control list allows every address"
--- severity = "low"
--- confidence = "high"
--- needs = ["huawei_access_controls"]
--- subject = "huawei_access_controls.scope,kind,value"
--- reason = "Keys and passwords that leak can be used from anywhere, and whatever else the list names lets nobody in who was not in before. Silent where there is no list: what that means, the cloud does not say."
--- silence = "never"
--- remediation = "Name the networks that people and machines come from, and take this entry out."
select scope, kind, value, description
from huawei_access_controls
where (kind in ('netmask', 'netmask_ipv6') and value like '%/0')
    or (kind = 'range' and replace(value, ' ', '') = '0.0.0.0-255.255.255.255')
    or (kind = 'range_ipv6' and lower(replace(value, ' ', '')) in (
        '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
        '0:0:0:0:0:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
        '0000:0000:0000:0000:0000:0000:0000:0000-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'))
order by scope, kind, value
