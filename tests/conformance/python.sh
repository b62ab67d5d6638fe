#!/bin/sh
# Prints the Python that has the clouds' own SDKs. Its environment is made once for each version of the requirements.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../.cache/conformance
python=$cache/bin/python

wanted=$(cksum < "$here/requirements.txt")
if [ ! -x "$python" ] || [ "$(cat "$cache/installed" 2>/dev/null)" != "$wanted" ]; then
    mkdir -p "$(dirname "$cache")"
    python3 -m venv "$cache"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    printf '%s\n' "$wanted" > "$cache/installed"
fi
printf '%s\n' "$python"
