/**
 * What functions cost those who share a core with them. One thread drives each load; children and servers are ended with their bench.
 * Depends on the server, the client and the peers' tools.
 */
@NullMarked
package dev.quern.bench.isolation;

import org.jspecify.annotations.NullMarked;
