package dev.quern.sandbox;

/**
 * What a runtime costs on a core, as one declares it or {@link Calibration} measures it. Rough: for choosing between runtimes and places,
 * not for accounting.
 *
 * @param createUs from a tenant's first call on a core to its reply, in microseconds
 * @param switchNs what a call costs more when the last one was another tenant's, in nanoseconds
 * @param callNs a warm call that does nothing, its transaction included, in nanoseconds
 * @param getNs each get that a call makes, of a record in the processor's caches, in nanoseconds
 * @param memoryBytes what an idle isolate with one small instance takes of the Java heap
 */
public record RuntimeCosts(double createUs, double switchNs, double callNs, double getNs, long memoryBytes) {
    public RuntimeCosts {
        if (!isCost(createUs) || !isCost(switchNs) || !isCost(callNs) || !isCost(getNs) || memoryBytes < 0) {
            throw new IllegalArgumentException("costs are numbers from 0 up: createUs=" + createUs + ", switchNs="
                    + switchNs + ", callNs=" + callNs + ", getNs=" + getNs + ", memoryBytes=" + memoryBytes);
        }
    }

    private static boolean isCost(double value) {
        return value >= 0 && value < Double.POSITIVE_INFINITY;
    }
}
