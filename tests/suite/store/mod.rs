//! One list of what a store must do, run on each of them.

mod broken;
mod conformance;
mod folder;
mod s3;

/// Makes a test of each function of the list for one kind of store.
macro_rules! conforms {
    ($open:path: $($name:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            crate::store::conformance::$name($open(stringify!($name)).await.store()).await;
        }
    )+};
}

/// The whole list but the race of writers, which an emulator may not be able to decide.
macro_rules! conforms_to_all {
    ($open:path) => {
        $crate::store::conforms! { $open:
            what_was_put_is_what_one_gets,
            a_key_that_is_not_there_gives_nothing,
            an_object_is_created_once_and_keeps_its_first_content,
            keys_are_listed_sorted_a_thousand_at_a_time,
            a_listing_starts_after_any_key_and_keeps_to_its_prefix,
            odd_keys_are_keys,
            keys_that_lead_out_of_the_store_are_refused,
            traffic_is_counted,
            a_history_is_written_read_and_proven,
        }
    };
}

pub(crate) use {conforms, conforms_to_all};
