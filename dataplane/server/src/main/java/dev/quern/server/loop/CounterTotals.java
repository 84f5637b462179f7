package dev.quern.server.loop;

/** Every core's counters, added up when asked. Any thread. */
public final class CounterTotals {
    private final Counters[] cores;

    public CounterTotals(int coreCount) {
        cores = new Counters[coreCount];
        for (int index = 0; index < coreCount; index++) {
            cores[index] = new Counters();
        }
    }

    /** One core's. */
    public Counters core(int index) {
        return cores[index];
    }

    public long get(Counter counter) {
        long total = 0;
        for (Counters core : cores) {
            total += core.get(counter);
        }
        return total;
    }
}
