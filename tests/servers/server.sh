# Sourced by the scripts beside it: install a Python server once, start it, wait for it, end it by its own id.

# install_once VENV PYTHON VERSION PACKAGE...
install_once() {
    venv=$1 python=$2 wanted=$3
    shift 3
    [ "$(cat "$venv/.installed" 2>/dev/null)" = "$wanted" ] && return 0
    echo "installing $1 into ${venv#"$root"/}" >&2
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2
    echo "$wanted" >"$venv/.installed"
}

# start_in_background HOME HEALTH_URL COMMAND...
start_in_background() {
    where=$1 health=$2
    shift 2
    stop_what_was_started "$where"
    nohup "$@" >"$where/log" 2>&1 &
    echo $! >"$where/pid"
    # A cold start on a loaded machine takes most of a minute.
    tries=0
    until curl --silent --fail --max-time 2 --output /dev/null "$health"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 240 ] || ! kill -0 "$(cat "$where/pid")" 2>/dev/null; then
            echo "the server did not start; the end of its log:" >&2
            tail -n 20 "$where/log" >&2
            stop_what_was_started "$where"
            return 1
        fi
        sleep 0.5
    done
}

# stop_what_was_started HOME
stop_what_was_started() {
    [ -f "$1/pid" ] || return 0
    pid=$(cat "$1/pid")
    rm -f "$1/pid"
    kill "$pid" 2>/dev/null || return 0
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 40 ]; do
        tries=$((tries + 1))
        sleep 0.25
    done
    kill -9 "$pid" 2>/dev/null || true
}
