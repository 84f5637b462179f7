package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes replies in RESP2 or RESP3 straight into one direct buffer, by address. Netty's own encoder makes an object and a buffer of
 * every reply and knows no RESP3. Lent to one connection at a time, for a burst. Thread: the core's.
 *
 * <p>A reply that would take the burst past {@link RespLimits#OUTPUT_BYTES_MAX} is dropped and {@link #overflowed} says so: the
 * connection is to be closed, as its stream ends within a reply.
 */
final class ReplyWriter {
    private static final int HEADER_BYTES_MAX = 1 + Ascii.LONG_DIGITS_MAX + 2;
    private static final short EOL = (short) ('\r' | '\n' << 8);

    private final ReusableBuffer buffers;
    private @Nullable ByteBuf buffer;
    private long address;
    private int index;
    private int capacity;
    private boolean resp3;
    private boolean overflowed;
    private int errors;

    ReplyWriter(ReusableBuffer buffers) {
        this.buffers = buffers;
    }

    /** Starts a burst's replies. */
    void begin(boolean version3) {
        buffer = buffers.take();
        address = buffer.memoryAddress();
        capacity = buffer.capacity();
        index = 0;
        overflowed = false;
        resp3 = version3;
    }

    boolean active() {
        return buffer != null;
    }

    /** The replies so far; the caller owns the reference. The writer must begin anew. */
    ByteBuf finish() {
        ByteBuf written = Objects.requireNonNull(buffer).writerIndex(index);
        buffer = null;
        index = 0;
        capacity = 0;
        return written;
    }

    /** Bytes written since {@link #begin}. */
    int size() {
        return index;
    }

    boolean overflowed() {
        return overflowed;
    }

    /** Takes back what was written since there were so many bytes and errors. */
    void cutTo(int bytes, int errorsThen) {
        index = bytes;
        errors = errorsThen;
    }

    /** Errors written and not yet taken. */
    int errors() {
        return errors;
    }

    boolean resp3() {
        return resp3;
    }

    /** The form of the replies from here on: HELLO changes it within a burst. */
    void resp3(boolean version3) {
        resp3 = version3;
    }

    private boolean ensure(long bytes) {
        return bytes <= capacity - index || grow(bytes);
    }

    private boolean grow(long bytes) {
        if (overflowed || index + bytes > RespLimits.OUTPUT_BYTES_MAX) {
            overflowed = true;
            return false;
        }
        ByteBuf growing = Objects.requireNonNull(buffer).writerIndex(index);
        long wanted = Math.max(index + bytes, Math.min(2L * capacity, RespLimits.OUTPUT_BYTES_MAX));
        growing.capacity((int) wanted);
        address = growing.memoryAddress();
        capacity = growing.capacity();
        return true;
    }

    private void header(char type, long value) {
        if (!ensure(HEADER_BYTES_MAX)) {
            return;
        }
        long position = address + index;
        NativeMemory.putByte(position, (byte) type);
        int digits;
        if (value >= 0 && value < 10) {
            NativeMemory.putByte(position + 1, (byte) ('0' + value));
            digits = 1;
        } else {
            digits = Ascii.putDecimal(position + 1, value);
        }
        NativeMemory.putShort(position + 1 + digits, EOL);
        index += digits + 3;
    }

    private void raw(byte[] bytes) {
        if (ensure(bytes.length)) {
            NativeMemory.copyFromArray(bytes, 0, address + index, bytes.length);
            index += bytes.length;
        }
    }

    private void line(char type, String text, Charset charset) {
        byte[] bytes = text.getBytes(charset);
        for (int position = 0; position < bytes.length; position++) {
            if (bytes[position] == '\r' || bytes[position] == '\n') {
                bytes[position] = ' ';
            }
        }
        if (ensure(bytes.length + 3L)) {
            NativeMemory.putByte(address + index, (byte) type);
            NativeMemory.copyFromArray(bytes, 0, address + index + 1, bytes.length);
            NativeMemory.putShort(address + index + 1 + bytes.length, EOL);
            index += bytes.length + 3;
        }
    }

    void integer(long value) {
        header(':', value);
    }

    void bulk(long source, int length) {
        header('$', length);
        if (ensure(length + 2L)) {
            NativeMemory.copy(source, address + index, length);
            NativeMemory.putShort(address + index + length, EOL);
            index += length + 2;
        }
    }

    void bulk(byte[] bytes) {
        header('$', bytes.length);
        if (ensure(bytes.length + 2L)) {
            NativeMemory.copyFromArray(bytes, 0, address + index, bytes.length);
            NativeMemory.putShort(address + index + bytes.length, EOL);
            index += bytes.length + 2;
        }
    }

    void bulk(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A double: RESP3's own, RESP2's bulk string. */
    void real(double value) {
        byte[] text = Score.text(value).getBytes(StandardCharsets.ISO_8859_1);
        if (resp3) {
            raw(new byte[] {','});
            raw(text);
            raw(new byte[] {'\r', '\n'});
        } else {
            bulk(text);
        }
    }

    /** Text for people: RESP3's verbatim string, RESP2's bulk string. */
    void verbatim(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!resp3) {
            bulk(bytes);
            return;
        }
        header('=', bytes.length + 4L);
        raw(new byte[] {'t', 'x', 't', ':'});
        raw(bytes);
        raw(new byte[] {'\r', '\n'});
    }

    void ok() {
        if (ensure(8)) {
            // "+OK\r\n"; the three bytes after it are overwritten by the next reply.
            NativeMemory.putLong(address + index, '+' | 'O' << 8 | 'K' << 16 | (long) '\r' << 24 | (long) '\n' << 32);
            index += 5;
        }
    }

    void pong() {
        if (ensure(8)) {
            NativeMemory.putLong(
                    address + index,
                    '+'
                            | 'P' << 8
                            | 'O' << 16
                            | (long) 'N' << 24
                            | (long) 'G' << 32
                            | (long) '\r' << 40
                            | (long) '\n' << 48);
            index += 7;
        }
    }

    void nil() {
        if (ensure(8)) {
            if (resp3) {
                NativeMemory.putLong(address + index, '_' | '\r' << 8 | '\n' << 16);
                index += 3;
            } else {
                NativeMemory.putLong(
                        address + index, '$' | '-' << 8 | '1' << 16 | (long) '\r' << 24 | (long) '\n' << 32);
                index += 5;
            }
        }
    }

    /** What stands for an array that there is not. */
    void nilArray() {
        if (resp3) {
            nil();
        } else {
            header('*', -1);
        }
    }

    void simple(String text) {
        line('+', text, StandardCharsets.UTF_8);
    }

    /** An error with its code: {@code ERR syntax error}. */
    void error(String text) {
        line('-', text, StandardCharsets.UTF_8);
        errors++;
    }

    /** An error that repeats bytes of the command, each a character of {@code latin}. */
    void errorEcho(String latin) {
        line('-', latin, StandardCharsets.ISO_8859_1);
        errors++;
    }

    /** Errors written since this was last asked. */
    int takeErrors() {
        int written = errors;
        errors = 0;
        return written;
    }

    void array(long elements) {
        header('*', elements);
    }

    /** A set: an array in RESP2. */
    void set(long elements) {
        header(resp3 ? '~' : '*', elements);
    }

    /** A map: an array of twice as many in RESP2. */
    void map(long entries) {
        if (resp3) {
            header('%', entries);
        } else {
            header('*', 2 * entries);
        }
    }
}
