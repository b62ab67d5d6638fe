//! What keeps `iamwatch serve` from starting is told at once, with what to do, and never by a page or a silence.

use std::net::TcpListener;

use super::program::{Desk, Outcome};

/// Starts the program; one that does serve is ended after 20 seconds, and ends with 124.
fn serve(desk: &Desk, arguments: &str) -> Outcome {
    desk.shell(&format!("timeout 20 iamwatch serve {arguments}"))
}

#[test]
fn a_store_without_a_snapshot_is_no_store_to_serve() {
    let desk = Desk::new();
    serve(&desk, "").fails(2, &["`./iamwatch-store` holds no snapshot yet", "iamwatch audit"]);
    serve(&desk, "--store nowhere").fails(2, &["`nowhere` holds no snapshot yet", "--store"]);
    std::fs::create_dir(desk.path("empty")).unwrap();
    serve(&desk, "--store empty").fails(2, &["`empty` holds no snapshot yet"]);
    desk.write("file", "");
    serve(&desk, "--store file").fails(3, &["`file` could not be read"]);
    desk.write("other/notes.txt", "");
    serve(&desk, "--store other").fails(2, &["`other`"]);
    serve(&desk, "--store ftp://host/x").fails(2, &["`ftp://host/x` names no store"]);
}

#[test]
fn a_port_that_cannot_be_had_and_an_account_that_is_not_there_are_told() {
    let desk = Desk::with_history();
    serve(&desk, "--port 70000").fails(2, &["70000"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    serve(&desk, &format!("--port {port}")).fails(3, &[&format!("port {port}"), "--port"]);
    serve(&desk, "--account huawei").fails(2, &["holds no account of `huawei`, only ibm/"]);
    serve(&desk, "--account ibm/nobody").fails(2, &["`ibm/nobody` has no snapshot"]);
}

#[test]
fn a_bucket_that_cannot_be_reached_or_signed_for_is_told_apart() {
    let mut desk = Desk::new();
    for (name, value) in [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("NO_PROXY", "127.0.0.1"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ] {
        desk.set(name, value);
    }
    serve(&desk, "--store s3://bucket/x")
        .fails(3, &["there are no credentials to reach `s3://bucket/x/", "AWS_PROFILE"]);
    desk.set("AWS_ACCESS_KEY_ID", "test");
    desk.set("AWS_SECRET_ACCESS_KEY", "test");
    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    serve(&desk, &format!("--store s3://bucket/x --s3-endpoint http://{closed}"))
        .fails(3, &["could not be reached", "Connection refused"]);
}
