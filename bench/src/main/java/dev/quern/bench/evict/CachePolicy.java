package dev.quern.bench.evict;

/** A cache of keys that decides what to keep; reading through, so that every miss brings the key in. Thread: one. */
interface CachePolicy {
    /** Asks for a key, from 0 and below the trace's bound, and returns whether it was there. It is afterwards. */
    boolean access(int key);

    /** Makes an empty cache of so many keys, for keys below a bound. */
    @FunctionalInterface
    interface Factory {
        CachePolicy make(int capacity, int keysBound);
    }
}
