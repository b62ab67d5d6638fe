//! What time ends is lost, though nobody did anything; each snapshot is judged as of its own time.

use access::Turn;
use model::{Cloud, FindingState};

use super::{Account, MONDAY, RAISE, after_the_night, audited, finding, holders};
use crate::scenarios::company::Company;

const TUESDAY: &str = "2026-09-08T06:00:00Z";
const WEDNESDAY: &str = "2026-09-09T06:00:00Z";

/// Returns what was gained and lost between two snapshots: who, and which way.
async fn changes(account: &Account, from: u64, to: u64) -> Vec<(String, Turn)> {
    let history = account.history().await;
    let manifest = async |number| history.manifest(number).await.expect("a snapshot");
    let found = history::access_changes(&history, &manifest(from).await, &manifest(to).await).await;
    let found = found.expect("two snapshots");
    let of_all = found
        .changes
        .iter()
        .flat_map(|change| change.principals.iter().map(move |who| (who.step.to_string(), change.turn)));
    of_all.collect()
}

/// Returns who could do something in a snapshot and can act, by kind and name.
async fn able(account: &Account, number: u64, action: &str) -> Vec<String> {
    let history = account.history().await;
    let manifest = history.manifest(number).await.expect("the snapshot");
    let found = history::who_can(&history, &manifest, action, None).await.expect("an answer");
    let active =
        found.answers.into_iter().filter(|answer| answer.principal.standing == access::Standing::Active);
    active.map(|answer| answer.principal.step.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_that_expires_is_closed_to_all_without_any_change_and_past_snapshots_stay_as_they_were() {
    const PARTNER: [&str; 2] = ["account sol-installers", "agency installer-partner"];
    let account = after_the_night().await;
    account.huawei().change(|world| {
        let found = world.agencies.iter().find(|agency| agency.name() == "installer-partner");
        let id = found.expect("the agency").object.text("agency_id").to_owned();
        let agency = world.agencies.with_id_mut(&id).expect("the same");
        let classic = agency.classic.as_mut().expect("a classic agency");
        classic.set("expire_time", "2026-09-07T12:00:00.000000");
    });
    let before = audited(&account, MONDAY).await;
    let told = account.events().len();
    for who in PARTNER {
        assert_eq!(finding(&before, RAISE, who).state, FindingState::Open, "{who}");
    }
    let others = &holders(&before, RAISE) - &PARTNER.map(str::to_owned).into();

    let after = audited(&account, TUESDAY).await;
    assert_eq!(holders(&after, RAISE), others);
    // Of an account that nothing names any more, no row is left.
    for (who, state) in PARTNER.into_iter().zip([FindingState::Gone, FindingState::Fixed]) {
        assert_eq!(finding(&after, RAISE, who).state, state, "{who}");
    }
    let lost = changes(&account, 1, 2).await;
    // The agency can act no more, and nobody can become it.
    assert_eq!(lost, [(PARTNER[1].to_owned(), Turn::Lost), (PARTNER[0].to_owned(), Turn::Lost)]);
    let gained = account.events().into_iter().skip(told).filter(|event| event.kind.contains("access"));
    assert_eq!(gained.count(), 0, "what ends is no gain");
    let may = |number| able(&account, number, "obs:object:PutObject");
    assert!(may(1).await.contains(&PARTNER[0].to_owned()), "it had not expired by then");
    assert!(!may(2).await.contains(&PARTNER[0].to_owned()));

    // Nothing more ends, and nothing more is told.
    let told = account.events().len();
    audited(&account, WEDNESDAY).await;
    assert_eq!(changes(&account, 2, 3).await, []);
    assert_eq!(account.events().len(), told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_id_whose_key_expires_can_act_no_more_and_a_past_snapshot_is_of_its_own_time() {
    let account = Account::of(Company::of_a_dozen(Cloud::Ibm).await);
    account.ibm().change(|world| {
        let mut keys = world.api_keys.iter_mut();
        let key = keys.find(|key| key.object.text("name") == "ci-deployer-key").expect("the key");
        key.object.set("expires_at", "2026-09-07T12:00+0000");
    });
    for at in [MONDAY, TUESDAY] {
        audited(&account, at).await;
    }
    let standing = async |number: u64| {
        let history = account.history().await;
        let manifest = history.manifest(number).await.expect("the snapshot");
        let found = history::who_can(&history, &manifest, "*", None).await.expect("an answer");
        let named = found.answers.into_iter().find(|answer| answer.principal.step.name == "ci-deployer");
        named.expect("the service ID holds something").principal.standing
    };
    assert_eq!(standing(1).await, access::Standing::Active);
    assert_eq!(standing(2).await, access::Standing::Inactive("every API key has expired".to_owned()));
}
