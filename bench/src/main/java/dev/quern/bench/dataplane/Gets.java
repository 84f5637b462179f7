package dev.quern.bench.dataplane;

import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.ValueCheck;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import java.time.Duration;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Gets of random keys by one client; every answer is checked. One thread; allocates nothing for a get. What is measured of a paced get is the
 * time from when it was due, so that one which had to wait shows it.
 */
final class Gets implements PipelineHandler {
    private static final long STALL_NS_MAX = 5_000_000_000L;
    private static final long LATENCY_NS_MAX = 10_000_000_000L;

    /** Slots of requests; more than are ever in flight. */
    private static final int SLOTS = 1 << 10;

    /** Gets in a datagram: enough that its own cost no longer shows, few enough that the server serves some while others are written. */
    static final int PER_DATAGRAM = 32;

    /** With more in flight than this, reading the clock for each would cost a client more than it may. */
    private static final int TIMED_ALL_MAX = 64;

    private static final int TIMED_EVERY = 8;

    private final QuernClient client;
    private final ValueCheck check;
    private final Pipeline pipeline;
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
    private final SplittableRandom random = new SplittableRandom(42);
    private final int[] keys = new int[SLOTS];
    private final long[] startNs = new long[SLOTS];
    private final int[] free = new int[SLOTS];
    private int freeCount;
    private int timedMask;
    private long completed;
    private @Nullable RuntimeException failure;

    Gets(QuernClient client, ValueCheck check) {
        this.client = client;
        this.check = check;
        this.pipeline = client.pipeline(client.table(), this);
        for (int slot = 0; slot < SLOTS; slot++) {
            free[freeCount++] = slot;
        }
    }

    /** Runs a load, and lets what is in flight end. */
    LoadResult run(LoadProcess.Shape shape, Duration time, int number) {
        latencies.reset();
        completed = 0;
        failure = null;
        long beginNs = System.nanoTime();
        long endNs = beginNs + time.toNanos();
        timedMask = shape == LoadProcess.Shape.BATCHED && number > TIMED_ALL_MAX ? TIMED_EVERY - 1 : 0;
        long nowNs = shape == LoadProcess.Shape.PACED
                ? paced(beginNs, endNs, 1_000_000_000L / number)
                : closed(endNs, number, shape == LoadProcess.Shape.BATCHED ? PER_DATAGRAM : 1);
        LoadResult result = LoadResult.of(completed, nowNs - beginNs, latencies);
        drain();
        if (failure != null) {
            throw failure;
        }
        return result;
    }

    private long closed(long endNs, int inFlight, int perDatagram) {
        long nowNs = System.nanoTime();
        long workNs = nowNs;
        while (nowNs < endNs && failure == null) {
            int more = inFlight - (SLOTS - freeCount);
            for (int i = 1; i <= more && send(nowNs); i++) {
                if (i % perDatagram == 0) {
                    poll();
                }
            }
            long before = completed;
            poll();
            nowNs = System.nanoTime();
            workNs = completed > before ? nowNs : workNs;
            checkStall(nowNs, workNs);
        }
        return nowNs;
    }

    private long paced(long beginNs, long endNs, long intervalNs) {
        long dueNs = beginNs + intervalNs;
        long nowNs = beginNs;
        long workNs = nowNs;
        while (nowNs < endNs && failure == null) {
            if (nowNs >= dueNs && freeCount > 0 && send(dueNs)) {
                dueNs += intervalNs;
            }
            long before = completed;
            poll();
            nowNs = System.nanoTime();
            workNs = completed > before ? nowNs : workNs;
            checkStall(nowNs, workNs);
        }
        return nowNs;
    }

    private boolean send(long sinceNs) {
        int slot = free[freeCount - 1];
        int key = random.nextInt(check.count());
        keys[slot] = key;
        startNs[slot] = sinceNs;
        if (!pipeline.get(check.key(key), slot)) {
            return false;
        }
        freeCount--;
        return true;
    }

    private void poll() {
        int ignored = client.poll();
    }

    private void drain() {
        long beginNs = System.nanoTime();
        while (freeCount < SLOTS) {
            poll();
            checkStall(System.nanoTime(), beginNs);
        }
    }

    private void checkStall(long nowNs, long workNs) {
        if (nowNs - workNs > STALL_NS_MAX) {
            throw failure != null ? failure : new IllegalStateException("no get was answered for 5 s");
        }
    }

    @Override
    public void onReply(long correlation, Reply reply) {
        int slot = (int) correlation;
        if (failure == null && (!reply.ok() || !check.isValueOf(keys[slot], reply))) {
            failure = new IllegalStateException("a get was answered wrongly: key=" + keys[slot]);
        }
        if ((slot & timedMask) == 0) {
            latencies.recordValue(Math.min(System.nanoTime() - startNs[slot], LATENCY_NS_MAX));
        }
        completed++;
        free[freeCount++] = slot;
    }

    @Override
    public void onFailure(long correlation, QuernException cause) {
        failure = cause;
        free[freeCount++] = (int) correlation;
    }
}
