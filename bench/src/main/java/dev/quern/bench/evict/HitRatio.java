package dev.quern.bench.evict;

/** What a policy makes of a trace. */
final class HitRatio {
    private HitRatio() {}

    /** Hits among the second half of the requests: the first half warms the cache up. */
    static double of(CachePolicy policy, Trace trace) {
        warmUp(policy, trace);
        return measure(policy, trace);
    }

    static void warmUp(CachePolicy policy, Trace trace) {
        for (int i = 0; i < trace.length() / 2; i++) {
            policy.access(trace.key(i));
        }
    }

    static double measure(CachePolicy policy, Trace trace) {
        int warm = trace.length() / 2;
        int hits = 0;
        for (int i = warm; i < trace.length(); i++) {
            hits += policy.access(trace.key(i)) ? 1 : 0;
        }
        return (double) hits / (trace.length() - warm);
    }
}
