package dev.quern.pushback;

import java.util.concurrent.atomic.AtomicInteger;

/** How many workers run a function now, and do not wait for the server. Safe on any thread. */
final class Computing {
    /** One is left to the client's I/O thread. */
    private static final int MANY = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

    private final AtomicInteger workers = new AtomicInteger();

    void begin() {
        workers.incrementAndGet();
    }

    void end() {
        workers.decrementAndGet();
    }

    boolean takesProcessors() {
        return workers.get() >= MANY;
    }
}
