package dev.quern.server.dispatch;

import dev.quern.sandbox.Function;
import dev.quern.sandbox.Functions;
import dev.quern.server.roles.ClientFigures;
import dev.quern.server.roles.CostModel;
import dev.quern.server.roles.FunctionCost;
import dev.quern.server.roles.LossBudget;
import dev.quern.server.roles.Place;
import dev.quern.server.roles.PlaceState;
import dev.quern.server.roles.Placement;
import dev.quern.server.roles.PushbackPolicy;
import dev.quern.server.roles.RecentWait;
import dev.quern.server.roles.RunLengths;
import dev.quern.server.roles.SentBack;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Says for each invocation that a lane received where it runs. Thread: the lane's. Allocates nothing for functions that it knows. */
public final class Dispatch {
    /** A wait from which on a place counts as congested. */
    private static final long CONGESTED_NS = 1_000_000;

    /** What a call must take that it is worth putting off, or refusing: either costs about as much as one of less. */
    private static final long PUT_OFF_NS = 2_000;

    /** Behind fewer calls than this, what was held in the midst of one keeps its place: that it has waited is their length's doing. */
    private static final int FEW_CALLS = 16;

    private static final long RATE_NS = 1_000_000;

    /** To a client and back, in one room. */
    private static final long ROUND_TRIP_NS = 100_000;

    /** A call that has waited for this part of what it may have to, where it was received, has to wait its turn. */
    private static final int LATE_SHARE = 4;

    private final Roles roles;
    private final Functions functions;
    private final LongSupplier requests;
    private final long quantumNs;
    private final boolean isInline;

    /** Where nothing runs elsewhere: how long a call may have waited and run at once. */
    private final long lateNs;

    /** Functions that were removed go with whoever holds them last. */
    private final Map<Function, FunctionProfile> profiles = new WeakHashMap<>();

    private final Map<String, Placement> placements = new HashMap<>();
    private final PlaceState state = new PlaceState();
    private final MessageMeter messages = new MessageMeter();
    private final RunLengths lengths = new RunLengths();
    private final LossBudget losses;
    private @Nullable Function lastFunction;
    private @Nullable FunctionProfile lastProfile;
    private @Nullable Function running;
    private int enteredTenant = -1;
    private long ratedNs;
    private long ratedRequests;
    private double requestsPerSecond;
    private int draw = 1;

    /** The last call here that took longer than a quantum, and when it ended. */
    private long longNs;

    private long longEndNs;

    /** Calls that ran here, in all, and before what is served now was held. */
    private long runs;

    private long runsBefore = -FEW_CALLS;

    /** With the lane's count of requests. */
    public Dispatch(Roles roles, Functions functions, LongSupplier requests, long nowNs) {
        this.roles = roles;
        this.functions = functions;
        this.requests = requests;
        this.quantumNs = functions.quantumNs();
        this.isInline = roles.mode().kind() == RolesMode.Kind.INLINE;
        this.lateNs = roles.waitMaxNs() / LATE_SHARE;
        this.losses = new LossBudget(nowNs);
        this.ratedNs = nowNs;
        this.longEndNs = nowNs;
    }

    /**
     * Where to run an invocation.
     *
     * @param bytes of its arguments
     * @param owner the loop that turns the lane
     * @param laneWaitedNs how long the oldest request of the lane has waited, at the most
     * @param waitedNs how long this one has, at the least
     * @param heldUpNs how long this burst has kept others waiting
     * @return the station to hand it to; null for here and now
     */
    public @Nullable FunctionStation choose(
            Function function, int bytes, int owner, long laneWaitedNs, long waitedNs, long heldUpNs, long nowNs) {
        FunctionStation own = roles.station(owner);
        if (own == null || bytes > DispatchLimits.ARGUMENTS_BYTES_MAX) {
            return null;
        }
        int tenant = function.tenant().id();
        if (isInline) {
            return hasQuota(tenant) || waitsItsTurn(function, own, waitedNs, nowNs) ? own : null;
        }
        RoleView view = roles.view();
        int dedicated = view.dedicatedCore(tenant, owner);
        FunctionStation general = view.functionCores() == 0 ? null : lessLoaded(view, tenant, nowNs);
        if (dedicated >= 0 || general != null) {
            FunctionStation other = elsewhere(function, bytes, own, general, dedicated, laneWaitedNs, nowNs);
            if (other != null) {
                return other;
            }
        }
        // What may take long runs apart from the lane, which can then be served elsewhere.
        boolean mayRunNow =
                function.isShort() && heldUpNs < quantumNs && own.gauges().queued() == 0 && !hasQuota(tenant);
        return mayRunNow ? null : own;
    }

