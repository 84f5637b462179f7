package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The hot operations allocate nothing on the heap. */
@Timeout(60)
class AllocationTest {
    private static final int ROUNDS_MAX = 20;
    private static final int OPERATIONS = 20_000;
    private static final int KEYS = 1_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldAllocateNothingForFindPutDeleteAndIncrement() {
        try (Store store = Store.open(new StoreConfig(1, 42, false));
                Keys keys = new Keys();
                StoreCore core = store.attach()) {
            Table table = store.createTenant("t", TenantConfig.defaults()).defaultTable();
            keys.valueLength(100);
            // The first rounds link, grow the index and compile; one of the later ones must be clean.
            long allocatedBytes = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS_MAX && allocatedBytes != 0; round++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                run(table, core, keys);
                allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            assertEquals(0, allocatedBytes);
        }
    }

    private static void run(Table table, StoreCore core, Keys keys) {
        for (int i = 0; i < OPERATIONS; i++) {
            core.enter(1);
            keys.key(i % KEYS);
            keys.put(table, core);
            keys.find(table, core);
            if (i % 2 == 0) {
                keys.delete(table, core);
            }
            keys.key(KEYS);
            table.increment(core, keys.keyAddress(), keys.keyLength(), 1);
            core.exit();
        }
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void shouldAllocateNothingForAWriteThatEvicts(TableKind kind) {
        try (Store store = Store.open(new StoreConfig(1, 42, false));
                Keys keys = new Keys();
                StoreCore core = store.attach()) {
            Table table = store.createTenant(
                            "t",
                            TenantConfig.defaults()
                                    .withQuotaBytes(1 << 20)
                                    .withDefaultTable(new TableConfig(kind, WhenFull.EVICT)))
                    .defaultTable();
            keys.valueLength(100);
            long allocatedBytes = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS_MAX && allocatedBytes != 0; round++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < OPERATIONS; i++) {
                    core.enter(1);
                    keys.key((long) round * OPERATIONS + i).put(table, core);
                    keys.key((long) round * OPERATIONS + i).put(table, core);
                    keys.key(i).find(table, core);
                    core.exit();
                }
                allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            assertEquals(0, allocatedBytes);
            assertTrue(table.stats().evictions() > OPERATIONS);
        }
    }
}
