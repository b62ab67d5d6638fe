#!/bin/sh
# Reads every listing of the simulator through Huawei's own SDK and compares it with what the simulator holds.
# Usage: tests/conformance/huawei_sdk.sh PATH-TO-SIMULATE [SIZE…]      (sizes: dozen guide 1k, where none is named)
set -eu

simulate=${1:?usage: tests/conformance/huawei_sdk.sh PATH-TO-SIMULATE [SIZE…]}
shift
[ $# -gt 0 ] || set -- dozen guide 1k

here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python.sh")

for size in "$@"; do
    "$python" "$here/huawei_sdk.py" --simulate "$simulate" --size "$size"
done
