#!/usr/bin/env bash
# Draws the pictures that the README shows, from the store that a demo leaves.
#   tests/reports/pictures.sh IAMWATCH FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
folder=$(realpath "$2")
IAMWATCH_REPORT_TOOLS=$("$here/install.sh")
export IAMWATCH_REPORT_TOOLS

scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT
cd "$scratch"
"$program" demo --fast --quiet --store store
"$program" serve --json --store store >told &
server=$!
for _ in $(seq 100); do grep -q '^}' told && break; sleep 0.1; done
url=$(sed -n 's/.*"url": "\(.*\)".*/\1/p' told)
account=$("$program" snapshots --json --account ibm --store store | sed -n 's/.*"account": "\(.*\)".*/\1/p' | head -n 1)
node "$here/pictures.mjs" "$url" "$folder" \
    "/accounts/$account" timeline 1080 860 light \
    "/accounts/$account/findings?severity=high" findings 1080 860 dark
ls -l "$folder"
