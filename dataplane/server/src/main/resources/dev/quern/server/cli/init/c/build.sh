#!/bin/sh
# Builds @NAME@.wasm. Wants clang with the target wasm32, and lld.
set -eu
cd "$(dirname "$0")"
clang --target=wasm32 -std=c11 -O2 -Wall -Wextra -nostdlib -ffreestanding -Wl,--no-entry -Wl,--import-memory -Wl,--strip-all \
  -Wl,-z,stack-size=32768 -o @NAME@.wasm @NAME@.c
