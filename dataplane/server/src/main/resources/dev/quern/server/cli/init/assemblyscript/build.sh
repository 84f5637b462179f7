#!/bin/sh
# Builds @NAME@.wasm. Wants Node.js with npm, which fetches the compiler of package.json the first time.
set -eu
cd "$(dirname "$0")"
[ -x node_modules/.bin/asc ] || npm install --no-audit --no-fund >&2
node_modules/.bin/asc @NAME@.ts -o @NAME@.wasm -O --disableWarning 210 --runtime stub --importMemory --exportStart _initialize \
  --use abort=quern/abort
