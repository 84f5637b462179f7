package dev.quern.server.dispatch;

import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Move;
import dev.quern.server.roles.MoveCause;
import dev.quern.server.roles.Role;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A core took another role, or lanes went to other cores: why, and what came of it. Any thread.
 */
public final class RoleEvent {
    /**
     * How things stood, over all cores. Shares are sums, in cores.
     *
     * @param servingCores how many cores serve
     * @param serving time of serving cores outside of functions
     * @param inline time of serving cores in functions
     * @param functions time of the other cores
     * @param requestWaitNs how long the oldest request had waited
     * @param callWaitNs how long the oldest invocation had been queued
     * @param callsQueued how many were
     */
    public record Figures(
            int servingCores,
            double serving,
            double inline,
            double functions,
            long requestWaitNs,
            long callWaitNs,
            int callsQueued) {
        /** Sums a snapshot up. */
        static Figures of(LoadSnapshot now) {
            int servingCores = 0;
            double serving = 0;
            double inline = 0;
            double functions = 0;
            long requestWaitNs = 0;
            long callWaitNs = 0;
            int queued = 0;
            for (int core = 0; core < now.cores(); core++) {
                if (now.role(core) == Role.SERVING) {
                    servingCores++;
                    serving += now.busyShare(core) - now.functionShare(core);
                    inline += now.functionShare(core);
                    requestWaitNs = Math.max(requestWaitNs, now.oldestRequestNs(core));
                } else {
                    functions += now.busyShare(core);
                }
                callWaitNs = Math.max(callWaitNs, now.oldestInvocationNs(core));
                queued += now.invocationsQueued(core);
            }
            return new Figures(servingCores, serving, inline, functions, requestWaitNs, callWaitNs, queued);
        }

        /** In a line. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d serving, busy %.2f serving %.2f inline %.2f functions, waits %d us requests %d us calls, %d queued",
                    servingCores,
                    serving,
                    inline,
                    functions,
                    requestWaitNs / 1_000,
                    callWaitNs / 1_000,
                    callsQueued);
        }
    }

    /** Shorter gaps are those of any thread. */
    private static final long SHOWN_NS = 100_000;

    private final long number;
    private final long unixUs;
    private final long atNs;
    private final int core;
    private final Role from;
    private final Role to;
    private final int tenant;
    private final MoveCause cause;
    private final int lanes;
    private final Figures before;
    private volatile long withoutProcessorNs;
    private volatile long settledNs = -1;
    private volatile @Nullable Figures after;

    RoleEvent(long number, Move move, Figures before, long atNs, long unixUs) {
        this.number = number;
        this.unixUs = unixUs;
        this.atNs = atNs;
        core = move.core();
        from = move.from();
        to = move.to();
        tenant = move.tenant();
        cause = move.cause();
        lanes = move.laneCount();
        this.before = before;
    }

    void settled(long nowNs, long itsWithoutProcessorNs) {
        withoutProcessorNs = Math.min(itsWithoutProcessorNs, nowNs - atNs + delayNs());
        settledNs = nowNs - atNs;
    }

    void after(Figures figures) {
        after = figures;
    }

    /** Counts up from 0. */
    public long number() {
        return number;
    }

    /** When it was decided, in microseconds of unix time. */
    public long unixUs() {
        return unixUs;
    }

    /** The same by {@link System#nanoTime}. */
    public long atNs() {
        return atNs;
    }

    /** Whose role it was; of lanes alone, who gave them away. */
    public int core() {
        return core;
    }

    public Role from() {
        return from;
    }

    public Role to() {
        return to;
    }

    /** Whom the core is dedicated to now, {@link LoadSnapshot#NO_TENANT} for nobody. */
    public int tenant() {
        return tenant;
    }

    public MoveCause cause() {
        return cause;
    }

    /** How many lanes went to other loops. */
    public int lanes() {
        return lanes;
    }

    /** What was seen when it was decided. */
    public Figures before() {
        return before;
    }

    /** How long the oldest request or invocation had waited when it was decided, in nanoseconds. */
    public long delayNs() {
        return Math.max(before.requestWaitNs(), before.callWaitNs());
    }

    /**
     * For how much of the time from the first delay until it settled a core that had something to do had no processor: the one that lacked it
     * most, in nanoseconds. Of the last 64 ms at the most. Known once {@link #settledNs} is.
     */
    public long withoutProcessorNs() {
        return withoutProcessorNs;
    }

    /** How long it took until all lanes were where they are to be, in nanoseconds; -1 until then. */
    public long settledNs() {
        return settledNs;
    }

    /** What was seen some milliseconds later; null until then. */
    public @Nullable Figures after() {
        return after;
    }

    /** In a line. */
    @Override
    public String toString() {
        return describe(tenant == LoadSnapshot.NO_TENANT ? "" : " for tenant " + tenant);
    }

    /** In a line, with words for whom the core is dedicated to. */
    public String describe(String dedicated) {
        Figures later = after;
        return String.format(
                Locale.ROOT,
                "#%d core %d %s%s%s: %s | %s | settled after %s%s%s",
                number,
                core,
                from == to
                        ? "gives lanes"
                        : from.name().toLowerCase(Locale.ROOT) + " to "
                                + to.name().toLowerCase(Locale.ROOT),
                dedicated,
                lanes == 0 ? "" : ", " + lanes + " lanes",
                cause.name().toLowerCase(Locale.ROOT),
                before,
                settledNs < 0 ? "?" : settledNs / 1_000 + " us",
                withoutProcessorNs < SHOWN_NS ? "" : ", " + withoutProcessorNs / 1_000 + " us without a processor",
                later == null ? "" : " | then " + later);
    }
}
