#!/usr/bin/env bash
# Installs the tools of tests/requirements.txt into .cache/python, once for each version of that file, and prints where
# their programs are:   PATH="$(tests/tools.sh):$PATH"
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$(dirname "$here")/.cache/python
wanted=$(cksum <"$here/requirements.txt")

if [ ! -x "$venv/bin/cargo-lambda" ] || [ "$(cat "$venv/.installed" 2>/dev/null)" != "$wanted" ]; then
    echo "installing $(grep -v '^#' "$here/requirements.txt" | xargs) into .cache/python" >&2
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" >&2
    printf '%s\n' "$wanted" >"$venv/.installed"
fi
echo "$venv/bin"
