package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.CoreAllocator;
import dev.quern.kvstore.memory.Epochs;
import dev.quern.kvstore.memory.RecordLayout;
import dev.quern.kvstore.memory.RetiredBlocks;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One core's handle on the store: its epoch, its memory and its scratch. Thread: one, from the first call to {@link #close}.
 *
 * <p>Work happens between {@link #enter} and {@link #exit}, once per burst: addresses found inside stay good until the exit. A core
 * that stays inside keeps retired memory from being used again, so bursts should be short.
 */
public final class StoreCore implements AutoCloseable {
    private static final int SCRATCH_BYTES = 4096;
    private static final int BLOCKS_PER_STEP = 16;
    private static final int BUCKETS_PER_STEP = 16;
    private static final int SWEEPER_WAITS_MAX = 1000;
    private static final int VERSION_CORE_BITS = 10;

    /** Worth a renewal: it costs as much as a put or two. */
    private static final long RENEWAL_BYTES = 16 << 10;

    private final Store store;
    private final Epochs epochs;
    private final int index;
    private final RetiredBlocks retired;
    private final Transaction transaction;

    /** For what is done while this core is suspended; made at its first use. */
    private @Nullable Transaction aside;

    private final RangeCursor rangeCursor = new RangeCursor(this);
    private final LockedKey lockedKey = new LockedKey();
    private final Arena scratchArena = Arena.ofShared();
    private final long scratch =
            scratchArena.allocate(SCRATCH_BYTES, Long.BYTES).address();
    private CoreAllocator[] allocators = new CoreAllocator[0];
    private int tenantMaintained;
    private int depth;
    private long nowMs;
    private long lastVersion;
    private long resultVersion;
    private long resultLong;

    /** Whether this burst gave addresses of records out, which the caller may hold. */
    private boolean hasFound;

    /** Whether writes of this core may still be on their way to the others. */
    private boolean hasUnseenWrites;

    private boolean closed;

    /** How deep the core was inside its epoch when what runs there was suspended; 0 when nothing is. */
    private int suspendedDepth;

    private long suspendedNowMs;
    private long suspendedVersion;
    private long suspendedLong;

    StoreCore(Store store, int index, long lastVersion) {
        this.store = store;
        epochs = store.epochs();
        this.index = index;
        this.lastVersion = lastVersion;
        retired = new RetiredBlocks(index, epochs, store.config().poisonsReclaimed());
        transaction = new Transaction(this);
    }

    /** From 0; unique among the cores attached at a time. */
    public int index() {
        return index;
    }

    public Store store() {
        return store;
    }

    /**
     * Begins a burst. May be nested; the outermost call counts.
     *
     * @param unixMs the time by which records expire until the exit
     */
    public void enter(long unixMs) {
        if (depth++ == 0) {
            nowMs = unixMs;
            hasFound = false;
            epochs.enter(index);
        }
    }

    /** Ends a burst: addresses found in it are void. */
    public void exit() {
        if (depth == suspendedDepth) {
            throw new IllegalStateException("exit without enter on core " + index);
        }
        if (--depth == 0) {
            epochs.exit(index);
            retired.endBurst();
        }
    }

    /**
     * For the time between two requests of a burst: addresses found before are void. If much memory waits that was retired since {@link
     * #enter}, ends the burst and begins another one at the same time, so that it can be used again; if little does, a write that finds no
     * room may do so. Not while a transaction is open.
     */
    public void renew() {
        if (depth == 1 && suspendedDepth == 0 && !isInTransaction()) {
            hasFound = false;
            if (retired.bytes() > RENEWAL_BYTES) {
                beginAnew();
            }
        }
    }

    /** In a write that finds no room: as {@link #renew}, if this burst gave no address out that the caller may hold. */
    void renewIfNothingFound() {
        if (depth == 1 && suspendedDepth == 0 && !hasFound) {
            beginAnew();
        }
    }

    private void beginAnew() {
        exit();
        enter(nowMs);
    }

    /** Before an address of a record is given out. */
    void noteFound() {
        hasFound = true;
    }

    /**
     * Lets single operations of others come between two steps of what this core is doing inside its epoch: until {@link #resume} they
     * may enter, exit and renew as they do elsewhere, while the epoch stays pinned as it is and the transaction open. Nothing that was
     * found before can be reclaimed meanwhile. What they write is to the transaction like another core's writes: if it read there, it
     * conflicts. A transaction that they begin has to end before the resumption; the core cannot be maintained. Not nested.
     *
     * @param unixMs the time by which records expire until the resumption
     */
    public void suspend(long unixMs) {
        if (depth == 0 || suspendedDepth > 0) {
            throw new IllegalStateException("core " + index + " can be suspended inside its epoch, and once: depth="
                    + depth + ", suspendedDepth=" + suspendedDepth);
        }
        suspendedDepth = depth;
        suspendedNowMs = nowMs;
        suspendedVersion = resultVersion;
        suspendedLong = resultLong;
        nowMs = unixMs;
    }

    /** Goes on with what was suspended: its time and its results are as they were. */
    public void resume() {
        if (suspendedDepth == 0 || depth != suspendedDepth) {
            throw new IllegalStateException(
                    "core " + index + " cannot be resumed: depth=" + depth + ", suspendedDepth=" + suspendedDepth);
        }
        Transaction begunAside = aside;
        if (begunAside != null && begunAside.isOpen()) {
            throw new IllegalStateException(
                    "core " + index + " cannot be resumed: a transaction begun meanwhile is open");
        }
        suspendedDepth = 0;
        nowMs = suspendedNowMs;
        resultVersion = suspendedVersion;
        resultLong = suspendedLong;
    }

    private void requireNotSuspended(String what) {
        if (suspendedDepth > 0) {
            throw new IllegalStateException(what + " on core " + index + ", which is suspended: resume first");
        }
    }

    public boolean isEntered() {
        return depth > 0;
    }

    /** The time given to {@link #enter}, in unix milliseconds. */
    public long nowMs() {
        return nowMs;
    }

    /**
     * The core's one transaction, begun anew: what it held and did not commit is dropped. The core must be inside its epoch. While it is
     * suspended, another one, which has nothing to do with the one that stays open.
     */
    public Transaction begin(Tenant tenant) {
        Transaction begun = suspendedDepth > 0 ? aside() : transaction;
        begun.begin(tenant);
        return begun;
    }

    private Transaction aside() {
        Transaction known = aside;
        if (known == null) {
            known = new Transaction(this);
            aside = known;
        }
        return known;
    }

    /** The version of the last good write on this core; a deletion has one, too, which no record carries. */
    public long resultVersion() {
        return resultVersion;
    }

    /** The number that the last good increment on this core left. */
    public long resultLong() {
        return resultLong;
    }

    /**
     * Does a little of what can wait: reclaims retired memory, sweeps expired records, gives the system pages back that were free for
     * a second. To be called outside of a burst when there is time.
     *
     * @param unixMs the time by which records expire
     * @param stepsMax bounds the work: a step is a bucket looked at and a few blocks reclaimed
     * @return how much was done; 0 when there was nothing to do
     */
    public int maintain(long unixMs, int stepsMax) {
        requireNotSuspended("maintenance");
        int done = retired.maintain(stepsMax * BLOCKS_PER_STEP);
        done += store.sweeper().step(this, unixMs, stepsMax);
        return done + maintainTenant(unixMs, stepsMax);
    }

    /** One tenant at a time: hands on what this core keeps without need, gives the system free pages back, and evicts ahead of need. */
    private int maintainTenant(long unixMs, int stepsMax) {
        Tenant tenant = store.tenant(tenantMaintained);
        if (tenant == null) {
            tenantMaintained = 0;
            tenant = store.tenant(0);
            if (tenant == null) {
                return 0;
            }
        }
        int done = tenant.arena().maintain(unixMs);
        TenantEviction eviction = tenant.eviction();
        if (eviction != null) {
            done += eviction.maintain(this, tenant, unixMs, stepsMax);
        }
        if (tenantMaintained < allocators.length) {
            CoreAllocator allocator = allocators[tenantMaintained];
            done += allocator == null ? 0 : allocator.maintain(unixMs);
        }
        tenantMaintained++;
        return done;
    }

    long retiredBytes() {
        return retired.bytes();
    }

    /** Reclaims what nobody can see any more; returns how many blocks that were. */
    int reclaim() {
        return retired.reclaim(Integer.MAX_VALUE);
    }

    boolean isInTransaction() {
        return transaction.isOpen();
    }

    /** Whether the running transaction read the bucket in which this record lies. */
    boolean isBeingRead(Table table, long record) {
        return transaction.hasRead(table, record);
    }

    /** Locks a key for a single write; the answer is good until the next such call. */
    LockedKey lock(Table table, long keyAddress, int keyLength) {
        lockedKey.lock(table, keyAddress, keyLength, this);
        return lockedKey;
    }

    /** For a walk that is begun and ended in one call. */
    RangeCursor rangeCursor() {
        return rangeCursor;
    }

    /** After a write. */
    void noteWrite() {
        hasUnseenWrites = true;
    }

    /**
     * Before this core reads without a lock: makes sure that all see what it wrote before. Else two cores that each write one record and
     * then read the other's might both find what was there before. A write needs no such care, as locking is a fence.
     */
    void awaitWritesSeen() {
        if (hasUnseenWrites) {
            VarHandle.fullFence();
            hasUnseenWrites = false;
        }
    }

    long scratch() {
        return scratch;
    }

    void setResult(long version, long number) {
        resultVersion = version;
        resultLong = number;
    }

    /**
     * A version above all that were written in a bucket with that count of changes, and like no other: the lower bits are this core's.
     * After Silo (SOSP '13).
     */
    long nextVersion(long changes) {
        lastVersion = Math.max(lastVersion, changes) + 1;
        return lastVersion << VERSION_CORE_BITS | index;
    }

    /** The last version without the core's bits: what the bucket counts after it. */
    long lastSequence() {
        return lastVersion;
    }

    CoreAllocator allocator(Tenant tenant) {
        int id = tenant.id();
        if (id < allocators.length) {
            CoreAllocator allocator = allocators[id];
            if (allocator != null) {
                return allocator;
            }
        }
        return newAllocator(tenant);
    }

    private CoreAllocator newAllocator(Tenant tenant) {
        if (tenant.id() >= allocators.length) {
            allocators = Arrays.copyOf(allocators, Math.max(tenant.id() + 1, allocators.length * 2));
        }
        CoreAllocator allocator = new CoreAllocator(tenant.arena());
        allocators[tenant.id()] = allocator;
        return allocator;
    }

    /** A record with its header and key written, its value not; {@link Record#NONE} when the quota is used up. */
    long allocate(Tenant tenant, long keyAddress, int keyLength, int valueLength, long expiryMs) {
        return allocate(tenant, keyAddress, keyLength, valueLength, expiryMs, expiryMs != Record.NO_EXPIRY);
    }

    private long allocate(
            Tenant tenant, long keyAddress, int keyLength, int valueLength, long expiryMs, boolean hasExpiry) {
        int bytes = RecordLayout.bytes(keyLength, valueLength, hasExpiry);
        CoreAllocator allocator = allocator(tenant);
        long record = allocator.allocate(bytes);
        if (record == 0) {
            record = allocateAfterReclaiming(tenant, allocator, bytes);
        }
        if (record != 0) {
            Record.initialise(record, keyAddress, keyLength, valueLength, expiryMs, hasExpiry);
        }
        return record;
    }

    private long allocateAfterReclaiming(Tenant tenant, CoreAllocator allocator, int bytes) {
        long record = 0;
        while (record == 0 && retired.reclaim(BLOCKS_PER_STEP) > 0) {
            record = allocator.allocate(bytes);
        }
        // A cleared table's records may still be there. Other cores are done with their burst, or with sweeping, soon.
        int waits = 0;
        while (record == 0 && waits < SWEEPER_WAITS_MAX) {
            int done = store.sweeper().reclaim(this, tenant, BUCKETS_PER_STEP);
            if (done == 0) {
                return 0;
            }
            if (done < 0) {
                waits++;
                Thread.onSpinWait();
            }
            record = allocator.allocate(bytes);
        }
        return record;
    }

    /** A record with key and value written. */
    long allocateFull(
            Tenant tenant, long keyAddress, int keyLength, long valueAddress, int valueLength, long expiryMs) {
        return allocateFull(tenant, keyAddress, keyLength, valueAddress, valueLength, expiryMs, PutCondition.NONE);
    }

    /** As above; with {@link PutCondition#KEEP_EXPIRY} there is room for an expiry that is not known yet. */
    long allocateFull(
            Tenant tenant,
            long keyAddress,
            int keyLength,
            long valueAddress,
            int valueLength,
            long expiryMs,
            int conditions) {
        boolean hasExpiry = expiryMs != Record.NO_EXPIRY || (conditions & PutCondition.KEEP_EXPIRY) != 0;
        long record = allocate(tenant, keyAddress, keyLength, valueLength, expiryMs, hasExpiry);
        if (record != 0) {
            NativeMemory.copy(valueAddress, Record.valueAddress(record), valueLength);
        }
        return record;
    }

    /** Takes back a record that nobody else has seen. */
    void free(Tenant tenant, long record) {
        allocator(tenant).free(record, Record.bytes(record));
    }

    /** Takes back a record that was just unlinked and may still be read. */
    void retire(Tenant tenant, long record) {
        retired.retire(allocator(tenant), record, Record.bytes(record));
    }

    /**
     * Detaches: what the core kept goes to the others; what it retired and others may still read is reclaimed as they {@link #maintain}.
     * On the core's own thread, outside of a burst.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (depth > 0) {
            throw new IllegalStateException("core " + index + " is inside its epoch; exit first");
        }
        closed = true;
        transaction.abort();
        scratchArena.close();
        retired.leaveCore();
        if (!reclaimAfterClose(Integer.MAX_VALUE)) {
            store.sweeper().adopt(this);
        }
        store.detach(this, lastVersion);
    }

    /** Reclaims up to so many blocks of a closed core, and returns whether nothing is left. One thread at a time, any. */
    boolean reclaimAfterClose(int blocksMax) {
        retired.reclaim(blocksMax);
        if (retired.bytes() > 0) {
            return false;
        }
        for (CoreAllocator allocator : allocators) {
            if (allocator != null) {
                allocator.close();
            }
        }
        return true;
    }
}
