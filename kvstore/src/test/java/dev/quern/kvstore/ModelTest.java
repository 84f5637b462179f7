package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ffi.linux.NativeMemory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations against a plain map, under a clock of the test's own. A failure names its seed and step. */
@Timeout(60)
class ModelTest {
    private static final int STEPS = 30_000;
    private static final int KEYS = 3_000;

    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Entry(byte[] value, long expiryMs, long version) {
        boolean isThere(long nowMs) {
            return expiryMs == 0 || expiryMs > nowMs;
        }
    }

    private final Map<Long, Entry> model = new HashMap<>();
    private long nowMs = 1_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAnswerAsAMapDoes(long seed) {
        Random random = new Random(seed);
        try (Store store = Store.open(new StoreConfig(1, seed, true));
                Keys keys = new Keys();
                StoreCore core = store.attach()) {
            Table table = store.createTenant("t", TenantConfig.defaults()).defaultTable();
            for (int step = 0; step < STEPS; step++) {
                nowMs += random.nextInt(10) == 0 ? random.nextInt(50) : 0;
                if (random.nextInt(20) == 0) {
                    core.maintain(nowMs, 8);
                }
                core.enter(nowMs);
                step(table, core, keys, random, "seed " + seed + ", step " + step);
                core.exit();
            }
            checkScan(table, core, "seed " + seed);
        }
    }

    private void step(Table table, StoreCore core, Keys keys, Random random, String where) {
        long key = random.nextInt(1 + random.nextInt(KEYS));
        keys.key(key);
        model.computeIfPresent(key, (k, entry) -> entry.isThere(nowMs) ? entry : null);
        Entry old = model.get(key);
        byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 2_000 : 100)];
        random.nextBytes(value);
        NativeMemory.copyFromArray(value, 0, keys.valueAddress(), value.length);
        keys.valueLength(value.length);
        long expiryMs = random.nextInt(3) == 0 ? nowMs + random.nextInt(200) : Record.NO_EXPIRY;
        int ifThere = old == null ? StoreStatus.NOT_FOUND : StoreStatus.OK;
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                int[] choices = {
                    PutCondition.NONE, PutCondition.IF_ABSENT, PutCondition.IF_PRESENT, PutCondition.KEEP_EXPIRY
                };
                int condition = choices[random.nextInt(choices.length)];
                int expected = StoreStatus.OK;
                if (condition == PutCondition.IF_ABSENT && old != null) {
                    expected = StoreStatus.EXISTS;
                } else if (condition == PutCondition.IF_PRESENT) {
                    expected = ifThere;
                }
                assertEquals(expected, keys.put(table, core, expiryMs, condition), where);
                if (expected == StoreStatus.OK) {
                    long kept = old != null && condition == PutCondition.KEEP_EXPIRY ? old.expiryMs : expiryMs;
                    model.put(key, new Entry(value, kept, core.resultVersion()));
                }
            }
            case 3 -> {
                assertEquals(ifThere, keys.delete(table, core), where);
                model.remove(key);
            }
            case 4 -> {
                long version = old == null ? 0 : old.version;
                long expected = random.nextBoolean() ? version : random.nextInt(5);
                int status = table.compareAndSet(
                        core,
                        keys.keyAddress(),
                        keys.keyLength(),
                        expected,
                        keys.valueAddress(),
                        value.length,
                        expiryMs);
                assertEquals(expected == version ? StoreStatus.OK : StoreStatus.CONFLICT, status, where);
                if (status == StoreStatus.OK) {
                    model.put(key, new Entry(value, expiryMs, core.resultVersion()));
                }
            }
            case 5 -> {
                assertEquals(ifThere, table.expire(core, keys.keyAddress(), keys.keyLength(), expiryMs), where);
                if (old != null) {
                    model.put(key, new Entry(old.value, expiryMs, core.resultVersion()));
                }
            }
            default -> {
                long record = keys.find(table, core);
                assertEquals(old != null, record != Record.NONE, where);
                if (old != null) {
                    assertArrayEquals(old.value, Record.value(record), where);
                    assertEquals(old.version, Record.version(record), where);
                    assertEquals(old.expiryMs, Record.expiryMs(record), where);
                }
            }
        }
    }

    private void checkScan(Table table, StoreCore core, String where) {
        model.values().removeIf(entry -> !entry.isThere(nowMs));
        Set<Long> seen = new HashSet<>();
        core.enter(nowMs);
        long cursor = 0;
        do {
            cursor = table.scan(core, cursor, 10, record -> seen.add(NativeMemory.getLong(Record.keyAddress(record))));
        } while (cursor != 0);
        core.exit();
        assertEquals(model.keySet(), seen, where);
    }
}
