#!/usr/bin/env bash
# Builds .venv exactly as uv.lock says. Needs a Python from 3.11 up to 3.13 (PYTHON=… names one) and a package index;
# uv is taken from PATH, else installed into .uv/. What pip is told about its index and certificates holds for uv too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/python_tools.sh

find_python 14 ${PYTHON:-python3.13 python3.12 python3.11 python3 python} ||
    die "needs Python 3.11, 3.12 or 3.13 on PATH (or PYTHON=/path/to/python make …), and found none."
find_uv
use_pip_settings

if [ -z "$index" ]; then
    "$uv" sync --frozen --python "$python" --quiet
else
    # The lock names its files by their address at PyPI; from another index the same versions and hashes are taken.
    "$uv" venv --quiet --allow-existing --python "$python" .venv
    "$uv" export --frozen --quiet --no-emit-project --output-file .venv/requirements.txt
    "$uv" pip sync --quiet --python .venv/bin/python --require-hashes .venv/requirements.txt
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --editable .
fi
.venv/bin/python --version
# What every first run would else do for fifteen seconds. Without it they do it, so that this ends no build.
.venv/bin/python -m cloudcost.dbt.parse_project || echo "note: the dbt project could not be parsed" >&2
