#!/bin/sh
# Builds @NAME@.wasm. Wants rustc with the target wasm32-unknown-unknown, and a linker: rust-lld, which rustup brings, or wasm-ld.
set -eu
cd "$(dirname "$0")"
rustc=${RUSTC:-rustc}
libraries() {
  "$1" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null
}
if ! ls "$(libraries "$rustc")"/libstd-* >/dev/null 2>&1 && [ -x /usr/bin/rustc ]; then
  rustc=/usr/bin/rustc
fi
if command -v wasm-ld >/dev/null; then
  linker="-C linker=wasm-ld"
fi
# shellcheck disable=SC2086 # two words, or none
"$rustc" --target wasm32-unknown-unknown --crate-type cdylib --edition 2021 -C opt-level=s -C lto -C panic=abort -C strip=symbols \
  ${linker:-} -C link-arg=--import-memory -C link-arg=-zstack-size=32768 -o @NAME@.wasm @NAME@.rs
