/**
 * The load generator's core: a closed loop that keeps a number of operations in flight and times each. One thread drives a loop and
 * everything that its operations touch. May depend on the client.
 */
@NullMarked
package dev.quern.bench.load;

import org.jspecify.annotations.NullMarked;
