--- title = "Disabled user not removed"
--- severity = "info"
--- confidence = "high"
--- needs = ["users"]
--- subject = "address"
--- reason = "Whoever enables the user again gives back all that it holds. An account is cleaned of people who left by removing them. Silent for the owner or root user, and for users who were only invited."
--- silence = "never"
--- remediation = "Remove the user from the account; where it is to come back, take its groups and policies away until then."
select users.address, users.id, users.name, users.state
from users
where users.is_disabled = true
    and users.is_owner = false
order by users.address
