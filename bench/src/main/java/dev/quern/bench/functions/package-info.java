/**
 * {@code bench functions}: what isolates and calls of functions cost, without network. Each group of rows is a class of its own; the
 * bench's thread is the only core. Depends on kvstore, sandbox, ffi and the peers' tools.
 */
@NullMarked
package dev.quern.bench.functions;

import org.jspecify.annotations.NullMarked;
