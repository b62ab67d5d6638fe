#!/bin/sh
# Starts or stops a simulated AWS (EventBridge, SQS, SSM, S3 …) for the tests.
#
#   tests/servers/moto.sh start [PORT]   prints the address, for IAMWATCH_TEST_AWS
#   tests/servers/moto.sh stop
#
# Installs itself into .cache/ at the first start. Without PORT, IAMWATCH_MOTO_PORT chooses (5566). One that runs already is kept.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/.cache/venv-moto
run=$root/.cache/moto
port=${2:-${IAMWATCH_MOTO_PORT:-5566}}
url=http://127.0.0.1:$port

install() {
    stamp=$venv/iamwatch-moto-5.2.5
    [ -e "$stamp" ] && return
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'moto[server]==5.2.5'
    touch "$stamp"
}

answers() {
    "$venv/bin/python" -c "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=1)" \
        "$url/moto-api/data.json" 2>/dev/null
}

is_running() {
    [ -e "$run/pid" ] && kill -0 "$(cat "$run/pid")" 2>/dev/null
}

start() {
    install
    mkdir -p "$run"
    if is_running; then
        url=$(cat "$run/url")
    else
        if answers; then
            echo "something else answers on port $port; set IAMWATCH_MOTO_PORT to a free one" >&2
            exit 1
        fi
        "$venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$run/log" 2>&1 &
        echo $! >"$run/pid"
        echo "$url" >"$run/url"
    fi
    tries=0
    until answers; do
        tries=$((tries + 1))
        if [ "$tries" -gt 60 ] || ! is_running; then
            echo "moto does not answer on $url; see $run/log" >&2
            exit 1
        fi
        sleep 0.5
    done
    echo "$url"
}

stop() {
    if is_running; then
        kill "$(cat "$run/pid")"
    fi
    rm -f "$run/pid"
}

case "${1:-}" in
start | stop) "$1" ;;
*)
    echo "usage: $0 start [PORT] | stop" >&2
    exit 2
    ;;
esac
