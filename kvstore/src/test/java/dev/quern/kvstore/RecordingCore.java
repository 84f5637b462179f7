package dev.quern.kvstore;

import dev.quern.kvstore.history.Access;
import dev.quern.kvstore.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One core's random transactions and single operations over a few keys, written down as a history. Between operations it waits for a
 * random while, so that others come in between. Thread: the core's.
 */
final class RecordingCore {
    private static final int ACCESSES_MAX = 6;
    private static final int SPINS_MAX = 100;
    private static final long WRITES_PER_CORE = 1_000_000_000L;

    private final StoreCore core;
    private final Table[] tables;
    private final Keys keys;
    private final Random random;
    private final AtomicLong clock;
    private final RecordedRange range;
    private final int keyCount;
    private final int spinsMax;
    private final List<Operation> history = new ArrayList<>();
    private long writes;
    private long fillers;

    /**
     * Starts with an empty history.
     *
     * @param fresh counts the keys that were ever inserted anew into an ordered table; all cores share it
     * @param keyCount how many keys there are in all tables together
     * @param pauses whether it waits between operations; otherwise cores meet at full speed
     */
    RecordingCore(
            StoreCore core,
            Table[] tables,
            Keys keys,
            Random random,
            AtomicLong clock,
            AtomicLong fresh,
            int keyCount,
            boolean pauses) {
        this.core = core;
        this.tables = tables;
        this.keys = keys;
        this.random = random;
        this.clock = clock;
        range = new RecordedRange(core, tables[1], keys, random, fresh, keyCount);
        this.keyCount = keyCount;
        spinsMax = pauses ? SPINS_MAX : 0;
        writes = core.index() * WRITES_PER_CORE;
        fillers = (core.index() + 1) * WRITES_PER_CORE;
    }

    /** What it did so far that had an effect or saw one. */
    List<Operation> history() {
        return history;
    }

    /** Does one thing, and now and then adds a record that nobody asks for, so that the indexes grow. */
    void step() {
        core.enter(1);
        if (random.nextInt(3) == 0) {
            range.insertNeighbour(++fillers);
            keys.key(fillers).valueLength(8).put(tables[random.nextInt(tables.length)], core);
        }
        List<Access> accesses = new ArrayList<>();
        long begin = clock.incrementAndGet();
        int choice = random.nextInt(10);
        String kind;
        if (choice == 0) {
            kind = "find";
            find(accesses);
        } else if (choice < 5) {
            kind = single(choice, accesses);
        } else {
            kind = "transaction";
            transaction(accesses);
        }
        long end = clock.incrementAndGet();
        if (!accesses.isEmpty()) {
            String name = kind + " " + history.size() + " of core " + core.index();
            history.add(new Operation(name, begin, end, accesses));
        }
        core.exit();
        if (random.nextInt(8) == 0) {
            core.maintain(1, 2);
        }
    }

    private static Table tableOf(Table[] tables, int key) {
        return tables[key % tables.length];
    }

    private Table use(int key) {
        keys.key("key-" + key);
        return tableOf(tables, key);
    }

    private int anyKey() {
        return random.nextInt(keyCount);
    }

    private void find(List<Access> accesses) {
        int key = anyKey();
        long record = keys.find(use(key), core);
        accesses.add(record == Record.NONE ? Access.readAbsent(key) : read(key, record));
    }

    static Access read(long key, long record) {
        return Access.read(key, Record.version(record), Long.parseLong(Keys.text(record)));
    }

    private long nextValue() {
        writes++;
        keys.value(Long.toString(writes));
        return writes;
    }

    private String single(int choice, List<Access> accesses) {
        int key = anyKey();
        Table table = use(key);
        return switch (choice) {
            case 1 -> {
                boolean isIfAbsent = random.nextInt(3) == 0;
                long value = nextValue();
                int conditions = isIfAbsent ? PutCondition.IF_ABSENT : PutCondition.NONE;
                if (keys.put(table, core, Record.NO_EXPIRY, conditions) == StoreStatus.OK) {
                    if (isIfAbsent) {
                        accesses.add(Access.readAbsent(key));
                    }
                    accesses.add(Access.put(key, core.resultVersion(), value));
                }
                yield "put";
            }
            case 2 -> {
                boolean wasThere = keys.delete(table, core) == StoreStatus.OK;
                accesses.add(wasThere ? Access.delete(key, core.resultVersion()) : Access.readAbsent(key));
                yield "delete";
            }
            case 3 -> {
                if (table.increment(core, keys.keyAddress(), keys.keyLength(), 1) == StoreStatus.OK) {
                    accesses.add(increment(key, core.resultVersion(), core.resultLong()));
                }
                yield "increment";
            }
            default -> {
                compareAndSet(table, key, accesses);
                yield "compareAndSet";
            }
        };
    }

