package dev.quern.bench.micro;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import dev.quern.kvstore.Transaction;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Get and put of one record among 100,000, keys of 16 bytes and values of 100, uniformly chosen, in a burst of one. A get copies the value out, as a reply
 * does, a put copies it in; {@link HeapMapBenchmark} has the same with maps of the JDK.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class StoreBenchmark {
    private static final int KEYS = 100_000;
    private static final int KEY_LENGTH = 16;
    private static final int VALUE_LENGTH = 100;

    /** Of a transaction, which makes one put besides. */
    private static final int READS = 4;

    /** How often the core reclaims, as a loop does between bursts. */
    private static final int MAINTAIN_EVERY = 64;

    private static final int MAINTAIN_STEPS = 256;

    private final Arena arena = Arena.ofShared();
    private final Store store = Store.open(StoreConfig.defaults());
    private final StoreCore core = store.attach();
    private final Tenant tenant = store.createTenant("bench", TenantConfig.defaults());
    private final Table table = tenant.defaultTable();
    private final SplittableRandom random = new SplittableRandom(20_261_121);
    private long key;
    private long value;
    private long copy;
    private int turn;

    /** Puts every record. */
    @Setup
    public void load() {
        key = arena.allocate(KEY_LENGTH, Long.BYTES).address();
        value = arena.allocate(VALUE_LENGTH, Long.BYTES).address();
        copy = arena.allocate(VALUE_LENGTH, Long.BYTES).address();
        for (int i = 0; i < KEYS; i++) {
            name(i);
            put();
        }
    }

    /** Writes a key, and into the value that a put takes that it is this key's. */
    private void name(int index) {
        NativeMemory.putLong(key, 0x3a79656b3a79656bL);
        NativeMemory.putLong(key + Long.BYTES, index);
        NativeMemory.putLong(value, index);
    }

    private int put() {
        core.enter(0);
        int status = table.put(core, key, KEY_LENGTH, value, VALUE_LENGTH, Record.NO_EXPIRY, PutCondition.NONE);
        core.exit();
        if (++turn % MAINTAIN_EVERY == 0) {
            core.maintain(0, MAINTAIN_STEPS);
        }
        return status;
    }

    /** Finds a record and copies its value. */
    @Benchmark
    public long storeGet() {
        int index = random.nextInt(KEYS);
        name(index);
        core.enter(0);
        long record = table.find(core, key, KEY_LENGTH);
        int length = record == Record.NONE ? -1 : Record.valueLength(record);
        if (length == VALUE_LENGTH) {
            NativeMemory.copy(Record.valueAddress(record), copy, VALUE_LENGTH);
        }
        core.exit();
        long named = NativeMemory.getLong(copy);
        if (length != VALUE_LENGTH || named != index) {
            throw new IllegalStateException(
                    "a record is not as it was put: key=" + index + ", valueLength=" + length + ", value=" + named);
        }
        return named;
    }

    /** Overwrites a record; reclaiming the old one is part of the figure. */
    @Benchmark
    public int storePut() {
        name(random.nextInt(KEYS));
        int status = put();
        if (status != StoreStatus.OK) {
            throw new IllegalStateException("a record was not put: " + StoreStatus.describe(status));
        }
        return status;
    }

    /** Four gets and a put in a transaction, and its commit. */
    @Benchmark
    public int storeCommit() {
        core.enter(0);
        Transaction transaction = core.begin(tenant);
        int found = 0;
        for (int i = 0; i < READS; i++) {
            int index = random.nextInt(KEYS);
            name(index);
            found += isNamed(transaction.find(table, key, KEY_LENGTH), index) ? 1 : 0;
        }
        name(random.nextInt(KEYS));
        int put = transaction.put(table, key, KEY_LENGTH, value, VALUE_LENGTH, Record.NO_EXPIRY);
        int status = put == StoreStatus.OK ? transaction.commit() : put;
        core.exit();
        return done(found, status);
    }

    /** The same five operations without a transaction. */
    @Benchmark
    public int storeCommitBare() {
        int found = 0;
        core.enter(0);
        for (int i = 0; i < READS; i++) {
            int index = random.nextInt(KEYS);
            name(index);
            found += isNamed(table.find(core, key, KEY_LENGTH), index) ? 1 : 0;
        }
        name(random.nextInt(KEYS));
        int status = table.put(core, key, KEY_LENGTH, value, VALUE_LENGTH, Record.NO_EXPIRY, PutCondition.NONE);
        core.exit();
        return done(found, status);
    }

    private static boolean isNamed(long record, int index) {
        return record != Record.NONE && NativeMemory.getLong(Record.valueAddress(record)) == index;
    }

    private int done(int found, int status) {
        if (found != READS || status != StoreStatus.OK) {
            throw new IllegalStateException("read " + found + " records, and " + StoreStatus.describe(status));
        }
        if (++turn % MAINTAIN_EVERY == 0) {
            core.maintain(0, MAINTAIN_STEPS);
        }
        return found;
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        core.close();
        store.close();
        arena.close();
    }
}
