package dev.quern.bench.store;

import dev.quern.bench.store.QuernSubject.QuernSession;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Lookahead;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Transaction;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;

/** One thread that does what only Quern offers. */
@State(Scope.Thread)
public class QuernWalker {
    /** Reads of a transaction, which makes one write besides. */
    static final int READS = 4;

    /** Requests to a burst: about what a datagram of gets brings. */
    static final int BURST = 32;

    private static final int MAINTAIN_EVERY = 64;
    private static final int MAINTAIN_STEPS = 256;

    private @Nullable QuernSession opened;
    private int[] numbers = new int[1];
    private final CpuMeter meter = new CpuMeter();
    private final Lookahead lookahead = new Lookahead();
    private final Arena arena = Arena.ofShared();
    private final long keys =
            arena.allocate((long) BURST * Entry.KEY_BYTES, Long.BYTES).address();
    private final SplittableRandom random = new SplittableRandom(1);
    private int position;
    private long generation;
    private int writes;

    /** Opens the session. */
    @Setup(Level.Trial)
    public void open(Loaded loaded) {
        opened = ((QuernSubject) Loaded.subject()).open();
        numbers = loaded.numbers();
    }

    /** Closes it. */
    @TearDown(Level.Trial)
    public void close() {
        session().close();
        opened = null;
        arena.close();
    }

    /** Starts the meter. */
    @Setup(Level.Iteration)
    public void start() {
        meter.start();
    }

    /** Reads the meter. */
    @TearDown(Level.Iteration)
    public void stop(BenchmarkParams benchmark, IterationParams iteration) {
        meter.stop(CpuMeter.name(benchmark), benchmark, iteration);
    }

    /** Counts what was done. */
    void done(int operations) {
        meter.add(operations);
    }

    private QuernSession session() {
        QuernSession session = opened;
        if (session == null) {
            throw new IllegalStateException("the session is not open");
        }
        return session;
    }

    int next() {
        return numbers[position++ & numbers.length - 1];
    }

    /** Finds a record and reads its length, nothing more; in a burst of its own. */
    int valueLength(int number) {
        QuernSession session = session();
        StoreCore core = session.core();
        session.name(Entry.seed(number), number);
        core.enter(0);
        long record = session.table().find(core, session.key(), Entry.KEY_BYTES);
        int length = record == Record.NONE ? -1 : Record.valueLength(record);
        core.exit();
        return length;
    }

    /**
     * Reads, or writes one time in {@code 2^32 / writeBelow}, in one burst, as a core does with the requests that came together: it looks
     * ahead at all their keys first.
     */
    void burst(long writeBelow) {
        QuernSession session = session();
        StoreCore core = session.core();
        Table table = session.table();
        core.enter(0);
        for (int i = 0; i < BURST; i++) {
            int number = next();
            Entry.writeKey(key(i), Entry.seed(number), number);
            lookahead.add(table, key(i), Entry.KEY_BYTES, false);
        }
        lookahead.load();
        int status = StoreStatus.OK;
        for (int i = 0; i < BURST && status == StoreStatus.OK; i++) {
            long seed = NativeMemory.getLong(key(i));
            if (Integer.toUnsignedLong(random.nextInt()) < writeBelow) {
                Entry.writeValue(session.value(), seed, ++generation);
                status = put(session, key(i));
            } else {
                check(table.find(core, key(i), Entry.KEY_BYTES), seed);
            }
        }
        core.exit();
        checkAndMaintain(core, status);
    }

    private long key(int place) {
        return keys + (long) place * Entry.KEY_BYTES;
    }

    private static int put(QuernSession session, long key) {
        return session.table()
                .put(
                        session.core(),
                        key,
                        Entry.KEY_BYTES,
                        session.value(),
                        Entry.VALUE_BYTES,
                        Record.NO_EXPIRY,
                        PutCondition.NONE);
    }

    private static void check(long record, long seed) {
        if (record == Record.NONE || Entry.sumOfValue(Record.valueAddress(record)) != Entry.sum(seed)) {
            throw new IllegalStateException("a record is missing or torn");
        }
    }

    /** Four reads and a write in a transaction, in one burst. */
    void transact() {
        QuernSession session = session();
        StoreCore core = session.core();
        Table table = session.table();
        core.enter(0);
        Transaction transaction = core.begin(session.tenant());
        for (int i = 0; i < READS; i++) {
            int number = next();
            long seed = Entry.seed(number);
            session.name(seed, number);
            check(transaction.find(table, session.key(), Entry.KEY_BYTES), seed);
        }
        write(session);
        int put = transaction.put(
                table, session.key(), Entry.KEY_BYTES, session.value(), Entry.VALUE_BYTES, Record.NO_EXPIRY);
        int status = put == StoreStatus.OK ? transaction.commit() : put;
        core.exit();
        checkAndMaintain(core, status);
    }

    /** The same five operations, each for itself, in one burst. */
    void operateBare() {
        QuernSession session = session();
        StoreCore core = session.core();
        core.enter(0);
        for (int i = 0; i < READS; i++) {
            int number = next();
            long seed = Entry.seed(number);
            session.name(seed, number);
            check(session.table().find(core, session.key(), Entry.KEY_BYTES), seed);
        }
        write(session);
        int status = put(session, session.key());
        core.exit();
        checkAndMaintain(core, status);
    }

    private void write(QuernSession session) {
        int number = next();
        long seed = Entry.seed(number);
        session.name(seed, number);
        Entry.writeValue(session.value(), seed, ++generation);
    }

    private void checkAndMaintain(StoreCore core, int status) {
        if (status != StoreStatus.OK) {
            throw new IllegalStateException("not written: " + StoreStatus.describe(status));
        }
        if (++writes % MAINTAIN_EVERY == 0) {
            core.maintain(0, MAINTAIN_STEPS);
        }
    }
}
