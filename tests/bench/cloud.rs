//! The simulated cloud, in a process of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::Context;
use pipeline::Settings;

/// A simulated cloud that stops when this is dropped.
#[derive(Debug)]
pub struct Cloud {
    child: Child,
    cloud: &'static str,
    size: String,
    told: serde_json::Value,
}

impl Cloud {
    /// Starts a cloud, by name, with an account of a size, that answers at once.
    pub fn start(cloud: &'static str, size: &str) -> anyhow::Result<Self> {
        Self::start_with(cloud, size, 0)
    }

    /// Starts a cloud, by name, of which each answer takes some milliseconds more.
    pub fn start_with(cloud: &'static str, size: &str, latency_ms: u64) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("simulate");
        let mut child = Command::new(&program)
            .args([cloud, "--size", size, "--seed", "1", "--latency-ms", &latency_ms.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} could not be started; `make bench` builds it", program.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("the simulator has no output")?).read_line(&mut line)?;
        let told = serde_json::from_str(&line).context("the simulator did not say where it listens")?;
        Ok(Self { child, cloud, size: size.to_owned(), told })
    }

    /// Returns settings that audit the simulated account into a folder.
    pub fn settings(&self, store: &str) -> anyhow::Result<Settings> {
        let endpoints: Vec<String> = self
            .told
            .get("endpoints")
            .and_then(serde_json::Value::as_object)
            .context("the simulator named no endpoints")?
            .iter()
            .map(|(service, url)| format!("{service} = {url}"))
            .collect();
        let credentials = match self.cloud {
            "ibm" => r#"{ api_key = "env:api_key" }"#,
            _ => r#"{ access_key = "env:access_key", secret_key = "env:secret_key" }"#,
        };
        let text = format!(
            "store = {store:?}\n[[account]]\ncloud = {:?}\nid = {}\ncredentials = {credentials}\n[account.endpoints]\n{}\n",
            self.cloud,
            self.told.get("account_id").context("the simulator named no account")?,
            endpoints.join("\n"),
        );
        Ok(Settings::parse("bench", &text)?)
    }

    /// Returns the name of the cloud, and the size of the account.
    pub fn of(&self) -> (&'static str, &str) {
        (self.cloud, &self.size)
    }

    /// Returns the keys that the settings name.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.told.get(name).and_then(serde_json::Value::as_str).map(str::to_owned)
    }

    /// Changes about that share of the account's things.
    pub async fn churn(&self, share: f64, seed: u32) -> anyhow::Result<()> {
        let control =
            self.told.get("control").and_then(serde_json::Value::as_str).context("no control address")?;
        let url = format!("{control}/churn?share={share}&seed={seed}");
        reqwest::Client::new().post(url).send().await?.error_for_status()?;
        Ok(())
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
