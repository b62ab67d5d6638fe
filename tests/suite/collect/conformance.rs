//! What every collector bears, whatever the cloud: the same list of troubles for each of them. A run ends well, and a list that was
//! not read to its end has a reason.
//!
//! A new cloud says in [`Cloud`] where its lists are, and has all of these tests.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use collect::Budget;
use model::{State, Table};
use serde_json::json;
use simulators::ibm::{FaultKind, RetryAfter};

use super::incomplete;

/// A list of each way of paging.
pub(super) struct Family<H> {
    /// A part of its path that no other call has.
    pub(super) path: &'static str,
    pub(super) host: H,
    /// Its name in the coverage.
    pub(super) listing: &'static str,
    pub(super) table: &'static Table,
    pub(super) paging: Paging,
}

impl<H> Family<H> {
    pub(super) const fn new(
        path: &'static str,
        host: H,
        listing: &'static str,
        table: &'static Table,
        paging: Paging,
    ) -> Self {
        Self { path, host, listing, table, paging }
    }
}

/// How a list goes on after a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paging {
    /// By what an answer says: a link, a token or a marker.
    Continued,
    /// By the number of things that were read: a page that comes again is known by what it shows.
    Counted,
    /// It has one page.
    None,
}

/// A thing that is deleted while an account is read.
pub(super) struct Vanishing {
    /// A part of the path of the list that shows it, and of its own up to the id.
    pub(super) list: &'static str,
    pub(super) path: &'static str,
    pub(super) table: &'static Table,
    /// The column of its id.
    pub(super) id: &'static str,
    /// The list that is read for it, and fails while it is still there.
    pub(super) child: &'static str,
}

/// A list of many pages that breaks off.
pub(super) struct BrokenOff {
    /// A part of the path of its pages, and how many of these are answered.
    pub(super) path: &'static str,
    pub(super) answered: u64,
    pub(super) listing: &'static str,
    pub(super) table: &'static Table,
    /// How many rows are kept, at the least and at the most.
    pub(super) kept: (usize, usize),
    /// The lists that hang on it and are left out then.
    pub(super) skipped: &'static [&'static str],
}

/// The collector of a cloud, and the cloud that it is tried on.
pub(super) trait Cloud {
    type Simulator;
    type Host: Copy + 'static;

    const FAMILIES: &'static [Family<Self::Host>];
    /// A member of the first family that is a text and no id, and its column.
    const TEXT: &'static str;
    const USERS: &'static Table;
    const VANISHING: &'static [Vanishing];
    const LONG: BrokenOff;
    /// Why a list is incomplete of which every thing has null members only.
    const OF_NULLS: &'static str;
    /// Troubles that pass, beside those that pass everywhere.
    const PASSING: &'static [FaultKind];

    /// Serves a dozen people, or enough for a long list.
    async fn serve(is_long: bool) -> Self::Simulator;
    fn add_fault(simulator: &Self::Simulator, at: (&str, Option<Self::Host>), trouble: Trouble);
    fn set_latency(simulator: &Self::Simulator, latency: Duration);
    /// Returns how many came to a host that a link named.
    fn visits_elsewhere(simulator: &Self::Simulator) -> usize;
    /// Returns how many calls had a path with such a part.
    fn asked(simulator: &Self::Simulator, part: &str) -> usize;
    /// Returns how many users and how many things of the first family there are.
    fn count(simulator: &Self::Simulator) -> (usize, usize);
    async fn collect(simulator: &Self::Simulator, budget: Budget, concurrency: Option<usize>) -> State;
}

/// What happens to calls: which, after how many, and how often.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) kind: FaultKind,
    pub(super) skip: u64,
    pub(super) times: Option<u64>,
}

impl Trouble {
    const fn lasting(kind: FaultKind) -> Self {
        Self { kind, skip: 0, times: None }
    }
}

async fn with<C: Cloud>(at: (&str, Option<C::Host>), trouble: Trouble) -> (C::Simulator, State) {
    let simulator = C::serve(false).await;
    C::add_fault(&simulator, at, trouble);
    let state = C::collect(&simulator, super::budget(), None).await;
    (simulator, state)
}

fn first<C: Cloud>() -> &'static Family<C::Host> {
    &C::FAMILIES[0]
}

