//! Codes of errors, and what an answer says.

use super::*;

#[test]
fn the_code_of_an_error_is_found_in_every_shape() {
    let shapes = [
        (r#"{"errorCode":"BXNIM0415E","errorMessage":"no such key"}"#, "BXNIM0415E"),
        (r#"{"errors":[{"code":"not_found","message_code":"BXNIM0","message":"m"}]}"#, "BXNIM0"),
        (
            r#"{"trace":"t","errors":[{"code":"insufficent_permissions","message":"m 17"}]}"#,
            "insufficent_permissions",
        ),
        (r#"{"errors":[{"code":4003,"message":"m"}]}"#, "4003"),
        (r#"{"error_code":"RC-403","message":"m"}"#, "RC-403"),
        (r#"{"message":"m"}"#, "m"),
        (r#"{"error_code":"PAP5.0001","error_msg":"m","request_id":"r"}"#, "PAP5.0001"),
        (r#"{"error":{"code":403,"message":"m","title":"Forbidden"}}"#, "403"),
        (r#"{"error":{"error_code":"IAM.0002","error_msg":"m"}}"#, "IAM.0002"),
    ];
    for (body, code) in shapes {
        assert_eq!(error_code(body.as_bytes()).as_deref(), Some(code), "{body}");
    }
    assert_eq!(error_code(b"<html>"), None);
    assert_eq!(error_code(b"{\"errors\":7}"), None);
}

#[test]
fn only_the_service_itself_can_say_that_there_is_nothing() {
    let status = |status, code: Option<&str>| CallError::Status {
        status,
        code: code.map(str::to_owned),
        transaction: None,
        served_at: None,
    };
    let none = ["PAP5.*", "not_found"];
    assert!(
        status(404, Some("PAP5.0004")).says(404, &none) && status(404, Some("not_found")).says(404, &none)
    );
    for other in [status(404, None), status(404, Some("APIGW.0101")), status(404, Some("not_found_too"))] {
        assert!(!other.says(404, &none), "{other}");
    }
    assert!(!status(403, Some("PAP5.0001")).says(404, &none));
    let form = ["PAP5.####", "!PAP5.0001"];
    assert!(status(404, Some("PAP5.0004")).says(404, &form));
    for other in ["PAP5.0001", "PAP5.004", "PAP5.00040", "PAP5.00x4", "PAP5.", "IAM.0004"] {
        assert!(!status(404, Some(other)).says(404, &form), "{other}");
    }
    assert!(status(404, Some("APIGW.0101")).is_unknown_path() && !status(404, None).is_unknown_path());
}

#[test]
fn an_error_says_status_and_code() {
    let error =
        CallError::Status { status: 403, code: Some("no".to_owned()), transaction: None, served_at: None };
    assert_eq!(error.to_string(), "HTTP 403 (no)");
    assert!(!error.is_transient());
}
