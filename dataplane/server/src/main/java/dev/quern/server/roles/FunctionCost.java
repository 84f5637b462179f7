package dev.quern.server.roles;

/**
 * What calls of one function have taken lately: exponentially weighted means of CPU time, records and bytes. Begins with what its runtime
 * declares. Allocates nothing. Thread: one; each core keeps its own.
 */
public final class FunctionCost {
    /** How much the newest call counts. Sixteen calls turn an estimate around; one long call does not. */
    private static final double NEWEST = 1 / 16.0;

    /** How many times what is usual a call counts as at the most. */
    private static final double UNUSUAL = 4;

    private double cpuNs;
    private double typicalNs;
    private double records;
    private double bytes;
    private long calls;

    /** A function that has not been called, of a runtime whose warm call takes so long. */
    public FunctionCost(double callNs) {
        cpuNs = callNs;
        typicalNs = callNs;
        records = 1;
    }

    /** Counts a call: its CPU time, the records that it read and wrote, and their bytes. */
    public void ran(long itsCpuNs, int itsRecords, long itsBytes) {
        // The first few count fully, so that what was declared is soon forgotten.
        double weight = Math.max(NEWEST, 1.0 / ++calls);
        cpuNs += weight * (itsCpuNs - cpuNs);
        typicalNs = weight == 1
                ? itsCpuNs
                : typicalNs + weight * (Math.min((double) itsCpuNs, UNUSUAL * typicalNs) - typicalNs);
        records += weight * (itsRecords - records);
        bytes += weight * (itsBytes - bytes);
    }

    /** CPU time of a call, in nanoseconds. */
    public double cpuNs() {
        return cpuNs;
    }

    /** The same, where a call in which the core stood still counts little: what a call takes as a rule. */
    public double typicalNs() {
        return typicalNs;
    }

    /** Records that a call reads and writes. */
    public double records() {
        return records;
    }

    /** Their bytes. */
    public double bytes() {
        return bytes;
    }

    public long calls() {
        return calls;
    }
}
