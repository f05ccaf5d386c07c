#!/bin/sh
# Makes `.venv` from a hash-locked requirements file and installs the checkout into it: deploy/setup.sh runtime|dev
# Does nothing when the environment already holds what the lock says. Needs Python 3.11 or newer and no root.
set -eu
cd "$(dirname "$0")/.."
want=${1:?expected runtime or dev}
case $want in runtime | dev) ;; *) echo "setup: expected runtime or dev, got $want" >&2; exit 2 ;; esac
venv=${WRIT_VENV:-.venv}

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || { echo "setup: no Python 3.11 or newer on PATH; install one, or name it: PYTHON=/path/python3" >&2; exit 1; }

# The stamp is the digest of everything that decides what lies in the environment, this folder and Python included.
key() {
    { cat "requirements/$1.txt" pyproject.toml; pwd; "$python" -c 'import sys; print(sys.version, sys.base_prefix)'; } | "$python" -c \
        'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}
stamp=$venv/.writ-$want
[ "$(cat "$stamp" 2>/dev/null)" != "$(key "$want")" ] || exit 0
# What tests need includes what runs.
if [ "$want" = runtime ] && [ "$(cat "$venv/.writ-dev" 2>/dev/null)" = "$(key dev)" ]; then exit 0; fi

if ! "$venv/bin/python" -c 'import pip' 2>/dev/null || [ "$(cat "$venv/.writ-python" 2>/dev/null)" != "$("$python" -VV)" ]; then
    rm -rf "$venv"
    "$python" -m venv "$venv" || {
        echo "setup: this Python cannot make a virtual environment; on Debian and Ubuntu install python3-venv" >&2
        exit 1
    }
    "$python" -VV >"$venv/.writ-python"
fi
echo "installing $want packages into $venv (once; requirements/$want.txt, checked by hash)" >&2
rm -f "$venv"/.writ-runtime "$venv"/.writ-dev
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
"$venv/bin/python" -m pip install --quiet --require-hashes --no-deps --only-binary=:all: -r "requirements/$want.txt"
# setuptools warns that an editable install reads the checkout, which is what it is for.
PYTHONWARNINGS=ignore "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
key "$want" >"$stamp"
