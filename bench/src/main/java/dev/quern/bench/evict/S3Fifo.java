package dev.quern.bench.evict;

/**
 * A small queue that most keys leave soon, a main queue for those that were asked for again, and a ghost that remembers what left the
 * small one (Yang et al., SOSP '23). The pure form of what a table does that evicts.
 */
final class S3Fifo implements CachePolicy {
    private static final byte FREQUENCY_MAX = 3;

    /** From how many further requests on a key goes from the small queue to the main one. */
    private static final byte FREQUENCY_TO_STAY = 2;

    private static final int SMALL_PERCENT = 10;

    private final int capacity;
    private final int smallMax;
    private final KeyRing small;
    private final KeyRing main;
    private final boolean[] holds;
    private final byte[] frequency;

    /** By key, which one it was of those that left the small queue; 0 for never. */
    private final long[] leftAs;

    private long left;

    S3Fifo(int capacity, int keysBound) {
        this.capacity = capacity;
        smallMax = Math.max(1, capacity * SMALL_PERCENT / 100);
        small = new KeyRing(capacity);
        main = new KeyRing(capacity);
        holds = new boolean[keysBound];
        frequency = new byte[keysBound];
        leftAs = new long[keysBound];
    }

    int size() {
        return small.size() + main.size();
    }

    @Override
    public boolean access(int key) {
        if (holds[key]) {
            frequency[key] = (byte) Math.min(FREQUENCY_MAX, frequency[key] + 1);
            return true;
        }
        while (small.size() + main.size() >= capacity) {
            evict();
        }
        boolean isGhost = leftAs[key] != 0 && left - leftAs[key] < capacity - smallMax;
        (isGhost ? main : small).add(key);
        leftAs[key] = 0;
        holds[key] = true;
        frequency[key] = 0;
        return false;
    }

    private void evict() {
        if (small.size() >= smallMax || main.size() == 0) {
            evictFromSmall();
        } else {
            evictFromMain();
        }
    }

    private void evictFromSmall() {
        int key = small.remove();
        if (frequency[key] >= FREQUENCY_TO_STAY) {
            frequency[key] = 0;
            main.add(key);
        } else {
            holds[key] = false;
            leftAs[key] = ++left;
        }
    }

    private void evictFromMain() {
        int key = main.remove();
        if (frequency[key] > 0) {
            frequency[key]--;
            main.add(key);
        } else {
            holds[key] = false;
        }
    }
}
