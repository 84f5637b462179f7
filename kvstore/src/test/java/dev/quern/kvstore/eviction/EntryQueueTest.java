package dev.quern.kvstore.eviction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.memory.CoreAllocator;
import dev.quern.kvstore.memory.RecordArena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EntryQueueTest {
    private static final long ENTRIES = 300_000;

    /** Odd entries have gone, even ones are there. */
    private static final class EvenRecords implements QueuedRecords {
        @Override
        public long find(long entry) {
            return entry % 2 == 0 ? entry : 0;
        }

        @Override
        public boolean isStale(long entry) {
            return find(entry) == 0;
        }

        @Override
        public long hash(long record) {
            return record;
        }

        @Override
        public int frequency(long record) {
            return 0;
        }

        @Override
        public void setFrequency(long record, int frequency) {}

        @Override
        public boolean mayEvict(long record) {
            return true;
        }

        @Override
        public int evict(long record) {
            return 1;
        }
    }

    @Test
    void shouldKeepTheOrderAndEveryGoodEntryWhenCompacted() throws Exception {
        RecordArena arena = new RecordArena(1 << 20);
        CoreAllocator allocator = new CoreAllocator(arena);
        EntryQueue queue = new EntryQueue(new AtomicLong());
        for (long entry = 1; entry <= 10_000; entry++) {
            assertTrue(queue.reserve(allocator, 1));
            queue.add(entry);
        }
        queue.compact(allocator, new EvenRecords(), Integer.MAX_VALUE);
        assertTrue(queue.size() < 5_200, queue.size() + " entries left");
        long last = 0;
        long good = 0;
        for (long entry = queue.take(allocator); entry != 0; entry = queue.take(allocator)) {
            assertTrue(entry > last, entry + " after " + last);
            last = entry;
            good += entry % 2 == 0 ? 1 : 0;
        }
        assertEquals(5_000, good);
        assertEquals(0, queue.size());
        arena.close();
    }

    @Test
    void shouldGiveEveryEntryToOneTakerWhileTheOwnerAdds() throws Exception {
        RecordArena arena = new RecordArena(16 << 20);
        EntryQueue queue = new EntryQueue(new AtomicLong());
        AtomicBoolean done = new AtomicBoolean();
        List<Callable<Long>> tasks = new ArrayList<>();
        tasks.add(() -> {
            CoreAllocator allocator = new CoreAllocator(arena);
            for (long entry = 1; entry <= ENTRIES; entry++) {
                assertTrue(queue.reserve(allocator, 1));
                queue.add(entry);
            }
            done.set(true);
            return 0L;
        });
        for (int taker = 0; taker < 2; taker++) {
            tasks.add(() -> {
                CoreAllocator allocator = new CoreAllocator(arena);
                EvenRecords records = new EvenRecords();
                long sum = 0;
                for (int i = 0; !done.get() || queue.size() > 0; i++) {
                    long entry = queue.take(allocator);
                    sum += entry % 2 == 0 ? entry : 0;
                    if (i % 1000 == 0) {
                        queue.compact(allocator, records, 2);
                    }
                }
                return sum;
            });
        }
        long sum = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
            for (Future<Long> result : threads.invokeAll(tasks)) {
                sum += result.get();
            }
        }
        assertEquals((ENTRIES / 2) * (ENTRIES / 2 + 1), sum);
        assertEquals(0, queue.size());
        arena.close();
    }
}
