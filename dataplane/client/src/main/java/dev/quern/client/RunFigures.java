package dev.quern.client;

/**
 * What calls of one function have taken lately where a {@link FunctionRunner} ran them: means.
 *
 * @param tookUs microseconds from when a call came back to its commit, above 0
 * @param roundTrips how often it waited for the server before its commit
 * @param records how many it read
 */
public record RunFigures(long tookUs, int roundTrips, int records) {}
