#!/bin/sh
# Validates a template without the network: sam, cfn-lint on what it becomes, the promises of promises.py, and the mail of alerts.py.
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

# With a simulated AWS, mail comes out of it. An address may end in a remark for other tests.
if [ -n "${IAMWATCH_TEST_AWS:-}" ]; then
    "$programs/python" "$here/alerts.py" "$template" "${IAMWATCH_TEST_AWS%%#*}"
else
    echo "LEFT OUT: no mail is sent without a simulated AWS; tests/run.sh starts one" >&2
fi