    /**
     * Whether a call that could run here and now is put in line with its tenant's, as there are more than the core gets done: there calls share the core
     * by tenant, and are refused once that takes too long. All are until none waits any more. What waits where it was received could not be told apart.
     * To have waited for a single long call is not to have come too many.
     */
    private boolean waitsItsTurn(Function function, FunctionStation own, long waitedNs, long nowNs) {
        long oneNs = nowNs - longEndNs < waitedNs ? longNs : 0;
        boolean isLate = waitedNs - oneNs >= lateNs && runs - runsBefore >= FEW_CALLS;
        return (isLate || own.gauges().queued() > 0) && profile(function).cost().cpuNs() >= PUT_OFF_NS;
    }

    /** Whether its calls must be counted, and held back, in queues. */
    private boolean hasQuota(int tenant) {
        TenantPolicies.Policy policy = roles.policies().of(tenant);
        return policy != null && policy.quota() != null;
    }

    /** The function core or the one dedicated to the tenant, or null where the lane's own loop is the best place. */
    private @Nullable FunctionStation elsewhere(
            Function function,
            int bytes,
            FunctionStation own,
            @Nullable FunctionStation general,
            int dedicated,
            long waitedNs,
            long nowNs) {
        FunctionStation reserved = dedicated < 0 ? null : roles.station(dedicated);
        if (roles.mode().kind() == RolesMode.Kind.STATIC) {
            return reserved == null ? general : reserved;
        }
        look(function, bytes, own, general, reserved, waitedNs, nowNs);
        FunctionProfile profile = profile(function);
        Place place = profile.placement().choose(profile.cost(), state);
        return place == Place.FUNCTIONS ? general : place == Place.DEDICATED ? reserved : null;
    }

    private void look(
            Function function,
            int bytes,
            @Nullable FunctionStation own,
            @Nullable FunctionStation general,
            @Nullable FunctionStation reserved,
            long waitedNs,
            long nowNs) {
        rate(nowNs);
        state.messageBytes = 2 * bytes;
        state.requestsPerSecond = requestsPerSecond;
        state.inlineWaitNs = own == null ? waitedNs : Math.max(own.waitNs(nowNs), waitedNs);
        state.messageNs = messages.messageNs();
        state.isContextEntered = enteredTenant == function.tenant().id();
        state.hasFunctionCore = general != null;
        state.functionWaitNs = general == null ? 0 : general.waitNs(nowNs);
        state.hasDedicatedCore = reserved != null;
        state.dedicatedWaitNs = reserved == null ? 0 : reserved.waitNs(nowNs);
    }

    /** What messages cost the lane, which the lane tells it. */
    public MessageMeter messages() {
        return messages;
    }

    private void rate(long nowNs) {
        if (nowNs - ratedNs >= RATE_NS) {
            long seen = requests.getAsLong();
            requestsPerSecond = (seen - ratedRequests) * 1e9 / (nowNs - ratedNs);
            ratedNs = nowNs;
            ratedRequests = seen;
        }
    }

    /** Of two function cores, the one with fewer calls waiting: where the tenant usually runs, and another one. */
    private @Nullable FunctionStation lessLoaded(RoleView view, int tenant, long nowNs) {
        int cores = view.functionCores();
        FunctionStation usual = roles.station(view.functionCore(tenant % cores));
        if (cores == 1 || usual == null || usual.waitNs(nowNs) <= CONGESTED_NS / 4) {
            return usual;
        }
        draw = draw * 1_664_525 + 1_013_904_223;
        FunctionStation other = roles.station(view.functionCore((draw >>> 8) % cores));
        return other == null || usual.queued() <= other.queued() ? usual : other;
    }

    /**
     * Whether an invocation whose client can run it goes back to it.
     *
     * @param client what the client says of its own calls
     * @param waitedNs how long it has waited here, about
     * @param leftNs until its deadline
     */
    public boolean pushesBack(
            PushbackPolicy policy,
            Function function,
            ClientFigures client,
            int bytes,
            int owner,
            long waitedNs,
            long leftNs,
            long nowNs) {
        FunctionStation own = isInline ? null : roles.station(owner);
        RoleView view = roles.view();
        int dedicated = own == null ? -1 : view.dedicatedCore(function.tenant().id(), owner);
        FunctionStation general = own == null || view.functionCores() == 0
                ? null
                : lessLoaded(view, function.tenant().id(), nowNs);
        look(function, bytes, own, general, dedicated < 0 ? null : roles.station(dedicated), waitedNs, nowNs);
        state.clientRuns = true;
        state.leftNs = leftNs;
        FunctionProfile profile = profile(function);
        profile.lastOffer().offered(client);
        lookAtClient(profile, nowNs);
        boolean pushesBack = policy.pushesBack(profile.cost(), state);
        if (pushesBack) {
            profile.sentBack().sent(nowNs);
            losses.lost(state.lossNs, nowNs);
        }
        state.clientRuns = false;
        state.leftNs = Long.MAX_VALUE;
        return pushesBack;
    }

