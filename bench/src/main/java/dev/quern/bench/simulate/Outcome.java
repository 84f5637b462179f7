package dev.quern.bench.simulate;

/**
 * What a simulated run came to.
 *
 * @param usefulShare of all cores' time, what went into gets and functions themselves
 * @param offeredShare what was asked for
 * @param getsPerSecond answered
 * @param functionsPerSecond answered
 * @param shedPerSecond invocations and gets refused
 * @param busyShare of all cores' time, what was not idle
 * @param getP50Us of those answered
 * @param getP99Us of those answered
 * @param functionP50Us of those answered
 * @param functionP99Us of those answered
 * @param moves role changes in the whole run
 * @param timeline how it went
 */
record Outcome(
        Policy policy,
        double usefulShare,
        double offeredShare,
        double getsPerSecond,
        double functionsPerSecond,
        double shedPerSecond,
        double busyShare,
        double getP50Us,
        double getP99Us,
        double functionP50Us,
        double functionP99Us,
        int moves,
        Timeline timeline) {}
