package dev.quern.bench.evict;

/** What a policy makes of a trace. */
final class HitRatio {
    private HitRatio() {}

    /** Hits among the second half of the requests: the first half warms the cache up. */
    static double of(CachePolicy policy, Trace trace) {
        int warm = trace.length() / 2;
        for (int i = 0; i < warm; i++) {
            policy.access(trace.key(i));
        }
        int hits = 0;
        for (int i = warm; i < trace.length(); i++) {
            hits += policy.access(trace.key(i)) ? 1 : 0;
        }
        return (double) hits / (trace.length() - warm);
    }
}