/// Strikes families at once, so many times each; gives the lists that are incomplete then.
pub(super) async fn struck<C: Cloud>(
    kind: &FaultKind,
    is_meant: impl Fn(Paging) -> bool,
    times: Option<u64>,
) -> BTreeMap<String, (String, String)> {
    let simulator = C::serve(false).await;
    let meant = || C::FAMILIES.iter().filter(|family| is_meant(family.paging));
    for family in meant() {
        let trouble = Trouble { kind: kind.clone(), skip: 0, times };
        C::add_fault(&simulator, (family.path, Some(family.host)), trouble);
    }
    let lists = incomplete(&C::collect(&simulator, super::budget(), None).await);
    for family in meant().filter(|_| times.is_none()) {
        let listing = family.listing;
        assert!(lists.contains_key(listing), "{kind:?} on {listing} left it complete: {lists:?}");
    }
    lists
}

pub(super) async fn a_passing_trouble_leaves_no_trace<C: Cloud>() {
    let kinds = [
        FaultKind::TooManyRequests(RetryAfter::Silent),
        FaultKind::TooManyRequests(RetryAfter::Seconds(0)),
        FaultKind::ServerError(500),
        FaultKind::ServerError(503),
        FaultKind::CutOff,
        FaultKind::Html,
        FaultKind::BrokenJson,
        FaultKind::Slow(60),
    ];
    for kind in kinds {
        let lists = struck::<C>(&kind, |_| true, Some(1)).await;
        assert!(lists.is_empty(), "{kind:?}: {lists:?}");
    }
    for kind in C::PASSING {
        for family in C::FAMILIES {
            let trouble = Trouble { kind: kind.clone(), skip: 0, times: Some(1) };
            let (_simulator, state) = with::<C>((family.path, Some(family.host)), trouble).await;
            assert!(incomplete(&state).is_empty(), "{kind:?} on {}: {:?}", family.path, incomplete(&state));
        }
    }
}

pub(super) async fn a_lasting_trouble_makes_the_list_incomplete_in_every_family<C: Cloud>() {
    let cases = [
        (FaultKind::TooManyRequests(RetryAfter::Silent), "failed", "HTTP 429"),
        (FaultKind::ServerError(500), "failed", "HTTP 500"),
        (FaultKind::ServerError(503), "failed", "HTTP 503"),
        (FaultKind::NotFound, "failed", "HTTP 404"),
        (FaultKind::Forbidden, "denied", "HTTP 403"),
        (FaultKind::CutOff, "failed", "cut off"),
        (FaultKind::BrokenJson, "failed", "cut off"),
        (FaultKind::Html, "failed", "no JSON (text/html"),
        (FaultKind::EmptyBody, "failed", "cut off"),
        (FaultKind::EmptyObject, "failed", "no array"),
        (FaultKind::ArrayForObject, "failed", "no object"),
        (FaultKind::TextForItem, "failed", "a text stands where an object should"),
        (FaultKind::Nulls, "failed", C::OF_NULLS),
    ];
    for (kind, status, reason) in cases {
        let lists = struck::<C>(&kind, |_| true, None).await;
        for Family { listing, .. } in C::FAMILIES {
            let seen = &lists[*listing];
            assert_eq!(seen.0, status, "{kind:?} on {listing}: {}", seen.1);
            assert!(seen.1.contains(reason) && !seen.1.is_empty(), "{kind:?} on {listing}: {}", seen.1);
        }
    }
    // One at a time: a session that is refused everywhere is another trouble.
    for family in C::FAMILIES {
        let trouble = Trouble::lasting(FaultKind::Unauthenticated);
        let (_simulator, state) = with::<C>((family.path, Some(family.host)), trouble).await;
        let (status, reason) = &incomplete(&state)[family.listing];
        assert_eq!(status, "denied", "{}: {reason}", family.listing);
        assert!(reason.contains("HTTP 401"), "{}: {reason}", family.listing);
    }
}

pub(super) async fn pages_without_end_end_with_a_reason<C: Cloud>() {
    for kind in [FaultKind::EndlessPages, FaultKind::RepeatedToken] {
        let lists = struck::<C>(&kind, |paging| paging != Paging::None, None).await;
        for family in C::FAMILIES {
            let wanted = match (&kind, family.paging) {
                (_, Paging::None) => continue,
                (_, Paging::Counted) => "repeats the one before it",
                (FaultKind::EndlessPages, Paging::Continued) => "40 pages",
                (_, Paging::Continued) => "already read",
            };
            let (status, reason) = &lists[family.listing];
            assert_eq!(status, "failed", "{kind:?} on {}: {reason}", family.listing);
            assert!(reason.contains(wanted), "{kind:?} on {}: {reason}", family.listing);
        }
    }
}

