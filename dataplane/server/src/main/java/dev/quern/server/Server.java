package dev.quern.server;

import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.loop.ControlExecutor;
import dev.quern.server.loop.CoreEvents;
import dev.quern.server.loop.CoreLoop;
import dev.quern.server.loop.CounterTotals;
import dev.quern.server.loop.LoopFigures;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.metrics.MetricsServer;
import dev.quern.server.metrics.ServerMetrics;
import dev.quern.server.port.UdpPorts;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: a store, its functions, and the core loops whose ports lead to them. Any thread. */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    /** For an embedder's own threads at the store. */
    private static final int STORE_CORES_SPARE = 16;

    private static final long DRAIN_POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ServerConfig config;
    private final Store store;
    private final Functions functions;
    private final ControlExecutor control = new ControlExecutor();
    private final MemoryThread memory;
    private final CounterTotals totals;
    private final Roles roles;
    private final List<PortFactory> factories;
    private final List<CoreLoop> loops = new ArrayList<>();
    private final List<String> listening = new ArrayList<>();
    private @Nullable MetricsServer metrics;
    private boolean closed;

    private Server(ServerConfig config, List<PortFactory> factories, Store store, Functions functions) {
        this.config = config;
        this.factories = factories;
        this.store = store;
        this.functions = functions;
        this.memory = new MemoryThread(store.commitAhead());
        this.totals = new CounterTotals(config.cores());
        this.roles = new Roles(config.roles(), config.cores(), config.functionWaitNs());
        Path costs = config.functionCosts();
        if (costs != null) {
            roles.messageCosts(CostsFile.readMessages(costs));
        }
    }

    /** Starts a server whose ways in are given, and which closes them; everything is open when this returns. */
    static Server start(ServerConfig config, List<PortFactory> factories) throws IOException {
        Store store = null;
        Server server = null;
        try {
            store = openStore(config);
            server = new Server(config, factories, store, openFunctions(config));
            server.open();
            return server;
        } catch (IOException | RuntimeException failed) {
            if (server != null) {
                server.close();
            } else {
                factories.forEach(PortFactory::close);
                if (store != null) {
                    store.close();
                }
            }
            throw failed;
        }
    }

    private static Store openStore(ServerConfig config) {
        int cores = Math.min(2 * config.cores() + STORE_CORES_SPARE, Limits.CORES_MAX);
        return Store.open(StoreConfig.defaults().withCoresMax(cores).withHugePages(config.hugePages()));
    }

    private static Functions openFunctions(ServerConfig config) {
        Path file = config.functionCosts();
        Map<String, RuntimeCosts> costs = file == null ? Map.of() : CostsFile.read(file);
        try {
            Functions functions = Functions.open(config.functions());
            costs.forEach(functions::setCosts);
            return functions;
        } catch (IllegalArgumentException refused) {
            throw new ConfigException("functions.runtime: " + refused.getMessage());
        }
    }

    private void open() throws IOException {
        for (TenantSettings tenant : config.tenants()) {
            Tenant created = store.createTenant(tenant.name(), tenant.toConfig());
            tenant.functions().tell(roles.policies(), created.id());
            if (tenant.isOperator()) {
                roles.operator(created.id());
            }
            for (String runtime : tenant.trustedRuntimes()) {
                trust(created, runtime);
            }
        }
        CoreEvents.Kind eventKind =
                config.udpDriver() == UdpPorts.Driver.NIO ? CoreEvents.Kind.NIO : CoreEvents.Kind.best();
        for (int index = 0; index < config.cores(); index++) {
            int cpu =
                    config.cpus().isEmpty() ? CoreLoop.UNPINNED : config.cpus().get(index);
            CoreLoop loop = new CoreLoop(
                    index,
                    config.cores(),
                    cpu,
                    store,
                    functions,
                    control,
                    totals,
                    roles,
                    factories,
                    config.idle(),
                    eventKind);
            listening.addAll(loop.start());
            loops.add(loop);
        }
        CoreLoop.govern(roles, loops);
        InetSocketAddress scraped = config.metrics();
        if (scraped != null) {
            metrics = new MetricsServer(scraped, new ServerMetrics(loops, totals, roles, store, functions, factories));
            listening.add("metrics on http://" + scraped.getHostString() + ":" + metrics.port() + "/metrics");
        }
    }

    private void trust(Tenant tenant, String runtime) {
        try {
            functions.trust(tenant, runtime);
        } catch (IllegalArgumentException unknown) {
            throw new ConfigException("trusted_runtimes of tenant " + tenant.name() + ": " + unknown.getMessage());
        }
    }

    /** What listens where, a line for every port. */
    public List<String> listening() {
        return List.copyOf(listening);
    }

    /** The addresses actually bound by one way in, {@code udp} or {@code resp}, core 0's first; empty when it is shut. */
    public List<InetSocketAddress> addresses(String way) {
        return factories.stream()
                .filter(factory -> factory.name().equals(way))
                .findFirst()
                .map(PortFactory::addresses)
                .orElse(List.of());
    }

    /** What one way in has lost before any core saw it, see {@link PortFactory#missed}; 0 when it is shut. Any thread. */
    public long missed(String way) {
        return factories.stream()
                .filter(factory -> factory.name().equals(way))
                .mapToLong(PortFactory::missed)
                .sum();
    }

    /** Core 0's UDP address, for clients. */
    public InetSocketAddress udpAddress() {
        return first("udp");
    }

    /** Where Redis clients connect. */
    public InetSocketAddress respAddress() {
        return first("resp");
    }

    private InetSocketAddress first(String way) {
        List<InetSocketAddress> addresses = addresses(way);
        if (addresses.isEmpty()) {
            throw new IllegalStateException("the server does not listen by " + way + ": see its configuration");
        }
        return addresses.get(0);
    }

    public ServerConfig config() {
        return config;
    }

    public Store store() {
        return store;
    }

    public Functions functions() {
        return functions;
    }

    /** The threads that turn the cores, in their order. */
    List<CoreLoop> loops() {
        return List.copyOf(loops);
    }

    /** What each core's loop shows of itself now, in their order. */
    public List<LoopFigures> figures() {
        long nowNs = System.nanoTime();
        return loops.stream().map(loop -> loop.figures(nowNs)).toList();
    }

    /** The port of the metrics, 0 when they are off. */
    public int metricsPort() {
        return metrics == null ? 0 : metrics.port();
    }

    /** Who serves, who runs functions, and what waits for them. */
    public Roles roles() {
        return roles;
    }

    /**
     * Has a core serve, or run all tenants' functions, and the lanes go where they are served then. From now on roles change by such orders
     * alone, until {@link #releaseRoles}. Nothing changes if no other core would serve. Any thread.
     *
     * @return false, with nothing changed, while lanes are on the move, or all other serving cores stand in functions: ask again
     */
    public boolean assignRole(int core, Role role) {
        if (role == Role.DEDICATED) {
            throw new IllegalArgumentException("to whom core " + core + " would be dedicated is not said");
        }
        return loops.get(core).assign(role, LoadSnapshot.NO_TENANT);
    }

    /** Has roles follow the load again, where the mode says so. Any thread. */
    public void releaseRoles() {
        loops.getFirst().releaseRoles();
    }

    /** All cores' counters. */
    public CounterTotals counters() {
        return totals;
    }

    /**
     * Takes nothing new and waits until everything under way has been answered, or the configured time is over.
     *
     * @return whether everything was answered
     */
    public boolean drain() {
        loops.forEach(CoreLoop::drain);
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(config.drainMs());
        while (!loops.stream().allMatch(CoreLoop::drained)) {
            if (System.nanoTime() - deadlineNs > 0) {
                return false;
            }
            LockSupport.parkNanos(DRAIN_POLL_NS);
            // One may have looked while something was under way elsewhere, and sleep since.
            loops.stream().filter(loop -> !loop.drained()).forEach(CoreLoop::drain);
        }
        return true;
    }

    /** Drains, then stops the loops and frees everything. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (metrics != null) {
            metrics.close();
        }
        if (!drain()) {
            LOG.warn("closing with requests unanswered: they took longer than drain_ms ({})", config.drainMs());
        }
        loops.forEach(CoreLoop::stop);
        loops.forEach(CoreLoop::awaitStop);
        loops.forEach(CoreLoop::closeLate);
        if (loops.stream().noneMatch(CoreLoop::running)) {
            loops.forEach(CoreLoop::free);
        }
        for (PortFactory factory : factories) {
            factory.close();
        }
        control.close();
        functions.close();
        memory.close();
        store.close();
    }
}
