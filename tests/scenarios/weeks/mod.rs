//! Weeks in the life of two small companies: joiners, leavers, an administrator made at night, lost sight and its return.
//!
//! What each week gives is written down in `ibm/expected.txt` and `huawei/expected.txt`, for people to read and for
//! these tests to compare. `IAMWATCH_WRITE=1` writes them anew; review what they say before you commit them.

mod contracts;
mod gains;
mod grades;
mod promises;
mod story;

use model::Cloud;

use self::{
    promises::Return,
    story::{Chapter, live_through},
};
use super::{Account, company::Company, page::is_as_reviewed};

/// A company that has lived through its weeks.
struct Told {
    account: Account,
    chapters: Vec<Chapter>,
}

impl Told {
    async fn on(cloud: Cloud) -> Self {
        let account = Account::of(Company::of_a_dozen(cloud).await);
        let chapters = live_through(&account).await;
        Self { account, chapters }
    }

    fn chapter(&self, title: &str) -> &Chapter {
        self.chapters.iter().find(|chapter| chapter.week.title == title).expect("a week of that title")
    }
}

/// One life of the account serves all that is asked of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_weeks_of_a_company_on_ibm_cloud_give_what_was_reviewed() {
    let told = Told::on(Cloud::Ibm).await;
    is_as_reviewed(&page(&told), "weeks/ibm/expected.txt");
    let own = ["iamwatch-collector", "iamwatch-auditor"];
    let is_own = |title: &str| own.iter().any(|own| title.contains(own));
    // Two identities lost two policies each, and have two others now: that is all the drift there is.
    let back = Return {
        blind: "the auditor loses sight",
        seeing: "the auditor sees again",
        drift: 8,
        is_own: &is_own,
    };
    promises::are_kept(&told, &back).await;
    gains::on_ibm_cloud(&told);
    grades::are_kept(&told, &["an administrator is made at night"]);
}

/// As on IBM Cloud: the same is promised of every cloud.
#[tokio::test(flavor = "multi_thread")]
async fn the_weeks_of_a_company_on_huawei_cloud_give_what_was_reviewed() {
    let told = Told::on(Cloud::Huawei).await;
    is_as_reviewed(&page(&told), "weeks/huawei/expected.txt");
    // The organization has a new control; the roles of the auditor's group are those that it had.
    let is_own = |title: &str| title == "scp NoNewUsers was added";
    let back = Return {
        blind: "the auditor is refused the classic lists",
        seeing: "the auditor sees again, the organization draws a line",
        drift: 1,
        is_own: &is_own,
    };
    promises::are_kept(&told, &back).await;
    gains::on_huawei_cloud(&told);
    let urgent = ["a policy grows at night", "an administrator is made, an agency is opened"];
    grades::are_kept(&told, &urgent);
}

fn page(told: &Told) -> String {
    told.chapters.iter().map(Chapter::page).collect()
}
