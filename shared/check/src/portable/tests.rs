use super::*;

#[test]
fn every_rule_and_view_of_ours_is_portable() {
    let mut refused = Vec::new();
    for (path, text) in views::RULES.iter().filter(|(path, _)| path.ends_with(".sql")) {
        refused.extend(check_portable(text).err().map(|told| format!("{path}: {told}")));
    }
    for view in views::views_of(&Cloud::ALL) {
        refused.extend(check_portable(&view.select).err().map(|told| format!("{}: {told}", view.name)));
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    for view in views::views_of(&Cloud::ALL) {
        let known = &catalogue()[view.name];
        assert!(!known.is_empty(), "{}", view.name);
        assert!(known.iter().all(|column| !column.name.is_empty()), "{}: {known:?}", view.name);
    }
}

/// What SQLite takes, and others refuse or answer otherwise, with the words that name it or tell what to write instead.
const REFUSED: [(&str, &str); 58] = [
    ("select state, count(*) from ibm_users order by 1", "neither grouped by"),
    ("select state, user_id from ibm_users group by state order by state", "`user_id` is neither"),
    (
        "select state, count(*) as n from ibm_users group by state order by coalesce(state, ''), email",
        "`email` is neither",
    ),
    ("select * from ibm_users group by iam_id order by 1", "`*` beside `group by`"),
    (
        "select state, count(*) as n from ibm_users group by state having n > 1 order by state",
        "`n` is a name of the select list",
    ),
    (
        "select iam_id as who from ibm_users where who <> '' order by who",
        "`who` is a name of the select list",
    ),
    ("select min(user_id, email) as x from ibm_users order by iam_id", "case when a < b"),
    ("select max(user_id, email, state) as x from ibm_users order by iam_id", "case when a > b"),
    ("select iam_id from ibm_users order by 7 / 2, iam_id", "cuts on some engines"),
    ("select snapshot / 2 as half from run order by 1", "cuts on some engines"),
    ("select ltrim(user_id, 'a') as x from ibm_users order by iam_id", "the other way round on Spark"),
    ("select rtrim(user_id, 'a') as x from ibm_users order by iam_id", "the other way round on Spark"),
    ("select iam_id, state from ibm_users order by state", "coalesce(state, '')"),
    ("select iam_id, state from ibm_users order by state desc, iam_id", "may be null"),
    ("select iam_id, row_number() over (order by state) as n from ibm_users order by iam_id", "may be null"),
    (
        "select u.iam_id, k.id from ibm_users u left join ibm_api_keys k on k.iam_id = u.iam_id order by u.iam_id, k.id",
        "`order by k.id` may be null",
    ),
    ("select max(added_at) as last from ibm_users group by user_id order by last", "may be null"),
    ("select \"iam_id\" from ibm_users order by 1", "without quotes"),
    ("select `iam_id` from ibm_users order by 1", "without quotes"),
    ("select iam_id from ibm_users where user_id = 'a\\b' order by 1", "backslash"),
    ("select iam_id from ibm_users where user_id like 'a\\_b' order by 1", "backslash"),
    ("select iam_id from ibm_users where user_id = '${x}' order by 1", "puts a variable"),
    ("select substr(iam_id, 0, 3) as x from ibm_users order by iam_id", "begin at 1"),
    ("select substr(iam_id, -2) as x from ibm_users order by iam_id", "begin at 1"),
    ("select substr(iam_id, 1, -1) as x from ibm_users order by iam_id", "less than nought"),
    ("select substr(iam_id, length(user_id)) as x from ibm_users order by iam_id", "begin at 1"),
    ("select cast(1.9 as integer) as x from run order by account_id", "rounds on others"),
    ("select cast(avg(snapshot) as integer) as x from run order by 1", "rounds on others"),
    ("select cast('' as integer) as x from run order by account_id", "is no number"),
    ("select cast(iam_id as text) as x from ibm_users order by iam_id", "varchar(20)"),
    ("select cast(self_manage as varchar(5)) as x from ibm_users order by iam_id", "no truth value"),
    ("select iam_id from ibm_users where self_manage = 1 order by 1", "truth value with a number"),
    ("select iam_id from ibm_users where coalesce(self_manage, 0) = 0 order by 1", "coalesce(is_on, false)"),
    ("select sum(self_manage) as n from ibm_users order by 1", "case when … then 1 else 0 end"),
    ("select max(self_manage) as n from ibm_users order by 1", "case when … then 1 else 0 end"),
    ("select case when self_manage then true else 0 end as x from ibm_users order by iam_id", "one type"),
    ("select iam_id from ibm_users where 1 order by 1", "stands for a condition"),
    ("select iam_id from ibm_users where length(iam_id) order by 1", "stands for a condition"),
    ("select iam_id from ibm_users where iam_id = 1 order by 1", "a text with a number"),
    ("select account_id from run where snapshot like '1%' order by 1", "where a text is wanted"),
    ("select length(snapshot) as n from run order by account_id", "where a text is wanted"),
    ("select iam_id || self_manage as x from ibm_users order by iam_id", "joins what is no text"),
    ("select iam_id from ibm_users where state is 'ACTIVE' order by 1", "plain form"),
    ("select iam_id from ibm_users where state == 'ACTIVE' order by 1", "write `=`"),
    ("select iam_id from ibm_users where state isnull order by 1", "is null"),
    (
        "select iam_id from ibm_users where state collate nocase = 'active' order by 1",
        "is not of every engine",
    ),
    ("select iam_id from ibm_users order by 1 limit 1, 2", "limit b offset a"),
    ("select x.iam_id from (select iam_id from ibm_users), ibm_users x order by 1", "has no name"),
    ("select iam_id, (select id from ibm_api_keys) as k from ibm_users order by iam_id", "several rows"),
    ("select * from (values (1)) as v order by 1", "union all select"),
    ("with x as materialized (select iam_id from ibm_users) select iam_id from x order by 1", "materialized"),
    ("select iam_id from ibm_users where snapshot = 0x10 order by 1", "decimals"),
    ("select rowid from ibm_users order by 1", "SQLite's alone"),
    ("select iam_id from main.ibm_users order by 1", "name the table alone"),
    ("select account_id from run where 1 < snapshot < 3 order by 1", "truth value with a number"),
    ("select distinct state from ibm_users order by iam_id", "which it does not return"),
    ("select k.id from ibm_api_keys k join ibm_users u on k.name like u.user_id order by k.id", "escape '!'"),
    ("select iam_id from ibm_users where user_id like 'a!b' escape '!' order by 1", "no wildcard"),
];

#[test]
fn what_is_not_the_same_everywhere_is_refused_with_what_to_write_instead() {
    for (sql, said) in REFUSED {
        let told = check_portable(sql).expect_err(sql);
        assert!(told.contains(said), "{sql}: {told}");
    }
}

#[test]
fn what_was_tried_on_all_engines_is_taken() {
    for sql in [
        "select state, count(*) as n from ibm_users group by state having count(*) > 1 order by coalesce(state, '')",
        "select state, count(*) as n from ibm_users group by state order by state nulls last",
        "select iam_id from ibm_users where state is not null and state <> 'ACTIVE' order by state, iam_id",
        "select coalesce(state, 'none') as state, max(added_at) as last from ibm_users group by 1 order by 1",
        "select upper(user_id) as name from ibm_users group by upper(user_id) order by coalesce(upper(user_id), '')",
        "select u.iam_id, count(k.id) as n from ibm_users u left join ibm_api_keys k on k.iam_id = u.iam_id group by u.iam_id order by n desc, u.iam_id",
        "with k as (select iam_id, max(created_at) as last from ibm_api_keys group by iam_id) select iam_id from k where last < '2026' order by last, coalesce(iam_id, '')",
        "select iam_id, lag(iam_id, 1, '') over (order by iam_id) as former from ibm_users order by iam_id",
        "select max(added_at) as last from ibm_users order by last",
        "select principal_id, standing from grants order by 1",
        "select iam_id from ibm_users where self_manage order by iam_id",
        "select iam_id from ibm_users where (iam_id, state) in (select iam_id, 'ACTIVE' from ibm_api_keys) order by iam_id",
        "select iam_id from ibm_users where not user_id like 'a!_%' escape '!' order by 1",
        "select id from ibm_api_keys union select iam_id from ibm_users order by 1",
        "select cast(substr(at, 1, 4) as integer) * 372 as day from run order by 1",
        "select substr(iam_id, length('IBMid-') + 1) as rest from ibm_users order by iam_id",
        "select (select max(at) from run) as at, iam_id from ibm_users order by iam_id",
        "select address, is_active from principals where is_active = true order by address",
        "select count(*) filter (where is_active) as n, kind from principals group by kind order by kind",
        "select p.principal from grants p where 'iam.policy.create' like replace(p.action, '*', '%') escape '!' order by coalesce(p.principal, '')",
        "select case state when 'ACTIVE' then 1 else 0 end as x from ibm_users order by iam_id",
        "select round(avg(snapshot), 1) as x from run order by 1 nulls last",
    ] {
        assert_eq!(check_portable(sql), Ok(()), "{sql}");
    }
}
