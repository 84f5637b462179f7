package dev.quern.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosedLoopTest {
    private static final Duration RUN = Duration.ofMillis(50);
    private static final Duration STALL_MAX = Duration.ofMillis(200);

    /** Completes the oldest operation in each poll. */
    private static final class Queue implements ClosedLoop.Operations {
        private final ClosedLoop loop;
        private final Deque<Integer> begun = new ArrayDeque<>();
        private int deepest;
        private int failAt = -1;
        private int polls;

        Queue(ClosedLoop loop) {
            this.loop = loop;
        }

        @Override
        public void start(int slot) {
            begun.add(slot);
            deepest = Math.max(deepest, begun.size());
        }

        @Override
        public int poll() {
            Integer slot = begun.poll();
            if (slot == null) {
                return 0;
            }
            if (++polls == failAt) {
                loop.fail(slot, new IllegalArgumentException("a wrong value"));
            } else {
                loop.complete(slot);
            }
            return 1;
        }
    }

    @Test
    void shouldKeepAsManyInFlightAsAsked() {
        ClosedLoop loop = new ClosedLoop(7, STALL_MAX);
        Queue queue = new Queue(loop);
        LoadResult result = loop.run(queue, RUN);
        assertEquals(7, queue.deepest);
        assertTrue(queue.begun.isEmpty(), "what was in flight ended");
        assertTrue(result.operations() > 100 && result.ratePerSecond() > 0, result.toString());
        assertTrue(result.p50Us() <= result.p99Us() && result.p99Us() <= result.maxUs() * 1.01, result.toString());
    }

    @Test
    void shouldTakeUpOperationsThatEndWithinTheirStart() {
        ClosedLoop loop = new ClosedLoop(3, STALL_MAX);
        LoadResult result = loop.run(
                new ClosedLoop.Operations() {
                    @Override
                    public void start(int slot) {
                        loop.complete(slot);
                    }

                    @Override
                    public int poll() {
                        return 0;
                    }
                },
                RUN);
        assertTrue(result.operations() > 100, result.toString());
    }

    @Test
    void shouldEndWithTheFirstFailure() {
        ClosedLoop loop = new ClosedLoop(4, STALL_MAX);
        Queue queue = new Queue(loop);
        queue.failAt = 10;
        assertThrows(IllegalArgumentException.class, () -> loop.run(queue, RUN));
    }

    @Test
    void shouldSayWhenNothingCompletes() {
        ClosedLoop loop = new ClosedLoop(2, STALL_MAX);
        IllegalStateException stalled = assertThrows(
                IllegalStateException.class,
                () -> loop.run(
                        new ClosedLoop.Operations() {
                            @Override
                            public void start(int slot) {}

                            @Override
                            public int poll() {
                                return 0;
                            }
                        },
                        Duration.ofMinutes(1)));
        assertTrue(stalled.toString().contains("inFlight=2"), stalled.toString());
    }

    @Test
    void shouldReadBackItsLine() {
        LoadResult result = new LoadResult(1_234, 617.5, 12.345, 99, 1_000.125);
        assertEquals(result, LoadResult.parse(result.line()));
        assertThrows(IllegalArgumentException.class, () -> LoadResult.parse("1 2 3"));
    }
}
