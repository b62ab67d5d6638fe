//! The function in a process of its own, with cargo-lambda in the place of Lambda.

use std::{
    fs::{self, File},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// A function that waits for invocations until it is dropped.
pub struct Function {
    emulator: Child,
    program: Child,
    port: u16,
    folder: TempDir,
}

impl Function {
    /// Starts the runtime API and the program of a function with this environment and no other, but for what Lambda sets.
    pub async fn start(name: &str, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let emulator = Command::new(cargo_lambda())
            .args(["lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1", "--invoke-port"])
            .arg(port.to_string())
            .stdout(File::create(folder.path().join("emulator.log")).expect("a log"))
            .stderr(Stdio::null())
            .spawn()
            .expect("cargo-lambda, which tests/tools.sh installs");
        wait_for(port).await;
        let log = File::create(folder.path().join("log")).expect("a log");
        let program = Command::new(program(name))
            .env_clear()
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "_"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
                ("AWS_LAMBDA_RUNTIME_API", &format!("http://127.0.0.1:{port}/.rt")),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_REGION", "eu-central-1"),
            ])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("the same log"))
            .stdout(log)
            .spawn()
            .expect("the program of the function");
        Self { emulator, program, port, folder }
    }

    /// Sends an event and waits for the answer, or for the message of the failure.
    pub fn invoke(&self, event: &Value) -> Result<Value, String> {
        let file = self.folder.path().join("event.json");
        fs::write(&file, event.to_string()).expect("a file");
        let outcome = Command::new(cargo_lambda())
            .args(["lambda", "invoke", "--invoke-address", "127.0.0.1", "--invoke-port"])
            .arg(self.port.to_string())
            .arg("--data-file")
            .arg(&file)
            .output()
            .expect("cargo-lambda");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if !outcome.status.success() {
            return Err(format!("{}{}", text(&outcome.stdout), text(&outcome.stderr)));
        }
        Ok(serde_json::from_slice(&outcome.stdout).expect("an answer in JSON"))
    }

    /// Returns all that the program has written.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).expect("a log")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.emulator] {
            // It may have ended by itself; then there is nothing to end.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The program that `cargo build --bins` left beside this test's own.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let program = test.parent().and_then(Path::parent).expect("target/debug").join(name);
    assert!(program.is_file(), "{} is not there: tests/run.sh builds it", program.display());
    program
}

fn cargo_lambda() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/python/bin/cargo-lambda");
    if installed.is_file() { installed } else { PathBuf::from("cargo-lambda") }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

async fn wait_for(port: u16) {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing listens on port {port}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
