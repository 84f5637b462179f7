package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many lines a tenant's functions may log, and what is said of those that were too many. */
@Timeout(60)
class FunctionLogTest {
    private static final int RATE = Limits.LOG_LINES_PER_SECOND_MAX;
    private static final long SECOND_NS = 1_000_000_000;

    /** A time that overflows on the way, as nanoTime may. */
    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - SECOND_NS);

    private final FunctionLog log = new FunctionLog(nowNs::get);

    private int log(int lines) {
        int admitted = 0;
        for (int i = 0; i < lines; i++) {
            if (log.admits()) {
                log.add("line");
                admitted++;
            }
        }
        return admitted;
    }

    private static String dropped(int count) {
        return "(" + count + " lines dropped: a tenant's functions may log " + RATE + " lines a second)";
    }

    @Test
    void shouldAdmitASecondsWorthAtOnceAndThenTheRate() {
        assertEquals(RATE, log(RATE + 37));
        for (int i = 0; i < 5; i++) {
            nowNs.addAndGet(SECOND_NS / 10);
            assertEquals(RATE / 10, log(RATE));
        }
        nowNs.addAndGet(100 * SECOND_NS);
        assertEquals(RATE, log(2 * RATE));
    }

    @Test
    void shouldTellInOneLineHowManyWereDropped() {
        log(RATE + 37);
        nowNs.addAndGet(SECOND_NS / RATE);
        assertTrue(log.admits());
        log.add("after");
        List<String> lines = log.lines();
        assertEquals(Limits.LOG_LINES_MAX, lines.size());
        assertEquals(List.of("line", dropped(37), "after"), lines.subList(RATE - 3, RATE));
        assertEquals(lines, log.lines());
    }

    @Test
    void shouldTellOfDroppedLinesThatNoOtherFollows() {
        log(RATE + 2);
        assertEquals(dropped(2), log.lines().getLast());
        assertFalse(log.admits());
        assertEquals(dropped(1), log.lines().getLast());
    }

    @Test
    void shouldCountOverAllThreads() throws InterruptedException {
        AtomicLong admitted = new AtomicLong();
        CountDownLatch together = new CountDownLatch(4);
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofPlatform().start(() -> {
                together.countDown();
                while (together.getCount() > 0) {
                    Thread.onSpinWait();
                }
                for (int line = 0; line < RATE; line++) {
                    admitted.addAndGet(log.admits() ? 1 : 0);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(RATE, admitted.get());
        assertEquals(dropped(3 * RATE), log.lines().getLast());
    }
}
