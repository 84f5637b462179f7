/**
 * {@code bench apps}: what applications do that put their work where the data is, beside the same in Lua at Redis. May depend on loads, peers, reports and
 * workloads.
 */
@NullMarked
package dev.quern.bench.apps;

import org.jspecify.annotations.NullMarked;
