#!/usr/bin/env bash
# Installs what requirements.txt names into .cache/client, once for each version of that file, and prints the Python that has it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$(cd "$here/../.." && pwd)/.cache/client
wanted=$(cksum <"$here/requirements.txt")

if [ ! -x "$venv/bin/python" ] || [ "$(cat "$venv/.installed" 2>/dev/null)" != "$wanted" ]; then
    echo "installing $(grep -v '^#' "$here/requirements.txt" | xargs) into .cache/client" >&2
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" >&2
    printf '%s\n' "$wanted" >"$venv/.installed"
fi
echo "$venv/bin/python"
