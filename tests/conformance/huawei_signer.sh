#!/bin/sh
# Signs made-up requests with Huawei's own SDK and with ours; each signature must be the same.
# Usage: tests/conformance/huawei_signer.sh PATH-TO-SIGN      (the collector's example: cargo build -p iamwatch-collect --example sign)
set -eu

sign=${1:?usage: tests/conformance/huawei_signer.sh PATH-TO-SIGN}
here=$(cd "$(dirname "$0")" && pwd)
"$("$here/python.sh")" "$here/huawei_signer.py" --sign "$sign"
