/*
 * Dot products of float32 vectors where they lie, in four lanes: lane i takes elements i, i + 4, …. Built with vector instructions or
 * without, the result is the same to the last bit.
 */
#ifndef QUERN_DOT_H
#define QUERN_DOT_H

#include "../quern.h"

#ifdef __wasm_simd128__
typedef float dot_four __attribute__((vector_size(16)));
#else
typedef struct {
  float of[4];
} dot_four;
#endif

/* The bytes of a record lie at any address. */
static inline dot_four dot_load(const void *from) {
  dot_four four;
  __builtin_memcpy(&four, from, sizeof four);
  return four;
}

static inline float dot(const void *a, const void *b, uint32_t dimensions) {
  const uint8_t *x = a, *y = b;
  float lanes[4];
  uint32_t i = 0;
#ifdef __wasm_simd128__
  dot_four sums = {0, 0, 0, 0};
  for (; i + 4 <= dimensions; i += 4) {
    sums += dot_load(x + 4 * i) * dot_load(y + 4 * i);
  }
  __builtin_memcpy(lanes, &sums, sizeof lanes);
#else
  dot_four sums = {{0, 0, 0, 0}};
  for (; i + 4 <= dimensions; i += 4) {
    dot_four first = dot_load(x + 4 * i), second = dot_load(y + 4 * i);
    for (uint32_t lane = 0; lane < 4; lane++) {
      sums.of[lane] += first.of[lane] * second.of[lane];
    }
  }
  __builtin_memcpy(lanes, &sums, sizeof lanes);
#endif
  for (uint32_t lane = 0; i < dimensions; i++, lane++) {
    float first, second;
    __builtin_memcpy(&first, x + 4 * i, sizeof first);
    __builtin_memcpy(&second, y + 4 * i, sizeof second);
    lanes[lane] += first * second;
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

#endif
