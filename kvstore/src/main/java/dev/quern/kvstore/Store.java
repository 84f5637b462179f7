package dev.quern.kvstore;

import dev.quern.kvstore.memory.CommitAhead;
import dev.quern.kvstore.memory.Epochs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory: tenants, their tables and records. Every thread that reads or writes records attaches a {@link StoreCore} of its
 * own; tenants and tables may be made and looked up on any thread.
 */
public final class Store implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:-]{1," + Limits.NAME_CHARACTERS_MAX + "}");

    private final StoreConfig config;
    private final Epochs epochs;
    private final CommitAhead commitAhead = new CommitAhead();
    private final Sweeper sweeper = new Sweeper(this);
    private final Map<String, Tenant> tenantsByName = new ConcurrentHashMap<>();
    private volatile Tenant[] tenants = new Tenant[0];
    private final BitSet coresTaken = new BitSet();

    /** By core index, where the versions of the last core that had it ended: the next one goes on from there. */
    private final long[] lastVersions;

    private final List<StoreCore> cores = new ArrayList<>();
    private boolean closed;

    private Store(StoreConfig config) {
        this.config = config;
        epochs = new Epochs(config.coresMax());
        lastVersions = new long[config.coresMax()];
    }

    public static Store open(StoreConfig config) {
        return new Store(config);
    }

    /** Opens a store with {@link StoreConfig#defaults}. */
    public static Store open() {
        return open(StoreConfig.defaults());
    }

    /**
     * A handle for one thread; it may be another thread than the caller's. Close it on that thread.
     *
     * @throws StoreException when {@link StoreConfig#coresMax} are attached
     */
    public synchronized StoreCore attach() {
        if (closed) {
            throw new StoreException("the store is closed");
        }
        int index = coresTaken.nextClearBit(0);
        if (index >= config.coresMax()) {
            throw new StoreException("all " + config.coresMax() + " cores are attached; raise StoreConfig.coresMax");
        }
        coresTaken.set(index);
        epochs.attach(index);
        StoreCore core = new StoreCore(this, index, lastVersions[index]);
        cores.add(core);
        return core;
    }

    synchronized void detach(StoreCore core, long lastVersion) {
        lastVersions[core.index()] = lastVersion;
        coresTaken.clear(core.index());
        cores.remove(core);
    }

    /**
     * Makes a tenant with an empty table {@code default}.
     *
     * @throws StoreException when the name is taken or bad, or there is no room for another tenant
     */
    public synchronized Tenant createTenant(String name, TenantConfig tenantConfig) {
        checkName("tenant", name);
        if (tenantsByName.containsKey(name)) {
            throw new StoreException("there is a tenant " + name + " already; choose another name");
        }
        if (tenants.length == Limits.TENANTS_MAX) {
            throw new StoreException("there are " + Limits.TENANTS_MAX + " tenants; a store holds no more");
        }
        Tenant tenant;
        try {
            tenant = new Tenant(this, tenants.length, name, tenantConfig);
        } catch (IOException refused) {
            throw new StoreException("no memory for tenant " + name + ": " + refused.getMessage(), refused);
        }
        Tenant[] more = Arrays.copyOf(tenants, tenants.length + 1);
        more[tenant.id()] = tenant;
        tenants = more;
        tenantsByName.put(name, tenant);
        return tenant;
    }

    static void checkName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new StoreException("bad " + what + " name '" + name + "': use 1 to " + Limits.NAME_CHARACTERS_MAX
                    + " letters, digits, and _ . : -");
        }
    }

    public @Nullable Tenant tenant(String name) {
        return tenantsByName.get(name);
    }

    public @Nullable Tenant tenant(int id) {
        Tenant[] all = tenants;
        return id >= 0 && id < all.length ? all[id] : null;
    }

    /** In the order in which they were made. */
    public List<Tenant> tenants() {
        return List.of(tenants);
    }

    /** How many epochs the slowest core is behind the newest: memory retired since then waits for it. */
    public long epochLag() {
        return epochs.lag();
    }

    /** Bytes that were retired and not yet reclaimed. */
    public synchronized long retiredBytes() {
        long bytes = sweeper.leftBytes();
        for (StoreCore core : cores) {
            bytes += core.retiredBytes();
        }
        return bytes;
    }

    /**
     * Where tenants that grow ask for memory ahead of use. A store has no threads of its own: one of the embedder's that calls {@link
     * CommitAhead#serve} keeps cores from waiting for the system at their first touch of a huge page.
     */
    public CommitAhead commitAhead() {
        return commitAhead;
    }

    StoreConfig config() {
        return config;
    }

    Sweeper sweeper() {
        return sweeper;
    }

    Epochs epochs() {
        return epochs;
    }

    /**
     * Gives all memory back. Every core must have stopped: an address that is still read afterwards ends the process.
     *
     * @throws StoreException when cores are still attached
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (!cores.isEmpty()) {
            throw new StoreException(cores.size() + " cores are still attached; close them first");
        }
        closed = true;
        sweeper.close();
        for (Tenant tenant : tenants) {
            tenant.close();
        }
    }
}
