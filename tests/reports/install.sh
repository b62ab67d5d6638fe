#!/usr/bin/env bash
# Installs what reports are tried with into .cache/reports, once for each version of the lists beside this, and prints that folder. The browser
# and the schema of SARIF come by npm: where there is no Node.js 20 or later, they are left out, and so are the tests of them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd "$here/../.." && pwd)/.cache/reports
wanted=$(cat "$here/requirements.txt" "$here/package.json" | cksum)

if [ "$(cat "$folder/.installed" 2>/dev/null)" != "$wanted" ]; then
    echo "installing $(grep -v '^#' "$here/requirements.txt" | xargs) and $(grep -c '": "[0-9]' "$here/package.json") packages for a browser into .cache/reports" >&2
    rm -rf "$folder"
    mkdir -p "$folder"
    "${PYTHON:-python3}" -m venv "$folder/python" >&2
    "$folder/python/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" >&2
    if node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null; then
        cp "$here/package.json" "$folder/"
        (cd "$folder" && npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
        # Of what draws diagrams one file is needed, and none of its two hundred packages.
        drawer=$(node -p 'require(process.argv[1]).drawer' "$here/package.json")
        (cd "$folder" && npm pack --silent "$drawer" >/dev/null && tar xzf mermaid-*.tgz --strip-components=2 package/dist/mermaid.min.js && rm mermaid-*.tgz)
        IAMWATCH_REPORT_TOOLS=$folder node "$here/look.mjs" >&2
    else
        echo "!! left out: there is no Node.js 20 or later, so that no browser looks at a report" >&2
    fi
    printf '%s\n' "$wanted" >"$folder/.installed"
fi
echo "$folder"
