-- Who may do what on what: one row per principal, way, action pattern and resource. Made of a snapshot when it is asked of.
-- Who may become another principal holds what that one does as well, and has no row for it.
select
  p.principal_id,
  p.principal_kind,
  p.principal,
  p.standing,
  p.is_bounded,
  s.effect,
  a.action,
  r.resource,
  r.resource_words,
  s.extent,
  s.but_actions,
  s.but_resources,
  case
    when h.holder_condition is null then s.statement_condition
    when s.statement_condition is null then h.holder_condition
    else h.holder_condition || ' and ' || s.statement_condition
  end as condition,
  p.step || ' → ' || case when h.through is null then '' else h.through || ' → ' end || s.steps as path
from grant_holders h
join grant_principals p on p.principal_id = h.principal_id
join grant_statements s on s.statement_id = h.statement_id
join grant_actions a on a.statement_id = h.statement_id
join grant_resources r on r.statement_id = h.statement_id
