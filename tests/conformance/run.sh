#!/bin/sh
# Reads every listing of the simulator through IBM's own SDK and compares it with what the simulator holds.
# Usage: tests/conformance/run.sh PATH-TO-SIMULATE [SIZE…]      (sizes: dozen 1k, where none is named)
set -eu

simulate=${1:?usage: tests/conformance/run.sh PATH-TO-SIMULATE [SIZE…]}
shift
[ $# -gt 0 ] || set -- dozen 1k

here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../.cache/conformance
python=$cache/bin/python

# The environment is made once for each version of the requirements.
wanted=$(cksum < "$here/requirements.txt")
if [ ! -x "$python" ] || [ "$(cat "$cache/installed" 2>/dev/null)" != "$wanted" ]; then
    mkdir -p "$(dirname "$cache")"
    python3 -m venv "$cache"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    printf '%s\n' "$wanted" > "$cache/installed"
fi

for size in "$@"; do
    "$python" "$here/ibm_sdk.py" --simulate "$simulate" --size "$size"
done
