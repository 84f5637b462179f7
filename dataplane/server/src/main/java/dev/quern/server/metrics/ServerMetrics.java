package dev.quern.server.metrics;

import dev.quern.kvstore.Store;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.FunctionInfo;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.RunningFunction;
import dev.quern.server.dispatch.BusyTenants;
import dev.quern.server.dispatch.RoleEvent;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.dispatch.TenantPolicies;
import dev.quern.server.loop.CoreLoop;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.CounterTotals;
import dev.quern.server.loop.LoopFigures;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.roles.MoveCause;
import dev.quern.server.roles.Role;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What Prometheus is told: read from what the loops show of themselves, at each scrape anew. Any thread; disturbs no loop. */
public final class ServerMetrics implements MultiCollector {
    private static final double SECOND_NS = 1e9;

    private final List<CoreLoop> loops;
    private final CounterTotals counters;
    private final Roles roles;
    private final Store store;
    private final Functions functions;
    private final List<PortFactory> ways;

    /** Of a server whose loops are open. */
    public ServerMetrics(
            List<CoreLoop> loops,
            CounterTotals counters,
            Roles roles,
            Store store,
            Functions functions,
            List<PortFactory> ways) {
        this.loops = List.copyOf(loops);
        this.counters = counters;
        this.roles = roles;
        this.store = store;
        this.functions = functions;
        this.ways = List.copyOf(ways);
    }

    @Override
    public MetricSnapshots collect() {
        Families families = new Families();
        long nowNs = System.nanoTime();
        for (CoreLoop loop : loops) {
            core(families, loop.figures(nowNs));
        }
        for (Counter counter : Counter.values()) {
            for (CoreLoop loop : loops) {
                families.counter(
                        "quern_" + counter.label(),
                        "The counter " + counter.label() + " of STATS",
                        counters.core(loop.index()).get(counter),
                        "core",
                        text(loop.index()));
            }
        }
        Map<String, Long> missed = new TreeMap<>();
        ways.forEach(way -> missed.merge(way.name(), way.missed(), Long::sum));
        missed.forEach((way, count) -> families.counter(
                "quern_way_missed",
                "Frames or datagrams that were lost before any core saw them, as far as a way in is told",
                count,
                "way",
                way));
        changes(families);
        tenants(families);
        functions(families);
        return families.build();
    }

    private static String text(int number) {
        return Integer.toString(number);
    }

    private static void core(Families families, LoopFigures core) {
        String index = text(core.core());
        for (Role role : Role.values()) {
            families.gauge(
                    "quern_core_role",
                    "1 for the role that the core has",
                    core.role() == role ? 1 : 0,
                    "core",
                    index,
                    "role",
                    role.name().toLowerCase(Locale.ROOT));
        }
        families.gauge("quern_core_lanes", "Lanes that the core turns", core.lanes(), "core", index);
        families.counter(
                "quern_core_busy_seconds",
                "Time in which the core did not idle",
                core.countedBusyNs() / SECOND_NS,
                "core",
                index);
        families.counter(
                "quern_core_inline_seconds",
                "Time of functions that ran at once where they were received",
                core.inlineNs() / SECOND_NS,
                "core",
                index);
        families.counter(
                "quern_core_queued_seconds",
                "Time of functions that the core took from its queues",
                core.queuedNs() / SECOND_NS,
                "core",
                index);
        families.counter(
                "quern_core_calls",
                "Functions that ran, by where they came from: at once, or from a queue of the core",
                core.inlineRuns(),
                "core",
                index,
                "place",
                "inline");
        families.counter(
                "quern_core_calls",
                "Functions that ran, by where they came from: at once, or from a queue of the core",
                core.queuedRuns(),
                "core",
                index,
                "place",
                "queue");
        families.gauge(
                "quern_core_request_wait_seconds",
                "For how long the core's lanes have had something to do",
                core.requestWaitNs() / SECOND_NS,
                "core",
                index);
        families.gauge(
                "quern_core_call_wait_seconds",
                "For how long the oldest call has waited in the core's queues",
                core.callWaitNs() / SECOND_NS,
                "core",
                index);
        families.gauge("quern_core_calls_queued", "Calls in the core's queues", core.callsQueued(), "core", index);
        families.counter("quern_core_sheds", "Calls that the core refused", core.sheds(), "core", index);
        families.counter("quern_core_given", "Calls that the core gave to another one", core.given(), "core", index);
    }

