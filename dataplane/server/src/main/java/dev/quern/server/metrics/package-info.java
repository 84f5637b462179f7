/**
 * What the server tells Prometheus: read at each scrape, on a thread of its own, from what loops, store and functions show of themselves. Depends on
 * {@code loop} and {@code dispatch}; nobody but the server depends on it.
 */
@NullMarked
package dev.quern.server.metrics;

import org.jspecify.annotations.NullMarked;
