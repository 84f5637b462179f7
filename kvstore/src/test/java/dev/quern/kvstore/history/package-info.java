/**
 * Histories of what clients of a store saw, and the check that some serial order explains them (after Adya's dependency graphs, and
 * Elle, VLDB 2020). Knows nothing of the store; no threads.
 */
@NullMarked
package dev.quern.kvstore.history;

import org.jspecify.annotations.NullMarked;
