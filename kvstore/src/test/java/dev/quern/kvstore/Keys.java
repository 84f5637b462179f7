package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/** Keys and values in native memory, for tests on one thread. */
final class Keys implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final long key = arena.allocate(Limits.KEY_BYTES_MAX + 8, 8).address();
    private final long value = arena.allocate(1 << 20, 8).address();
    private int keyLength;
    private int valueLength;

    Keys key(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        NativeMemory.copyFromArray(bytes, 0, key, bytes.length);
        keyLength = bytes.length;
        return this;
    }

    Keys value(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        NativeMemory.copyFromArray(bytes, 0, value, bytes.length);
        valueLength = bytes.length;
        return this;
    }

    Keys key(long number) {
        NativeMemory.putLong(key, number);
        keyLength = Long.BYTES;
        return this;
    }

    Keys valueLength(int length) {
        valueLength = length;
        return this;
    }

    long keyAddress() {
        return key;
    }

    int keyLength() {
        return keyLength;
    }

    long valueAddress() {
        return value;
    }

    int valueLength() {
        return valueLength;
    }

    int put(Table table, StoreCore core, long expiryMs, int conditions) {
        return table.put(core, key, keyLength, value, valueLength, expiryMs, conditions);
    }

    int put(Table table, StoreCore core) {
        return put(table, core, Record.NO_EXPIRY, PutCondition.NONE);
    }

    long find(Table table, StoreCore core) {
        return table.find(core, key, keyLength);
    }

    int delete(Table table, StoreCore core) {
        return table.delete(core, key, keyLength);
    }

    static String text(long record) {
        return new String(Record.value(record), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        arena.close();
    }
}
