package dev.quern.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.core.buffer.MessageBuffer;
import org.msgpack.core.buffer.MessageBufferInput;
import org.msgpack.value.ValueType;

/**
 * The beginning of an answer of Tarantool's binary protocol: what it answers, whether it is an error, and where its data are. Used again and again; allocates
 * nothing. One thread.
 */
final class IprotoReply {
    /** An answer begins with its length, a number of 32 bits. */
    static final int LENGTH_BYTES = 5;

    /** Enough of an answer to find a value behind the longest key that benches have. */
    static final int BYTES = 512;

    private static final int CODE_KEY = 0x00;
    private static final int SYNC_KEY = 0x01;
    private static final int DATA_KEY = 0x30;
    private static final int ERROR_KEY = 0x31;

    private final byte[] bytes;
    private final MessageUnpacker unpacker;
    private final Whole input;
    private boolean isError;
    private long sync;
    private int count;

    /** @param bytesMax of an answer's beginning that is looked at */
    IprotoReply(int bytesMax) {
        bytes = new byte[bytesMax];
        input = new Whole(MessageBuffer.wrap(bytes));
        unpacker = MessagePack.newDefaultUnpacker(input);
    }

    /** Where the answer's beginning is to be written before {@link #read}; from behind its length on. */
    byte[] bytes() {
        return bytes;
    }

    /** Reads up to the data, or the error's text. */
    void read() {
        try {
            input.isTaken = false;
            MessageBufferInput ignored = unpacker.reset(input);
            isError = false;
            sync = -1;
            for (int left = unpacker.unpackMapHeader(); left > 0; left--) {
                switch (unpacker.unpackInt()) {
                    case CODE_KEY -> isError = unpacker.unpackInt() != 0;
                    case SYNC_KEY -> sync = unpacker.unpackLong();
                    default -> unpacker.skipValue();
                }
            }
            count = 0;
            for (int left = unpacker.unpackMapHeader(); left > 0; left--) {
                switch (unpacker.unpackInt()) {
                    case DATA_KEY -> {
                        count = unpacker.unpackArrayHeader();
                        return;
                    }
                    case ERROR_KEY -> {
                        return;
                    }
                    default -> unpacker.skipValue();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isError() {
        return isError;
    }

    /** What the request was given. */
    long sync() {
        return sync;
    }

    /** How many records, or results of a function, there are. */
    int count() {
        return count;
    }

    /** Goes on into the first of the records, behind its key; call when there is one. */
    void enterRecord() {
        try {
            int ignored = unpacker.unpackArrayHeader();
            unpacker.skipValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Length of the string that comes next, which begins at {@link #at}; −1 when it is nil. */
    int enterString() {
        try {
            if (unpacker.getNextFormat().getValueType() == ValueType.NIL) {
                return -1;
            }
            return unpacker.unpackRawStringHeader();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where what comes next begins, in bytes behind the answer's length. */
    int at() {
        return (int) unpacker.getTotalReadBytes();
    }

    /** The error's text; as much of it as there is. */
    String text() {
        try {
            int length = unpacker.unpackRawStringHeader();
            return new String(bytes, at(), Math.min(length, bytes.length - at()), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What comes next, where all of the answer is there. */
    MessageUnpacker rest() {
        return unpacker;
    }

    /** All bytes at once, over and over. */
    private static final class Whole implements MessageBufferInput {
        private final MessageBuffer buffer;
        private boolean isTaken;

        Whole(MessageBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public @Nullable MessageBuffer next() {
            if (isTaken) {
                return null;
            }
            isTaken = true;
            return buffer;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
