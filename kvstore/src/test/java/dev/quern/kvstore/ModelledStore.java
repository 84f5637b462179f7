package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Tables of two tenants and a model of each: every step does the same to both and compares. Keys are from 1 byte to the longest, values
 * from none to the largest. A second core changes records while the first is in a transaction.
 */
final class ModelledStore {
    private static final int KEYS = 2_000;
    private static final int ONE_BYTE_KEYS = 16;
    private static final int LARGE_KEYS = 2;
    private static final int STEPS_REMEMBERED = 25;

    private final StoreCore core;
    private final StoreCore other;
    private final Keys keys;
    private final Random random;
    private final List<Table> tables = new ArrayList<>();
    private final List<TableModel> models = new ArrayList<>();
    private final Deque<String> lastSteps = new ArrayDeque<>();
    private long nowMs = 1_000;

    ModelledStore(Store store, StoreCore core, StoreCore other, Keys keys, Random random) {
        this.core = core;
        this.other = other;
        this.keys = keys;
        this.random = random;
        for (int i = 0; i < 2; i++) {
            Tenant tenant = store.createTenant("tenant-" + i, TenantConfig.defaults());
            tables.add(tenant.defaultTable());
            tables.add(tenant.createTable("second", TableConfig.defaults()));
        }
        tables.forEach(table -> models.add(new TableModel()));
    }

    long nowMs() {
        return nowMs;
    }

    void pass(long ms) {
        nowMs += ms;
    }

    int tableCount() {
        return tables.size();
    }

    Table table(int place) {
        return tables.get(place);
    }

    TableModel model(int place) {
        return models.get(place);
    }

    String lastSteps() {
        return String.join("\n", lastSteps);
    }

    private void note(String what) {
        lastSteps.add("at " + nowMs + ": " + what);
        if (lastSteps.size() > STEPS_REMEMBERED) {
            lastSteps.remove();
        }
    }

    /** A key's bytes: its number, in one byte or in front of as many as the number says. */
    static byte[] bytes(int key) {
        if (key < ONE_BYTE_KEYS) {
            return new byte[] {(byte) key};
        }
        int length = key % 100 == 0 ? Limits.KEY_BYTES_MAX : Integer.BYTES + key % 37;
        return ByteBuffer.allocate(length).putInt(key).array();
    }

    static int number(byte[] key) {
        return key.length == 1 ? key[0] : ByteBuffer.wrap(key).getInt();
    }

    void step() {
        nowMs += random.nextInt(10) == 0 ? random.nextInt(50) : 0;
        if (random.nextInt(20) == 0) {
            core.maintain(nowMs, 8);
        }
        int place = random.nextInt(tables.size());
        core.enter(nowMs);
        switch (random.nextInt(400)) {
            case 0 -> {
                note("clear " + place);
                table(place).clear(core);
                model(place).clear();
            }
            case 1, 2 -> scanWhileOthersWrite(place);
            default -> {
                if (random.nextInt(6) == 0) {
                    transaction(place - place % 2);
                } else {
                    single(place, anyKey(), core);
                }
            }
        }
        core.exit();
    }

    private int anyKey() {
        return random.nextInt(1 + random.nextInt(KEYS));
    }

    private byte[] anyValue(int key) {
        if (random.nextInt(3) == 0) {
            return Integer.toString(random.nextInt()).getBytes(StandardCharsets.ISO_8859_1);
        }
        int length = random.nextInt(random.nextInt(10) == 0 ? 2_000 : 100);
        if (key < LARGE_KEYS && random.nextInt(100) == 0) {
            length = Limits.VALUE_BYTES_MAX - random.nextInt(2);
        }
        byte[] value = new byte[length];
        random.nextBytes(value);
        return value;
    }

    private long anyExpiryMs() {
        return random.nextInt(3) == 0 ? nowMs + random.nextInt(200) : Record.NO_EXPIRY;
    }

