package dev.quern.client;

import java.time.Duration;

/**
 * How soon a function's calls should end, and whether they did.
 *
 * @param p99 how long 99 of 100 should take at the most, from arrival to end
 * @param met calls that took no longer
 * @param missed calls that took longer
 */
public record FunctionTarget(Duration p99, long met, long missed) {}
