package dev.quern.kvstore;

import dev.quern.kvstore.memory.RecordArena;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A tenant: a name, a secret, a memory quota, and tables whose records all lie in one range of addresses. Safe on any thread. */
public final class Tenant {
    /** The table that every tenant has; its id is 0. */
    public static final String DEFAULT_TABLE = "default";

    private final Store store;
    private final int id;
    private final String name;
    private final byte[] secret;
    private final RecordArena arena;
    private final Map<String, Table> tablesByName = new ConcurrentHashMap<>();
    private volatile Table[] tables = new Table[0];
    private final Structures structures = new Structures(this);
    private final Table defaultTable;
    private final AtomicLong clears = new AtomicLong();
    private volatile @Nullable TenantEviction eviction;

    Tenant(Store store, int id, String name, TenantConfig config) throws IOException {
        this.store = store;
        this.id = id;
        this.name = name;
        secret = config.secret();
        arena = new RecordArena(config.quotaBytes(), store.config().hugePages(), store.commitAhead());
        defaultTable = createTable(DEFAULT_TABLE, config.defaultTable());
    }

    public String name() {
        return name;
    }

    /** Counts up from 0 in the order of creation; never used again. */
    public int id() {
        return id;
    }

    /** A copy; empty for a tenant that is open to all. */
    public byte[] secret() {
        return secret.clone();
    }

    public boolean hasSecret() {
        return secret.length > 0;
    }

    /** Compares in a time that does not depend on where the two differ. True for anything when there is no secret. */
    public boolean secretMatches(byte[] given) {
        return secret.length == 0 || MessageDigest.isEqual(secret, given);
    }

    public long quotaBytes() {
        return arena.quota().limitBytes();
    }

    /** Memory charged against the quota: blocks in use or waiting for readers, index buckets, and what cores hold in advance. */
    public long chargedBytes() {
        return arena.quota().drawnBytes();
    }

    /** What the memory is used for. */
    public MemoryUse memory() {
        long index = 0;
        for (Table table : tables) {
            index += table.stats().indexBytes();
        }
        Table elements = structures.elements();
        index += elements == null ? 0 : elements.stats().indexBytes();
        return new MemoryUse(
                quotaBytes(),
                chargedBytes(),
                index,
                arena.blockBytes(),
                arena.contentBytes(),
                arena.creditBytes(),
                arena.cachedBytes(),
                arena.residentBytes(),
                arena.residentBytesMax());
    }

    /**
     * Bytes of the pages that records take: blocks in use, what size classes and half-empty slabs waste, and free pages that were in use
     * a moment ago. What is free for a second goes back to the system. At most twice the quota and 8 MiB; indexes come on top.
     */
    public long residentBytes() {
        return arena.residentBytes();
    }

    /** Headers, keys and values of the records that are there, and of structures' elements. */
    public long liveBytes() {
        long bytes = 0;
        for (Table table : tables) {
            bytes += table.stats().liveBytes();
        }
        Table elements = structures.elements();
        return elements == null ? bytes : bytes + elements.stats().liveBytes();
    }

    public long recordCount() {
        long records = 0;
        for (Table table : tables) {
            records += table.size();
        }
        return records;
    }

    public Table defaultTable() {
        return defaultTable;
    }

    public @Nullable Table table(String tableName) {
        return tablesByName.get(tableName);
    }

    public @Nullable Table table(int tableId) {
        Table[] all = tables;
        return tableId >= 0 && tableId < all.length ? all[tableId] : null;
    }

    /** In the order in which they were made; a table's id is its place. */
    public List<Table> tables() {
        return List.of(tables);
    }

    /** What this tenant's structured records share. */
    public Structures structures() {
        return structures;
    }

    /** The table of this id, and behind them all that of the structures' elements; null behind that. */
    @Nullable
    Table tableToSweep(int place) {
        Table[] all = tables;
        return place < all.length ? all[place] : place == all.length ? structures.elements() : null;
    }

    /**
     * Makes an empty table.
     *
     * @throws StoreException when the name is taken or bad, or there is no room for another table
     */
    public final synchronized Table createTable(String tableName, TableConfig config) {
        Store.checkName("table", tableName);
        if (tablesByName.containsKey(tableName)) {
            throw new StoreException("tenant " + name + " has a table " + tableName + " already; choose another name");
        }
        if (tables.length == Limits.TABLES_MAX) {
            throw new StoreException(
                    "tenant " + name + " has " + Limits.TABLES_MAX + " tables; a tenant holds no more");
        }
        Table table;
        try {
            table = new Table(this, tables.length, tableName, config);
        } catch (IOException refused) {
            throw new StoreException("no memory for table " + tableName + ": " + refused.getMessage(), refused);
        }
        TableEviction evicting = table.eviction();
        if (evicting != null) {
            TenantEviction all = eviction == null
                    ? new TenantEviction(arena.quota(), store.config().coresMax())
                    : eviction;
            all.add(evicting);
            eviction = all;
        }
        Table[] more = Arrays.copyOf(tables, tables.length + 1);
        more[table.id()] = table;
        tables = more;
        tablesByName.put(tableName, table);
        return table;
    }

    /** The first address of the range in which every record of this tenant lies. */
    public long arenaAddress() {
        return arena.address();
    }

    /** The length of that range in bytes: reserved addresses, of which the used part is in memory. */
    public long arenaLength() {
        return arena.length();
    }

    /** Counts a table's clearing twice: before its index is replaced, and after. */
    void countClear() {
        clears.incrementAndGet();
    }

    /** Differs between two moments if a table was cleared, or being cleared, between them. */
    long clears() {
        return clears.get();
    }

    /** Null while no table evicts. */
    @Nullable
    TenantEviction eviction() {
        return eviction;
    }

    RecordArena arena() {
        return arena;
    }

    /** The store that it is a tenant of. */
    public Store store() {
        return store;
    }

    void close() {
        for (Table table : tables) {
            table.close();
        }
        structures.close();
        try {
            arena.close();
        } catch (IOException failed) {
            throw new StoreException("tenant " + name + ": " + failed.getMessage(), failed);
        }
    }

    @Override
    public String toString() {
        return "tenant " + name + " (" + id + ")";
    }
}
