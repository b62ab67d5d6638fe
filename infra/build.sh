#!/bin/sh
# Builds the template's functions for arm64 with `sam build`, and looks at what came out.
#
#   infra/build.sh              without optimisation, which is quicker: what the tests do
#   infra/build.sh --release    as it is deployed
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=aarch64-unknown-linux-gnu
# What Lambda takes, unpacked.
most_bytes=262144000

if [ "${1:-}" != --release ]; then
    export SAM_BUILD_MODE=debug
fi
if command -v rustup >/dev/null && ! rustup target list --installed | grep -qx "$target"; then
    rustup target add "$target"
fi
programs=$("$here/tools.sh")
PATH=$("$here/../tests/tools.sh"):$PATH
export PATH SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1

mkdir -p "${CARGO_TARGET_DIR:-$here/../target}"
out=$(cd "${CARGO_TARGET_DIR:-$here/../target}" && pwd)/sam
rm -rf "$out"
"$programs/sam" build --template-file "$here/template.yaml" --build-dir "$out"

for function in Audit History; do
    program=$out/$function/bootstrap
    [ -x "$program" ] || { echo "\`$program\` was not built" >&2; exit 1; }
    # The magic number of ELF, and the machine at byte 18: 183 is arm64.
    head=$(od -An -tx1 -N4 "$program" | tr -d ' ')$(od -An -tx1 -j18 -N2 "$program" | tr -d ' ')
    [ "$head" = 7f454c46b700 ] || { echo "\`$program\` is no program for arm64" >&2; exit 1; }
    bytes=$(wc -c <"$program")
    [ "$bytes" -lt "$most_bytes" ] || { echo "\`$program\` has $bytes bytes, more than Lambda takes" >&2; exit 1; }
    echo "$program: arm64, $((bytes / 1000000)) MB"
done
