//! The strings behind the stage: a loopback URL through which another process changes what is served.
//!
//! `POST /week` lets the next week pass, `POST /churn?share=0.001&seed=1` changes a share of all things,
//! `POST /fault` adds the fault in the body, `POST /faults/clear` takes all away; `GET /truth` is what a
//! complete reader must find, `GET /calls` what was asked.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::stage::Stage;

struct Control<S> {
    simulator: S,
    /// How many weeks have passed.
    week: Mutex<usize>,
}

/// Listens on a free port and gives its base URL.
pub(crate) async fn listen<S: Stage>(simulator: S, week: usize) -> Result<String> {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).await.context("no port could be had for the control")?;
    let base = format!("http://{}", listener.local_addr()?);
    let control = Arc::new(Control { simulator, week: Mutex::new(week) });
    let router = Router::new()
        .route("/week", post(next_week::<S>))
        .route("/churn", post(churn::<S>))
        .route("/fault", post(fault::<S>))
        .route("/faults/clear", post(clear_faults::<S>))
        .route("/truth", get(truth::<S>))
        .route("/calls", get(calls::<S>))
        .with_state(control);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base)
}

async fn next_week<S: Stage>(State(control): State<Arc<Control<S>>>) -> (StatusCode, Json<Value>) {
    let mut week = control.week.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((title, date)) = control.simulator.pass(*week) else {
        return (StatusCode::CONFLICT, Json(json!({ "message": format!("there are only {} weeks", *week) })));
    };
    *week += 1;
    (StatusCode::OK, Json(json!({ "week": *week, "title": title, "date": date })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Churn {
    share: f64,
    #[serde(default)]
    seed: u64,
}

async fn churn<S: Stage>(
    State(control): State<Arc<Control<S>>>,
    Query(asked): Query<Churn>,
) -> (StatusCode, Json<Value>) {
    if !(0.0..=1.0).contains(&asked.share) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "message": "`share` must be between 0 and 1" })));
    }
    control.simulator.churn(asked.seed, asked.share);
    (StatusCode::OK, Json(json!({})))
}

async fn fault<S: Stage>(State(control): State<Arc<Control<S>>>, Json(fault): Json<S::Fault>) -> Json<Value> {
    control.simulator.add_fault(fault);
    Json(json!({}))
}

async fn clear_faults<S: Stage>(State(control): State<Arc<Control<S>>>) -> Json<Value> {
    control.simulator.clear_faults();
    Json(json!({}))
}

async fn truth<S: Stage>(State(control): State<Arc<Control<S>>>) -> Json<Value> {
    Json(control.simulator.truth())
}

async fn calls<S: Stage>(State(control): State<Arc<Control<S>>>) -> Json<Value> {
    Json(control.simulator.calls())
}
