//! Pages say what is so, and lead on, also where there is nothing to show.

use super::{
    program::Desk,
    serve::{Served, account},
};

async fn page(served: &Served, path: &str) -> (u16, String) {
    let response = served.ask(path, &[("accept", "text/html")]).await;
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn the_first_snapshot_that_was_kept_says_what_became_of_those_before_it() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let home = account(&served).await.replace("/api/v1", "");
    let (_, before) = page(&served, &format!("{home}/snapshots/7")).await;
    assert!(before.contains(&format!("{home}/snapshots/6\"")) && !before.contains("pruned"), "{before}");
    let response = served.ask(&format!("{home}/snapshots/7"), &[]).await;
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let kept = desk.iamwatch(&["snapshots", "--json"]).json().as_array().unwrap().len() - 6;
    desk.iamwatch(&["prune", "--keep", &format!("last:{kept}"), "--recent", "--yes"]).done();
    // A browser that has the page asks whether it is still so.
    let again = served.ask(&format!("{home}/snapshots/7"), &[("if-none-match", &tag)]).await;
    assert_eq!(again.status().as_u16(), 200);
    let after = again.text().await.unwrap();
    assert!(after.contains("up to snapshot 6, was pruned"), "{after}");
    assert!(!after.contains(&format!("{home}/snapshots/6\"")) && !after.contains("from=6"), "{after}");
    let (_, next) = page(&served, &format!("{home}/snapshots/8")).await;
    assert!(next.contains(&format!("{home}/snapshots/7\"")) && !next.contains("pruned"), "{next}");
}

#[tokio::test]
async fn a_problem_leads_back_to_the_account_that_it_is_of_and_says_nothing_twice() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let home = account(&served).await.replace("/api/v1", "");
    for (path, status) in [
        (format!("{home}/snapshots/99"), 404),
        (format!("{home}/nothing"), 404),
        (format!("{home}/changes?to=1"), 404),
    ] {
        let (code, text) = page(&served, &path).await;
        assert_eq!(code, status, "{path}");
        assert!(text.contains(&format!("href=\"{home}/findings\"")), "{path}: {text}");
    }
    for path in ["/accounts/ibm/none", "/accounts/moon/x/snapshots", "/nothing"] {
        let (code, text) = page(&served, path).await;
        assert!(code == 404 && !text.contains("/findings\""), "{path}: {text}");
    }
    let (_, text) = page(&served, &format!("{home}/history?subject=nobody-has-this-name")).await;
    assert_eq!(text.matches("give a name, an id").count(), 1, "{text}");
}
