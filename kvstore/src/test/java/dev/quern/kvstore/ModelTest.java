package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations and transactions on the tables of two tenants, against plain maps and under a clock of the test's own. A failure
 * names its seed and step, and the last things done.
 */
@Timeout(60)
class ModelTest {
    private static final int STEPS = Integer.getInteger("quern.evidence.modelSteps", 6_000);
    private static final int SWEEPS = 10;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAnswerAsMapsDo(long seed) {
        Random random = new Random(seed);
        try (Store store = Store.open(new StoreConfig(2, seed, true));
                Keys keys = new Keys(Limits.VALUE_BYTES_MAX);
                StoreCore core = store.attach();
                StoreCore other = store.attach()) {
            ModelledStore modelled = new ModelledStore(store, core, other, keys, random);
            for (int step = 0; step < STEPS; step++) {
                try {
                    modelled.step();
                } catch (AssertionError | RuntimeException failed) {
                    core.exit();
                    throw new AssertionError(
                            "seed " + seed + ", step " + step + ", after\n" + modelled.lastSteps(), failed);
                }
            }
            checkAccounts(modelled, core, "seed " + seed);
        }
    }

    /** After all expired records are swept, what is counted is what is scanned and what the model holds. */
    private static void checkAccounts(ModelledStore modelled, StoreCore core, String where) {
        for (int i = 0; i < SWEEPS; i++) {
            while (core.maintain(modelled.nowMs(), 64) > 0) {}
            modelled.pass(1_000);
        }
        core.enter(modelled.nowMs());
        for (int place = 0; place < modelled.tableCount(); place++) {
            Table table = modelled.table(place);
            Set<Integer> seen = new HashSet<>();
            long[] bytes = new long[1];
            long cursor = 0;
            do {
                cursor = table.scan(core, cursor, 10, record -> {
                    assertTrue(seen.add(ModelledStore.number(Record.key(record))), where);
                    bytes[0] += Record.bytes(record);
                });
            } while (cursor != 0);
            assertEquals(modelled.model(place).keys(modelled.nowMs()), seen, where);
            assertEquals(seen.size(), table.size(), where);
            assertEquals(bytes[0], table.stats().liveBytes(), where);
        }
        core.exit();
    }
}
