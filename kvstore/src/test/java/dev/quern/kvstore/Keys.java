package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/** Keys and values in native memory, for tests on one thread. */
final class Keys implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final long key = arena.allocate(Limits.KEY_BYTES_MAX + 8, 8).address();
    private final long value;
    private int keyLength;
    private int valueLength;

    Keys() {
        this(1 << 20);
    }

    Keys(int valueBytesMax) {
        value = arena.allocate(valueBytesMax, 8).address();
    }

    Keys key(byte[] bytes) {
        NativeMemory.copyFromArray(bytes, 0, key, bytes.length);
        keyLength = bytes.length;
        return this;
    }

    Keys value(byte[] bytes) {
        NativeMemory.copyFromArray(bytes, 0, value, bytes.length);
        valueLength = bytes.length;
        return this;
    }

    Keys key(String text) {
        return key(text.getBytes(StandardCharsets.UTF_8));
    }

    Keys value(String text) {
        return value(text.getBytes(StandardCharsets.UTF_8));
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

    Keys keyLength(int length) {
        keyLength = length;
        return this;
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

    static String keyText(long record) {
        return new String(Record.key(record), StandardCharsets.UTF_8);
    }

    static String text(long record) {
        return new String(Record.value(record), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        arena.close();
    }
}
