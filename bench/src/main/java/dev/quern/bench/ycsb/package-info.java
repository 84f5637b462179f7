/**
 * {@code bench ycsb}: the six core workloads of YCSB at Quern and at its peers, by one load generator. The caller's thread starts servers; one
 * thread on the clients' core generates. May depend on loads, peers, reports and workloads.
 */
@NullMarked
package dev.quern.bench.ycsb;

import org.jspecify.annotations.NullMarked;
