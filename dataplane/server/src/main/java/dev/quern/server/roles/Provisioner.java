package dev.quern.server.roles;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Moves cores between serving and functions as the load shifts, at most one at a time, by what a snapshot says. Serving comes first: it
 * gets a core as soon as requests wait and its cores are busy with them; functions get one when invocations wait, their cores are busy,
 * and the serving cores have room to spare. So where both ask for more than there is, nothing moves. What is left over on serving cores runs
 * functions inline. Between two bounds that belong together there is a gap, a core keeps a role for a while, and a step that had to be taken
 * back is tried ever more seldom under the same load, so that a steady load is left in peace.
 *
 * <p>The signals are those of Shenango (Ousterhout et al., NSDI '19) and Caladan (Fried et al., OSDI '20): queueing delay says that cores
 * are short, and how busy they are says whether more of them would help.
 *
 * <p>Which core is what it learns from each snapshot; it remembers only when it moved them. Allocates nothing but moves. Thread: one at a
 * time; whoever hands it on makes its state visible.
 */
public final class Provisioner {
    /** In how long the smoothed shares follow, in nanoseconds: a window that had just begun to fill does not hide a shift for longer. */
    private static final double FOLLOW_NS = 800_000;

    /** The same for a lane's share: what stays uneven is worth moving a lane for, not what is for a moment. */
    private static final double FOLLOW_LANES_NS = 10_000_000;

    /** What time in functions counts beside time in serving, for which core is to run functions. */
    private static final double FUNCTIONS_WEIGHT = 0.1;

    /** How many times {@link ProvisionerConfig#standsNs} a function core may stand and be called to serve: a batch of short functions takes some. */
    private static final int STANDS_FOR_LONG = 10;

    private final ProvisionerConfig config;
    private final LaneSpread spread;
    private final long[] changedNs;
    private final Regret shrinking;
    private final Regret idling;
    private final LoadSums sums = new LoadSums();
    private boolean isFirst = true;
    private long lastNs;
    private double servingFollowed;
    private double functionsFollowed;
    private long evenedNs;
    private boolean isIdle;
    private long idleSinceNs;
    private int busyTenant = LoadSnapshot.NO_TENANT;
    private long busySinceNs;
    private int quietCore = -1;
    /** For how long, up to the last look, looks in a row have said that serving cores are short. */
    private long servingShortNs;

    private long standsNs;
    /** The same of function cores. */
    private long functionsShortNs;

    private boolean hasMoved;
    private long quietSinceNs;

    public Provisioner(int cores, int lanes, ProvisionerConfig config) {
        this.config = config;
        this.spread = new LaneSpread(cores, lanes, config.standsNs());
        this.changedNs = new long[cores];
        this.shrinking = new Regret(config.regretNs(), config.regretMaxNs());
        this.idling = new Regret(config.regretNs(), config.regretMaxNs());
    }

    /** What to move now, null for nothing. There is always a core that serves. */
    public @Nullable Move decide(LoadSnapshot now, long nowNs) {
        sums.add(now, config);
        long sinceNs = isFirst ? config.evidenceNs() : nowNs - lastNs;
        follow(now, nowNs);
        if (hasMoved && sinceNs > 0) {
            // What was seen of the old split says nothing of the new one.
            hasMoved = false;
            servingShortNs = 0;
            functionsShortNs = 0;
            standsNs = 0;
        }
        standsNs = sums.servingStands ? standsNs + sinceNs : 0;
        boolean servingShort = sums.servingWaits && sums.servingShare() >= config.growShare();
        servingShortNs = servingShort ? servingShortNs + sinceNs : 0;
        functionsShortNs = !servingShort && functionsAreShort() ? functionsShortNs + sinceNs : 0;
        if (now.moving()) {
            hasMoved = true;
            return null;
        }
        Move move = decideOn(now, nowNs);
        if (move != null) {
            if (move.changesRole()) {
                changedNs[move.core()] = nowNs;
            }
            hasMoved = true;
            // Going home goes on.
            isIdle &= move.cause() == MoveCause.FUNCTIONS_IDLE;
            quietCore = -1;
            busyTenant = LoadSnapshot.NO_TENANT;
        }
        return move;
    }

    /**
     * What gives a core another role because somebody else decided so, with the lanes that go with it; null when it has that role already,
     * nobody else would serve, or {@link #mustWait}.
     */
    public @Nullable Move ordered(LoadSnapshot now, int core, Role to, int tenant, long nowNs) {
        Role from = now.role(core);
        if (from == to && now.dedicatedTo(core) == tenant) {
            return null;
        }
        changedNs[core] = nowNs;
        hasMoved = true;
        if (to == Role.SERVING) {
            return spread.join(now, core, true, MoveCause.OPERATOR);
        }
        if (from != Role.SERVING) {
            return Move.role(core, from, to, tenant, MoveCause.OPERATOR);
        }
        return spread.canLeave(now, core) ? spread.leave(now, core, to, tenant, MoveCause.OPERATOR) : null;
    }

