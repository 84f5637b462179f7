package dev.quern.bench.micro;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@link StoreBenchmark} does, with maps of the JDK from keys of bytes to arrays on the heap: a get copies the value out, a put makes a copy. The key that is looked
 * up is written anew each time, without garbage. What makes five operations one is a lock on all of the map, which nobody else wants here.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class HeapMapBenchmark {
    private static final int KEYS = 100_000;
    private static final int KEY_LENGTH = 16;
    private static final int VALUE_LENGTH = 100;
    private static final int READS = 4;

    /** That of Fibonacci hashing. */
    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

    /** Sixteen bytes as a key, compared by words and hashed as well as the store hashes keys of any kind. */
    private static final class Key {
        private final byte[] bytes = new byte[KEY_LENGTH];

        private Key name(int index) {
            LittleEndian.putLong(bytes, 0, 0x3a79656b3a79656bL);
            LittleEndian.putLong(bytes, Long.BYTES, index);
            return this;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && LittleEndian.getLong(bytes, 0) == LittleEndian.getLong(key.bytes, 0)
                    && LittleEndian.getLong(bytes, Long.BYTES) == LittleEndian.getLong(key.bytes, Long.BYTES);
        }

        @Override
        public int hashCode() {
            long mixed = LittleEndian.getLong(bytes, 0) * MULTIPLIER ^ LittleEndian.getLong(bytes, Long.BYTES);
            return (int) (mixed * MULTIPLIER >>> Integer.SIZE);
        }
    }

    private final Map<Key, byte[]> plain = new HashMap<>();
    private final Map<Key, byte[]> concurrent = new ConcurrentHashMap<>();
    private final Lock lock = new ReentrantLock();
    private final SplittableRandom random = new SplittableRandom(20_261_121);

    /** Written anew for each lookup, and never left in a map. */
    private final Key probe = new Key();

    private final byte[] value = new byte[VALUE_LENGTH];
    private final byte[] copy = new byte[VALUE_LENGTH];

    /** Puts every record. */
    @Setup
    public void load() {
        for (int i = 0; i < KEYS; i++) {
            LittleEndian.putLong(value, 0, i);
            plain.put(new Key().name(i), value.clone());
            concurrent.put(new Key().name(i), value.clone());
        }
    }

    private long get(Map<Key, byte[]> map) {
        int index = random.nextInt(KEYS);
        byte[] found = map.get(probe.name(index));
        if (found != null) {
            System.arraycopy(found, 0, copy, 0, VALUE_LENGTH);
        }
        long named = LittleEndian.getLong(copy, 0);
        if (found == null || named != index) {
            throw new IllegalStateException("a record is not as it was put: key=" + index + ", value=" + named);
        }
        return named;
    }

    private byte[] put(Map<Key, byte[]> map) {
        int index = random.nextInt(KEYS);
        LittleEndian.putLong(value, 0, index);
        return Objects.requireNonNull(map.replace(probe.name(index), value.clone()));
    }

    /** {@link HashMap}: one thread's. */
    @Benchmark
    public long storeGetHashMap() {
        return get(plain);
    }

    /** {@link ConcurrentHashMap}: any thread's, as the store's records are. */
    @Benchmark
    public long storeGetConcurrentMap() {
        return get(concurrent);
    }

    /** The collector gives back what was there, now and then, so that longer iterations tell more. */
    @Benchmark
    @Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
    public byte[] storePutConcurrentMap() {
        return put(concurrent);
    }

    /** Four gets and a put that others see at once or not at all. */
    @Benchmark
    @Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
    public int storeCommitLockedMap() {
        int found = 0;
        lock.lock();
        try {
            for (int i = 0; i < READS; i++) {
                int index = random.nextInt(KEYS);
                byte[] there = plain.get(probe.name(index));
                found += there != null && LittleEndian.getLong(there, 0) == index ? 1 : 0;
            }
            put(plain);
        } finally {
            lock.unlock();
        }
        if (found != READS) {
            throw new IllegalStateException("read " + found + " records");
        }
        return found;
    }
}
