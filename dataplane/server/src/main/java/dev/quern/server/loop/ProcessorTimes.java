package dev.quern.server.loop;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * How long loops had a processor. What keeps a loop from one (another thread on it, or the machine) looks like a turn that lasts, and moving
 * cores helps against neither. Costs about a microsecond a loop. Thread: one at a time.
 */
final class ProcessorTimes {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final boolean isKnown = threads.isThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
    private final long[] threadIds;
    private final long[] hadNs;

    ProcessorTimes(CoreLoop[] loops) {
        threadIds = new long[loops.length];
        hadNs = new long[loops.length];
        for (int core = 0; core < loops.length; core++) {
            threadIds[core] = loops[core].sleep().thread().threadId();
            hadNs[core] = read(core);
        }
    }

    private long read(int core) {
        return isKnown ? threads.getThreadCpuTime(threadIds[core]) : 0;
    }

    /** How much of the time since it was last asked for a loop would have been busy for, and had no processor for, at the least: from 0 to 1. */
    double withoutShare(int core, double busyShare, long tookNs) {
        long nowNs = read(core);
        double had = (double) (nowNs - hadNs[core]) / tookNs;
        hadNs[core] = nowNs;
        return isKnown && nowNs >= 0 ? Math.clamp(busyShare - had, 0, 1) : 0;
    }
}
