package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.HashIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hash table whose records go gives its buckets back, and nobody at work in it meanwhile loses anything. */
@Timeout(120)
class HashShrinkTest {
    private static final Pattern RANGE = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");
    private static final int MANY = 600_000;
    private static final int KEPT_EVERY = 100;
    private static final int STAYING = 2_000;
    private static final int COMING_AND_GOING = 30_000;
    private static final int TIDES = 12;
    private static final int TRIES = 1_000_000;

    /** A bucket behind the part of the range that is never advised to be huge, which is a mapping of its own. */
    private static final long SECOND_HUGE_PAGE = Mmap.HUGE_PAGE_BYTES / 64;

    private final Store store = Store.open(new StoreConfig(4, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(256 << 20));
    private final Table table = tenant.defaultTable();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldGiveBucketsBackToQuotaAndSystem() throws IOException {
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            write(core, keys, 0, MANY);
            long full = table.stats().indexBytes();
            long resident = residentBytes();
            for (int key = 0; key < MANY; key++) {
                if (key % KEPT_EVERY != 0) {
                    core.enter(0);
                    assertEquals(StoreStatus.OK, keys.key(key).delete(table, core));
                    core.exit();
                }
            }
            tidy(core);
            long left = table.stats().indexBytes();
            assertTrue(left * 50 < full, left + " bytes left of " + full);
            assertTrue(residentBytes() < resident / 2, residentBytes() + " bytes resident of " + resident);
            check(core, keys, KEPT_EVERY);
            write(core, keys, 0, MANY);
            check(core, keys, 1);
            assertTrue(
                    table.stats().indexBytes() <= full + full / 8, table.stats().indexBytes() + " after " + full);
        }
    }

    /** Each step meets merges, the first one, too, which has to begin again. */
    @Test
    void shouldScanAllWhenBucketsAreMergedInTheMidstOfEachStep() {
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            write(core, keys, 0, COMING_AND_GOING);
            for (int key = STAYING; key < COMING_AND_GOING; key++) {
                core.enter(0);
                assertEquals(StoreStatus.OK, keys.key(key).delete(table, core));
                core.exit();
            }
            BitSet seen = new BitSet();
            long cursor = 0;
            int steps = 0;
            do {
                core.enter(0);
                cursor = table.scan(core, cursor, 1, record -> {
                    seen.set((int) NativeMemory.getLong(Record.keyAddress(record)));
                    table.index().tidy(0, table.counts(), 1, core.index());
                });
                core.exit();
                steps++;
            } while (cursor != 0);
            assertEquals(STAYING, seen.cardinality(), "after " + steps + " steps");
        }
    }

    /** The table's size goes up and down like a tide, and with it its buckets. */
    @Test
    void shouldLoseNothingThatOthersReadScanAndCountMeanwhile() throws Exception {
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            for (int key = 0; key < STAYING; key++) {
                core.enter(0);
                assertEquals(StoreStatus.OK, keys.key(name(key)).value("0").put(table, core));
                core.exit();
            }
        }
        AtomicBoolean isOver = new AtomicBoolean();
        List<Callable<Long>> work = List.of(
                () -> {
                    try {
                        return ebbAndFlow();
                    } finally {
                        isOver.set(true);
                    }
                },
                () -> readAndScan(isOver),
                () -> count(isOver));
        long counted = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
            for (Future<Long> done : threads.invokeAll(work)) {
                assertNotEquals(0, done.get());
                counted = done.get();
            }
        }
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            long sum = 0;
            core.enter(0);
            for (int key = 0; key < STAYING; key++) {
                sum += Long.parseLong(Keys.text(keys.key(name(key)).find(table, core)));
            }
            core.exit();
            assertEquals(counted, sum);
        }
    }

    /** Returns how often the table shrank. */
    private long ebbAndFlow() {
        long shrunk = 0;
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            for (int tide = 0; tide < TIDES; tide++) {
                write(core, keys, 0, COMING_AND_GOING);
                long high = table.stats().indexBytes();
                for (int key = 0; key < COMING_AND_GOING; key++) {
                    core.enter(0);
                    assertEquals(StoreStatus.OK, keys.key(key).delete(table, core));
                    core.exit();
                }
                tidy(core);
                shrunk += table.stats().indexBytes() * 2 < high ? 1 : 0;
            }
        }
        assertEquals(TIDES, shrunk);
        return shrunk;
    }

    private long readAndScan(AtomicBoolean isOver) {
        long scans = 0;
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            BitSet seen = new BitSet();
            while (!isOver.get()) {
                for (int key = 0; key < STAYING; key++) {
                    core.enter(0);
                    assertNotEquals(Record.NONE, keys.key(name(key)).find(table, core), "staying " + key);
                    core.exit();
                }
                seen.clear();
                long cursor = 0;
                do {
                    core.enter(0);
                    cursor = table.scan(core, cursor, 10, record -> {
                        if (Record.keyLength(record) > Long.BYTES) {
                            seen.set((int) NativeMemory.getLong(Record.keyAddress(record) + Long.BYTES));
                        }
                    });
                    core.exit();
                } while (cursor != 0);
                assertEquals(STAYING, seen.cardinality());
                scans++;
            }
        }
        return scans;
    }

    /** Adds to records one by one and in transactions; returns how much in all. */
    private long count(AtomicBoolean isOver) {
        long added = 0;
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            for (int key = 0; !isOver.get(); key = (key + 1) % STAYING) {
                keys.key(name(key));
                core.enter(0);
                if (key % 2 == 0) {
                    assertEquals(StoreStatus.OK, table.increment(core, keys.keyAddress(), keys.keyLength(), 1));
                    added++;
                } else {
                    Transaction transaction = core.begin(tenant);
                    assertEquals(StoreStatus.OK, transaction.increment(table, keys.keyAddress(), keys.keyLength(), 1));
                    added += transaction.commit() == StoreStatus.OK ? 1 : 0;
                }
                core.exit();
                core.maintain(0, 1);
            }
        }
        return added;
    }

    private void write(StoreCore core, Keys keys, int from, int to) {
        for (int key = from; key < to; key++) {
            core.enter(0);
            assertEquals(StoreStatus.OK, keys.key(key).valueLength(8).put(table, core));
            core.exit();
        }
    }

    private void check(StoreCore core, Keys keys, int every) {
        for (int key = 0; key < MANY; key++) {
            core.enter(0);
            assertEquals(key % every == 0, keys.key(key).find(table, core) != Record.NONE, "key " + key);
            core.exit();
        }
    }

    private void tidy(StoreCore core) {
        for (int tries = 0; !table.index().isTidy(0, table.counts()); tries++) {
            assertTrue(tries < TRIES, "the index goes on shrinking");
            core.maintain(0, 64);
        }
    }

    /** Of a length that tells it from the keys that come and go. */
    private static byte[] name(long number) {
        byte[] name = new byte[2 * Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            name[Long.BYTES + i] = (byte) (number >>> i * Byte.SIZE);
        }
        return name;
    }

    /** Of the range in which the index lies. */
    private long residentBytes() throws IOException {
        long address = ((HashIndex) table.index()).bucketAt(SECOND_HUGE_PAGE);
        boolean isRange = false;
        long bytes = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            Matcher matcher = RANGE.matcher(line);
            if (matcher.matches()) {
                isRange = Long.parseUnsignedLong(matcher.group(1), 16) <= address
                        && address < Long.parseUnsignedLong(matcher.group(2), 16);
            } else if (isRange && line.startsWith("Rss:")) {
                bytes += Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return bytes;
    }
}
