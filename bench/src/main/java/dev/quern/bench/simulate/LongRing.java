package dev.quern.bench.simulate;

/** Requests that have arrived at a lane: a bounded queue of numbers. */
final class LongRing {
    private final long[] items;
    private int head;
    private int size;

    LongRing(int capacity) {
        items = new long[capacity];
    }

    boolean offer(long item) {
        if (size == items.length) {
            return false;
        }
        items[(head + size++) % items.length] = item;
        return true;
    }

    /** The first; there is one. */
    long first() {
        return items[head];
    }

    long poll() {
        long item = items[head];
        head = (head + 1) % items.length;
        size--;
        return item;
    }

    int size() {
        return size;
    }
}
