# Sourced by the scripts that build environments: finds a Python and uv, and hands uv what pip is told about its index
# and certificates. Sets $python, $uv and $index; the caller's folder is the project's.

die() {
    echo "cloudcost: $*" >&2
    exit 1
}

# find_python NEWEST_MINOR_EXCLUDED NAMES…: a name on PATH is not yet a Python, since version managers leave shims that
# fail; so each one is run.
find_python() {
    local below=$1 candidate
    shift
    for candidate in "$@"; do
        if "$candidate" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, $below))" >/dev/null 2>&1; then
            python=$("$candidate" -c 'import sys; print(sys.executable)')
            return 0
        fi
    done
    return 1
}

find_uv() {
    uv=uv
    if uv --version >/dev/null 2>&1; then return 0; fi
    uv=.uv/bin/uv
    if "$uv" --version >/dev/null 2>&1; then return 0; fi
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
}

use_pip_settings() {
    pip_setting() { "$python" -m pip config get "global.$1" 2>/dev/null || true; }
    export UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
    local cert=${PIP_CERT:-$(pip_setting cert)}
    [ -n "${SSL_CERT_FILE:-}" ] || [ -z "$cert" ] || export SSL_CERT_FILE=$cert
    index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-$(pip_setting index-url)}}}
    [ -z "$index" ] || export UV_DEFAULT_INDEX=$index
}
