package dev.quern.kvstore.eviction;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.Quota;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers which keys were evicted lately, by fingerprints: a table of cache lines of sixteen words, each 16 bits of a hash and the
 * time of its eviction, which is counted in evictions. Cores write it without a lock; what is lost by that is forgotten sooner. Its
 * memory is charged; it grows with the table, and forgets when it does.
 */
final class Ghost {
    private static final int WORDS = 16;
    private static final int LINE_BYTES = WORDS * Integer.BYTES;
    private static final int LINES_FIRST = 64;
    /** It grows by a quarter more than is needed, as it forgets each time. */
    private static final int GROWTH_PERCENT = 125;

    private static final int TIME_MASK = 0xFFFF;

    /** How many ticks of its time a fingerprint is remembered. */
    private static final int TICKS_KEPT = 128;

    private static final int FINGERPRINT_SHIFT = 16;

    /** Evictions that a core counts by itself before it tells the others. */
    static final int BATCH = 16;

    private final Quota quota;
    private final long address;
    private final long reservedBytes;
    private final AtomicLong evictions = new AtomicLong();
    private final AtomicLong nextTickAt = new AtomicLong();
    private final AtomicInteger time = new AtomicInteger();
    private volatile long lines;

    /**
     * Reserves addresses, and no memory yet.
     *
     * @param recordsMax how many records there can be
     * @throws IOException when the system has no address space to give
     */
    Ghost(Quota quota, long recordsMax) throws IOException {
        this.quota = quota;
        reservedBytes = (recordsMax / WORDS + 1) * GROWTH_PERCENT / 100 * LINE_BYTES + LINES_FIRST * (long) LINE_BYTES;
        address = Mmap.reserve(reservedBytes);
    }

    /** Bytes charged. */
    long bytes() {
        return lines * LINE_BYTES;
    }

    /** Makes it large enough for so many records if the quota allows it. */
    synchronized void growFor(long records) {
        long now = lines;
        long needed = records / WORDS + 1;
        long wanted = now >= needed ? now : Math.max(needed * GROWTH_PERCENT / 100, LINES_FIRST);
        if (wanted > now && wanted * LINE_BYTES <= reservedBytes && quota.draw((wanted - now) * LINE_BYTES)) {
            lines = wanted;
        }
    }

    boolean isTooSmallFor(long records) {
        return lines * WORDS < records;
    }

    private long line(long hash, long count) {
        return address + Math.unsignedMultiplyHigh(hash, count) * LINE_BYTES;
    }

    private static int fingerprint(long hash) {
        // Not 0, which stands for an empty word; the bits that choose the line are the highest.
        return (int) hash & 0xFFFF | 1;
    }

    /** Remembers a key that was evicted. */
    void add(long hash) {
        long count = lines;
        if (count == 0) {
            return;
        }
        int now = time.get();
        long line = line(hash, count);
        long oldest = line;
        int oldestAge = -1;
        for (int i = 0; i < WORDS; i++) {
            long at = line + (long) i * Integer.BYTES;
            int word = NativeMemory.getInt(at);
            int age = word == 0 ? Integer.MAX_VALUE : age(word, now);
            if (age > oldestAge) {
                oldestAge = age;
                oldest = at;
            }
        }
        NativeMemory.putInt(oldest, fingerprint(hash) << FINGERPRINT_SHIFT | now & TIME_MASK);
    }

    private static int age(int word, int now) {
        return now - word & TIME_MASK;
    }

    /** Whether a key was evicted lately; it is forgotten then. */
    boolean remove(long hash) {
        long count = lines;
        if (count == 0) {
            return false;
        }
        int now = time.get();
        int fingerprint = fingerprint(hash);
        long line = line(hash, count);
        for (int i = 0; i < WORDS; i++) {
            long at = line + (long) i * Integer.BYTES;
            int word = NativeMemory.getInt(at);
            if (word >>> FINGERPRINT_SHIFT == fingerprint && age(word, now) <= TICKS_KEPT) {
                NativeMemory.putInt(at, 0);
                return true;
            }
        }
        return false;
    }

    /** Lets time pass by {@link #BATCH} evictions; a fingerprint is kept for as many evictions as {@code entriesKept}. */
    void countBatch(long entriesKept) {
        long count = evictions.addAndGet(BATCH);
        long due = nextTickAt.get();
        if (count >= due && nextTickAt.compareAndSet(due, count + Math.max(1, entriesKept / TICKS_KEPT))) {
            time.incrementAndGet();
        }
    }

    /** Gives all back; nobody may ask any more. */
    void close() throws IOException {
        Mmap.unmap(address, reservedBytes);
        quota.giveBack(bytes());
    }
}
