package dev.quern.bench.store;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The least that a lookup of a record by its key can cost in memory of this size: load a slot of a cache line of slots, load the line to
 * which it points, compare a key there. As many lines of slots and as many bytes of records as Quern's index and arena take, in pages
 * of the same kind; no hash, no search, no epochs, no counters.
 */
final class PointerChase implements AutoCloseable {
    private static final int LINE_BYTES = 64;

    /** Records to a line of slots: 7 to 2, as Quern's index has when it is loaded. */
    private static final int RECORDS_TO_LINES = 7;

    private static final int LINES_TO_RECORDS = 2;

    private static final long RECORD_BYTES = 144;
    private static final int LENGTH_OFFSET = 16;
    private static final int KEY_OFFSET = 24;

    /** A prime: spreads records over the lines. */
    private static final long SPREAD = 2_147_483_647L;

    private final int records;
    private final long linesBytes;
    private final long lines;
    private final long bytes;
    private final long first;

    PointerChase(int records) {
        this.records = records;
        linesBytes = ((long) records * LINES_TO_RECORDS / RECORDS_TO_LINES + 1) * LINE_BYTES;
        bytes = records * RECORD_BYTES;
        lines = reserve(linesBytes);
        first = reserve(bytes);
        for (int i = 0; i < records; i++) {
            long record = first + i * RECORD_BYTES;
            NativeMemory.putLong(slot(i), record);
            NativeMemory.putInt(record + LENGTH_OFFSET, Entry.VALUE_BYTES);
            Entry.writeKey(record + KEY_OFFSET, Entry.seed(i), i);
        }
    }

    private static long reserve(long length) {
        try {
            long address = Mmap.reserve(length);
            Mmap.adviseHuge(address, length);
            return address;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long slot(int number) {
        long place = number * SPREAD % records;
        long line = place * LINES_TO_RECORDS / RECORDS_TO_LINES;
        long inLine = place - (line * RECORDS_TO_LINES + LINES_TO_RECORDS - 1) / LINES_TO_RECORDS;
        return lines + line * LINE_BYTES + inLine * Long.BYTES;
    }

    /** The length that stands in the record of that number. */
    int valueLength(int number) {
        long record = NativeMemory.getLong(slot(number));
        if (NativeMemory.getLong(record + KEY_OFFSET) != Entry.seed(number)
                || NativeMemory.getLong(record + KEY_OFFSET + Long.BYTES) != number) {
            throw new IllegalStateException("another record's key: number=" + number);
        }
        return NativeMemory.getInt(record + LENGTH_OFFSET);
    }

    @Override
    public void close() {
        try {
            Mmap.unmap(lines, linesBytes);
            Mmap.unmap(first, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
