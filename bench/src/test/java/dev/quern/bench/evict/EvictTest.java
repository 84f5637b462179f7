package dev.quern.bench.evict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.BenchRunner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class EvictTest {
    private static final int CAPACITY = 20;
    private static final int KEYS = 60;
    private static final int REQUESTS = 20_000;

    @Test
    void shouldRunWithRightResults() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int code = BenchRunner.run(new Evict(), true, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String report = bytes.toString(StandardCharsets.UTF_8);
        assertEquals(BenchRunner.HOLDS, code, report);
        assertTrue(report.contains("target evict.zipf099: "), report);
        assertTrue(report.contains("target evict.table: "), report);
    }

    @Test
    void shouldEvictTheLeastRecentlyUsed() {
        Set<Integer> model = new LinkedHashSet<>();
        Lru lru = new Lru(CAPACITY, KEYS);
        Random random = new Random(1);
        for (int i = 0; i < REQUESTS; i++) {
            int key = random.nextInt(KEYS);
            boolean hit = model.remove(key);
            if (!hit && model.size() == CAPACITY) {
                model.remove(model.iterator().next());
            }
            model.add(key);
            assertEquals(hit, lru.access(key), "request " + i);
        }
    }

    @Test
    void shouldEvictWhatCameFirst() {
        ArrayDeque<Integer> model = new ArrayDeque<>();
        Fifo fifo = new Fifo(CAPACITY, KEYS);
        Random random = new Random(2);
        for (int i = 0; i < REQUESTS; i++) {
            int key = random.nextInt(KEYS);
            boolean hit = model.contains(key);
            if (!hit) {
                if (model.size() == CAPACITY) {
                    model.remove();
                }
                model.add(key);
            }
            assertEquals(hit, fifo.access(key), "request " + i);
        }
    }

    @Test
    void shouldKeepVisitedKeysWhenTheSievesHandPasses() {
        Sieve sieve = new Sieve(3, KEYS);
        for (int key = 0; key < 3; key++) {
            assertFalse(sieve.access(key));
        }
        assertTrue(sieve.access(0));
        assertFalse(sieve.access(3));
        assertTrue(sieve.access(0));
        assertFalse(sieve.access(1), "1 was the oldest that nobody had asked for");
    }

    @Test
    void shouldKeepTheMainQueueThroughASweep() {
        S3Fifo cache = new S3Fifo(CAPACITY, 10 * KEYS);
        for (int round = 0; round < 4; round++) {
            for (int key = 0; key < CAPACITY / 2; key++) {
                cache.access(key);
            }
        }
        for (int key = KEYS; key < 10 * KEYS; key++) {
            assertFalse(cache.access(key));
        }
        for (int key = 0; key < CAPACITY / 2; key++) {
            assertTrue(cache.access(key), "key " + key);
        }
    }

    @Test
    void shouldHoldNoMoreThanItsCapacity() {
        S3Fifo cache = new S3Fifo(CAPACITY, KEYS);
        Random random = new Random(3);
        for (int i = 0; i < REQUESTS; i++) {
            cache.access(random.nextInt(KEYS));
        }
        assertTrue(cache.size() <= CAPACITY);
    }
}
