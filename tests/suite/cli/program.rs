//! Runs the built program in a folder of its own, and looks at what it left.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

/// What a call of the program gave.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Outcome {
    /// Asserts that all went well, and returns what was printed.
    #[track_caller]
    pub(super) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// Asserts that all went well, and returns what was printed as JSON.
    #[track_caller]
    pub(super) fn json(self) -> Value {
        let text = self.done();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Asserts the exit code, that the error is told once and on standard error, and that it and the help say all of these.
    #[track_caller]
    pub(super) fn fails(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        let told = |text: &str| text.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!((told(&self.stderr), told(&self.stdout)), (1, 0), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        for words in said {
            assert!(self.stderr.contains(words), "`{words}` is missing in {}", self.stderr);
        }
    }
}

/// A folder to call the program in.
#[derive(Debug)]
pub(super) struct Desk {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl Desk {
    /// Makes an empty folder.
    pub(super) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// Makes a folder with a copy of what a demo left of its company on IBM Cloud, in `iamwatch-store`.
    pub(super) fn with_history() -> Self {
        let desk = Self::with_both_histories();
        fs::remove_dir_all(desk.path("iamwatch-store/huawei")).unwrap();
        desk
    }

    /// As [`Self::with_history`], of the company on Huawei Cloud.
    pub(super) fn with_huawei_history() -> Self {
        let desk = Self::with_both_histories();
        fs::remove_dir_all(desk.path("iamwatch-store/ibm")).unwrap();
        desk
    }

    /// Makes a folder with a copy of the whole store that a demo left in `iamwatch-store`.
    pub(super) fn with_both_histories() -> Self {
        let desk = Self::new();
        copy(&lived().path().join("store"), &desk.path("iamwatch-store"));
        desk
    }

    /// Sets a variable for the calls to come.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Calls the program.
    pub(super) fn iamwatch(&self, arguments: &[&str]) -> Outcome {
        self.run(Command::new(binary()).args(arguments))
    }

    /// Runs a line as a shell would, where `iamwatch` is the built program.
    pub(super) fn shell(&self, line: &str) -> Outcome {
        let folder = binary().parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        self.run(Command::new("bash").args(["-o", "pipefail", "-c", line]).env("PATH", path))
    }

    /// Starts the program and leaves it running.
    pub(super) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(binary());
        self.prepare(command.args(arguments)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn run(&self, command: &mut Command) -> Outcome {
        let output = self.prepare(command).output().unwrap();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        // Nothing of who runs the tests: no store, account, proxy or credentials of theirs, no colours, no home.
        let path = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path);
        let path = path.map(ToOwned::to_owned).or_else(|| std::env::var_os("PATH"));
        command.env_clear().envs(path.map(|path| ("PATH", path))).env("HOME", self.home.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.home.path()).stdin(Stdio::null())
    }

    /// Returns every file below a folder with its bytes.
    pub(super) fn bytes(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        gather(&self.path(folder), &mut files);
        files
    }

    /// Returns a file of the history, by the beginning of its path within the account's folder.
    pub(super) fn object(&self, beginning: &str) -> PathBuf {
        let account = self.path("iamwatch-store/ibm").read_dir().unwrap().next().unwrap().unwrap().path();
        let wanted = account.join(beginning).display().to_string();
        let found = self
            .bytes("iamwatch-store")
            .into_keys()
            .find(|path| path.display().to_string().starts_with(&wanted));
        found.unwrap_or_else(|| panic!("no object begins with {wanted}"))
    }
}

/// Returns the program, which lies beside the folder of the running test.
pub(super) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let path = test.ancestors().nth(2).unwrap().join("iamwatch");
        assert!(path.exists(), "{} is not built; run `cargo build --workspace` before", path.display());
        path
    })
}

/// Returns the folder in which a demo was lived through, once for all tests: `store` and `store.events.jsonl`.
pub(super) fn lived() -> &'static TempDir {
    static LIVED: OnceLock<TempDir> = OnceLock::new();
    LIVED.get_or_init(|| {
        let desk = Desk::new();
        desk.iamwatch(&["demo", "--store", "store"]).done();
        desk.home
    })
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            let bytes = fs::read(&path).unwrap();
            files.insert(path, bytes);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let mut files = BTreeMap::new();
    gather(from, &mut files);
    for (path, bytes) in files {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}
