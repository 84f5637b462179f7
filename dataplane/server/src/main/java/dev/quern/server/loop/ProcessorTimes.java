package dev.quern.server.loop;

import dev.quern.ffi.linux.ThreadClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How long loops had a processor. What keeps a loop from one (another thread on it, or the machine) looks like a turn that lasts, and moving
 * cores helps against neither. Costs half a microsecond a loop, and allocates nothing. Thread: one at a time.
 */
final class ProcessorTimes {
    /** In place of a thread's number, where the kernel cannot be asked. */
    static final int UNKNOWN = 0;

    private final MemorySegment scratch = Arena.ofAuto().allocate(ThreadClock.SCRATCH_BYTES, Long.BYTES);
    private final int[] threads;
    private final long[] hadNs;
    private final double[] hadShare;

    /** Of loops that are all open. */
    ProcessorTimes(CoreLoop[] loops) {
        threads = new int[loops.length];
        hadNs = new long[loops.length];
        hadShare = new double[loops.length];
        for (int core = 0; core < loops.length; core++) {
            threads[core] = loops[core].kernelThread();
            hadNs[core] = read(core);
        }
    }

    /** The calling thread's number. */
    static int currentThread() {
        try {
            return ThreadClock.currentThread();
        } catch (LinkageError | IllegalCallerException refused) {
            return UNKNOWN;
        }
    }

    private long read(int core) {
        return threads[core] == UNKNOWN ? -1 : ThreadClock.read(threads[core], scratch.address());
    }

    /** Looks at a loop, so long after the last time. */
    void look(int core, long tookNs) {
        long nowNs = read(core);
        hadShare[core] = nowNs < 0 ? 1 : (double) (nowNs - hadNs[core]) / tookNs;
        hadNs[core] = nowNs;
    }

    /** How much of the time between the last two looks it wanted a processor for, by that share, and had none, at the least: from 0 to 1. */
    double withoutShare(int core, double wantedShare) {
        return Math.clamp(wantedShare - hadShare[core], 0, 1);
    }
}
