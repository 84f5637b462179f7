package dev.quern.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One TCP connection with pipelining: bytes gathered to be sent, bytes received to be read, and the slots whose answers are
 * awaited, in their order. One thread; does not block once connected; allocates nothing.
 */
final class TcpConnection implements AutoCloseable {
    /** The least room for what is to be sent and for what has come. */
    private static final int BUFFER_BYTES_MIN = 128 * 1024;

    private static final int DIGITS_MAX = 20;

    private final SocketChannel channel;
    private final byte[] outBytes;
    private final ByteBuffer out;
    private final byte[] inBytes;
    private final MemorySegment inMemory;
    private final ByteBuffer in;
    private final byte[] digits = new byte[DIGITS_MAX];
    private final int[] slots;
    private final int mask;
    private final int depthMax;
    private long asked;
    private long answered;
    private int outLength;
    private int readAt;

    /**
     * @param depthMax requests that may await their answers
     * @param messageBytesMax the longest request or answer
     */
    TcpConnection(InetSocketAddress address, int depthMax, int messageBytesMax) {
        this.depthMax = depthMax;
        int bufferBytes = bufferBytes(messageBytesMax);
        outBytes = new byte[bufferBytes];
        out = ByteBuffer.wrap(outBytes);
        inBytes = new byte[bufferBytes];
        inMemory = MemorySegment.ofArray(inBytes);
        in = ByteBuffer.wrap(inBytes);
        int capacity = Integer.highestOneBit(Math.max(1, depthMax - 1)) << 1;
        slots = new int[capacity];
        mask = capacity - 1;
        try {
            channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        } catch (IOException e) {
            throw new UnreachableException("cannot connect to " + address + ": is the server there?", e);
        }
    }

    /** Room for what is to be sent, where so many bytes are the longest message. */
    static int bufferBytes(int messageBytesMax) {
        return Math.max(BUFFER_BYTES_MIN, 2 * messageBytesMax);
    }

    /** Whether a request of up to so many bytes can be written. */
    boolean hasRoom(int bytes) {
        return asked - answered < depthMax && outBytes.length - outLength >= bytes;
    }

    int outstanding() {
        return (int) (asked - answered);
    }

    /** The slot whose answer comes next. */
    int awaited() {
        return slots[(int) answered & mask];
    }

    /** A request was written whole. */
    void await(int slot) {
        slots[(int) asked++ & mask] = slot;
    }

    void write(byte[] bytes) {
        write(bytes, bytes.length);
    }

    void write(byte[] bytes, int length) {
        write(bytes, 0, length);
    }

    void write(byte[] bytes, int from, int length) {
        System.arraycopy(bytes, from, outBytes, outLength, length);
        outLength += length;
    }

    /** A name in ASCII, with underscores for its dots where they may not be. */
    void writeName(byte[] name, boolean hasNoDots) {
        for (byte letter : name) {
            outBytes[outLength++] = hasNoDots && letter == '.' ? (byte) '_' : letter;
        }
    }

    void writeNumber(int number) {
        int at = DIGITS_MAX;
        int rest = number;
        do {
            digits[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        System.arraycopy(digits, at, outBytes, outLength, DIGITS_MAX - at);
        outLength += DIGITS_MAX - at;
    }

    /** Sends what the kernel takes, and receives what has come; returns the bytes of both. */
    int exchange() {
        try {
            return send() + receive();
        } catch (IOException e) {
            throw new UncheckedIOException("the connection broke", e);
        }
    }

    private int send() throws IOException {
        if (outLength == 0) {
            return 0;
        }
        out.clear().limit(outLength);
        int sent = channel.write(out);
        if (sent < outLength) {
            System.arraycopy(outBytes, sent, outBytes, 0, outLength - sent);
        }
        outLength -= sent;
        return sent;
    }

    private int receive() throws IOException {
        if (asked == answered) {
            return 0;
        }
        if (readAt == in.position()) {
            in.clear();
            readAt = 0;
        } else if (in.remaining() < inBytes.length / 2) {
            System.arraycopy(inBytes, readAt, inBytes, 0, in.position() - readAt);
            in.position(in.position() - readAt);
            readAt = 0;
        }
        int received = channel.read(in);
        if (received < 0) {
            throw new EOFException("the server closed the connection");
        }
        return received;
    }

    /** Where the first byte that was not taken lies in {@link #memory}. */
    int at() {
        return readAt;
    }

    /** Bytes that have come and were not taken. */
    int available() {
        return in.position() - readAt;
    }

    /** Whether no answer was taken yet: a server's greeting stands before the first. */
    boolean isFresh() {
        return answered == 0;
    }

    /** Copies bytes that have come; the caller has looked that they have. */
    void read(int offset, byte[] to, int length) {
        System.arraycopy(inBytes, readAt + offset, to, 0, length);
    }

    byte byteAt(int offset) {
        return inBytes[readAt + offset];
    }

    MemorySegment memory() {
        return inMemory;
    }

    /** The offset behind a line that starts at this one, its end included; −1 when it has not come whole. */
    int lineEnd(int from) {
        int limit = in.position();
        for (int i = readAt + from; i + 1 < limit; i++) {
            if (inBytes[i] == '\r' && inBytes[i + 1] == '\n') {
                return i + 2 - readAt;
            }
        }
        return -1;
    }

    /** Whether what was not taken has these bytes just before an offset. */
    boolean endsWith(int before, byte[] bytes) {
        int end = readAt + before;
        return before >= bytes.length && Arrays.equals(inBytes, end - bytes.length, end, bytes, 0, bytes.length);
    }

    /** The decimal number at an offset, up to the first byte that is no digit. */
    long number(int from) {
        int i = readAt + from;
        boolean isNegative = inBytes[i] == '-';
        i += isNegative ? 1 : 0;
        long number = 0;
        while (inBytes[i] >= '0' && inBytes[i] <= '9') {
            number = number * 10 + inBytes[i++] - '0';
        }
        return isNegative ? -number : number;
    }

    /** What was read is done with: an answer ends here. */
    void take(int bytes) {
        readAt += bytes;
        answered++;
    }

    String text(int from, int to) {
        return new String(inBytes, readAt + from, to - from, StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
