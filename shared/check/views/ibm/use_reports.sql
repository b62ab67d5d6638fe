-- How long something must have been idle to be in the report on it that somebody had made, in hours; null without a report.
select run.cloud, reports.hours
from run
cross join (select max(report_duration_hours) as hours from ibm_inactive_identities) reports
where run.cloud = 'ibm'
