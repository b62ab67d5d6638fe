-- Questions to an export, asked by DuckDB:
--   iamwatch export latest --format parquet --to audit
--   duckdb < questions.duckdb.sql
-- A list that could not be read to its end hides rows: look at the first answer before the others are believed.

-- What could not be seen?
SELECT "listing", "parent", "status", "reason" FROM 'audit/coverage.parquet' WHERE "status" <> 'complete' ORDER BY 1, 2;

-- What is open, worst first?
SELECT "severity", count(*) AS "open", min("since") AS "oldest"
FROM 'audit/findings.parquet' WHERE "state" = 'open'
GROUP BY "severity" ORDER BY min(list_position(['critical', 'high', 'medium', 'low', 'info'], "severity"));

-- Who is in no group?
SELECT u."name", u."id" FROM 'audit/users.parquet' u
ANTI JOIN 'audit/memberships.parquet' m ON m."principal_id" = u."id" ORDER BY 1;

-- Which groups have most members?
SELECT g."name", count(*) AS "members"
FROM 'audit/memberships.parquet' m JOIN 'audit/groups.parquet' g ON g."id" = m."group_id"
GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 10;

-- Who may do everything somewhere, and through what?
SELECT DISTINCT "principal_kind", "principal", "path" FROM 'audit/grants.parquet'
WHERE "action" = '*' AND "effect" = 'allow' ORDER BY ALL LIMIT 20;
