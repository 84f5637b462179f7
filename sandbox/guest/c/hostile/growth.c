/* Grows its memory until it is told no; replies the pages it got (u32), and touches the last. */
#include "../quern.h"

QUERN_ENTRY(run) {
  while (__builtin_wasm_memory_grow(0, 1) != (size_t)-1) {
  }
  uint32_t pages = __builtin_wasm_memory_size(0);
  *(volatile uint8_t *)(pages * 65536 - 1) = 7;
  quern_reply(&pages, sizeof pages);
  return 0;
}

QUERN_ENTRY(all_at_once) { return __builtin_wasm_memory_grow(0, 65000) == (size_t)-1 ? 0 : 1; }
