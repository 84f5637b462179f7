/**
 * Quern beside its peers: child processes pinned to cores, the clients that load them, and {@code bench peers}. Runs on the
 * caller's thread; one thread per child gathers its output. May depend on every module.
 */
@NullMarked
package dev.quern.bench.peers;

import org.jspecify.annotations.NullMarked;
