package dev.quern.sandbox;

import java.util.concurrent.atomic.AtomicLong;

/** What all cores' isolates take together, about. Safe on any thread. */
final class IsolateMemory {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    IsolateMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void add(long more) {
        bytes.addAndGet(more);
    }

    long bytes() {
        return bytes.get();
    }

    boolean isExceeded() {
        return bytes.get() > bytesMax;
    }
}
