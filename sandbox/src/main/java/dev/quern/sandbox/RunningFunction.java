package dev.quern.sandbox;

/**
 * A function that is running right now.
 *
 * @param tenant its tenant's name
 * @param function as it was called
 * @param core the index of the store core that runs it
 * @param runningUs for how long, in microseconds
 */
public record RunningFunction(String tenant, String function, int core, long runningUs) {}
