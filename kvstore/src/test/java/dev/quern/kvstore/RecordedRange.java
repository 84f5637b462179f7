package dev.quern.kvstore;

import dev.quern.kvstore.history.Access;
import dev.quern.kvstore.index.OrderedIndex;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Walks over an ordered table as part of a core's history: every key of the range that was shown was read, and every other one was read and
 * absent. Besides the few keys that come and go there are fresh ones, each inserted once by whoever takes the next number, so that it is
 * known exactly which walks came before. Thread: the core's.
 */
final class RecordedRange {
    /** Numbers of fresh keys begin here. */
    private static final long FRESH_FIRST = 1_000_000;

    /** A walk looks at so many of the newest fresh keys, and at as many that are yet to come. */
    private static final int WINDOW = 12;

    private final StoreCore core;
    private final Table table;
    private final Keys keys;
    private final Random random;
    private final AtomicLong fresh;
    private final int keyCount;
    private final RangeQuery query = new RangeQuery();
    private final RangeCursor cursor;

    RecordedRange(StoreCore core, Table table, Keys keys, Random random, AtomicLong fresh, int keyCount) {
        this.core = core;
        this.table = table;
        this.keys = keys;
        this.random = random;
        this.fresh = fresh;
        this.keyCount = keyCount;
        cursor = new RangeCursor(core);
    }

    boolean isPossible() {
        return table.index() instanceof OrderedIndex;
    }

    private static String oldKey(long key) {
        return "key-%d".formatted(key);
    }

    private static String freshKey(long key) {
        return "new-%08d".formatted(key - FRESH_FIRST);
    }

    /** Adds a record that no history has between those that are walked over, so that their leaves are split. */
    void insertNeighbour(long number) {
        if (isPossible()) {
            String neighbour = random.nextBoolean()
                    ? oldKey(random.nextInt(keyCount))
                    : freshKey(FRESH_FIRST + fresh.get() + random.nextInt(WINDOW));
            keys.key(neighbour + "." + number).value("").put(table, core);
        }
    }

    /** Will insert the value that is set under a key of its own, whose number it returns. */
    long insertFresh(Transaction transaction) {
        long key = FRESH_FIRST + fresh.getAndIncrement();
        keys.key(freshKey(key));
        RecordingCore.check(transaction.put(
                table, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), keys.valueLength(), Record.NO_EXPIRY));
        return key;
    }

    /** The record that {@link #insertFresh} will insert. */
    long own(Transaction transaction) {
        return transaction.find(table, keys.keyAddress(), keys.keyLength());
    }

    /** Walks over all old keys or over a window of the fresh ones, either way, and adds what that says of keys not written before. */
    void walk(Transaction transaction, Set<Long> written, List<Access> accesses, Runnable pause) {
        boolean isFresh = random.nextBoolean();
        long first = isFresh ? FRESH_FIRST + Math.max(0, fresh.get() - WINDOW) : 1;
        long last = isFresh ? first + 2 * WINDOW : keyCount - 1;
        if (isFresh) {
            keys.key(freshKey(first));
            query.low(keys.keyAddress(), keys.keyLength(), true);
            keys.key(freshKey(last));
            query.high(keys.keyAddress(), keys.keyLength(), true);
        } else {
            keys.key("key-");
            query.prefix(keys.keyAddress(), keys.keyLength());
        }
        Map<String, Long> seen = records(transaction, pause);
        for (long key = first; key <= last; key += isFresh ? 1 : 2) {
            Long record = seen.get(isFresh ? freshKey(key) : oldKey(key));
            if (!written.contains(key)) {
                accesses.add(record == null ? Access.readAbsent(key) : RecordingCore.read(key, record));
            }
        }
    }

    private Map<String, Long> records(Transaction transaction, Runnable pause) {
        Map<String, Long> seen = new HashMap<>();
        transaction.range(table, query.backwards(random.nextBoolean()), cursor);
        for (long record = cursor.next(); record != Record.NONE; record = cursor.next()) {
            if (seen.put(Keys.keyText(record), record) != null) {
                throw new AssertionError("twice in one walk: " + Keys.keyText(record));
            }
            if (random.nextInt(16) == 0) {
                pause.run();
            }
        }
        return seen;
    }
}
