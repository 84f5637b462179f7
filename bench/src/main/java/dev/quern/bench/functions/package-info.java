/**
 * {@code bench functions}: what isolates and calls of functions cost. Each group of rows is a class of its own. The bench's thread
 * is the only core, but for calls over the network: they go to an embedded server's. Depends on kvstore, sandbox, server, client, ffi and
 * what other benches share.
 */
@NullMarked
package dev.quern.bench.functions;

import org.jspecify.annotations.NullMarked;
