#!/bin/sh
# Installs sam and cfn-lint into .cache/venv-infra, once for each pair of versions, and prints where their programs are.
set -eu

venv=$(cd "$(dirname "$0")/.." && pwd)/.cache/venv-infra
stamp=$venv/iamwatch-sam-1.170.0-lint-1.58.0

if [ ! -e "$stamp" ]; then
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'aws-sam-cli==1.170.0' 'cfn-lint==1.58.0' >&2
    touch "$stamp"
fi
echo "$venv/bin"
