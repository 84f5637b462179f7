package dev.quern.server.roles;

/**
 * How long the call takes that is found running at a lane at any moment: the mean of calls' lengths, each weighted by its length, so that a few
 * long ones among many short count by the time that they have the core. Mutable, and allocates nothing. Thread: the lane's.
 */
public final class RunLengths {
    /** What 64 calls ago counts little. */
    private static final double OLD = 1 - 1 / 64.0;

    private double sum;
    private double squares;

    /** Of a lane that has run nothing. */
    public RunLengths() {}

    /** A call ran that takes so long as a rule ({@link FunctionCost#typicalNs}). */
    public void ran(double typicalNs) {
        sum = OLD * sum + typicalNs;
        squares = OLD * squares + typicalNs * typicalNs;
    }

    /** In nanoseconds; 0 when nothing has run. */
    public double foundNs() {
        return sum == 0 ? 0 : squares / sum;
    }
}
