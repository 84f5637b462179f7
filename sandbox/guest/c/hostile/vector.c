/* Stores a vector into the record under "key", which may not be done; for runtimes that have vectors. */
#include "../quern.h"

typedef int vector __attribute__((vector_size(16), aligned(1)));

__attribute__((target("simd128"))) QUERN_ENTRY(run) {
  *(volatile vector *)quern_read(0, "key", 3).bytes = (vector){1, 2, 3, 4};
  return 0;
}
