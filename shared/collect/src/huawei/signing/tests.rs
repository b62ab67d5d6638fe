use super::*;

const HOST: &str = "iam.ap-southeast-1.myhuaweicloud.com";
const DOMAIN: (&str, &str) = ("X-Domain-Id", "d78cbac186b744899480f25bd0220001");
const JSON: (&str, &str) = ("Content-Type", "application/json");

struct Vector<'a> {
    method: &'a str,
    host: &'a str,
    path: &'a str,
    query: &'a [(&'a str, &'a str)],
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
    signed: &'a str,
    canonical: &'a str,
    signature: &'a str,
}

const BASE: Vector<'_> = Vector {
    method: "GET",
    host: HOST,
    path: "/",
    query: &[],
    headers: &[],
    body: "",
    signed: "host;x-sdk-date",
    canonical: "",
    signature: "",
};

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn signed(vector: &Vector<'_>, keys: (&str, &str), date: &str) -> Signature {
    let (query, mut headers) = (owned(vector.query), owned(vector.headers));
    headers.push(("Host".to_owned(), vector.host.to_owned()));
    let request = SigningInput {
        method: vector.method,
        path: vector.path,
        query: &query,
        headers: &headers,
        body: vector.body.as_bytes(),
    };
    sign(&request, keys.0, &Secret::new(keys.1), date.parse().unwrap())
}

fn holds_for(vector: &Vector<'_>, keys: (&str, &str), date: &str) {
    let signature = signed(vector, keys, date);
    assert_eq!(hash(signature.canonical.as_bytes()), vector.canonical, "{}", signature.canonical);
    let wanted = format!(
        "SDK-HMAC-SHA256 Access={}, SignedHeaders={}, Signature={}",
        keys.0, vector.signed, vector.signature
    );
    assert_eq!(signature.headers.last(), Some(&("Authorization", wanted)));
}

fn holds(vector: &Vector<'_>) {
    let keys = ("HWAKEXAMPLE0000000001", "ExampleSecretKey/NotReal+0123456789abcdef");
    holds_for(vector, keys, "2026-01-15T08:30:00Z");
}

