#!/bin/sh
# Validates a template without the network: sam, cfn-lint on what it becomes, and the promises of promises.py.
#
#   infra/validate.sh [TEMPLATE]     (default: infra/template.yaml)
#   infra/validate.sh --self-test    breaks the template in many ways; each must be noticed
set -eu

here=$(cd "$(dirname "$0")" && pwd)
programs=$("$here/tools.sh")

# Neither asks for an account; both want a region to be named.
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1
export PYTHONDONTWRITEBYTECODE=1

if [ "${1:-}" = --self-test ]; then
    exec "$programs/python" "$here/self_test.py" "$here/template.yaml"
fi

template=${1:-$here/template.yaml}
"$programs/sam" validate --lint --template-file "$template"
"$programs/python" "$here/promises.py" "$template"
