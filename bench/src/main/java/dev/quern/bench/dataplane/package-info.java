/**
 * {@code bench dataplane}: gets over each port, beside each other and beside Redis. Children of its own, each pinned to a core, one thread
 * in each that is measured. Depends on client, server and ffi.
 */
@NullMarked
package dev.quern.bench.dataplane;

import org.jspecify.annotations.NullMarked;
