package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Mmap;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * Has the system back with memory what arenas and indexes are about to grow into, so that no core waits for a huge page to be found and
 * zeroed. Whoever grows asks; a thread of the embedder's {@link #serve}s. Without one, memory comes when it is first touched.
 *
 * <p>Safe on any thread.
 */
public final class CommitAhead {
    /** More than this wait only when the system is slow to give memory; what is turned away comes when it is touched. */
    private static final int REQUESTS_MAX = 1024;

    private record Range(long address, long bytes) {}

    private final BlockingDeque<Range> requests = new LinkedBlockingDeque<>(REQUESTS_MAX);
    private volatile boolean isServed;

    /** Asks for a range of whole pages. Does not wait. */
    public void request(long address, long bytes) {
        if (isServed && bytes > 0) {
            // Turned away when the queue is full: it is advice.
            boolean ignored = requests.offer(new Range(address, bytes));
        }
    }

    /** As {@link #request}, before all others: for what is asked for seldom and used all over. */
    public void requestFirst(long address, long bytes) {
        if (isServed && bytes > 0) {
            boolean ignored = requests.offerFirst(new Range(address, bytes));
        }
    }

    /**
     * Serves requests until the thread is interrupted.
     *
     * @throws InterruptedException when it is
     */
    public void serve() throws InterruptedException {
        isServed = true;
        try {
            while (true) {
                Range range = requests.take();
                // A range that was unmapped meanwhile is refused by the kernel, which is as well.
                Mmap.populate(range.address, range.bytes);
            }
        } finally {
            isServed = false;
            requests.clear();
        }
    }
}
