package dev.quern.sandbox;

/**
 * What a core does in the midst of a function that has run for its quantum: it serves what is short and waits, and goes on. Called on the
 * core's thread, inside the function's epoch, which is suspended: single operations on records may be done, no function may be called
 * and no transaction begun. Should take no longer than a quantum.
 */
@FunctionalInterface
public interface Interlude {
    /**
     * Serves what waits.
     *
     * @param nowNs {@link System#nanoTime} of a moment ago
     * @param unixMs the time by which records expire, in unix milliseconds
     */
    void serve(long nowNs, long unixMs);
}
