"""Holds our signature of Huawei Cloud requests against that of Huawei's own SDK.

In: the `sign` example of the collector. Out: `N signatures agree`, or the first request that the two sign differently
and exit code 1. The requests are made up from a fixed seed: every part has Unicode and reserved characters, parameters
are empty and repeated, headers have odd cases and white space.
"""

import argparse
import json
import random
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

# Everything that any step of the signature treats in its own way, and some that none should.
CHARACTERS = [*"aZ09-_.~ /+%&=?#*'\"()[]{}!@$,;:|\\<>^`", "é", "ß", "中", "目", "😀", "\u0301", "\u00a0", "\t", "\n"]
TYPES = [
    "application/json",
    "application/json;charset=utf-8",
    "application/bson",
    "text/plain",
    "application/octet-stream",
]


def text(source, most, characters=CHARACTERS):
    """Up to `most` characters."""
    return "".join(source.choice(characters) for _ in range(source.randint(0, most)))


def path(source):
    """A path as on the request line: each segment encoded, in one of the ways in which clients do it."""
    segments = []
    for _ in range(source.randint(0, 5)):
        segment = text(source, 8, [each for each in CHARACTERS if each not in "/"])
        segments.append(quote(segment, safe=source.choice(["", "~", ":@+!*'()", "-_.~"])))
    return "/" + "/".join(segments) + source.choice(["", "", "/"])


def query(source):
    """Pairs, of which some are empty, some repeat a name and some repeat a pair."""
    pairs = [(text(source, 6), text(source, 10)) for _ in range(source.randint(0, 6))]
    for name, value in list(pairs):
        if source.random() < 0.3:
            pairs.append((name, source.choice([value, "", text(source, 6)])))
    source.shuffle(pairs)
    return pairs


def headers(source, date):
    """Headers that are known before signing: `Host` always, a date in half of the cases."""
    found = [("Host", source.choice(["iam.example.com", "127.0.0.1:8080", "iam.eu-west-101.myhuaweicloud.eu"]))]
    if source.random() < 0.5:
        found.append((source.choice(["X-Sdk-Date", "x-sdk-date"]), date.strftime("%Y%m%dT%H%M%SZ")))
    others = [
        ("X-Domain-Id", f"{source.getrandbits(128):032x}"),
        ("X-Security-Token", text(source, 40, [*"abcXYZ0189+/=-_"])),
        ("User-Agent", "  audit/1.0 (über)  "),
        ("X_Ignored", "never signed"),
        ("x-LANGUAGE", " en-us "),
        ("X-Empty", ""),
        ("Content-Type", source.choice(TYPES)),
    ]
    return found + [each for each in others if source.random() < 0.5]


def case(source):
    """One request with the key that signs it."""
    date = datetime(2020, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=source.randrange(10**9))
    return {
        "access_key": "HWAK" + f"{source.getrandbits(64):016X}",
        "secret_key": "k" + text(source, 200, [*"abcXYZ0189+/=", "é", "中"]) + "k",
        "date": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "method": source.choice(["GET", "POST", "PUT", "get", "HEAD"]),
        "path": path(source),
        "query": query(source),
        "headers": headers(source, date),
        "body": source.choice(["", "", json.dumps({"a": text(source, 20)}), text(source, 60)]),
    }


def by_sdk(one):
    """The header that the SDK gives to the same request."""
    fixed = dict(one["headers"])
    if not any(name.lower() == "x-sdk-date" for name in fixed):
        # Without a date the SDK would take that of the machine.
        stamp = datetime.strptime(one["date"], "%Y-%m-%dT%H:%M:%SZ").strftime("%Y%m%dT%H%M%SZ")
        fixed["X-Sdk-Date"] = stamp
    request = SdkRequest(
        method=one["method"],
        schema="https",
        host=fixed["Host"],
        resource_path=one["path"],
        query_params=[tuple(pair) for pair in one["query"]],
        header_params=fixed,
        body=one["body"],
    )
    credentials = GlobalCredentials(one["access_key"], one["secret_key"], "0" * 32)
    return Signer(credentials).sign(request).header_params["Authorization"]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sign", required=True, help="path to the `sign` example")
    options.add_argument("--requests", type=int, default=500)
    options.add_argument("--seed", type=int, default=20260115)
    chosen = options.parse_args()

    source = random.Random(chosen.seed)
    cases = [case(source) for _ in range(chosen.requests)]
    lines = "".join(json.dumps(one) + "\n" for one in cases)
    # Line feeds alone separate answers; a header holds none.
    ours = subprocess.run([chosen.sign], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
    answers = ours.removesuffix("\n").split("\n")
    if len(answers) != len(cases):
        sys.exit(f"{len(cases)} requests, {len(answers)} signatures")
    for one, answer in zip(cases, answers):
        wanted = by_sdk(one)
        if answer != wanted:
            sys.exit(f"the SDK signs {json.dumps(one, ensure_ascii=False)}\n as  {wanted}\n and we as {answer}")
    print(f"{len(cases)} signatures agree")


if __name__ == "__main__":
    main()
