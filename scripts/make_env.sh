#!/usr/bin/env bash
# Builds .venv exactly as uv.lock says. Needs a Python from 3.11 up to 3.13 (PYTHON=… names one) and a package index;
# uv is taken from PATH, else installed into .uv/. What pip is told about its index and certificates holds for uv too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
    echo "cloudcost: $*" >&2
    exit 1
}

# A name on PATH is not yet a Python: version managers leave shims that fail, so each one is run.
python=
for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
        python=$("$candidate" -c 'import sys; print(sys.executable)')
        break
    fi
done
[ -n "$python" ] || die "needs Python 3.11, 3.12 or 3.13 on PATH (or PYTHON=/path/to/python make …), and found none."

if uv --version >/dev/null 2>&1; then
    uv=uv
else
    uv=.uv/bin/uv
    if ! "$uv" --version >/dev/null 2>&1; then
        rm -rf .uv
        # Debian splits ensurepip off into python3-venv; a pip of the machine's own does as well.
        if "$python" -m venv .uv >/dev/null 2>&1; then
            .uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
        elif "$python" -m pip --version >/dev/null 2>&1; then
            "$python" -m venv --clear --without-pip .uv
            "$python" -m pip --python .uv/bin/python install --quiet --disable-pip-version-check "uv>=0.9"
        else
            rm -rf .uv
            die "$python has neither venv's ensurepip nor pip: install one (Debian: apt-get install python3-venv)."
        fi
    fi
fi

pip_setting() { "$python" -m pip config get "global.$1" 2>/dev/null || true; }
export UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
cert=${PIP_CERT:-$(pip_setting cert)}
[ -n "${SSL_CERT_FILE:-}" ] || [ -z "$cert" ] || export SSL_CERT_FILE=$cert
index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-$(pip_setting index-url)}}}

if [ -z "$index" ]; then
    "$uv" sync --frozen --python "$python" --quiet
else
    # The lock names its files by their address at PyPI; from another index the same versions and hashes are taken.
    export UV_DEFAULT_INDEX=$index
    "$uv" venv --quiet --allow-existing --python "$python" .venv
    "$uv" export --frozen --quiet --no-emit-project --output-file .venv/requirements.txt
    "$uv" pip sync --quiet --python .venv/bin/python --require-hashes .venv/requirements.txt
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --editable .
fi
.venv/bin/python --version
