#!/usr/bin/env bash
# Builds dashboards/.venv, Superset's own environment, exactly as dashboards/requirements.txt says. Superset 6.1 needs
# Python 3.11 or 3.12 (PYTHON=… names one).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/python_tools.sh

find_python 13 ${PYTHON:-python3.12 python3.11 python3 python} ||
    die "the dashboards need Python 3.11 or 3.12 on PATH (or PYTHON=/path/to/python make …), and found none."
find_uv
use_pip_settings
"$uv" venv --quiet --allow-existing --python "$python" dashboards/.venv
"$uv" pip sync --quiet --python dashboards/.venv/bin/python --require-hashes dashboards/requirements.txt
dashboards/.venv/bin/python --version