#[test]
fn vector_1_is_a_plain_read() {
    let vector = Vector {
        path: "/v5/groups",
        canonical: "2bb8c9418c390094cd5d5504133bddb001328df30888b0fdda6bddc95ec11b94",
        signature: "f491bf313f4378f3475ad83fb5055016bc5b469526a9e17c2b60a553b3e9009b",
        ..BASE
    };
    holds(&vector);
    let canonical = signed(&vector, ("a", "b"), "2026-01-15T08:30:00Z").canonical;
    let wanted = format!(
        "GET\n/v5/groups/\n\nhost:{HOST}\nx-sdk-date:20260115T083000Z\n\nhost;x-sdk-date\n{}",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(canonical, wanted);
}

#[test]
fn vector_2_orders_and_encodes_the_query() {
    let query =
        [("limit", "200"), ("marker", "ab+/cd==-_"), ("group_id", "5b050baea9db472c88cbae67e8d6aaaa")];
    holds(&Vector {
        path: "/v5/users",
        query: &query,
        headers: &[JSON, DOMAIN],
        signed: "content-type;host;x-domain-id;x-sdk-date",
        canonical: "3dffe7d4e2ac920f3a021aa9a10fa84fcebb19fb98c199d975a93a45907777aa",
        signature: "cd0b6d6d09511fc71149694104cb89d027d0e3633f52d6f947aaf00aabbc888d",
        ..BASE
    });
    assert_eq!(
        canonical_query(&owned(&query)),
        "group_id=5b050baea9db472c88cbae67e8d6aaaa&limit=200&marker=ab%2B%2Fcd%3D%3D-_"
    );
}

#[test]
fn vector_3_has_unicode_and_reserved_characters() {
    holds(&Vector {
        path: "/v5/caf%C3%A9%20%E7%9B%AE%E5%BD%95/a%2Bb~c",
        query: &[
            ("name", "张三 & co"),
            ("path_prefix", "foo/bar/"),
            ("Zed", "~-_.!*'()"),
            ("only_attached", "true"),
            ("empty", ""),
        ],
        canonical: "9dea35ed4af25bb1a2330d4d212e65f679554902b8c2dbed65834f1b9332667c",
        signature: "0c249bbe82a76c79e9486dd969ca07697a517a9aa2ded705c4c42465db1ac142",
        ..BASE
    });
}

#[test]
fn vector_4_hashes_the_body() {
    holds(&Vector {
        method: "POST",
        host: "sts.ap-southeast-1.myhuaweicloud.com",
        path: "/v5/agencies/assume",
        headers: &[JSON],
        body: r#"{"agency_urn":"iam::d78cbac186b744899480f25bd0220001:agency:audit-reader","agency_session_name":"iam-audit","duration_seconds":3600}"#,
        signed: "content-type;host;x-sdk-date",
        canonical: "2ae20a06b048ea865ee5b28ffbbb42435b3a30e45d016e6bab7fb0342919ce3b",
        signature: "b76975aac697e768a9684c625af6936d0402adc6181d4354f981fa310eba6d0f",
        ..BASE
    });
}

#[test]
fn vector_5_signs_the_security_token() {
    holds(&Vector {
        path: "/v5/policies/75cfe22af2b3498d82b655fbb39daaaa/versions",
        query: &[("limit", "100")],
        headers: &[JSON, DOMAIN, ("X-Security-Token", "ExampleSessionToken+/==")],
        signed: "content-type;host;x-domain-id;x-sdk-date;x-security-token",
        canonical: "e4ca72eebd7131fd7c76e267efe45e5043fc92b00e483d404b5339bcbb7e139b",
        signature: "7bbeb349b406b4a2ab96c594ca53573971e3542d948fa97e73ad83ec8305e8fa",
        ..BASE
    });
}

#[test]
fn vector_6_keeps_colons_encoded_and_hashes_unicode() {
    holds(&Vector {
        method: "POST",
        host: "smn.ap-southeast-1.myhuaweicloud.com",
        path: "/v2/0123456789abcdef0123456789abcdef/notifications/topics/urn%3Asmn%3Aap-southeast-1%3A0123456789abcdef0123456789abcdef%3Aiam-drift/publish",
        headers: &[JSON, ("X-Project-Id", "0123456789abcdef0123456789abcdef")],
        body: "{\"subject\":\"IAM drift\",\"message\":\"Nouvel accès détecté – 新\"}",
        signed: "content-type;host;x-project-id;x-sdk-date",
        canonical: "d77ef3b106508a9b98f00143b0bf39e400c5f6cc0aa26473de5c60e7ae5acbbb",
        signature: "952ec455474a80ca5f433a85b0a3c2e90ec2a8ec96c257dae16d959420e9e154",
        ..BASE
    });
}

#[test]
fn vector_7_repeats_a_name() {
    holds(&Vector {
        host: "organizations.myhuaweicloud.com",
        path: "/v1/organizations/create-account-status",
        query: &[("states", "succeeded"), ("limit", "20"), ("states", "failed")],
        headers: &[JSON],
        signed: "content-type;host;x-sdk-date",
        canonical: "02107a2a2d67dee96414c6602750880c8905db3f97553953b466fb80a3c44226",
        signature: "a5b94f24b409f30cf3fde534fb47537323ca46c724e53ac7082fedf9e7ce5e48",
        ..BASE
    });
}

#[test]
fn vector_8_trims_values_and_leaves_out_names_with_underscores() {
    holds(&Vector {
        path: "/v5/account-summary/",
        headers: &[
            ("x-sdk-date", "20260115T083000Z"),
            ("X_Ignored_Header", "zzz"),
            ("User-Agent", "  audit/1.0  "),
        ],
        signed: "host;user-agent;x-sdk-date",
        canonical: "2ba14ab4a220381c45f615b5e372c6a1a08f5ec1cad5f6a78574586a476763fb",
        signature: "2830aaf6a86c2372fe46ae553329484b8e825b5450a5c0fbadf090f7a44ce2c2",
        ..BASE
    });
}

#[test]
fn vectors_9_and_10_are_those_of_the_sdk() {
    let base = Vector {
        host: "service.endpoint.myhuaweicloud.com",
        path: "/resources",
        query: &[("size", "1")],
        headers: &[("X_Ignored", "x")],
        ..BASE
    };
    let (keys, date) = (("AccessKey", "SecretKey"), "2020-06-08T02:39:00Z");
    let read = Vector {
        canonical: "de94dd1e1ccdb730b403ce35d7e14f7c7b04337f6def1c3a3a2ba936852b133f",
        signature: "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842",
        ..base
    };
    holds_for(&read, keys, date);
    let write = Vector {
        method: "POST",
        body: r#"{"name":"test","id":1}"#,
        canonical: "2b1b2515e48cb55e043ff2ec5b93d3f13ec287e1da1d7a2e4e14b0611a341969",
        signature: "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f",
        ..read
    };
    holds_for(&write, keys, date);
}

#[test]
fn a_body_of_another_type_is_not_hashed() {
    let vector = Vector { method: "POST", headers: &[("Content-Type", "text/plain")], body: "hello", ..BASE };
    let signature = signed(&vector, ("a", "b"), "2026-01-15T08:30:00Z");
    assert_eq!(signature.headers.first(), Some(&("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD".to_owned())));
    assert!(signature.canonical.ends_with("\nUNSIGNED-PAYLOAD"), "{}", signature.canonical);
}

#[test]
fn what_is_no_encoding_is_taken_as_it_stands() {
    assert_eq!(canonical_path("/100%/a%2"), "/100%25/a%252/");
    assert_eq!(canonical_path("/%zz/%C3"), "/%25zz/%EF%BF%BD/");
}
