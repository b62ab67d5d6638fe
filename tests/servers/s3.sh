#!/bin/sh
# Starts an S3-compatible server for the tests and prints its endpoint: LocalStack where there is a Python 3.13,
# else moto, without the race of writers.
#
#   IAMWATCH_TEST_S3=$(tests/servers/s3.sh start [PORT])
#   tests/servers/s3.sh stop
#
# For moto the endpoint ends in `#not-atomic`, by which the suite knows to leave the race out.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

case ${1:-} in
start)
    port=${2:-4566}
    if "$here/localstack.sh" python >/dev/null; then
        exec "$here/localstack.sh" start "$port"
    fi
    echo "!! No Python 3.13 found, so S3 is played by moto, whose conditional create is not atomic:" >&2
    echo "!! THE RACE OF WRITERS ON S3 IS NOT TESTED. Install Python 3.13 (pyenv install 3.13) to test it." >&2
    echo "$("$here/moto.sh" start "$port")#not-atomic"
    ;;
stop)
    "$here/localstack.sh" stop
    "$here/moto.sh" stop
    ;;
*)
    echo "usage: s3.sh start [PORT] | stop" >&2
    exit 2
    ;;
esac
