package dev.quern.pushback;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.memory.RecordLayout;
import java.io.IOException;

/**
 * The memory that a client's functions see as its tenant's: what a run has read and written, as records lie in a store, one after the
 * other; begun anew by each attempt. Thread: its worker's.
 */
final class RecordSpace implements AutoCloseable {
    private final long address;
    private long used;

    RecordSpace() throws IOException {
        address = Mmap.reserve(PushbackLimits.ARENA_BYTES);
    }

    long address() {
        return address;
    }

    void clear() {
        if (used > PushbackLimits.ARENA_BYTES_KEPT) {
            try {
                Mmap.decommit(address, PushbackLimits.ARENA_BYTES);
            } catch (IOException failed) {
                throw new IllegalStateException("memory could not be given back", failed);
            }
        }
        used = 0;
    }

    /** So many bytes, at a multiple of 8. */
    long allocate(int bytes) {
        long start = used;
        long end = start + bytes + Long.BYTES - 1 & -Long.BYTES;
        if (end > PushbackLimits.ARENA_BYTES) {
            throw new RunAtServerException("it reads and writes more than " + PushbackLimits.ARENA_BYTES + " bytes");
        }
        used = end;
        return address + start;
    }

    /** A record of these bytes; the value's may lie anywhere in memory. */
    long record(byte[] key, long value, int valueLength) {
        long record = header(key, valueLength);
        NativeMemory.copy(value, Record.valueAddress(record), valueLength);
        return record;
    }

    long record(byte[] key, byte[] value) {
        long record = header(key, value.length);
        NativeMemory.copyFromArray(value, 0, Record.valueAddress(record), value.length);
        return record;
    }

    private long header(byte[] key, int valueLength) {
        long record = allocate(RecordLayout.bytes(key.length, valueLength, false));
        RecordLayout.writeHeader(record, key.length, valueLength, false);
        NativeMemory.copyFromArray(key, 0, record + RecordLayout.KEY_OFFSET, key.length);
        return record;
    }

    @Override
    public void close() {
        try {
            Mmap.unmap(address, PushbackLimits.ARENA_BYTES);
        } catch (IOException failed) {
            throw new IllegalStateException("memory could not be unmapped", failed);
        }
    }
}
