package dev.quern.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.buffer.MessageBuffer;
import org.msgpack.core.buffer.MessageBufferOutput;

/**
 * A request of Tarantool's binary protocol as it is being written: its length, a header of type and sync, and a body, all in MessagePack (Tarantool's manual,
 * "Binary protocol"). Used again and again; allocates nothing. One thread.
 *
 * <p>Keys and values are MessagePack strings whatever their bytes are: functions in Lua know no other kind of bytes, and indexes compare strings byte by byte.
 */
final class IprotoRequest {
    /** What any request has beside its strings, and some. */
    static final int OVERHEAD_BYTES = 128;

    /** What each of a request's strings has beside its bytes. */
    static final int STRING_OVERHEAD_BYTES = 5;

    /** Iterators of a select. */
    static final int EQUAL = 0;

    static final int FROM_ON = 5;

    private static final int SELECT = 0x01;
    private static final int REPLACE = 0x03;
    private static final int EVAL = 0x08;
    private static final int CALL = 0x0a;

    private static final int TYPE_KEY = 0x00;
    private static final int SYNC_KEY = 0x01;
    private static final int SPACE_KEY = 0x10;
    private static final int INDEX_KEY = 0x11;
    private static final int LIMIT_KEY = 0x12;
    private static final int OFFSET_KEY = 0x13;
    private static final int ITERATOR_KEY = 0x14;
    private static final int KEY_KEY = 0x20;
    private static final int TUPLE_KEY = 0x21;
    private static final int FUNCTION_KEY = 0x22;
    private static final int EXPRESSION_KEY = 0x27;

    /** The length goes first, as a number of 32 bits whatever it is. */
    private static final byte UNSIGNED_32 = (byte) 0xce;

    private static final int LENGTH_BYTES = 5;
    private static final VarHandle BIG_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final MessagePacker packer;
    private int length;

    /** @param bytesMax of the longest request */
    IprotoRequest(int bytesMax) {
        // The packer wants room for its largest number behind whatever it writes.
        bytes = new byte[bytesMax + OVERHEAD_BYTES];
        packer = new MessagePack.PackerConfig()
                .withBufferFlushThreshold(Integer.MAX_VALUE)
                .newPacker(new Body());
    }

    /** Up to {@code limit} records from a key on, or the one with that key. */
    void select(long sync, int space, int iterator, int limit, byte[] key, int keyLength) {
        try {
            header(SELECT, sync, 6);
            packer.packInt(SPACE_KEY).packInt(space);
            packer.packInt(INDEX_KEY).packInt(0);
            packer.packInt(LIMIT_KEY).packInt(limit);
            packer.packInt(OFFSET_KEY).packInt(0);
            packer.packInt(ITERATOR_KEY).packInt(iterator);
            packer.packInt(KEY_KEY).packArrayHeader(1);
            string(key, 0, keyLength);
            end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts a record of key and value; the answer has both again. */
    void replace(long sync, int space, byte[] key, int keyLength, byte[] value, int valueLength) {
        try {
            header(REPLACE, sync, 2);
            packer.packInt(SPACE_KEY).packInt(space);
            packer.packInt(TUPLE_KEY).packArrayHeader(2);
            string(key, 0, keyLength);
            string(value, 0, valueLength);
            end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins a call of a function; {@code count} arguments follow, then {@link #end}. */
    void beginCall(long sync, byte[] function, int count) throws IOException {
        header(CALL, sync, 2);
        packer.packInt(FUNCTION_KEY);
        string(function, 0, function.length);
        packer.packInt(TUPLE_KEY).packArrayHeader(count);
    }

    /** Runs a chunk of Lua. */
    void eval(long sync, String chunk, String... arguments) throws IOException {
        header(EVAL, sync, 2);
        packer.packInt(EXPRESSION_KEY);
        byte[] text = chunk.getBytes(StandardCharsets.UTF_8);
        string(text, 0, text.length);
        packer.packInt(TUPLE_KEY).packArrayHeader(arguments.length);
        for (String argument : arguments) {
            byte[] word = argument.getBytes(StandardCharsets.UTF_8);
            string(word, 0, word.length);
        }
        end();
    }

    private void header(int type, long sync, int bodyFields) throws IOException {
        packer.packMapHeader(2);
        packer.packInt(TYPE_KEY).packInt(type);
        packer.packInt(SYNC_KEY).packLong(sync);
        packer.packMapHeader(bodyFields);
    }

    void string(byte[] from, int at, int count) throws IOException {
        packer.packRawStringHeader(count);
        packer.writePayload(from, at, count);
    }

    /** The request is whole. */
    void end() throws IOException {
        packer.flush();
        bytes[0] = UNSIGNED_32;
        BIG_ENDIAN_INT.set(bytes, 1, length - LENGTH_BYTES);
    }

    byte[] bytes() {
        return bytes;
    }

    /** Of the last request that was ended. */
    int length() {
        return length;
    }

    /** Where the packer writes: behind the length, and never more than fits. */
    private final class Body implements MessageBufferOutput {
        private final MessageBuffer buffer = MessageBuffer.wrap(bytes, LENGTH_BYTES, bytes.length - LENGTH_BYTES);

        @Override
        public MessageBuffer next(int minimumSize) {
            return buffer;
        }

        @Override
        public void writeBuffer(int written) {
            length = LENGTH_BYTES + written;
        }

        @Override
        public void write(byte[] from, int at, int count) {
            throw tooLong(count);
        }

        @Override
        public void add(byte[] from, int at, int count) {
            throw tooLong(count);
        }

        private IllegalStateException tooLong(int count) {
            return new IllegalStateException("no room for " + count + " bytes in a request of " + bytes.length);
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
