package dev.quern.kvstore.index;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;

/** A copy of a key that outlives its epoch, in memory that goes with this object. Thread: one at a time. */
public final class SavedKey {
    private static final int CAPACITY_MIN = 64;

    private Arena arena = Arena.ofAuto();
    private long address;
    private int capacity;
    private int length;

    public long address() {
        return address;
    }

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    public void set(long keyAddress, int keyLength) {
        reserve(keyLength);
        NativeMemory.copy(keyAddress, address, keyLength);
    }

    public void set(byte[] key) {
        reserve(key.length);
        NativeMemory.copyFromArray(key, 0, address, key.length);
    }

    private void reserve(int bytes) {
        if (bytes > capacity) {
            arena = Arena.ofAuto();
            capacity = Math.max(CAPACITY_MIN, Integer.highestOneBit(bytes - 1) << 1);
            address = arena.allocate(capacity, Long.BYTES).address();
        }
        length = bytes;
    }
}
