/**
 * Eviction policies compared by their hit ratios: pure single-threaded forms beside a real table that evicts. Everything runs on the
 * bench's thread. Depends on the store.
 */
@NullMarked
package dev.quern.bench.evict;

import org.jspecify.annotations.NullMarked;
