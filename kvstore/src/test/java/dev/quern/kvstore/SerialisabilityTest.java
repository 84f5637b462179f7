package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.history.Operation;
import dev.quern.kvstore.history.StrictSerialisability;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random transactions and single operations of several cores over a few keys in two growing tables have a serial order that respects real
 * time. One of the tables may be ordered: then transactions walk over ranges of it, too, and what a range did not show counts as read and
 * absent. Rounds with waits inside of transactions alternate with rounds at full speed. A failure prints the cycle and its seed; the threads' timing is not the seed's to repeat, but the operations are.
 */
@Timeout(600)
class SerialisabilityTest {
    private static final long SECONDS = Long.getLong("quern.evidence.seconds", 5);
    private static final long FIRST_SEED = Long.getLong("quern.evidence.seed", 1);
    private static final int CORES = 3;
    private static final int STEPS = 1_500;
    private static final int KEYS_MAX = 10;

    @Test
    void shouldFindASerialOrderForEveryHistory() throws Exception {
        check(TableKind.HASH);
    }

    @Test
    void shouldFindASerialOrderForEveryHistoryWithRanges() throws Exception {
        check(TableKind.ORDERED);
    }

    private static void check(TableKind secondKind) throws Exception {
        long deadlineNs = System.nanoTime() + SECONDS * 1_000_000_000L;
        long operations = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(CORES)) {
            for (long seed = FIRST_SEED; System.nanoTime() - deadlineNs < 0; seed++) {
                List<Operation> history = run(threads, seed, secondKind);
                assertNull(StrictSerialisability.problemOf(history), "seed " + seed);
                operations += history.size();
            }
        }
        assertTrue(operations > 0);
    }

    private static List<Operation> run(ExecutorService threads, long seed, TableKind secondKind) throws Exception {
        AtomicLong clock = new AtomicLong();
        AtomicLong fresh = new AtomicLong();
        List<Operation> history = new ArrayList<>();
        try (Store store = Store.open(new StoreConfig(CORES, seed, true))) {
            Tenant tenant = store.createTenant("t", TenantConfig.defaults().withQuotaBytes(16 << 20));
            Table[] tables = {
                tenant.defaultTable(),
                tenant.createTable("second", TableConfig.defaults().withKind(secondKind))
            };
            List<Callable<List<Operation>>> cores = new ArrayList<>();
            for (int i = 0; i < CORES; i++) {
                Random random = new Random(seed * CORES + i);
                cores.add(() -> {
                    try (StoreCore core = store.attach();
                            Keys keys = new Keys()) {
                        RecordingCore recording = new RecordingCore(
                                core,
                                tables,
                                keys,
                                random,
                                clock,
                                fresh,
                                2 + (int) (seed % (KEYS_MAX - 1)),
                                seed % 3 == 0);
                        for (int step = 0; step < STEPS; step++) {
                            recording.step();
                        }
                        return recording.history();
                    }
                });
            }
            for (Future<List<Operation>> core : threads.invokeAll(cores)) {
                history.addAll(core.get());
            }
        }
        return history;
    }
}
