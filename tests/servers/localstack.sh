#!/bin/sh
# Installs LocalStack (S3 and more, no container, no account) into .cache/ and starts it on loopback.
# Its S3 decides a conditional create atomically; it needs Python 3.13.
#
#   localstack.sh start PORT     prints the endpoint once it answers
#   localstack.sh stop           ends what `start` started
#   localstack.sh python         prints the Python 3.13 found; exit 1 when there is none
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/servers/server.sh"
home=$root/.cache/localstack
version=4.14.0

# With newer ones of the packages that are held back, LocalStack dies with "No component plugins found".
packages="localstack-core[base-runtime,runtime]==$version cbor2<6 pyopenssl<25.1 cryptography<46 service_identity"

python_3_13() {
    for candidate in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python /opt/python/3.13*/bin/python3 /usr/local/bin/python3.13; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    return 1
}

case ${1:-} in
python) python_3_13 ;;
start)
    port=$2
    python=$(python_3_13)
    # shellcheck disable=SC2086
    install_once "$home/venv" "$python" "$version" $packages
    mkdir -p "$home/state"
    DISABLE_EVENTS=1 SKIP_SSL_CERT_DOWNLOAD=1 EAGER_SERVICE_LOADING=0 LOCALSTACK_HOST=127.0.0.1:$port \
        FILESYSTEM_ROOT=$home/state GATEWAY_LISTEN=127.0.0.1:$port \
        start_in_background "$home" "http://127.0.0.1:$port/_localstack/health" \
        "$home/venv/bin/python" -m localstack.runtime.main
    echo "http://127.0.0.1:$port"
    ;;
stop) stop_what_was_started "$home" ;;
*)
    echo "usage: localstack.sh start PORT | stop | python" >&2
    exit 2
    ;;
esac
