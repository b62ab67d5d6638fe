#!/usr/bin/env bash
# Every test, on a machine that has Rust, Python 3.10 or later and a C compiler: what else they need is installed into
# .cache/. Servers run on loopback, on ports of their own, and are ended with the tests, however those end.
#
#   tests/run.sh            everything
#   tests/run.sh FILTER…    only what `cargo test --workspace FILTER…` runs, with the same servers
set -euo pipefail
cd "$(dirname "$0")/.."

[ -f "${CARGO_HOME:-$HOME/.cargo}/env" ] && . "${CARGO_HOME:-$HOME/.cargo}/env"
for program in cargo cc python3 curl; do
    command -v "$program" >/dev/null || { echo "\`$program\` is needed and not on PATH" >&2; exit 1; }
done

seconds_of=()
step() {
    local name=$1 began=$SECONDS
    shift
    echo "== $name"
    "$@"
    seconds_of+=("$(printf '%5d s  %s' $((SECONDS - began)) "$name")")
    echo "== $name: $((SECONDS - began)) s"
}

stop_servers() {
    tests/servers/s3.sh stop || true
    tests/servers/moto.sh stop || true
}
trap stop_servers EXIT
trap 'exit 130' INT TERM

install_tools() {
    local programs
    programs=$(tests/tools.sh)
    tests/engines/install.sh >/dev/null
    tests/client/install.sh >/dev/null
    tests/reports/install.sh >/dev/null
    PATH=$programs:$PATH
    export PATH
}

start_servers() {
    local ports
    # Asked for together, so that they differ.
    ports=$(python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for each in sockets: each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in sockets))')
    IAMWATCH_TEST_S3=$(tests/servers/s3.sh start "${ports% *}")
    case $IAMWATCH_TEST_S3 in
    # Where S3 is played by moto, one moto plays both.
    *'#not-atomic') IAMWATCH_TEST_AWS=${IAMWATCH_TEST_S3%#*} ;;
    *) IAMWATCH_TEST_AWS=$(tests/servers/moto.sh start "${ports#* }") ;;
    esac
    export IAMWATCH_TEST_S3 IAMWATCH_TEST_AWS
    echo "S3 at $IAMWATCH_TEST_S3, other services at $IAMWATCH_TEST_AWS"
}

# No test may reach a real account, hang on the settings of whoever runs it, or write pages anew; and none goes through a
# proxy to loopback.
unset "${!AWS_@}" "${!IAMWATCH_@}" "${!GIT_@}" RUST_LOG RUST_BACKTRACE NO_COLOR
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export NO_PROXY="127.0.0.1,localhost,::1${NO_PROXY:+,$NO_PROXY}"
export no_proxy=$NO_PROXY
# Beside the sources nothing is left: what they write goes into .cache, target and temporary folders.
export PYTHONDONTWRITEBYTECODE=1 __SAM_CLI_APP_DIR=$PWD/.cache/sam
mkdir -p .cache/sam
# A thousand connections at once take more open files than some shells allow.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
# The same generated cases every time: what fails, fails again. PROPTEST_CASES and another seed look further.
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-20261126}
# With it, a test that lacks a server or a tool fails instead of saying that it was left out.
export IAMWATCH_TEST_ALL=1

# The same packages and targets as `cargo test` builds, so that nothing is compiled twice with other features.
step "build" cargo build --workspace --bins --tests
step "tools" install_tools
step "servers" start_servers
step "tests" cargo test --workspace --no-fail-fast "$@"
if [ $# -eq 0 ]; then
    step "IBM's SDK reads the simulator" tests/conformance/run.sh "${CARGO_TARGET_DIR:-target}/debug/simulate"
    step "Huawei's SDK reads the simulator" tests/conformance/huawei_sdk.sh "${CARGO_TARGET_DIR:-target}/debug/simulate"
    step "the SDKs know what is sent" tests/conformance/enumerations.sh "${CARGO_TARGET_DIR:-target}/debug/simulate" \
        "${CARGO_TARGET_DIR:-target}/debug/iamwatch"
    step "Huawei's SDK signs the same" tests/conformance/huawei_signer.sh "${CARGO_TARGET_DIR:-target}/debug/examples/sign"
    step "templates" infra/validate.sh
    step "the functions, for arm64" infra/build.sh
    step "templates broken on purpose" infra/validate.sh --self-test
fi

echo "== all passed in $SECONDS s"
printf '%s\n' "${seconds_of[@]}"