pub(super) async fn no_link_is_followed_to_another_host<C: Cloud>() {
    let (simulator, state) = with::<C>(("", None), Trouble::lasting(FaultKind::ForeignNext)).await;
    assert_eq!(C::visits_elsewhere(&simulator), 0);
    assert!(incomplete(&state).values().any(|(status, _)| status == "failed"));
}

pub(super) async fn a_member_of_a_wrong_type_keeps_the_rest_of_the_row<C: Cloud>() {
    let kind = FaultKind::Member(C::TEXT.to_owned(), json!([7]));
    let family = first::<C>();
    let (simulator, state) = with::<C>((family.path, Some(family.host)), Trouble::lasting(kind)).await;
    let (status, reason) = &incomplete(&state)[family.listing];
    assert_eq!(status, "failed");
    let wanted = format!("`{}` is an array, no text in {} `", C::TEXT, family.table.name);
    assert!(reason.starts_with(&wanted), "{reason}");
    assert_eq!(state.rows(family.table).len(), C::count(&simulator).1);
}

pub(super) async fn members_that_no_document_names_do_no_harm<C: Cloud>() {
    let (simulator, state) = with::<C>(("", None), Trouble::lasting(FaultKind::UnknownFields)).await;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
    assert_eq!(state.rows(C::USERS).len(), C::count(&simulator).0);
}

pub(super) async fn a_trouble_with_one_list_leaves_the_others_complete<C: Cloud>() {
    for family in C::FAMILIES {
        let trouble = Trouble::lasting(FaultKind::ServerError(500));
        let (_simulator, state) = with::<C>((family.path, Some(family.host)), trouble).await;
        let is_other = |name: &String| {
            *name != family.listing && !name.starts_with(family.table.name) && !name.ends_with("/*")
        };
        let others: Vec<String> = incomplete(&state).into_keys().filter(is_other).collect();
        assert_eq!(others, [""; 0], "{}", family.listing);
    }
}

pub(super) async fn a_list_that_breaks_off_keeps_what_it_showed<C: Cloud>() {
    let BrokenOff { path, answered, listing, table, kept: (least, most), skipped } = C::LONG;
    let simulator = C::serve(true).await;
    let all = C::collect(&simulator, super::budget(), None).await.rows(table).len();
    let trouble = Trouble { kind: FaultKind::ServerError(502), skip: answered, times: None };
    C::add_fault(&simulator, (path, None), trouble);
    let state = C::collect(&simulator, super::budget(), None).await;
    let lists = incomplete(&state);
    assert_eq!(lists[listing].0, "failed");
    let kept = state.rows(table).len();
    assert!((least..=most).contains(&kept) && kept < all, "{kept} of {all}");
    for left_out in skipped {
        assert_eq!(lists[*left_out].0, "skipped", "{left_out}");
    }
}

pub(super) async fn the_cloud_is_waited_for_as_long_as_it_asks<C: Cloud>() {
    let family = first::<C>();
    for asked in [RetryAfter::Seconds(1), RetryAfter::Date(2)] {
        let started = Instant::now();
        let trouble = Trouble { kind: FaultKind::TooManyRequests(asked), skip: 0, times: Some(1) };
        let (_simulator, state) = with::<C>((family.path, Some(family.host)), trouble).await;
        assert!(incomplete(&state).is_empty());
        assert!(started.elapsed() >= Duration::from_millis(950), "{asked:?}: {:?}", started.elapsed());
    }
}

