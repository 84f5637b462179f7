package dev.quern.bench.simulate;

import java.util.Arrays;

/** What happens next: times and numbers of sources, the earliest first. */
final class EventHeap {
    /** Numbers are below this. */
    static final int SOURCES_MAX = 1 << 10;

    /** Times are below this: more than a hundred days. */
    private static final long NS_MAX = Long.MAX_VALUE / SOURCES_MAX;

    private long[] heap = new long[256];
    private int size;

    /** @throws IllegalArgumentException when the time is before the beginning, or too far away to be kept */
    void add(long timeNs, int source) {
        if (timeNs < 0 || timeNs >= NS_MAX) {
            throw new IllegalArgumentException("source " + source + " at " + timeNs + " ns: choose 0 to " + NS_MAX);
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        long event = timeNs * SOURCES_MAX + source;
        int at = size++;
        while (at > 0 && heap[(at - 1) / 2] > event) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = event;
    }

    /** Takes the earliest; {@link #timeNs} and {@link #source} read it. */
    long take() {
        long first = heap[0];
        long last = heap[--size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return first;
    }

    /** The time of the earliest; {@link Long#MAX_VALUE} when there is none. */
    long firstNs() {
        return size == 0 ? Long.MAX_VALUE : timeNs(heap[0]);
    }

    static long timeNs(long event) {
        return event / SOURCES_MAX;
    }

    static int source(long event) {
        return (int) (event % SOURCES_MAX);
    }
}
