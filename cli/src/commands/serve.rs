//! `serve`: the past in a browser, on this machine only.

use std::net::Ipv4Addr;

use model::Cloud;
use serde_json::json;
use serve::{Archive, AskLimits, Patience};
use snapshot::AnyStore;
use tokio::net::TcpListener;

use super::Context;
use crate::{
    arguments::ServeArgs,
    failure::{Failure, exit},
    past, place,
    questions::Questions,
};

/// Random bytes of a token: nobody guesses it.
const TOKEN_BYTES: usize = 24;

pub(super) async fn run(context: Context<'_>, wanted: &ServeArgs) -> Result<bool, Failure> {
    let (global, settings) = (context.global, context.settings);
    let store_place = place::store(global, settings)?;
    // What cannot be read is said at once, and not by every page.
    let first = past::first_asked(context).await?;
    let store = AnyStore::open(&store_place, &place::options(global, settings)).await?;
    let Questions { rules, permissions, .. } = Questions::of(settings, None)?;
    let permissions =
        Cloud::ALL.into_iter().map(|cloud| (cloud, permissions.of_cloud(cloud).to_vec())).collect();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted.port)).await.map_err(|error| {
        let failure = Failure::new(exit::UNREADABLE, error);
        failure
            .doing(format!("port {} could not be listened on", wanted.port))
            .help("choose another with --port")
    })?;
    let address = listener.local_addr().map_err(|error| Failure::new(exit::UNREADABLE, error))?;
    let token = token()?;
    let archive =
        Archive::new(store, rules, jiff::Timestamp::now, AskLimits::default()).with_permissions(permissions);
    let router = serve::guard(serve::router(archive), token.clone(), address.port());
    let path = first.map(|account| format!("accounts/{account}")).unwrap_or_default();
    let url = format!("http://{address}/{path}?token={token}");
    context.screen.show(
        |paint| {
            let hint = "Whoever has this address can read the store while this runs. Ctrl-C ends it.";
            format!("The past in `{store_place}`:\n  {}\n{}\n", paint.bold(&url), paint.dim(hint))
        },
        || json!({ "url": url, "token": token, "store": store_place }),
    )?;
    let ended = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Where no signal can be heard, only killing ends it.
            std::future::pending::<()>().await;
        }
    };
    serve::listen(listener, router, Patience::default(), ended)
        .await
        .map_err(|error| Failure::new(exit::UNREADABLE, error).doing("no more connections can be taken"))?;
    Ok(false)
}

fn token() -> Result<String, Failure> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new(exit::UNREADABLE, anyhow::Error::msg(error.to_string()))
            .doing("the system gave no random bytes")
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
