#!/bin/sh
# Reads every listing of the simulator through IBM's own SDK and compares it with what the simulator holds.
# Usage: tests/conformance/run.sh PATH-TO-SIMULATE [SIZE…]      (sizes: dozen 1k, where none is named)
set -eu

simulate=${1:?usage: tests/conformance/run.sh PATH-TO-SIMULATE [SIZE…]}
shift
[ $# -gt 0 ] || set -- dozen 1k

here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python.sh")

for size in "$@"; do
    "$python" "$here/ibm_sdk.py" --simulate "$simulate" --size "$size"
done
