package dev.quern.server.dispatch;

import dev.quern.server.roles.MessageCosts;
import dev.quern.server.roles.Role;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What all loops of a server go by: who does what, and each one's station. Any thread. */
public final class Roles {
    private final RolesMode mode;
    private final long waitMaxNs;
    private final RoleEvents events = new RoleEvents();
    private final TenantPolicies policies = new TenantPolicies();
    private final AtomicReferenceArray<@Nullable FunctionStation> stations;
    private final Set<Integer> operators = ConcurrentHashMap.newKeySet();
    private volatile @Nullable RoleOrders orders;
    private volatile RoleView view;
    private volatile MessageCosts messageCosts = MessageCosts.DEFAULT;

    /**
     * For so many cores; fewer than them for functions.
     *
     * @param waitMaxNs how long an invocation may expect to wait and still be taken in
     */
    public Roles(RolesMode mode, int cores, long waitMaxNs) {
        if (mode.functionCores() >= cores) {
            throw new IllegalArgumentException(
                    "no core would serve: functionCores=" + mode.functionCores() + ", cores=" + cores);
        }
        this.mode = mode;
        this.waitMaxNs = waitMaxNs;
        stations = new AtomicReferenceArray<>(cores);
        view = RoleView.of(cores, mode.functionCores());
    }

    public RolesMode mode() {
        return mode;
    }

    /** How long an invocation may expect to wait and still be taken in, in nanoseconds. */
    public long waitMaxNs() {
        return waitMaxNs;
    }

    /** What is taken for granted of messages and hand-overs. */
    public MessageCosts messageCosts() {
        return messageCosts;
    }

    /** What was measured of them here; counts for functions that are not called before. Any thread. */
    public void messageCosts(MessageCosts measured) {
        messageCosts = measured;
    }

    /** What tenants may take. */
    public TenantPolicies policies() {
        return policies;
    }

    /** Lets a tenant change roles. */
    public void operator(int tenant) {
        operators.add(tenant);
    }

    /** Whether a tenant may. */
    public boolean isOperator(int tenant) {
        return operators.contains(tenant);
    }

    /** From now on roles can be given by hand. */
    public void orders(RoleOrders carriedOutBy) {
        orders = carriedOutBy;
    }

    /** Who carries orders out; null before all loops are open. */
    public @Nullable RoleOrders orders() {
        return orders;
    }

    /** What changed lately. */
    public RoleEvents events() {
        return events;
    }

    /** Who does what now. */
    public RoleView view() {
        return view;
    }

    /** A loop's station; null before the loop has opened it. */
    public @Nullable FunctionStation station(int core) {
        return stations.get(core);
    }

    /** A loop's station is open. */
    public void open(FunctionStation station) {
        stations.set(station.index(), station);
    }

    /** A core takes another role; one thread at a time. */
    public void change(int core, Role to, int tenant) {
        view = view.with(core, to, tenant);
    }

    /** The station with the most calls waiting but one's own, if there are two at the least; null for none. */
    public @Nullable FunctionStation busiest(FunctionStation but) {
        FunctionStation busiest = null;
        int most = 1;
        for (int core = 0; core < stations.length(); core++) {
            FunctionStation station = stations.get(core);
            if (station != null && station != but && view.role(core) != Role.DEDICATED) {
                int queued = station.gauges().queued();
                if (queued > most) {
                    most = queued;
                    busiest = station;
                }
            }
        }
        return busiest;
    }
}
