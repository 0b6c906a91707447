#!/usr/bin/env bash
# Installs what the tests need from the system: Chromium for the tests of the pages, Node.js and npm for Azurite,
# PostgreSQL for the stand-in of Redshift. Only where apt-get may be run without a password; elsewhere it says what is
# left out, which is a failure under CI=true.
# CLOUDCOST_SYSTEM_INSTALL=0 installs nothing.
set -euo pipefail

has_any() {
    for program in "$@"; do
        if command -v "$program" >/dev/null; then return 0; fi
    done
    return 1
}

packages=()
suites=()
if ! has_any chromium chromium-browser google-chrome google-chrome-stable; then
    packages+=(chromium fonts-liberation)
    suites+=("the browser tests (Chromium)")
fi
if ! has_any node || ! has_any npm; then
    packages+=(nodejs npm)
    suites+=("the Azure storage tests (Node.js and npm)")
fi
if ! has_any initdb pg_ctlcluster; then
    packages+=(postgresql)
    suites+=("the Redshift tests (PostgreSQL)")
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
    echo "Installing ${packages[*]} for the tests (CLOUDCOST_SYSTEM_INSTALL=0 to leave them out)"
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
