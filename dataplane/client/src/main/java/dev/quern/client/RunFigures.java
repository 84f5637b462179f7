package dev.quern.client;

/**
 * What the next call of one function would take where a {@link FunctionRunner} runs it, by the means of what calls have taken lately.
 *
 * @param tookUs microseconds from when it comes back to its commit, behind what waits there now; above 0
 * @param roundTrips how often it waited for the server before its commit
 * @param records how many it read
 */
public record RunFigures(long tookUs, int roundTrips, int records) {}
