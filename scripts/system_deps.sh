#!/usr/bin/env bash
# Installs what the tests need from the system: Chromium for the tests of the pages, Node.js and npm for Azurite,
# PostgreSQL for the stand-in of Redshift. With `dashboards`, what `make dashboards-full` needs: PostgreSQL and Redis
# (unless SUPERSET_METADATA_URI and SUPERSET_REDIS_URL name others), Chromium and its driver for pictures in reports.
# With `all`, both. Only where apt-get may be run without a password; elsewhere it says what is left out, which is a
# failure under CI=true. CLOUDCOST_SYSTEM_INSTALL=0 installs nothing.
set -euo pipefail

has_any() {
    for program in "$@"; do
        if command -v "$program" >/dev/null; then return 0; fi
    done
    return 1
}

packages=()
suites=()
need() { # need SUITE PACKAGES PROGRAM…: unless one of the programs is there
    local suite=$1 wanted=$2
    shift 2
    if ! has_any "$@"; then
        # shellcheck disable=SC2206
        packages+=($wanted)
        suites+=("$suite")
    fi
}

what=${1:-tests}
case $what in tests | dashboards | all) ;; *) echo "usage: $0 [tests|dashboards|all]" >&2 && exit 2 ;; esac
need "pages in a browser (Chromium)" "chromium fonts-liberation" \
    chromium chromium-browser google-chrome google-chrome-stable
if [ "$what" != dashboards ]; then
    need "the Azure storage tests (Node.js and npm)" "nodejs npm" node
    need "the Azure storage tests (Node.js and npm)" "nodejs npm" npm
fi
if [ "$what" != dashboards ] || [ -z "${SUPERSET_METADATA_URI:-}" ]; then
    need "what needs PostgreSQL" postgresql initdb pg_ctlcluster
fi
if [ "$what" != tests ]; then
    need "pictures in scheduled reports (Chromium's driver)" chromium-driver chromedriver
    if [ -z "${SUPERSET_REDIS_URL:-}" ]; then need "scheduled reports (Redis)" redis-server redis-server; fi
fi
if [ "${#packages[@]}" = 0 ]; then exit 0; fi

sudo=()
reason=
if [ "${CLOUDCOST_SYSTEM_INSTALL:-1}" = 0 ]; then
    reason="CLOUDCOST_SYSTEM_INSTALL=0"
elif ! command -v apt-get >/dev/null; then
    reason="this system has no apt-get"
elif [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then sudo=(sudo -n); else reason="not root, and sudo asks for a password"; fi
fi

if [ -z "$reason" ]; then
    echo "Installing ${packages[*]} (CLOUDCOST_SYSTEM_INSTALL=0 to leave them out)"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if "${sudo[@]}" apt-get update -qq >"$log" 2>&1 && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >>"$log" 2>&1; then
        exit 0
    fi
    tail -n 5 "$log" >&2
    reason="apt-get install failed"
fi

for suite in "${suites[@]}"; do
    echo "Left out: $suite, since something is missing ($reason)." >&2
done
if [ "${CI:-}" = true ]; then exit 1; fi
