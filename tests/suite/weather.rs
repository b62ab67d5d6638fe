//! The promise as one test, in short: see `tests/weather`. `make soak` goes on for as long as one likes.

use std::process::Command;

fn what_is_told_is_what_happened(cloud: &str, seed: &str) {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("weather");
    assert!(program.exists(), "{} is not built; run `cargo build --workspace` before", program.display());
    let output = Command::new(program)
        .args(["--cloud", cloud, "--seed", seed, "--days", "5", "--kills", "0.3", "--verbose", "yes"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("       0  violations"), "{told}");
}

#[test]
fn whatever_the_weather_what_is_told_of_ibm_cloud_is_what_happened() {
    what_is_told_is_what_happened("ibm", "1");
}

#[test]
fn whatever_the_weather_what_is_told_of_huawei_cloud_is_what_happened() {
    what_is_told_is_what_happened("huawei", "1");
}
