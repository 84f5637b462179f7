package dev.quern.kvstore.eviction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.memory.CoreAllocator;
import dev.quern.kvstore.memory.RecordArena;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
abstract class S3FifoTest {
    private static final int CORES = 3;
    private static final long QUOTA_BYTES = 4 << 20;

    private final FakeRecords records;
    private final List<CoreAllocator> allocators = new ArrayList<>();
    private RecordArena arena;
    private S3Fifo policy;

    S3FifoTest(boolean keepsEntries) {
        records = new FakeRecords(keepsEntries);
    }

    @BeforeEach
    void open() throws IOException {
        arena = new RecordArena(QUOTA_BYTES);
        policy = new S3Fifo(CORES, arena.quota(), QUOTA_BYTES / FakeRecords.BYTES);
        for (int core = 0; core < CORES; core++) {
            allocators.add(new CoreAllocator(arena));
        }
    }

    @AfterEach
    void close() throws IOException {
        policy.close();
        arena.close();
    }

    private void insert(int core, long key) {
        assertTrue(policy.reserve(core, allocators.get(core), 1));
        records.insert(key, policy.nextMark(core));
        compactIf(core, policy.insert(core, records.entry(key), FakeRecords.hashOf(key)));
    }

    private void replace(int core, long key) {
        assertTrue(policy.reserve(core, allocators.get(core), 1));
        records.replace(key, policy.nextMark(core));
        if (!records.keepsEntries()) {
            compactIf(core, policy.replace(core, records.entry(key), records.frequencyOf(key)));
        }
    }

    private void compactIf(int core, boolean isDue) {
        if (isDue) {
            policy.compact(core, allocators.get(core), records, records.size());
        }
    }

    private long evict(int core, long bytes) {
        return policy.evict(core, allocators.get(core), records, bytes, Integer.MAX_VALUE);
    }

    /** Inserts, replacements, deletions, hits and evictions in any order: every record that is there can still be evicted. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldLoseNoRecordWhateverHappensToIt(long seed) {
        Random random = new Random(seed);
        int keys = 200 << random.nextInt(6);
        for (int i = 0; i < 200_000; i++) {
            long key = random.nextInt(keys);
            int core = random.nextInt(CORES);
            boolean isThere = records.contains(key);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    if (isThere) {
                        replace(core, key);
                    } else {
                        insert(core, key);
                    }
                }
                case 3, 4 -> {
                    if (isThere) {
                        records.delete(key);
                    }
                }
                case 5, 6 -> {
                    if (isThere) {
                        records.hit(key);
                    }
                }
                default -> {
                    if (random.nextInt(10) == 0) {
                        evict(core, FakeRecords.BYTES);
                    }
                }
            }
            assertTrue(policy.entries() >= records.size(), "seed " + seed + " step " + i);
        }
        assertTrue(
                policy.entries() <= 2L * records.size() + 20L * ChunkLayout.ENTRIES,
                policy.entries() + " entries of " + records.size() + " records");
        evict(0, Long.MAX_VALUE);
        assertEquals(0, records.size(), "seed " + seed);
        assertEquals(0, policy.entries());
    }

    @Test
    void shouldEvictWhatWasAskedForOnceBeforeWhatIsAskedForOften() {
        for (int key = 0; key < 1000; key++) {
            insert(0, key);
        }
        for (int key = 0; key < 100; key++) {
            records.hit(key);
            records.hit(key);
        }
        evict(0, 800 * FakeRecords.BYTES);
        for (int key = 0; key < 100; key++) {
            assertTrue(records.contains(key), "key " + key);
        }
        assertEquals(800, records.evicted());
    }

    @Test
    void shouldRememberWhatItEvictedAndKeepItWhenItComesBack() {
        for (int key = 0; key < 1000; key++) {
            insert(0, key);
        }
        evict(0, 500 * FakeRecords.BYTES);
        assertTrue(policy.ghostBytes() >= 1000 * Integer.BYTES);
        assertFalse(records.contains(400));
        insert(0, 400);
        for (int key = 2000; key < 4000; key++) {
            insert(0, key);
            evict(0, FakeRecords.BYTES);
        }
        assertTrue(records.contains(400), "it began in the main queue, which a sweep leaves alone");
    }

    @Test
    void shouldEvictWhatOtherCoresInserted() {
        for (int key = 0; key < 1000; key++) {
            insert(key % 2, key);
        }
        assertTrue(evict(2, 600 * FakeRecords.BYTES) >= 600 * FakeRecords.BYTES);
        for (int key = 0; key < 300; key++) {
            assertFalse(records.contains(key), "key " + key + " was among the oldest");
        }
    }

    @Test
    void shouldDropEntriesOfACoreThatHasGone() {
        int keys = 20_000;
        for (int key = 0; key < keys; key++) {
            insert(0, key);
        }
        for (int key = 0; key < keys; key++) {
            records.delete(key);
        }
        for (int step = 0; step < keys && !policy.isTidy(0); step++) {
            policy.compact(1, allocators.get(1), records, 0);
        }
        assertTrue(policy.isTidy(0), policy.entries() + " entries of no record");
    }

    @Test
    void shouldGiveQueueMemoryBack() {
        for (int round = 0; round < 50; round++) {
            for (int key = 0; key < 5000; key++) {
                insert(round % CORES, key + round * 10_000L);
            }
            evict((round + 1) % CORES, Long.MAX_VALUE);
        }
        long ghost = policy.ghostBytes();
        allocators.forEach(CoreAllocator::close);
        long left = 2L * CORES * 3 * ChunkLayout.BYTES;
        assertTrue(arena.quota().drawnBytes() <= ghost + left, arena.quota().drawnBytes() + " bytes are still charged");
    }

    @Test
    void shouldEvictAlsoWhenThereIsNoMemoryForItsOwnQueues() {
        int inserted = 0;
        while (policy.reserve(0, allocators.get(0), 1)) {
            records.insert(inserted, policy.nextMark(0));
            records.hit(inserted);
            records.hit(inserted);
            policy.insert(0, records.entry(inserted), FakeRecords.hashOf(inserted));
            inserted++;
        }
        assertTrue(inserted > 100_000, inserted + " entries fitted");
        assertTrue(evict(1, 1000 * FakeRecords.BYTES) >= 1000 * FakeRecords.BYTES);
    }
}
