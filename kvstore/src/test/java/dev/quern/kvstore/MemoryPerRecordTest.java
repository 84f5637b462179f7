package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.RecordLayout;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a record costs beyond its key and value, by the store's own accounting. */
@Timeout(120)
class MemoryPerRecordTest {
    private static final int RECORDS = 400_000;
    private static final int VALUE_LENGTH_MAX = 1 << 20;

    /** In bytes, index included, with keys of 16 bytes and values of 100. */
    private static final double OVERHEAD_MAX = 40;

    /** Without the index: a header of 16 bytes, and what is lost to a size class and unspent credit. */
    private static final double RECORD_OVERHEAD_MAX = 21;

    /** An index's first buckets are not charged. */
    private static final long INDEX_BYTES_FREE = 4096;

    /** The part of all that is in use for records which holds none of a header, key or value. */
    private static final double FRAGMENTATION_MAX = 0.15;

    /**
     * Facebook's ETC pool, general-purpose memcached (Atikoglu et al., "Workload analysis of a large-scale key-value store", SIGMETRICS
     * 2012): key lengths follow a generalized extreme value distribution, value lengths a generalized Pareto distribution but for the
     * shortest, whose shares the paper lists.
     */
    private static final double[] SHORT_VALUE_SHARES = {
        0.00536, 0.00047, 0.17820, 0.09239, 0.00018, 0.02740, 0.00065, 0.00606, 0.00023, 0.00837, 0.00837, 0.08989,
        0.00092, 0.00326, 0.01980
    };

    private final SplittableRandom random = new SplittableRandom(20_120_611);
    private final Store store = Store.open(new StoreConfig(1, 42, false, false));
    private final Tenant tenant = store.createTenant("t", TenantConfig.defaults());
    private final Table table = tenant.defaultTable();
    private final StoreCore core = store.attach();
    private final Arena arena = Arena.ofConfined();
    private final long key = arena.allocate(Limits.KEY_BYTES_MAX, 8).address();
    private final long value = arena.allocate(VALUE_LENGTH_MAX, 8).address();

    @AfterEach
    void close() {
        core.close();
        store.close();
        arena.close();
    }

    @Test
    void shouldCostLittleBeyondKeyAndValue() {
        long bytes = fill(() -> 16, () -> 100);
        double ofRecord = (double) (tenant.chargedBytes() - table.stats().indexBytes() - bytes) / RECORDS;
        assertTrue(ofRecord <= RECORD_OVERHEAD_MAX, "charged beyond key, value and index: " + ofRecord);
        double overhead = (double) (tenant.chargedBytes() - bytes) / RECORDS;
        assertTrue(overhead <= OVERHEAD_MAX, "charged beyond key and value: " + overhead);
        double resident = (double) (tenant.residentBytes() + table.stats().indexBytes() - bytes) / RECORDS;
        assertTrue(resident <= OVERHEAD_MAX, "resident beyond key and value: " + resident);
    }

    @Test
    void shouldWasteLittleOnTheSizesOfACache() {
        long bytes = fill(this::cacheKeyLength, this::cacheValueLength) + (long) RECORDS * RecordLayout.HEADER_BYTES;
        long charged = tenant.chargedBytes() - table.stats().indexBytes();
        double ofCharged = 1 - (double) bytes / charged;

        assertTrue(ofCharged < FRAGMENTATION_MAX, "wasted of what is charged: " + ofCharged);
        double ofResident = 1 - (double) bytes / tenant.residentBytes();

        assertTrue(ofResident < FRAGMENTATION_MAX, "wasted of what is resident: " + ofResident);
        MemoryUse use = tenant.memory();
        assertEquals(use.charged(), use.blocks() + use.credit() + use.index() - INDEX_BYTES_FREE);
        assertEquals(table.stats().blockBytes(), use.blocks());
        assertEquals(table.stats().liveBytes(), use.records());
        assertTrue(use.internalFragmentation() > 0 && use.internalFragmentation() <= ofCharged, use.toString());
        assertTrue(use.externalFragmentation() < ofResident, use.toString());
    }

    /** Puts records with keys of 16 bytes and more; returns how many bytes of keys and values. */
    private long fill(IntSupplier keyLengths, IntSupplier valueLengths) {
        long bytes = 0;
        for (int i = 0; i < RECORDS; i++) {
            int keyLength = keyLengths.getAsInt();
            int valueLength = valueLengths.getAsInt();
            NativeMemory.putLong(key, i);
            core.enter(0);
            assertEquals(
                    StoreStatus.OK,
                    table.put(core, key, keyLength, value, valueLength, Record.NO_EXPIRY, PutCondition.NONE));
            core.exit();
            bytes += keyLength + valueLength;
        }
        assertEquals(RECORDS, table.size());
        return bytes;
    }

    private int cacheKeyLength() {
        double location = 30.7984;
        double scale = 8.20449;
        double shape = 0.078688;
        double length = location + scale * (Math.pow(-Math.log(uniform()), -shape) - 1) / shape;
        return Math.clamp(Math.round(length), 16, 250);
    }

    private int cacheValueLength() {
        double share = uniform();
        for (int length = 0; length < SHORT_VALUE_SHARES.length; length++) {
            share -= SHORT_VALUE_SHARES[length];
            if (share < 0) {
                return length;
            }
        }
        double scale = 214.476;
        double shape = 0.348238;
        double length = SHORT_VALUE_SHARES.length + scale * (Math.pow(uniform(), -shape) - 1) / shape;
        return Math.clamp(Math.round(length), 0, VALUE_LENGTH_MAX);
    }

    /** Above 0, up to 1. */
    private double uniform() {
        return 1 - random.nextDouble();
    }
}
