package dev.quern.server.loop;

/**
 * How long loops with something to do had no processor in the last looks, so that what a change of roles took can be told from what the
 * machine took. Allocates nothing. Thread: one at a time.
 */
final class ProcessorGaps {
    /** With a look in a quarter of a millisecond they reach back 64 milliseconds. */
    private static final int LOOKS = 256;

    private final int cores;
    private final long[] totalNs;
    private final long[] lookedNs = new long[LOOKS];
    private final long[] totalThenNs;
    private int looks;

    ProcessorGaps(int cores) {
        this.cores = cores;
        totalNs = new long[cores];
        totalThenNs = new long[LOOKS * cores];
    }

    /** A core had none for a share of the time since the last look. */
    void add(int core, double share, long tookNs) {
        totalNs[core] += (long) (share * tookNs);
    }

    /** All cores were asked. */
    void looked(long nowNs) {
        int place = looks++ % LOOKS;
        lookedNs[place] = nowNs;
        System.arraycopy(totalNs, 0, totalThenNs, place * cores, cores);
    }

    /** How long the core with the longest gaps had no processor since then, up to the last look; no further back than looks are kept. */
    long mostSinceNs(long sinceNs) {
        int place = lookBefore(sinceNs);
        long most = 0;
        for (int core = 0; place >= 0 && core < cores; core++) {
            most = Math.max(most, totalNs[core] - totalThenNs[place * cores + core]);
        }
        return most;
    }

    /** How long a core had none since then, with what was added since the last look; since no more than that. */
    long sinceNs(int core, long sinceNs, long nowNs) {
        int place = lookBefore(sinceNs);
        return place < 0
                ? 0
                : Math.min(totalNs[core] - totalThenNs[place * cores + core], Math.max(0, nowNs - sinceNs));
    }

    private int lookBefore(long sinceNs) {
        int place = -1;
        for (int back = 1; back <= Math.min(looks, LOOKS); back++) {
            place = (looks - back) % LOOKS;
            if (lookedNs[place] - sinceNs <= 0) {
                break;
            }
        }
        return place;
    }
}
