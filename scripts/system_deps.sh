#!/usr/bin/env bash
# Installs what the tests need from the system: Chromium, for the tests of the pages. Only where apt-get may be run
# without a password; elsewhere it says what is left out, which is a failure under CI=true.
# CLOUDCOST_SYSTEM_INSTALL=0 installs nothing.
set -euo pipefail

for browser in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$browser" >/dev/null; then exit 0; fi
done

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
    echo "Installing Chromium for the browser tests (CLOUDCOST_SYSTEM_INSTALL=0 to leave it out)"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if "${sudo[@]}" apt-get update -qq >"$log" 2>&1 && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium fonts-liberation >>"$log" 2>&1; then
        exit 0
    fi
    tail -n 5 "$log" >&2
    reason="apt-get install chromium failed"
fi

echo "Left out: the browser tests, since Chromium is missing ($reason)." >&2
if [ "${CI:-}" = true ]; then exit 1; fi
