package dev.quern.server.loop;

import java.util.concurrent.atomic.AtomicLongArray;

/** One core's counters: the core alone writes, any thread reads a value that is at most a moment old. */
@SuppressWarnings("EnumOrdinal") // the place in an array within one process: nothing is stored or sent by it
public final class Counters {
    private final AtomicLongArray values = new AtomicLongArray(Counter.values().length);

    /** Owning core only. */
    public void increment(Counter counter) {
        add(counter, 1);
    }

    /** Owning core only. */
    public void add(Counter counter, long amount) {
        int index = counter.ordinal();
        // A single writer needs no atomic addition, only a store that readers see whole.
        values.setOpaque(index, values.getPlain(index) + amount);
    }

    /** Any thread. */
    public long get(Counter counter) {
        return values.getOpaque(counter.ordinal());
    }
}
