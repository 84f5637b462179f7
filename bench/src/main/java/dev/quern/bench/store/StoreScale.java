package dev.quern.bench.store;

/** How large a run is, and how long. */
enum StoreScale {
    /** What counts, with several processes for each subject. */
    THOROUGH(10_000_000, 1 << 23, 2, 1000, 3, 1000, 10_000_000, 600_000, "6g"),

    /** As that, in a quarter of the time. */
    FULL(10_000_000, 1 << 23, 1, 700, 3, 700, 10_000_000, 30_000, "6g"),

    /** Shows that it works. */
    QUICK(200_000, 1 << 18, 1, 60, 1, 100, 300_000, 2_000, "512m");

    private final int records;
    private final int sequenceLength;
    private final int rounds;
    private final int warmupMs;
    private final int iterations;
    private final int iterationMs;
    private final int growthRecords;
    private final int mixedMs;
    private final String heap;

    StoreScale(
            int records,
            int sequenceLength,
            int rounds,
            int warmupMs,
            int iterations,
            int iterationMs,
            int growthRecords,
            int mixedMs,
            String heap) {
        this.records = records;
        this.sequenceLength = sequenceLength;
        this.rounds = rounds;
        this.warmupMs = warmupMs;
        this.iterations = iterations;
        this.iterationMs = iterationMs;
        this.growthRecords = growthRecords;
        this.mixedMs = mixedMs;
        this.heap = heap;
    }

    int records() {
        return records;
    }

    /** How many keys are drawn beforehand: a power of two, and enough that they do not stay in a cache. */
    int sequenceLength() {
        return sequenceLength;
    }

    /** How many processes each subject is measured in, taking turns. */
    int rounds() {
        return rounds;
    }

    int warmupMs() {
        return warmupMs;
    }

    int iterations() {
        return iterations;
    }

    int iterationMs() {
        return iterationMs;
    }

    /** How many records a table grows to, from empty. */
    int growthRecords() {
        return growthRecords;
    }

    /** How long gets and puts run while garbage is counted. */
    int mixedMs() {
        return mixedMs;
    }

    /** The heap of every subject's process, as {@code -Xmx} takes it. */
    String heap() {
        return heap;
    }
}