    private void single(int place, int key, StoreCore by) {
        Table table = table(place);
        TableModel model = model(place);
        TableModel.Entry old = model.get(key, nowMs);
        int ifThere = old == null ? StoreStatus.NOT_FOUND : StoreStatus.OK;
        keys.key(bytes(key));
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> put(table, model, key, by);
            case 3 -> {
                note("delete " + place + ":" + key);
                assertEquals(ifThere, keys.delete(table, by));
                model.remove(key);
            }
            case 4 -> compareAndSet(table, model, key, by);
            case 5 -> {
                long expiryMs = anyExpiryMs();
                note("expire " + place + ":" + key + " at " + expiryMs);
                assertEquals(ifThere, table.expire(by, keys.keyAddress(), keys.keyLength(), expiryMs));
                if (old != null) {
                    model.put(key, old.value(), expiryMs, by.resultVersion());
                }
            }
            case 6 -> {
                note("increment " + place + ":" + key);
                int delta = random.nextInt(100) - 50;
                int status = table.increment(by, keys.keyAddress(), keys.keyLength(), delta);
                assertEquals(model.increment(key, delta, nowMs, by.resultVersion()), status);
                if (status == StoreStatus.OK) {
                    TableModel.Entry sum = model.get(key, nowMs);
                    assertNotNull(sum);
                    assertEquals(sum.number(), by.resultLong());
                }
            }
            default -> {
                note("find " + place + ":" + key);
                checkRecord(keys.find(table, by), model, key);
            }
        }
    }

    private void checkRecord(long record, TableModel model, int key) {
        TableModel.Entry entry = model.get(key, nowMs);
        assertEquals(entry != null, record != Record.NONE);
        if (entry != null) {
            assertArrayEquals(bytes(key), Record.key(record));
            assertArrayEquals(entry.value(), Record.value(record));
            assertEquals(entry.expiryMs(), Record.expiryMs(record));
            if (entry.version() != TableModel.VERSION_UNKNOWN) {
                assertEquals(entry.version(), Record.version(record));
            }
        }
    }

    private void put(Table table, TableModel model, int key, StoreCore by) {
        TableModel.Entry old = model.get(key, nowMs);
        byte[] value = anyValue(key);
        long expiryMs = anyExpiryMs();
        int presence = random.nextInt(3);
        int conditions = presence | (random.nextInt(3) == 0 ? PutCondition.KEEP_EXPIRY : PutCondition.NONE);
        note("put " + table + ":" + key + ", " + value.length + " bytes, expiry " + expiryMs + ", if " + conditions);
        int expected = StoreStatus.OK;
        if (presence == PutCondition.IF_ABSENT && old != null) {
            expected = StoreStatus.EXISTS;
        } else if (presence == PutCondition.IF_PRESENT && old == null) {
            expected = StoreStatus.NOT_FOUND;
        }
        assertEquals(expected, keys.value(value).put(table, by, expiryMs, conditions));
        if (expected == StoreStatus.OK) {
            boolean keepsExpiry = (conditions & PutCondition.KEEP_EXPIRY) != 0;
            model.put(key, value, old != null && keepsExpiry ? old.expiryMs() : expiryMs, by.resultVersion());
        }
    }

    private void compareAndSet(Table table, TableModel model, int key, StoreCore by) {
        long record = keys.find(table, by);
        long version = record == Record.NONE ? 0 : Record.version(record);
        long expected = random.nextBoolean() ? version : random.nextInt(5);
        byte[] value = anyValue(key);
        long expiryMs = anyExpiryMs();
        note("compareAndSet " + table + ":" + key + ", version " + expected + " for " + version);
        keys.value(value);
        int status = table.compareAndSet(
                by, keys.keyAddress(), keys.keyLength(), expected, keys.valueAddress(), value.length, expiryMs);
        assertEquals(expected == version ? StoreStatus.OK : StoreStatus.CONFLICT, status);
        if (status == StoreStatus.OK) {
            model.put(key, value, expiryMs, by.resultVersion());
        }
    }

    /** On both tables of a tenant; now and then another core writes something meanwhile, which must count if it was read. */
    private void transaction(int firstPlace) {
        Transaction transaction = core.begin(table(firstPlace).tenant());
        List<TableModel> drafts = List.of(new TableModel(model(firstPlace)), new TableModel(model(firstPlace + 1)));
        Set<String> read = new HashSet<>();
        boolean mustConflict = false;
        boolean mayConflict = false;
        note("begin");
        for (int i = random.nextInt(8); i >= 0; i--) {
            boolean isOther = random.nextInt(20) == 0;
            // What another core does matters most to what was read.
            String name = read.isEmpty() || !isOther || random.nextBoolean()
                    ? random.nextInt(2) + ":" + anyKey()
                    : read.iterator().next();
            int half = halfOf(name);
            int key = keyOf(name);
            keys.key(bytes(key));
            if (isOther) {
                other.enter(nowMs);
                note("meanwhile, put " + (firstPlace + half) + ":" + key);
                assertEquals(StoreStatus.OK, keys.value("meanwhile").put(table(firstPlace + half), other));
                model(firstPlace + half)
                        .put(
                                key,
                                "meanwhile".getBytes(StandardCharsets.UTF_8),
                                Record.NO_EXPIRY,
                                other.resultVersion());
                other.exit();
                mustConflict |= read.contains(name);
                mayConflict = true;
            } else if (!mayConflict) {
                access(transaction, table(firstPlace + half), drafts.get(half), key);
                read.add(name);
            }
        }
        if (random.nextInt(4) == 0) {
            note("abort");
            transaction.abort();
            return;
        }
        int status = transaction.commit();
        note("commit " + status);
        if (mustConflict || !mayConflict) {
            assertEquals(mustConflict ? StoreStatus.CONFLICT : StoreStatus.OK, status);
        } else {
            // Neighbours share a bucket's count.
            assertTrue(status == StoreStatus.OK || status == StoreStatus.CONFLICT);
        }
        if (status == StoreStatus.OK && !mayConflict) {
            model(firstPlace).become(drafts.get(0));
            model(firstPlace + 1).become(drafts.get(1));
        } else if (status == StoreStatus.OK) {
            // What the other core wrote meanwhile to keys that were not read stays beside what this transaction wrote.
            for (String name : read) {
                int half = halfOf(name);
                int key = keyOf(name);
                TableModel.Entry entry = drafts.get(half).get(key, nowMs);
                if (entry == null) {
                    model(firstPlace + half).remove(key);
                } else {
                    model(firstPlace + half).put(key, entry.value(), entry.expiryMs(), entry.version());
                }
            }
        }
    }

    /** Of the tenant's two tables. */
    private static int halfOf(String name) {
        return name.charAt(0) - '0';
    }

    private static int keyOf(String name) {
        return Integer.parseInt(name.substring(2));
    }

    /** Reads first, so that whatever the other core does to this key meanwhile counts. */
    private void access(Transaction transaction, Table table, TableModel draft, int key) {
        checkRecord(transaction.find(table, keys.keyAddress(), keys.keyLength()), draft, key);
        switch (random.nextInt(5)) {
            case 0 -> {
                byte[] value = anyValue(key);
                long expiryMs = anyExpiryMs();
                note("  put " + table + ":" + key + ", " + value.length + " bytes, expiry " + expiryMs);
                keys.value(value);
                assertEquals(
                        StoreStatus.OK,
                        transaction.put(
                                table,
                                keys.keyAddress(),
                                keys.keyLength(),
                                keys.valueAddress(),
                                value.length,
                                expiryMs));
                draft.put(key, value, expiryMs, TableModel.VERSION_UNKNOWN);
            }
            case 1 -> {
                note("  delete " + table + ":" + key);
                int expected = draft.get(key, nowMs) == null ? StoreStatus.NOT_FOUND : StoreStatus.OK;
                assertEquals(expected, transaction.delete(table, keys.keyAddress(), keys.keyLength()));
                draft.remove(key);
            }
            case 2 -> {
                note("  increment " + table + ":" + key);
                int expected = draft.increment(key, 3, nowMs, TableModel.VERSION_UNKNOWN);
                assertEquals(expected, transaction.increment(table, keys.keyAddress(), keys.keyLength(), 3));
            }
            default -> note("  find " + table + ":" + key);
        }
    }

    /** What is there from the first step of a scan to its last is seen, and nothing that never was. */
    private void scanWhileOthersWrite(int place) {
        Set<Integer> throughout = model(place).keys(nowMs);
        Set<Integer> ever = new HashSet<>(throughout);
        Set<Integer> seen = new HashSet<>();
        note("scan " + place);
        long cursor = 0;
        do {
            cursor = table(place).scan(core, cursor, 10, record -> seen.add(number(Record.key(record))));
            for (int i = 0; i < 5; i++) {
                single(place, random.nextInt(KEYS * 4), core);
            }
            Set<Integer> now = model(place).keys(nowMs);
            throughout.retainAll(now);
            ever.addAll(now);
        } while (cursor != 0);
        assertTrue(seen.containsAll(throughout), "missed by a scan");
        assertTrue(ever.containsAll(seen), "invented by a scan");
    }
}