pub(super) async fn a_wait_beyond_the_time_of_the_run_is_not_waited<C: Cloud>() {
    let family = first::<C>();
    let started = Instant::now();
    let trouble = Trouble::lasting(FaultKind::TooManyRequests(RetryAfter::Seconds(3_600)));
    let (_simulator, state) = with::<C>((family.path, Some(family.host)), trouble).await;
    let (status, reason) = &incomplete(&state)[family.listing];
    assert_eq!(status, "failed");
    assert!(reason.contains("no time is left"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

pub(super) async fn an_answer_that_does_not_come_is_given_up<C: Cloud>() {
    let (simulator, family) = (C::serve(false).await, first::<C>());
    let trouble = Trouble::lasting(FaultKind::Slow(5_000));
    C::add_fault(&simulator, (family.path, Some(family.host)), trouble);
    let started = Instant::now();
    let budget = Budget { answer_time: Duration::from_secs(1), ..super::budget() };
    let lists = incomplete(&C::collect(&simulator, budget, None).await);
    assert_eq!(lists[family.listing], ("failed".to_owned(), "no answer in time".to_owned()));
    assert!(started.elapsed() < Duration::from_secs(20));
}

pub(super) async fn a_run_ends_when_its_time_is_used_up<C: Cloud>() {
    let simulator = C::serve(false).await;
    C::set_latency(&simulator, Duration::from_millis(300));
    let budget = Budget { time: Duration::from_secs(3), ..super::budget() };
    let started = Instant::now();
    let lists = incomplete(&C::collect(&simulator, budget, Some(1)).await);
    // The call that was under way as the time ended may be the one that signs in: its words are then everybody's.
    let is_end =
        |reason: &str| reason.contains("3 s of the run are used up") || reason.contains("no time is left");
    assert!(lists.values().any(|(_, reason)| is_end(reason)), "{lists:?}");
    assert!(started.elapsed() < Duration::from_secs(15), "one call after the other takes longer");
}

pub(super) async fn an_answer_larger_than_the_limit_is_not_read<C: Cloud>() {
    let simulator = C::serve(false).await;
    let budget = Budget { answer_bytes: 2_000, ..super::budget() };
    let lists = incomplete(&C::collect(&simulator, budget, None).await);
    let seen = &lists[C::USERS.listing];
    assert_eq!((seen.0.as_str(), seen.1.as_str()), ("failed", "the answer is larger than 2000 bytes"));
}

pub(super) async fn a_thing_that_goes_away_while_it_is_read_is_gone_and_nothing_else_is_said<C: Cloud>() {
    let calm = C::collect(&C::serve(false).await, super::budget(), None).await;
    for Vanishing { list, path, table, id: column, child } in C::VANISHING {
        let ids = |state: &State| -> Vec<String> {
            state.rows(table).iter().filter_map(|row| table.text(row, column)).map(str::to_owned).collect()
        };
        let id = table.text(calm.rows(table).iter().last().unwrap(), column).unwrap();
        let own = format!("{path}/{id}");
        let simulator = C::serve(false).await;
        C::add_fault(&simulator, (&own, None), Trouble::lasting(FaultKind::NotFound));
        let still_there = C::collect(&simulator, super::budget(), None).await;
        let lists = incomplete(&still_there);
        let (status, reason) = &lists[&format!("{child}/{id}")];
        assert_eq!(status, "failed", "{list}: it is still there");
        assert!(reason.starts_with("HTTP 404"), "{list}: {reason}");
        assert_eq!(ids(&still_there), ids(&calm), "{list}");
        assert_eq!(C::asked(&simulator, list), 2, "{list}: the things are looked at once more");

        let simulator = C::serve(false).await;
        C::add_fault(&simulator, (&own, None), Trouble::lasting(FaultKind::NotFound));
        let gone = Trouble { kind: FaultKind::Without(id.to_owned()), skip: 1, times: None };
        C::add_fault(&simulator, (list, None), gone);
        let state = C::collect(&simulator, super::budget(), None).await;
        assert!(incomplete(&state).is_empty(), "{list}: {:?}", incomplete(&state));
        let left: Vec<String> = ids(&calm).into_iter().filter(|each| each != id).collect();
        assert_eq!(ids(&state), left, "{list}");
    }
}

/// Runs each of these tests for a cloud, in the module that calls it.
macro_rules! bears {
    ($cloud:ty: $($trouble:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $trouble() {
            $crate::collect::conformance::$trouble::<$cloud>().await;
        })*
    };
    ($cloud:ty) => {
        $crate::collect::conformance::bears! { $cloud:
            a_passing_trouble_leaves_no_trace
            a_lasting_trouble_makes_the_list_incomplete_in_every_family
            pages_without_end_end_with_a_reason
            no_link_is_followed_to_another_host
            a_member_of_a_wrong_type_keeps_the_rest_of_the_row
            members_that_no_document_names_do_no_harm
            a_trouble_with_one_list_leaves_the_others_complete
            a_list_that_breaks_off_keeps_what_it_showed
            the_cloud_is_waited_for_as_long_as_it_asks
            a_wait_beyond_the_time_of_the_run_is_not_waited
            an_answer_that_does_not_come_is_given_up
            a_run_ends_when_its_time_is_used_up
            an_answer_larger_than_the_limit_is_not_read
            a_thing_that_goes_away_while_it_is_read_is_gone_and_nothing_else_is_said
        }
    };
}
pub(super) use bears;
