package dev.quern.bench.micro;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Verdict;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.bytes.BytesStore;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Decoding and checking a datagram of 32 get requests, by the wire's own classes as a server does and with the same checks by hand on a ByteBuffer of the heap and on
 * Chronicle Bytes; the figure is for one of them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class WireDecodeBenchmark {
    private static final int MESSAGES = 32;
    private static final int KEY_LENGTH = 16;
    private static final int BYTE = 0xFF;

    private final Arena arena = Arena.ofShared();
    private final MessageCursor cursor = new MessageCursor();
    private long datagram;
    private int length;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private @Nullable BytesStore<?, Void> stored;
    private long expected;

    /** Writes the datagram. */
    @Setup
    public void write() {
        int bytes = DatagramLayout.HEADER_BYTES + MESSAGES * MessageLayout.sizeOf(KEY_LENGTH);
        datagram = arena.allocate(bytes, MessageLayout.ALIGNMENT).address();
        DatagramLayout.writeHeader(NativeMemory.ALL, datagram, 0, 1);
        long at = datagram + DatagramLayout.HEADER_BYTES;
        for (int i = 0; i < MESSAGES; i++) {
            MessageLayout.writeHeader(NativeMemory.ALL, at, Opcode.GET, Status.OK, 0, KEY_LENGTH, i + 1, 0);
            NativeMemory.putLong(at + MessageLayout.HEADER_BYTES, i);
            at += MessageLayout.pad(NativeMemory.ALL, at, KEY_LENGTH);
        }
        length = (int) (at - datagram);
        buffer = ByteBuffer.wrap(NativeMemory.toArray(datagram, length)).order(ByteOrder.LITTLE_ENDIAN);
        stored = BytesStore.nativeStoreFrom(buffer.array());
        expected = decodeGet();
    }

    /** Walks the messages, checks every body, and sums what a server would dispatch on. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decodeGet() {
        long sum = 0;
        int seen = 0;
        if (cursor.wrap(NativeMemory.ALL, datagram, length, false) == Verdict.GOOD) {
            while (cursor.next()) {
                if (cursor.checkBody() == Verdict.GOOD) {
                    sum += cursor.opcode() + cursor.sequence() + (cursor.body() - datagram);
                    seen++;
                }
            }
        }
        if (seen != MESSAGES) {
            throw new IllegalStateException("decoded " + seen + " messages of " + MESSAGES);
        }
        return sum;
    }

    /** The same by hand on the heap. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decodeGetBuffer() {
        ByteBuffer from = buffer;
        boolean isGood = isDatagram(
                from.capacity(),
                from.getShort(DatagramLayout.MAGIC_OFFSET),
                from.get(DatagramLayout.VERSION_OFFSET),
                from.get(DatagramLayout.FLAGS_OFFSET));
        long sum = 0;
        int at = isGood ? DatagramLayout.HEADER_BYTES : from.capacity();
        while (at < from.capacity()) {
            int messageLength = messageLength(from.getInt(at + MessageLayout.LENGTH_OFFSET), from.capacity() - at);
            int opcode = from.get(at + MessageLayout.OPCODE_OFFSET) & BYTE;
            requireGet(opcode, from.get(at + MessageLayout.STATUS_OFFSET), messageLength);
            sum += opcode + from.getInt(at + MessageLayout.SEQUENCE_OFFSET) + at + MessageLayout.HEADER_BYTES;
            at += MessageLayout.padded(messageLength);
        }
        return checked(sum);
    }

    /** The same by hand on native memory of Chronicle Bytes. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decodeGetChronicle() {
        BytesStore<?, ?> from = Objects.requireNonNull(stored);
        int capacity = (int) from.capacity();
        boolean isGood = isDatagram(
                capacity,
                from.readShort(DatagramLayout.MAGIC_OFFSET),
                from.readByte(DatagramLayout.VERSION_OFFSET),
                from.readByte(DatagramLayout.FLAGS_OFFSET));
        long sum = 0;
        int at = isGood ? DatagramLayout.HEADER_BYTES : capacity;
        while (at < capacity) {
            int messageLength = messageLength(from.readInt(at + MessageLayout.LENGTH_OFFSET), capacity - at);
            int opcode = from.readByte(at + MessageLayout.OPCODE_OFFSET) & BYTE;
            requireGet(opcode, from.readByte(at + MessageLayout.STATUS_OFFSET), messageLength);
            sum += opcode + from.readInt(at + MessageLayout.SEQUENCE_OFFSET) + at + MessageLayout.HEADER_BYTES;
            at += MessageLayout.padded(messageLength);
        }
        return checked(sum);
    }

    private static boolean isDatagram(int length, int magic, int version, int flags) {
        return length >= DatagramLayout.HEADER_BYTES
                && length <= Limits.DATAGRAM_BYTES_MAX
                && length % MessageLayout.ALIGNMENT == 0
                && magic == DatagramLayout.MAGIC
                && version == DatagramLayout.VERSION
                && (flags & ~DatagramLayout.FLAG_TAGGED) == 0;
    }

    private static int messageLength(int length, int rest) {
        if (length < MessageLayout.HEADER_BYTES || length > rest) {
            throw new IllegalStateException("a message of " + length + " bytes where " + rest + " are left");
        }
        return length;
    }

    private static void requireGet(int opcode, int status, int messageLength) {
        int keyLength = messageLength - MessageLayout.HEADER_BYTES;
        if (opcode != Opcode.GET || status != Status.OK || keyLength < 1 || keyLength > Limits.KEY_BYTES_MAX) {
            throw new IllegalStateException("no get: opcode=" + opcode + ", status=" + status);
        }
    }

    private long checked(long sum) {
        if (sum != expected) {
            throw new IllegalStateException("decoded other messages: sum=" + sum + ", expected=" + expected);
        }
        return sum;
    }

    /** Frees the datagram. */
    @TearDown
    public void free() {
        Objects.requireNonNull(stored).releaseLast();
        arena.close();
    }
}
