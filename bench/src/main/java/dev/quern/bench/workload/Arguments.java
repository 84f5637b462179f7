package dev.quern.bench.workload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A function's arguments as {@link Endpoint#call} takes them, written anew for each call into the same bytes. One thread; allocates nothing. */
final class Arguments {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private int length;
    private int count;
    private int begun;

    /** @param lengthMax of all of them together, each with 4 bytes more, and 4 for their number */
    Arguments(int lengthMax) {
        bytes = new byte[lengthMax];
        clear();
    }

    /** None so far. */
    Arguments clear() {
        length = Integer.BYTES;
        count = 0;
        return this;
    }

    /** The next one begins; what is appended until {@link #end} are its bytes. */
    Arguments begin() {
        begun = length;
        length += Integer.BYTES;
        return this;
    }

    Arguments end() {
        INT.set(bytes, begun, length - begun - Integer.BYTES);
        INT.set(bytes, 0, ++count);
        return this;
    }

    Arguments u8(int number) {
        bytes[length++] = (byte) number;
        return this;
    }

    Arguments u32(int number) {
        INT.set(bytes, length, number);
        length += Integer.BYTES;
        return this;
    }

    Arguments u64(long number) {
        LONG.set(bytes, length, number);
        length += Long.BYTES;
        return this;
    }

    Arguments raw(byte[] source, int sourceLength) {
        System.arraycopy(source, 0, bytes, length, sourceLength);
        length += sourceLength;
        return this;
    }

    /** A whole argument. */
    Arguments add(byte[] source, int sourceLength) {
        return begin().raw(source, sourceLength).end();
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