    private void changes(Families families) {
        families.counter(
                "quern_role_events",
                "Changes of roles and lanes",
                roles.events().count());
        Map<MoveCause, Integer> byCause = new TreeMap<>();
        Arrays.stream(MoveCause.values()).forEach(cause -> byCause.put(cause, 0));
        for (RoleEvent event : roles.events().since(0)) {
            byCause.merge(event.cause(), 1, Integer::sum);
        }
        byCause.forEach((cause, count) -> families.gauge(
                "quern_role_events_kept",
                "The last changes that are kept, by cause",
                count,
                "cause",
                cause.name().toLowerCase(Locale.ROOT)));
    }

    private void tenants(Families families) {
        Map<Integer, Double> busyNs = new TreeMap<>();
        for (CoreLoop loop : loops) {
            add(busyNs, loop.laneTenants());
            add(busyNs, loop.stationTenants());
        }
        for (Tenant tenant : store.tenants()) {
            String name = tenant.name();
            families.gauge("quern_tenant_records", "Records", tenant.recordCount(), "tenant", name);
            families.gauge("quern_tenant_bytes", "Memory charged", tenant.chargedBytes(), "tenant", name);
            families.gauge("quern_tenant_quota_bytes", "Memory allowed", tenant.quotaBytes(), "tenant", name);
            families.gauge(
                    "quern_tenant_function_seconds",
                    "Time of functions, about, and only of tenants that take much of a core",
                    busyNs.getOrDefault(tenant.id(), 0.0) / SECOND_NS,
                    "tenant",
                    name);
            TenantPolicies.Policy policy = roles.policies().of(tenant.id());
            if (policy != null && policy.targetNs() > 0) {
                families.counter(
                        "quern_tenant_target_met",
                        "Calls within the target",
                        policy.met().sum(),
                        "tenant",
                        name);
                families.counter(
                        "quern_tenant_target_missed",
                        "Calls past it",
                        policy.missed().sum(),
                        "tenant",
                        name);
            }
        }
    }

    private static void add(Map<Integer, Double> busyNs, BusyTenants tenants) {
        for (int place = 0; place < BusyTenants.KEPT; place++) {
            if (tenants.tenant(place) >= 0) {
                busyNs.merge(tenants.tenant(place), (double) tenants.tookNs(place), Double::sum);
            }
        }
    }

    private void functions(Families families) {
        for (RunningFunction running : functions.running()) {
            families.gauge(
                    "quern_function_running_seconds",
                    "For how long a function has run that runs now",
                    running.runningUs() / 1e6,
                    "core",
                    text(running.core()),
                    "tenant",
                    running.tenant(),
                    "function",
                    running.function());
        }
        for (Tenant tenant : store.tenants()) {
            for (FunctionInfo info : functions.list(tenant)) {
                families.gauge(
                        "quern_function_deployed",
                        "1 for each module that is deployed, with the runtime that runs it",
                        1,
                        "tenant",
                        tenant.name(),
                        "function",
                        info.manifest().name(),
                        "runtime",
                        info.runtime());
                called(families, "quern_function_calls", "Calls that have ended", info.calls(), tenant, info);
                called(
                        families,
                        "quern_function_failures",
                        "Calls that ended otherwise than well",
                        info.failures(),
                        tenant,
                        info);
                if (info.manifest().targetP99Us() > 0) {
                    called(
                            families,
                            "quern_function_target_met",
                            "Calls within the function's target",
                            info.targetMet(),
                            tenant,
                            info);
                    called(
                            families,
                            "quern_function_target_missed",
                            "Calls past it",
                            info.targetMissed(),
                            tenant,
                            info);
                }
            }
        }
    }

    private static void called(
            Families families, String name, String help, long count, Tenant tenant, FunctionInfo info) {
        families.counter(
                name,
                help,
                count,
                "tenant",
                tenant.name(),
                "function",
                info.manifest().name());
    }
}
