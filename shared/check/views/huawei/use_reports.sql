-- How long something must have been idle to be told of, in hours: the last use of everything is.
select run.cloud, 0 as hours
from run
where run.cloud = 'huawei'
