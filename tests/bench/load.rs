//! Many readers at one time, over HTTP: how many answers they get, how soon, and how many they do not get.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What readers ask: the paths in turn, the readers beginning as far from each other as they can.
#[derive(Debug, Clone)]
pub struct Load {
    /// Address of the service, without a slash at its end.
    pub address: String,
    /// The token that opens it.
    pub token: String,
    pub paths: Vec<String>,
    pub readers: usize,
    pub time: Duration,
}

/// What readers got.
#[derive(Debug, Default)]
pub struct Answered {
    /// How long each answer took, shortest first.
    pub times: Vec<Duration>,
    /// How many were told to ask again, for too many questions were being worked on.
    pub busy: usize,
    /// What went wrong: a status that is no success, or no answer at all.
    pub faults: Vec<String>,
}

impl Answered {
    /// Returns the time within which a share of all answers came, in thousandths.
    pub fn within(&self, thousandths: usize) -> Duration {
        within(&self.times, thousandths)
    }
}

/// Returns the time at a place of sorted times, in thousandths; nothing without any.
pub fn within(times: &[Duration], thousandths: usize) -> Duration {
    let place = (times.len() * thousandths / 1000).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}

impl Load {
    /// Lets all readers read until the time is over.
    pub async fn run(self) -> Answered {
        let load = Arc::new(self);
        // One connection for each reader is kept open, as browsers and clients of programs do.
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build();
        let Ok(client) = client else { return Answered::default() };
        let until = Instant::now() + load.time;
        let readers: Vec<_> = (0..load.readers)
            .map(|reader| tokio::spawn(read(Arc::clone(&load), client.clone(), reader, until)))
            .collect();
        let mut all = Answered::default();
        for reader in readers {
            match reader.await {
                Ok(answered) => {
                    all.times.extend(answered.times);
                    all.busy += answered.busy;
                    all.faults.extend(answered.faults);
                }
                Err(error) => all.faults.push(error.to_string()),
            }
        }
        all.times.sort();
        all
    }
}

async fn read(load: Arc<Load>, client: reqwest::Client, reader: usize, until: Instant) -> Answered {
    let mut answered = Answered::default();
    let apart = (load.paths.len() / load.readers.max(1)).max(1);
    for path in load.paths.iter().cycle().skip(reader * apart) {
        let began = Instant::now();
        if began >= until {
            break;
        }
        let asked = client.get(format!("{}{path}", load.address)).bearer_auth(&load.token).send().await;
        let fault = match asked {
            Ok(answer) if answer.status().is_success() => {
                answer.bytes().await.err().map(|error| format!("{path}: {}", chain(&error)))
            }
            Ok(answer) if answer.headers().contains_key("retry-after") => {
                answered.busy += 1;
                continue;
            }
            Ok(answer) => Some(format!("{path}: {}", answer.status())),
            Err(error) => {
                Some(format!("{path}, after {:.1} s: {}", began.elapsed().as_secs_f64(), chain(&error)))
            }
        };
        match fault {
            Some(fault) => answered.faults.push(fault),
            None => answered.times.push(began.elapsed()),
        }
    }
    answered
}

/// Writes an error with all that it comes of.
fn chain(error: &dyn std::error::Error) -> String {
    let first = error.to_string();
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(first, |text, cause| format!("{text}: {cause}"))
}
