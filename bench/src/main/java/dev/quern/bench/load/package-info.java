/**
 * The load generator: open and closed loops that time requests, and the servers that they reach. One thread drives a loop and everything that
 * its operations touch. May depend on the client, the embedded server, workloads and reports.
 */
@NullMarked
package dev.quern.bench.load;

import org.jspecify.annotations.NullMarked;
