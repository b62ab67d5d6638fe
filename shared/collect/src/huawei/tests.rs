mod cloud;
mod lists;
mod models;
mod organization;
mod sign_in;

use model::{
    Coverage, Table,
    tables::{COVERAGE, huawei},
};

use crate::Collected;

/// Returns the rows of a table, each as its values with `|` between.
fn rows(collected: &Collected, table: &Table) -> Vec<String> {
    let line = |row: &model::Row| row.values().map(|value| value.to_string()).collect::<Vec<_>>().join("|");
    collected.state.rows(table).iter().map(line).collect()
}

/// Returns the coverage of a table's listing: parent, status and reason.
fn coverage(collected: &Collected, table: &Table) -> Vec<String> {
    let rows = collected.state.rows(&COVERAGE).iter().map(Coverage::from_row);
    rows.filter(|each| each.listing == table.listing)
        .map(|each| {
            let reason = each.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("{} {}{reason}", each.parent, each.status.name()).trim_start().to_owned()
        })
        .collect()
}

/// Returns the lists that were not read to their end.
fn incomplete(collected: &Collected) -> Vec<String> {
    let rows = collected.state.rows(&COVERAGE).iter().map(Coverage::from_row);
    rows.filter(|each| !each.is_complete()).map(|each| format!("{} {}", each.listing, each.parent)).collect()
}

#[tokio::test]
async fn an_empty_account_is_complete_and_takes_the_calls_that_are_expected() {
    let (collected, asked) = cloud::Cloud::empty().read().await.unwrap();
    assert_eq!(incomplete(&collected), [""; 0]);
    assert_eq!(collected.account.to_string(), format!("huawei/{}", cloud::ACCOUNT));
    let scale = super::Scale::of(&collected.state);
    assert_eq!(
        (collected.calls, collected.calls),
        (super::expected_calls(&scale), u64::try_from(asked.lock().unwrap().len()).unwrap())
    );
    assert_eq!(
        rows(&collected, &huawei::ACCOUNT_SETTINGS),
        ["asymmetric_signature|false", "operation_protection|true", "root_user_mfa_enabled|1"]
    );
}
