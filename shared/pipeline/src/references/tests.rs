use std::path::Path;

use super::*;

async fn key(bytes: &[u8]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, bytes).unwrap();
    let told = SecretReference::File(path.clone()).key(&|_| None).await.map_err(|error| error.to_string());
    told.map_err(|message| message.replace(&path.display().to_string(), "KEY"))
}

fn utf16(text: &str, from: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(from).collect()
}

#[tokio::test]
async fn a_key_is_read_as_editors_save_it() {
    let saved: [&[u8]; 5] =
        [b"abc-123", b"abc-123\n", b"\xef\xbb\xbfabc-123\r\n", b"  abc-123\t\n\n", b"\xef\xbb\xbf\nabc-123"];
    for bytes in saved {
        assert_eq!(key(bytes).await.as_deref(), Ok("abc-123"), "{bytes:?}");
    }
    assert_eq!(key(&utf16("abc-123\r\n", u16::to_le_bytes)).await.as_deref(), Ok("abc-123"));
    assert_eq!(key(&utf16("abc-123", u16::to_be_bytes)).await.as_deref(), Ok("abc-123"));
}

#[tokio::test]
async fn what_can_be_no_key_is_refused_without_being_shown() {
    let wrong: [(&[u8], &str); 9] = [
        (b"", "file `KEY` is empty"),
        (b"\xef\xbb\xbf \r\n", "file `KEY` is empty"),
        (b"\"s3cr3t\"", "it stands in quotes"),
        (b"'s3cr3t'\n", "it stands in quotes"),
        (b"{\"apikey\": \"s3cr3t\"}", "it is JSON"),
        (b"s3cr3t\nsecond\n", "several words or lines"),
        (b"export KEY=s3cr3t", "several words or lines"),
        ("s3cr3t\u{200b}x".as_bytes(), "characters that no key has"),
        (b"s3cr3t\xff", "no text in UTF-8"),
    ];
    for (bytes, said) in wrong {
        let message = key(bytes).await.unwrap_err();
        assert!(message.contains(said) && message.contains("; "), "{message}");
        assert!(!message.contains("s3cr3t"), "{message}");
    }
}

#[tokio::test]
async fn a_folder_a_missing_file_and_a_file_without_end_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path: &Path| {
        let reference = SecretReference::File(path.to_owned());
        async move { reference.text(&|_| None).await.unwrap_err().to_string() }
    };
    assert!(told(folder.path()).await.contains("is a folder; name a file in it"));
    assert!(told(&folder.path().join("none")).await.contains("could not be read; check that it exists"));
    assert!(told(Path::new("/dev/zero")).await.contains("more than 4194304 bytes"));
}

#[tokio::test]
async fn a_variable_that_is_empty_is_not_one_that_is_not_set() {
    let told = |value: Option<&str>| {
        let value = value.map(str::to_owned);
        async move {
            let environment = move |_: &str| value.clone();
            SecretReference::Environment("KEY".to_owned())
                .key(&environment)
                .await
                .map_err(|error| error.to_string())
        }
    };
    assert_eq!(told(Some("\u{feff}abc ")).await.as_deref(), Ok("abc"));
    assert!(told(Some(" ")).await.unwrap_err().starts_with("environment variable `KEY` is empty"));
    assert!(told(None).await.unwrap_err().starts_with("environment variable `KEY` is not set"));
}

#[test]
fn what_is_no_reference_is_refused_without_being_shown() {
    for text in
        ["s3cr3t", "env:", "env:$s3cr3t", "env:s3cr3t-with-a-dash", "ENV:s3cr3t", "file:", "ssm:", "s3cr3t:x"]
    {
        let message = SecretReference::try_from(text.to_owned()).unwrap_err().to_string();
        assert!(!message.contains("s3cr3t") && message.contains("; "), "{text}: {message}");
    }
    assert_eq!(
        SecretReference::try_from("env: KEY ".to_owned()).unwrap(),
        SecretReference::Environment("KEY".to_owned())
    );
}

#[test]
fn an_error_of_a_client_is_told_by_its_causes_and_not_by_its_innards() {
    let inner = std::io::Error::other("connection refused");
    let error = ReferenceError::File { path: "key".into(), source: inner };
    assert_eq!(
        causes(&error),
        "file `key` could not be read; check that it exists and may be read: connection refused"
    );
}

#[test]
fn a_place_that_names_nothing_is_refused() {
    for place in ["", "ssm:", "file:", " "] {
        let refused = SecretReference::place(place, &Anchor::default()).unwrap_err().to_string();
        assert!(refused.contains(" is empty; name a path"), "{place}: {refused}");
    }
}

#[test]
fn a_bucket_alone_is_no_object() {
    let read = |uri: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(object(uri)).unwrap_err().to_string()
    };
    for uri in ["s3://bucket", "s3://bucket/", "s3://"] {
        assert!(read(uri).contains("does not exist; check the bucket and the key"), "{uri}");
    }
}
