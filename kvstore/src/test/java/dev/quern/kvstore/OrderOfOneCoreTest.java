package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A write is visible to all before its core goes on. Two cores write a key each and then look for the other's: if both find nothing, a
 * write was still on its way when its operation had returned (the store-buffer litmus test).
 */
@Timeout(60)
class OrderOfOneCoreTest {
    private static final int ROUNDS = Integer.getInteger("quern.evidence.litmusRounds", 60_000);
    private static final int SPINS_BEFORE_YIELD = 200;

    private final Store store = Store.open(new StoreConfig(2, 42, false));
    private final Tenant tenant = store.createTenant("t", TenantConfig.defaults());
    private final Table table = tenant.defaultTable();

    /** How far each side has come; the two start each round together. */
    private final AtomicInteger[] progress = {new AtomicInteger(), new AtomicInteger()};

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldShowAnInsertionBeforeTheNextFind() throws Exception {
        assertEquals(0, bothMissed((core, keys) -> keys.put(table, core)));
    }

    @Test
    void shouldShowACommitBeforeTheNextFind() throws Exception {
        assertEquals(0, bothMissed((core, keys) -> {
            Transaction transaction = core.begin(tenant);
            transaction.put(table, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), 8, Record.NO_EXPIRY);
            return transaction.commit();
        }));
    }

    /** Writes a record; returns its status. */
    private interface Write {
        int apply(StoreCore core, Keys keys);
    }

    private int bothMissed(Write write) throws Exception {
        boolean[][] missed = new boolean[2][ROUNDS];
        CyclicBarrier start = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?>[] sides = new Future<?>[2];
            for (int side = 0; side < 2; side++) {
                int mine = side;
                sides[side] = threads.submit(() -> {
                    try (StoreCore core = store.attach();
                            Keys keys = new Keys();
                            Keys others = new Keys()) {
                        keys.valueLength(8);
                        start.await();
                        for (int round = 0; round < ROUNDS; round++) {
                            keys.key(round * 2L + mine);
                            others.key(round * 2L + 1 - mine);
                            core.enter(0);
                            awaitOther(mine, round);
                            assertEquals(StoreStatus.OK, write.apply(core, keys));
                            missed[mine][round] = others.find(table, core) == Record.NONE;
                            core.exit();
                        }
                        // Nobody waits for a side that is done.
                        progress[mine].set(Integer.MAX_VALUE);
                    }
                    return null;
                });
            }
            for (Future<?> side : sides) {
                side.get();
            }
        }
        int both = 0;
        for (int round = 0; round < ROUNDS; round++) {
            both += missed[0][round] && missed[1][round] ? 1 : 0;
        }
        return both;
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint: the other side may have lost its processor to us
    private void awaitOther(int mine, int round) {
        progress[mine].set(round + 1);
        int spins = 0;
        while (progress[1 - mine].get() <= round) {
            if (++spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