    /** Whether a core cannot get a role just now, as all that would take its lanes stand in functions. */
    public boolean mustWait(LoadSnapshot now, int core, Role to) {
        return now.role(core) == Role.SERVING
                && to != Role.SERVING
                && servesBeside(now, core)
                && !spread.canLeave(now, core);
    }

    private static boolean servesBeside(LoadSnapshot now, int core) {
        for (int other = 0; other < now.cores(); other++) {
            if (other != core && now.role(other) == Role.SERVING) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Move decideOn(LoadSnapshot now, long nowNs) {
        Move relief = standsNs > 0 && standsNs >= config.evidenceNs() ? relieve(now, nowNs) : null;
        if (relief != null) {
            return relief;
        }
        if (servingShortNs > 0) {
            Move more = servingShortNs < config.evidenceNs() ? null : serveMore(now, nowNs);
            return more == null ? even(now, nowNs) : more;
        }
        Move toFunctions = functionsShortNs > 0 && functionsShortNs >= config.evidenceNs() ? runMore(now, nowNs) : null;
        if (toFunctions != null) {
            return toFunctions;
        }
        Move tenant = dedicate(now, nowNs);
        if (tenant != null) {
            return tenant;
        }
        Move released = release(now, nowNs);
        if (released != null) {
            return released;
        }
        Move even = even(now, nowNs);
        return even == null ? goHome(now, nowNs) : even;
    }

    /** Moves a lane from a busy serving core to one with less to do, once in a while. */
    private @Nullable Move even(LoadSnapshot now, long nowNs) {
        if (nowNs - evenedNs < config.evenNs()) {
            return null;
        }
        Move move = spread.even(now, config.growShare());
        if (move != null) {
            evenedNs = nowNs;
        }
        return move;
    }

    private void follow(LoadSnapshot now, long nowNs) {
        if (isFirst) {
            isFirst = false;
            spread.follow(now, 1);
            evenedNs = nowNs - config.evenNs();
            servingFollowed = sums.servingDemand;
            functionsFollowed = sums.functionDemand();
            Arrays.fill(changedNs, nowNs - config.stayNs());
        } else {
            double weight = 1 - Math.exp(-(nowNs - lastNs) / FOLLOW_NS);
            spread.follow(now, 1 - Math.exp(-(nowNs - lastNs) / FOLLOW_LANES_NS));
            servingFollowed += weight * (sums.servingDemand - servingFollowed);
            functionsFollowed += weight * (sums.functionDemand() - functionsFollowed);
        }
        lastNs = nowNs;
    }

    private boolean hasStayed(int core, long nowNs) {
        return nowNs - changedNs[core] >= config.stayNs();
    }

    /** Requests wait: the function core that is least busy comes to serve, but not the last one if it is busy. */
    private @Nullable Move serveMore(LoadSnapshot now, long nowNs) {
        if (sums.functionCores == 1 && sums.functionCoresBusy >= config.growShare()) {
            return null;
        }
        int core = -1;
        for (int other = 0; other < now.cores(); other++) {
            if (now.role(other) != Role.SERVING
                    && hasStayed(other, nowNs)
                    && now.standsNs(other) <= STANDS_FOR_LONG * config.standsNs()
                    && !hasNoProcessor(now, other)
                    && (core < 0 || now.busyShare(other) < now.busyShare(core))) {
                core = other;
            }
        }
        if (core < 0) {
            return null;
        }
        shrinking.takenBack(nowNs, sums.servingDemand);
        return spread.join(now, core, true, MoveCause.SERVING_DELAY);
    }

    /** Requests wait behind a function on a core that serves, while one that runs functions has none: that one serves these. */
    private @Nullable Move relieve(LoadSnapshot now, long nowNs) {
        for (int core = 0; core < now.cores(); core++) {
            if (now.role(core) == Role.FUNCTIONS
                    && hasStayed(core, nowNs)
                    && now.standsNs(core) == 0
                    && now.busyShare(core) < config.growShare()
                    && !hasNoProcessor(now, core)) {
                return spread.join(now, core, true, MoveCause.SERVING_DELAY);
            }
        }
        return null;
    }

    /** Whether invocations wait at a core that seems to idle: it is not for lack of work, and what it is given would wait, too. */
    private boolean hasNoProcessor(LoadSnapshot now, int core) {
        return now.busyShare(core) < config.growShare() && now.oldestInvocationNs(core) > config.functionDelayNs();
    }

    /** Whether invocations wait, or requests behind functions, and those who run functions are busy. */
    private boolean functionsAreShort() {
        boolean areBusy = sums.functionCores == 0 || sums.functionCoresBusy >= config.growShare() * sums.functionCores;
        return areBusy && (sums.functionsWait || sums.servingWaits && sums.inlineDemand >= config.inlineShare());
    }

    /** Functions are short of cores: the serving core with the least to do runs functions, if the others can bear it. */
    private @Nullable Move runMore(LoadSnapshot now, long nowNs) {
        double demand = Math.max(sums.servingDemand, servingFollowed);
        if (sums.servingCores < 2
                || demand > config.shrinkShare() * (sums.servingCores - 1)
                || !shrinking.allows(nowNs, demand)) {
            return null;
        }
        int core = -1;
        for (int other = 0; other < now.cores(); other++) {
            if (now.role(other) == Role.SERVING
                    && hasStayed(other, nowNs)
                    && spread.canLeave(now, other)
                    && (core < 0 || servingLess(now, other) < servingLess(now, core))) {
                core = other;
            }
        }
        if (core < 0) {
            return null;
        }
        shrinking.taken(nowNs, Math.min(sums.servingDemand, servingFollowed), demand);
        idling.takenBack(nowNs, 0);
        return spread.leave(
                now,
                core,
                Role.FUNCTIONS,
                LoadSnapshot.NO_TENANT,
                sums.functionsWait ? MoveCause.FUNCTION_DELAY : MoveCause.INLINE_FUNCTIONS);
    }

    /** Of two with as much to serve, the one that is in functions has run some already, and its requests wait behind them. */
    private static double servingLess(LoadSnapshot now, int core) {
        return servingShare(now, core) - FUNCTIONS_WEIGHT * now.functionShare(core);
    }

    private static double servingShare(LoadSnapshot now, int core) {
        return now.busyShare(core) - now.functionShare(core);
    }

    /** A tenant that has kept a core busy for a while gets one to itself, if the others' functions can do without it. */
    private @Nullable Move dedicate(LoadSnapshot now, long nowNs) {
        int generalCores = sums.functionCores - sums.dedicatedCores;
        int tenant = LoadSnapshot.NO_TENANT;
        double most = config.dedicateShare();
        double share = 0;
        for (int i = 0; i < now.tenants(); i++) {
            double beyond = now.tenantShare(i) - dedicatedCores(now, now.tenantId(i));
            if (beyond >= most) {
                most = beyond;
                tenant = now.tenantId(i);
                share = beyond;
            }
        }
        if (tenant != busyTenant) {
            busyTenant = tenant;
            busySinceNs = nowNs;
        }
        double left = sums.functionDemand() - sums.dedicatedBusy - share;
        if (tenant == LoadSnapshot.NO_TENANT
                || nowNs - busySinceNs < config.dedicateNs()
                || generalCores < 2
                || left > config.growShare() * (generalCores - 1)) {
            return null;
        }
        for (int core = 0; core < now.cores(); core++) {
            if (now.role(core) == Role.FUNCTIONS && hasStayed(core, nowNs)) {
                return Move.role(core, Role.FUNCTIONS, Role.DEDICATED, tenant, MoveCause.TENANT_BUSY);
            }
        }
        return null;
    }

    /** A dedicated core that its tenant has not half filled for a while is everybody's again. */
    private @Nullable Move release(LoadSnapshot now, long nowNs) {
        int quiet = -1;
        for (int core = 0; core < now.cores() && quiet < 0; core++) {
            if (now.role(core) == Role.DEDICATED) {
                int tenant = now.dedicatedTo(core);
                double fill = tenantShare(now, tenant) - dedicatedCores(now, tenant) + 1;
                if (fill < config.dedicateShare() / 2) {
                    quiet = core;
                }
            }
        }
        if (quiet != quietCore) {
            quietCore = quiet;
            quietSinceNs = nowNs;
        }
        if (quiet < 0 || nowNs - quietSinceNs < config.dedicateNs() || !hasStayed(quiet, nowNs)) {
            return null;
        }
        return Move.role(quiet, Role.DEDICATED, Role.FUNCTIONS, LoadSnapshot.NO_TENANT, MoveCause.TENANT_QUIET);
    }

    private static double tenantShare(LoadSnapshot now, int tenant) {
        for (int i = 0; i < now.tenants(); i++) {
            if (now.tenantId(i) == tenant) {
                return now.tenantShare(i);
            }
        }
        return 0;
    }

    private static int dedicatedCores(LoadSnapshot now, int tenant) {
        int count = 0;
        for (int core = 0; core < now.cores(); core++) {
            if (now.role(core) == Role.DEDICATED && now.dedicatedTo(core) == tenant) {
                count++;
            }
        }
        return count;
    }

    /** No functions for a while: a core goes home, with its lanes; then lanes that are elsewhere still. */
    private @Nullable Move goHome(LoadSnapshot now, long nowNs) {
        boolean idle = functionsFollowed < config.idleShare() && sums.queued == 0;
        if (!idle) {
            isIdle = false;
            return null;
        }
        if (!isIdle) {
            isIdle = true;
            idleSinceNs = nowNs;
        }
        boolean isHome = sums.functionCores == 0;
        if (nowNs - idleSinceNs < config.idleNs() || !isHome && !idling.allows(nowNs, Double.MAX_VALUE)) {
            return null;
        }
        for (int core = 0; core < now.cores() && !isHome; core++) {
            if (now.role(core) != Role.SERVING && hasStayed(core, nowNs)) {
                idling.taken(nowNs, 1, 1);
                return spread.join(now, core, false, MoveCause.FUNCTIONS_IDLE);
            }
        }
        return isHome ? spread.home(now, config.shrinkShare()) : null;
    }
}
