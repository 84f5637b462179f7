package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ffi.linux.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations on an ordered table against a TreeMap, under a clock of the test's own. A failure names its seed and step. */
@Timeout(120)
class OrderedModelTest {
    private static final int STEPS = 20_000;
    private static final long QUOTA_BYTES = 256 << 20;

    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Entry(byte[] value, long expiryMs) {
        boolean isThere(long nowMs) {
            return expiryMs == Record.NO_EXPIRY || expiryMs > nowMs;
        }
    }

    private NavigableMap<byte[], Entry> model = new TreeMap<>(Arrays::compareUnsigned);
    private final Keys keys = new Keys();
    private final RangeQuery query = new RangeQuery();
    private Random random = new Random();
    private long nowMs = 1_000;
    private int shape;
    private String where = "";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAnswerAsATreeMapDoes(long seed) {
        random = new Random(seed);
        shape = (int) seed % 4;
        try (Store store = Store.open(new StoreConfig(1, seed, true));
                keys;
                StoreCore core = store.attach()) {
            Tenant tenant = store.createTenant("t", TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES));
            Table table = tenant.createTable("ordered", TableConfig.defaults().withKind(TableKind.ORDERED));
            for (int step = 0; step < STEPS; step++) {
                where = "seed " + seed + ", step " + step;
                nowMs += random.nextInt(10) == 0 ? random.nextInt(50) : 0;
                if (random.nextInt(20) == 0) {
                    core.maintain(nowMs, 8);
                }
                core.enter(nowMs);
                step(tenant, table, core, step);
                core.exit();
            }
            drain(table, core);
        }
    }

    /** By seed: short keys of few letters, long keys with long common beginnings, numbers, and keys of up to 4 KiB. */
    private byte[] randomKey() {
        return switch (shape) {
            case 0 -> letters(1 + random.nextInt(5));
            case 1 ->
                ("a/long/common/beginning/" + random.nextInt(40) + "/of/keys/" + random.nextInt(60))
                        .getBytes(StandardCharsets.UTF_8);
            case 2 -> new byte[] {(byte) random.nextInt(), (byte) random.nextInt(), (byte) random.nextInt(8)};
            default ->
                letters(random.nextInt(8) == 0 ? Limits.KEY_BYTES_MAX - random.nextInt(3) : 1 + random.nextInt(300));
        };
    }

    private byte[] letters(int length) {
        byte[] key = new byte[length];
        // Long keys differ at their ends only.
        for (int i = Math.max(0, length - 6); i < length; i++) {
            key[i] = (byte) (random.nextInt(4) * 85);
        }
        return key;
    }

    private void step(Tenant tenant, Table table, StoreCore core, int step) {
        // The table grows, then shrinks.
        boolean growing = step % 8_000 < 5_000;
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> {
                if (growing) {
                    put(table, core);
                } else {
                    delete(table, core);
                }
            }
            case 4 -> delete(table, core);
            case 5 -> range(core, table);
            case 6 -> transaction(tenant, table, core);
            default -> find(table, core);
        }
        if (random.nextInt(4_000) == 0) {
            table.clear(core);
            model.clear();
        }
    }

    private void load(byte[] key) {
        NativeMemory.copyFromArray(key, 0, keys.keyAddress(), key.length);
        keys.keyLength(key.length);
    }

    private byte[] value() {
        byte[] value = new byte[random.nextInt(100)];
        random.nextBytes(value);
        NativeMemory.copyFromArray(value, 0, keys.valueAddress(), value.length);
        keys.valueLength(value.length);
        return value;
    }

    private long expiry() {
        return random.nextInt(4) == 0 ? nowMs + 1 + random.nextInt(200) : Record.NO_EXPIRY;
    }

    private byte[] existingOrRandomKey() {
        byte[] key = randomKey();
        byte[] next = random.nextBoolean() ? model.ceilingKey(key) : null;
        return next == null ? key : next;
    }

    private void put(Table table, StoreCore core) {
        byte[] key = randomKey();
        load(key);
        byte[] value = value();
        long expiryMs = expiry();
        assertEquals(StoreStatus.OK, keys.put(table, core, expiryMs, PutCondition.NONE), where);
        model.put(key, new Entry(value, expiryMs));
    }

    private void delete(Table table, StoreCore core) {
        byte[] key = existingOrRandomKey();
        load(key);
        Entry old = model.remove(key);
        boolean isThere = old != null && old.isThere(nowMs);
        assertEquals(isThere ? StoreStatus.OK : StoreStatus.NOT_FOUND, keys.delete(table, core), where);
    }

    private void find(Table table, StoreCore core) {
        byte[] key = existingOrRandomKey();
        load(key);
        check(model.get(key), keys.find(table, core));
    }

    private void check(@Nullable Entry expected, long record) {
        if (expected == null || !expected.isThere(nowMs)) {
            assertEquals(Record.NONE, record, where);
        } else {
            assertArrayEquals(expected.value, Record.value(record), where);
            assertEquals(expected.expiryMs, Record.expiryMs(record), where);
        }
    }

    /** A random query, and the part of a model that it selects, in its order. */
    private List<byte[]> select(NavigableMap<byte[], Entry> from) {
        query.all();
        boolean isBackwards = random.nextBoolean();
        query.backwards(isBackwards);
        NavigableMap<byte[], Entry> part = from;
        if (random.nextInt(4) == 0) {
            byte[] prefix = randomKey();
            byte[] begin = Arrays.copyOf(prefix, 1 + random.nextInt(prefix.length));
            load(begin);
            query.prefix(keys.keyAddress(), begin.length);
            part = new TreeMap<>(Arrays::compareUnsigned);
            for (Map.Entry<byte[], Entry> entry : from.tailMap(begin, true).entrySet()) {
                if (!startsWith(entry.getKey(), begin)) {
                    break;
                }
                part.put(entry.getKey(), entry.getValue());
            }
        } else {
            byte[] one = existingOrRandomKey();
            byte[] other = existingOrRandomKey();
            boolean inOrder = Arrays.compareUnsigned(one, other) <= 0;
            byte[] low = inOrder ? one : other;
            byte[] high = inOrder ? other : one;
            if (random.nextInt(3) > 0) {
                boolean included = random.nextBoolean();
                load(low);
                query.low(keys.keyAddress(), low.length, included);
                // A copy, as a part of a map refuses bounds outside of it.
                part = new TreeMap<>(part.tailMap(low, included));
            }
            if (random.nextInt(3) > 0) {
                boolean included = random.nextBoolean();
                load(high);
                query.high(keys.keyAddress(), high.length, included);
                part = part.headMap(high, included);
            }
        }
        List<byte[]> selected = new ArrayList<>();
        (isBackwards ? part.descendingMap() : part).forEach((key, entry) -> {
            if (entry.isThere(nowMs)) {
                selected.add(key);
            }
        });
        return selected;
    }

    private static boolean startsWith(byte[] key, byte[] begin) {
        return key.length >= begin.length && Arrays.equals(key, 0, begin.length, begin, 0, begin.length);
    }

    private void range(StoreCore core, Table table) {
        List<byte[]> expected = select(model);
        int max = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(1 + expected.size());
        List<byte[]> seen = new ArrayList<>();
        int shown = table.range(core, query, max, record -> seen.add(Record.key(record)));
        assertEquals(Math.min(max, expected.size()), shown, where);
        checkKeys(expected.subList(0, shown), seen);
        if (shown < expected.size() && shown > 0) {
            load(seen.getLast());
            query.after(keys.keyAddress(), keys.keyLength());
            table.range(core, query, Integer.MAX_VALUE, record -> seen.add(Record.key(record)));
            checkKeys(expected, seen);
        }
    }

    private void checkKeys(List<byte[]> expected, List<byte[]> seen) {
        assertEquals(expected.size(), seen.size(), where);
        for (int i = 0; i < seen.size(); i++) {
            assertArrayEquals(expected.get(i), seen.get(i), where);
        }
    }

    private void transaction(Tenant tenant, Table table, StoreCore core) {
        NavigableMap<byte[], Entry> own = new TreeMap<>(model);
        Transaction transaction = core.begin(tenant);
        RangeCursor cursor = new RangeCursor(core);
        int operations = 1 + random.nextInt(random.nextInt(50) == 0 ? 500 : 12);
        for (int i = 0; i < operations; i++) {
            byte[] key = existingOrRandomKey();
            switch (random.nextInt(4)) {
                case 0 -> {
                    load(key);
                    Entry old = own.remove(key);
                    assertEquals(
                            old != null && old.isThere(nowMs) ? StoreStatus.OK : StoreStatus.NOT_FOUND,
                            transaction.delete(table, keys.keyAddress(), key.length),
                            where);
                }
                case 1 -> {
                    List<byte[]> expected = select(own);
                    List<byte[]> seen = new ArrayList<>();
                    transaction.range(table, query, cursor);
                    for (long record = cursor.next(); record != Record.NONE; record = cursor.next()) {
                        seen.add(Record.key(record));
                    }
                    checkKeys(expected, seen);
                }
                default -> {
                    load(key);
                    byte[] value = value();
                    long expiryMs = expiry();
                    assertEquals(
                            StoreStatus.OK,
                            transaction.put(
                                    table, keys.keyAddress(), key.length, keys.valueAddress(), value.length, expiryMs),
                            where);
                    own.put(key, new Entry(value, expiryMs));
                }
            }
        }
        if (random.nextInt(4) == 0) {
            transaction.abort();
        } else {
            assertEquals(StoreStatus.OK, transaction.commit(), where);
            model = own;
        }
    }

    /** Deletes all: the index's memory comes back. */
    private void drain(Table table, StoreCore core) {
        core.enter(nowMs);
        for (byte[] key : model.keySet()) {
            load(key);
            keys.delete(table, core);
        }
        core.exit();
        for (int i = 0; i < 2_000 && table.size() > 0 || i < 200; i++) {
            nowMs += 100;
            core.maintain(nowMs, 64);
        }
        assertEquals(0, table.size(), where);
        assertEquals(256 + 1536, table.stats().indexBytes(), where);
    }
}
