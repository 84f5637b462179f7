package dev.quern.bench.isolation;

import dev.quern.bench.BenchFailedException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * Sends a read at fixed times, whether or not earlier ones have been answered, beside a number of calls that are renewed as they end.
 * Latency is from the time at which a read was due. One thread.
 */
final class OpenLoop implements Subject.Listener {
    private static final int SLOTS = 1 << 10;

    /** Past this a read is sent later than it was due, which counts: a session has room for no more. */
    private static final int OUTSTANDING_MAX = 512;

    private static final long LATENCY_NS_MAX = 60_000_000_000L;
    private static final long STALL_NS = 20_000_000_000L;

    private final Subject subject;
    private final long periodNs;
    private final long[] dueNs = new long[SLOTS];
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
    private int sent;
    private int read;
    private int calls;
    private int callsUnderWay;

    OpenLoop(Subject subject, Duration period) {
        this.subject = subject;
        periodNs = period.toNanos();
    }

    /** What came out: latencies in nanoseconds, and how long a call took from one to the next in microseconds. */
    record Result(Histogram latencies, double callUs) {}

    /**
     * Runs for a time, then until all is answered.
     *
     * @param callsAtOnce calls to keep going, 0 for none
     */
    Result run(Duration time, int callsAtOnce, int iterations) {
        latencies.reset();
        sent = 0;
        read = 0;
        calls = 0;
        long beginNs = System.nanoTime();
        long endNs = beginNs + time.toNanos();
        long nextNs = beginNs;
        long nowNs = beginNs;
        while (nowNs < endNs) {
            while (callsUnderWay < callsAtOnce && subject.call(iterations)) {
                callsUnderWay++;
            }
            while (nowNs >= nextNs && sent - read < OUTSTANDING_MAX) {
                dueNs[sent & SLOTS - 1] = nextNs;
                if (!subject.read(sent & SLOTS - 1)) {
                    break;
                }
                sent++;
                nextNs += periodNs;
            }
            subject.poll(this);
            nowNs = System.nanoTime();
        }
        while (read < sent || callsUnderWay > 0) {
            subject.poll(this);
            if (System.nanoTime() - endNs > STALL_NS) {
                throw new BenchFailedException(
                        "no answer to " + (sent - read) + " reads and " + callsUnderWay + " calls");
            }
        }
        return new Result(latencies.copy(), calls == 0 ? 0 : (System.nanoTime() - beginNs) / 1e3 / calls);
    }

    @Override
    public void onRead(int slot) {
        read++;
        latencies.recordValue(Math.min(System.nanoTime() - dueNs[slot], LATENCY_NS_MAX));
    }

    @Override
    public void onCall() {
        calls++;
        callsUnderWay--;
    }
}
