package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ThreadClockTest {
    private static final int READINGS = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldTellWhatTheJvmTells() {
        try (Arena arena = Arena.ofConfined()) {
            long scratch = arena.allocate(ThreadClock.SCRATCH_BYTES).address();
            long before = threads.getCurrentThreadCpuTime();
            long read = ThreadClock.read(ThreadClock.currentThread(), scratch);
            long after = threads.getCurrentThreadCpuTime();
            assertTrue(before <= read && read <= after, before + " " + read + " " + after);
        }
    }

    @Test
    void shouldTellOfAnotherThreadUntilItEnds() throws InterruptedException {
        CompletableFuture<Integer> id = new CompletableFuture<>();
        CountDownLatch end = new CountDownLatch(1);
        Thread other = Thread.ofPlatform().start(() -> {
            id.complete(ThreadClock.currentThread());
            try {
                end.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        try (Arena arena = Arena.ofConfined()) {
            long scratch = arena.allocate(ThreadClock.SCRATCH_BYTES).address();
            assertTrue(ThreadClock.read(id.join(), scratch) > 0);
            end.countDown();
            other.join();
            while (ThreadClock.read(id.join(), scratch) >= 0) {
                Thread.onSpinWait(); // The kernel's thread ends a moment after Java's.
            }
        }
    }

    @Test
    void shouldAllocateNothing() {
        try (Arena arena = Arena.ofConfined()) {
            long scratch = arena.allocate(ThreadClock.SCRATCH_BYTES).address();
            int self = ThreadClock.currentThread();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 10; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < READINGS; i++) {
                    if (ThreadClock.read(self, scratch) < 0) {
                        throw new AssertionError("this thread is there");
                    }
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least / READINGS);
        }
    }
}
