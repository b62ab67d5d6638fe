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
use simulators::ibm::world::Truth;
use simulators::ibm::{Fault, Simulator, weeks};
use tokio::net::TcpListener;

struct Stage {
    simulator: Simulator,
    /// How many weeks have passed.
    week: Mutex<usize>,
}

/// Listens on a free port and gives its base URL.
pub(crate) async fn listen(simulator: Simulator, week: usize) -> Result<String> {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).await.context("no port could be had for the control")?;
    let base = format!("http://{}", listener.local_addr()?);
    let stage = Arc::new(Stage { simulator, week: Mutex::new(week) });
    let router = Router::new()
        .route("/week", post(next_week))
        .route("/churn", post(churn))
        .route("/fault", post(fault))
        .route("/faults/clear", post(clear_faults))
        .route("/truth", get(truth))
        .route("/calls", get(calls))
        .with_state(stage);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base)
}

async fn next_week(State(stage): State<Arc<Stage>>) -> (StatusCode, Json<Value>) {
    let mut week = stage.week.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(next) = weeks().into_iter().nth(*week) else {
        return (StatusCode::CONFLICT, Json(json!({ "message": format!("there are only {} weeks", *week) })));
    };
    stage.simulator.change(next.apply);
    *week += 1;
    (StatusCode::OK, Json(json!({ "week": *week, "title": next.title, "date": next.date })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Churn {
    share: f64,
    #[serde(default)]
    seed: u64,
}

async fn churn(State(stage): State<Arc<Stage>>, Query(asked): Query<Churn>) -> (StatusCode, Json<Value>) {
    if !(0.0..=1.0).contains(&asked.share) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "message": "`share` must be between 0 and 1" })));
    }
    stage.simulator.change(|world| world.churn(&mut fastrand::Rng::with_seed(asked.seed), asked.share));
    (StatusCode::OK, Json(json!({})))
}

async fn fault(State(stage): State<Arc<Stage>>, Json(fault): Json<Fault>) -> Json<Value> {
    stage.simulator.add_fault(fault);
    Json(json!({}))
}

async fn clear_faults(State(stage): State<Arc<Stage>>) -> Json<Value> {
    stage.simulator.clear_faults();
    Json(json!({}))
}

async fn truth(State(stage): State<Arc<Stage>>) -> Json<Truth> {
    Json(stage.simulator.look(simulators::ibm::World::truth))
}

async fn calls(State(stage): State<Arc<Stage>>) -> Json<Value> {
    let simulator = &stage.simulator;
    Json(json!({ "count": simulator.calls(), "log": simulator.log(), "trap_hits": simulator.trap_hits() }))
}