    private static Access increment(int key, long version, long value) {
        return new Access(Access.Kind.INCREMENT, key, version, value);
    }

    private void compareAndSet(Table table, int key, List<Access> accesses) {
        long old = keys.find(table, core);
        Access expected = old == Record.NONE ? Access.readAbsent(key) : read(key, old);
        pause();
        long value = nextValue();
        int status = table.compareAndSet(
                core,
                keys.keyAddress(),
                keys.keyLength(),
                expected.version(),
                keys.valueAddress(),
                keys.valueLength(),
                Record.NO_EXPIRY);
        if (status == StoreStatus.OK) {
            accesses.add(expected);
            accesses.add(Access.put(key, core.resultVersion(), value));
        }
    }

    /** What will be known of a write once it is committed. */
    private record Pending(Access.Kind kind, long record, long value) {}

    private void transaction(List<Access> accesses) {
        Transaction transaction = core.begin(tables[0].tenant());
        Map<Long, Pending> pending = new HashMap<>();
        boolean readsOnly = random.nextInt(4) == 0;
        int count = 1 + random.nextInt(ACCESSES_MAX);
        for (int i = 0; i < count; i++) {
            int key = anyKey();
            if (!pending.containsKey((long) key)) {
                access(transaction, key, readsOnly ? 0 : random.nextInt(7), accesses, pending);
            }
            pause();
            if (range.isPossible() && random.nextInt(3) == 0) {
                range.walk(transaction, pending.keySet(), accesses, this::pause);
            }
        }
        if (!readsOnly && range.isPossible() && random.nextInt(3) == 0) {
            long value = nextValue();
            long key = range.insertFresh(transaction);
            pending.put(key, new Pending(Access.Kind.PUT, range.own(transaction), value));
        }
        if (random.nextInt(20) == 0) {
            transaction.abort();
            accesses.clear();
            return;
        }
        int status = transaction.commit();
        if (status != StoreStatus.OK) {
            if (status != StoreStatus.CONFLICT) {
                throw new AssertionError("commit " + status);
            }
            accesses.clear();
            return;
        }
        // The records are published now, and readable until this core leaves its epoch.
        pending.forEach((key, write) -> {
            boolean isDelete = write.kind == Access.Kind.DELETE;
            long version = isDelete ? core.resultVersion() : Record.version(write.record);
            accesses.add(new Access(write.kind, key, version, write.value));
        });
    }

    private void access(
            Transaction transaction, int key, int choice, List<Access> accesses, Map<Long, Pending> pending) {
        Table table = use(key);
        switch (choice) {
            case 4 -> {
                long value = nextValue();
                check(transaction.put(
                        table,
                        keys.keyAddress(),
                        keys.keyLength(),
                        keys.valueAddress(),
                        keys.valueLength(),
                        Record.NO_EXPIRY));
                pending.put((long) key, new Pending(Access.Kind.PUT, own(transaction, table), value));
            }
            case 5 -> {
                check(transaction.increment(table, keys.keyAddress(), keys.keyLength(), 1));
                long sum = transaction.resultLong();
                pending.put((long) key, new Pending(Access.Kind.INCREMENT, own(transaction, table), sum));
            }
            case 6 -> {
                if (transaction.delete(table, keys.keyAddress(), keys.keyLength()) == StoreStatus.OK) {
                    pending.put((long) key, new Pending(Access.Kind.DELETE, Record.NONE, 0));
                } else {
                    accesses.add(Access.readAbsent(key));
                }
            }
            default -> {
                long record = own(transaction, table);
                accesses.add(record == Record.NONE ? Access.readAbsent(key) : read(key, record));
            }
        }
    }

    private long own(Transaction transaction, Table table) {
        return transaction.find(table, keys.keyAddress(), keys.keyLength());
    }

    static void check(int status) {
        if (status != StoreStatus.OK) {
            throw new AssertionError("status " + status);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the point: others come in between
    private void pause() {
        if (spinsMax == 0) {
            return;
        }
        if (random.nextInt(100) == 0) {
            Thread.yield();
            return;
        }
        for (int spins = random.nextInt(spinsMax); spins > 0; spins--) {
            Thread.onSpinWait();
        }
    }
}
