package dev.quern.bench.dataplane;

import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.ValueCheck;
import dev.quern.bench.peers.Workload;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import dev.quern.client.ValueVisitor;
import dev.quern.protocol.Status;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Gets of random keys by {@link Pipeline#getAll}, a datagram's worth by each request; every answer is checked. One thread; allocates nothing for a
 * get.
 */
final class GetAlls implements PipelineHandler, ValueVisitor {
    private static final long STALL_NS_MAX = 5_000_000_000L;
    private static final long LATENCY_NS_MAX = 10_000_000_000L;
    private static final int SLOTS = 64;

    private final QuernClient client;
    private final ValueCheck check;
    private final Pipeline pipeline;
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
    private final SplittableRandom random = new SplittableRandom(42);
    private final int[] asked = new int[SLOTS * Gets.PER_DATAGRAM];
    private final byte[][] keys = new byte[SLOTS * Gets.PER_DATAGRAM][];
    private final long[] startNs = new long[SLOTS];
    private final int[] free = new int[SLOTS];
    private int freeCount;
    private int slot;
    private long nowNs;
    private long completed;
    private @Nullable RuntimeException failure;

    GetAlls(QuernClient client, ValueCheck check) {
        this.client = client;
        this.check = check;
        this.pipeline = client.pipeline(client.table(), this);
        for (int i = 0; i < SLOTS; i++) {
            free[freeCount++] = i;
        }
    }

    /** Runs a load of so many gets in flight, and lets what is in flight end. */
    LoadResult run(Duration time, int inFlight) {
        latencies.reset();
        completed = 0;
        failure = null;
        int requests = Math.min(SLOTS, inFlight / Gets.PER_DATAGRAM);
        long beginNs = System.nanoTime();
        nowNs = beginNs;
        long workNs = beginNs;
        while (nowNs - beginNs < time.toNanos() && failure == null) {
            while (SLOTS - freeCount < requests && send()) {
                poll();
            }
            long before = completed;
            poll();
            nowNs = System.nanoTime();
            workNs = completed > before ? nowNs : workNs;
            checkStall(workNs);
        }
        LoadResult result = new LoadResult(
                completed,
                completed * 1e9 / (nowNs - beginNs),
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                latencies.getMaxValue() / 1e3);
        workNs = nowNs;
        while (freeCount < SLOTS) {
            poll();
            nowNs = System.nanoTime();
            checkStall(workNs);
        }
        if (failure != null) {
            throw failure;
        }
        return result;
    }

    private void poll() {
        int ignored = client.poll();
    }

    private void checkStall(long workNs) {
        if (nowNs - workNs > STALL_NS_MAX) {
            throw failure != null ? failure : new IllegalStateException("no get was answered for 5 s");
        }
    }

    private boolean send() {
        int to = free[freeCount - 1];
        int first = to * Gets.PER_DATAGRAM;
        for (int i = first; i < first + Gets.PER_DATAGRAM; i++) {
            asked[i] = random.nextInt(check.count());
            keys[i] = check.key(asked[i]);
        }
        if (!pipeline.getAll(keys, first, Gets.PER_DATAGRAM, to)) {
            return false;
        }
        startNs[to] = nowNs;
        freeCount--;
        return true;
    }

    @Override
    public void onReply(long correlation, Reply reply) {
        slot = (int) correlation;
        if (reply.status() != Status.OK || reply.values(this) != Gets.PER_DATAGRAM) {
            failure = new IllegalStateException("gets were answered wrongly: " + reply.error());
        }
        latencies.recordValue(Math.min(nowNs - startNs[slot], LATENCY_NS_MAX));
        free[freeCount++] = slot;
    }

    @Override
    public void onValue(int index, long version, MemorySegment memory, long offset, int length) {
        int key = asked[slot * Gets.PER_DATAGRAM + index];
        if (length != Workload.VALUE_LENGTH || !check.isValueOf(key, memory, offset)) {
            failure = new IllegalStateException("a get was answered wrongly: key=" + key);
        }
        completed++;
    }

    @Override
    public void onFailure(long correlation, QuernException cause) {
        failure = cause;
        free[freeCount++] = (int) correlation;
    }
}