    private void lookAtClient(FunctionProfile profile, long nowNs) {
        state.roundTripNs = ROUND_TRIP_NS;
        state.client.offered(profile.lastOffer());
        state.recentWaitNs = profile.waits().meanNs(nowNs);
        state.foundRunningNs = lengths.foundNs();
        state.mayLose = losses.isLeft(nowNs);
        state.lossNs = 0;
        state.sentBackInRow = profile.sentBack().inRow();
        state.fewSentBackNs = profile.sentBack().fewSinceNs(nowNs);
    }

    /** How many calls ran here. */
    public long runs() {
        return runs;
    }

    /** What is chosen for from now on was held in the midst of a function, when so many calls had run here. */
    public void beginHeld(long runsThen) {
        runsBefore = runsThen;
    }

    /** What is chosen for from now on was not held. */
    public void endHeld() {
        runsBefore = -FEW_CALLS;
    }

    /** A call is about to run here, in the lane's turn. */
    public void beginsHere(Function function) {
        running = function;
    }

    /** What calls take of the function that runs in the lane's turn, and so what comes in its midst may have to wait; 0 for none. */
    public long runningNs() {
        Function standing = running;
        return standing == null ? 0 : (long) profile(standing).cost().cpuNs();
    }

    /** A call ran here until now: how long it had waited, what it took, and how many records it read. */
    public void ranHere(Function function, long waitedNs, long cpuNs, int records, long nowNs) {
        running = null;
        runs++;
        if (cpuNs > quantumNs) {
            longNs = cpuNs;
            longEndNs = nowNs;
        }
        enteredTenant = function.tenant().id();
        FunctionProfile profile = profile(function);
        profile.cost().ran(cpuNs, records, 0);
        profile.waits().waited(waitedNs, nowNs);
        profile.sentBack().ran();
        lengths.ran(profile.cost().typicalNs());
    }

    /** A call ran elsewhere: what it took. */
    public void ranElsewhere(HandedCall call) {
        if (call.cpuNs() > 0) {
            FunctionProfile profile = profile(call.called());
            profile.cost().ran(call.cpuNs(), call.readCount(), 0);
            profile.sentBack().ran();
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very function
    private FunctionProfile profile(Function function) {
        FunctionProfile known = lastProfile;
        if (function == lastFunction && known != null) {
            return known;
        }
        known = profiles.get(function);
        if (known == null) {
            String runtime = function.runtime();
            CostModel model = new CostModel(functions.costs(runtime), roles.messageCosts(), quantumNs);
            known = new FunctionProfile(
                    model.unknown(),
                    placements.computeIfAbsent(runtime, name -> new Placement(model, CONGESTED_NS)),
                    new RecentWait(),
                    new SentBack(),
                    new ClientFigures());
            profiles.put(function, known);
        }
        lastFunction = function;
        lastProfile = known;
        return known;
    }

    /** Why an invocation would run where it would, if a client offered to run it; for people. */
    @SuppressWarnings("ReferenceEquality") // the one that never asks what anything costs
    public Placement.Decision explain(Function function, PushbackPolicy policy, int owner, long waitedNs, long nowNs) {
        RoleView view = roles.view();
        int tenant = function.tenant().id();
        int dedicated = view.dedicatedCore(tenant, owner);
        FunctionStation own = roles.station(owner);
        if (own == null) {
            throw new IllegalStateException("core " + owner + " is not open");
        }
        look(
                function,
                0,
                own,
                view.functionCores() == 0 ? null : lessLoaded(view, tenant, nowNs),
                dedicated < 0 ? null : roles.station(dedicated),
                waitedNs,
                nowNs);
        FunctionProfile profile = profile(function);
        FunctionCost cost = profile.cost();
        Place here = profile.placement().choose(cost, state);
        ClientFigures offer = profile.lastOffer();
        state.clientRuns = policy != PushbackPolicy.NEVER && function.sha256ToRunElsewhere() != null;
        lookAtClient(profile, nowNs);
        boolean pushesBack = state.clientRuns && offer.isOffer() && policy.pushesBack(cost, state);
        String note = pushbackNote(function, policy, offer)
                + (state.clientRuns && offer.isOffer() ? policy.explain(cost, state) : "");
        Placement.Decision decision =
                profile.placement().explain(pushesBack ? Place.PUSHBACK : here, cost, state, note);
        state.clientRuns = false;
        return decision;
    }

    @SuppressWarnings("ReferenceEquality") // as above
    private static String pushbackNote(Function function, PushbackPolicy policy, ClientFigures offer) {
        if (policy == PushbackPolicy.NEVER) {
            return ": functions.pushback is never; adaptive or always lets clients that have a function runner run it";
        }
        if (function.sha256ToRunElsewhere() == null) {
            return ": it is paused, or no WebAssembly";
        }
        return offer.isOffer()
                ? offer.isMeasured()
                        ? "; " + offer.describe()
                        : "; a client offered to run it, and has measured nothing yet"
                : "; no client has offered to run it: it takes ClientConfig's functionRunner";
    }
}
