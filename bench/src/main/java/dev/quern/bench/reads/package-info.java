/**
 * {@code bench reads}: what it costs to touch more and more records, by the client and by functions. May depend on loads, peers, plots, reports and workloads.
 */
@NullMarked
package dev.quern.bench.reads;

import org.jspecify.annotations.NullMarked;
