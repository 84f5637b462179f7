package dev.quern.bench.demo;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.load.ClosedLoop;
import dev.quern.bench.load.LoadResult;
import dev.quern.client.QuernClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks one query from each of some classes in turn, several at a time, and compares every answer with the one expected. */
final class QueryLoad implements ClosedLoop.Operations {
    private static final Duration STALL_MAX = Duration.ofSeconds(30);

    private final QuernClient client;
    private final ReachQuery query;
    private final int[] starts;
    private final ReachAnswer[] expected;
    private final int hops;
    private final ClosedLoop loop;
    private int next;

    /**
     * @param expected the right answers, one for each start
     */
    QueryLoad(QuernClient client, ReachQuery query, int[] starts, ReachAnswer[] expected, int hops, int inFlight) {
        this.client = client;
        this.query = query;
        this.starts = starts;
        this.expected = expected;
        this.hops = hops;
        this.loop = new ClosedLoop(inFlight, STALL_MAX);
    }

    /**
     * Asks for a time.
     *
     * @throws RuntimeException when an answer is wrong or missing
     */
    LoadResult run(Duration time) {
        return loop.run(this, time);
    }

    /** Asks once from each class, one after the other. */
    void askEach() {
        for (int i = 0; i < starts.length; i++) {
            check(i, client.await(query.ask(starts[i], hops)));
        }
    }

    @Override
    public void start(int slot) {
        int index = next;
        next = (next + 1) % starts.length;
        var _ = query.ask(starts[index], hops).handle((answer, failed) -> end(slot, index, answer, failed));
    }

    @Override
    public int poll() {
        return client.poll();
    }

    private @Nullable Void end(int slot, int index, @Nullable ReachAnswer answer, @Nullable Throwable failed) {
        try {
            if (failed != null || answer == null) {
                throw new BenchFailedException(
                        "no answer from class " + starts[index] + ", hops=" + hops,
                        failed == null ? new IllegalStateException("answered null") : failed);
            }
            check(index, answer);
            loop.complete(slot);
        } catch (BenchFailedException e) {
            loop.fail(slot, e);
        }
        return null;
    }

    private void check(int index, ReachAnswer answer) {
        if (!answer.equals(expected[index])) {
            throw new BenchFailedException("wrong answer from class " + starts[index] + ", hops=" + hops + ": got "
                    + answer + ", right is " + expected[index]);
        }
    }
}
