#!/bin/sh
# Holds every enumerated value that an audit sends against the enumerations of the clouds' own SDKs.
# Usage: tests/conformance/enumerations.sh PATH-TO-SIMULATE PATH-TO-IAMWATCH
set -eu

simulate=${1:?usage: tests/conformance/enumerations.sh PATH-TO-SIMULATE PATH-TO-IAMWATCH}
iamwatch=${2:?usage: tests/conformance/enumerations.sh PATH-TO-SIMULATE PATH-TO-IAMWATCH}

here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python.sh")
"$python" "$here/enumerations.py" "$simulate" "$iamwatch"
