#!/usr/bin/env bash
# Writes dashboards/requirements.txt from requirements.in: every package of Superset's environment, with its hashes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/python_tools.sh

find_python 13 ${PYTHON:-python3.12 python3.11 python3 python} || die "needs Python 3.11 or 3.12"
find_uv
use_pip_settings
{
    echo "# Made of requirements.in by \`make dashboards-lock\`; do not edit."
    "$uv" pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header \
        --no-emit-index-url dashboards/requirements.in
} >dashboards/requirements.new
mv dashboards/requirements.new dashboards/requirements.txt
