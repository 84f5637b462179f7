package dev.quern.sandbox.ticks;

import com.dylibso.chicory.wasm.Encoding;
import com.dylibso.chicory.wasm.WasmWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.TreeMap;

/** A module's bytes, read from front to back, and what is to stand in other places' stead. One thread. */
final class ModuleBytes {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(int removed, byte[] added) {}

    private final byte[] bytes;
    private final ByteBuffer reader;
    private final TreeMap<Integer, Change> changes = new TreeMap<>();

    ModuleBytes(byte[] bytes) {
        this.bytes = bytes;
        reader = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    int position() {
        return reader.position();
    }

    void seek(int position) {
        reader.position(position);
    }

    void skip(int count) {
        reader.position(reader.position() + count);
    }

    boolean isAtEnd() {
        return !reader.hasRemaining();
    }

    int readByte() {
        return reader.get() & 0xFF;
    }

    int readInt() {
        return (int) Encoding.readVarUInt32(reader);
    }

    /** Over a number in LEB128, of whatever type. */
    void skipNumber() {
        while (reader.get() < 0) {
            // Every byte but the last has its highest bit set.
        }
    }

    /** Puts bytes in before this position. */
    void insert(int position, byte[] added) {
        change(position, 0, added);
    }

    /** Replaces the number at this position. */
    void replaceNumber(int position, int number) {
        int end = position;
        while (bytes[end] < 0) {
            end++;
        }
        change(position, end + 1 - position, number(number));
    }

    /** At one position there is one change, so that what is inserted does not depend on an order. */
    private void change(int position, int removed, byte[] added) {
        if (changes.put(position, new Change(removed, added)) != null) {
            throw new IllegalStateException("two changes of a module at byte " + position);
        }
    }

    /** The bytes of this part, changed. */
    byte[] changed(int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
        int at = from;
        for (var change : changes.subMap(from, to).entrySet()) {
            out.write(bytes, at, change.getKey() - at);
            out.writeBytes(change.getValue().added());
            at = change.getKey() + change.getValue().removed();
        }
        out.write(bytes, at, to - at);
        return out.toByteArray();
    }

    int byteAt(int position) {
        return bytes[position] & 0xFF;
    }

    byte[] part(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    static byte[] number(int number) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WasmWriter.writeVarUInt32(out, number);
        return out.toByteArray();
    }
}
