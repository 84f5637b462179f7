package dev.quern.bench.micro;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.ValueReplyLayout;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.bytes.BytesStore;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Encoding a datagram of 8 replies to gets, each with a value of 100 bytes that lies elsewhere, by the wire's own classes as a server does, by hand in a
 * ByteBuffer of the heap out of an array, and by hand in native memory of Chronicle Bytes out of such memory; the figure is for one reply. After each
 * iteration all three must write the same.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class WireEncodeBenchmark {
    private static final int MESSAGES = 8;
    private static final int VALUE_LENGTH = 100;
    private static final int BODY_LENGTH = ValueReplyLayout.BYTES_MIN + VALUE_LENGTH;
    private static final int MESSAGE_BYTES = MessageLayout.sizeOf(BODY_LENGTH);
    private static final int PADDING = MESSAGE_BYTES - MessageLayout.HEADER_BYTES - BODY_LENGTH;
    private static final int BYTES = DatagramLayout.HEADER_BYTES + MESSAGES * MESSAGE_BYTES;
    private static final int SESSION = 7;

    private final Arena arena = Arena.ofShared();
    private final long datagram = arena.allocate(BYTES, MessageLayout.ALIGNMENT).address();
    private final long value = arena.allocate(VALUE_LENGTH, Long.BYTES).address();
    private final ByteBuffer buffer = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final byte[] heapValue = new byte[VALUE_LENGTH];
    private final BytesStore<?, Void> store = BytesStore.nativeStoreWithFixedCapacity(BYTES);
    private final BytesStore<?, Void> storeValue = BytesStore.nativeStoreWithFixedCapacity(VALUE_LENGTH);
    private int sequence;

    /** Writes the value. */
    @Setup
    public void fill() {
        for (int i = 0; i < VALUE_LENGTH; i++) {
            heapValue[i] = (byte) (i * 31);
        }
        NativeMemory.copyFromArray(heapValue, 0, value, VALUE_LENGTH);
        storeValue.write(0, heapValue);
    }

    /** By the classes of the wire's layout. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int encodeReply() {
        DatagramLayout.writeHeader(NativeMemory.ALL, datagram, DatagramLayout.FLAG_REPLY, SESSION);
        long at = datagram + DatagramLayout.HEADER_BYTES;
        for (int i = 0; i < MESSAGES; i++) {
            // Clears the padding: what is not padding there is written afterwards.
            NativeMemory.putLong(at + MESSAGE_BYTES - Long.BYTES, 0);
            MessageLayout.writeHeader(NativeMemory.ALL, at, Opcode.GET, Status.OK, 0, BODY_LENGTH, ++sequence, 0);
            long body = at + MessageLayout.HEADER_BYTES;
            ValueReplyLayout.write(NativeMemory.ALL, body, sequence);
            NativeMemory.copy(value, body + ValueReplyLayout.VALUE_OFFSET, VALUE_LENGTH);
            at += MESSAGE_BYTES;
        }
        return (int) (at - datagram);
    }

    /** The same by hand on the heap. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int encodeReplyBuffer() {
        buffer.clear()
                .putShort((short) DatagramLayout.MAGIC)
                .put((byte) DatagramLayout.VERSION)
                .put((byte) DatagramLayout.FLAG_REPLY)
                .putInt(SESSION)
                .putLong(0);
        for (int i = 0; i < MESSAGES; i++) {
            buffer.put((byte) Opcode.GET)
                    .put((byte) Status.OK)
                    .putShort((short) 0)
                    .putInt(MessageLayout.HEADER_BYTES + BODY_LENGTH)
                    .putInt(++sequence)
                    .putInt(0)
                    .putLong(sequence)
                    .put(heapValue);
            for (int j = 0; j < PADDING; j++) {
                buffer.put((byte) 0);
            }
        }
        return buffer.position();
    }

    /** The same by hand in native memory of Chronicle Bytes. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long encodeReplyChronicle() {
        store.writeShort(DatagramLayout.MAGIC_OFFSET, (short) DatagramLayout.MAGIC);
        store.writeByte(DatagramLayout.VERSION_OFFSET, (byte) DatagramLayout.VERSION);
        store.writeByte(DatagramLayout.FLAGS_OFFSET, (byte) DatagramLayout.FLAG_REPLY);
        store.writeInt(DatagramLayout.SESSION_OFFSET, SESSION);
        store.writeLong(DatagramLayout.TAG_OFFSET, 0);
        long at = DatagramLayout.HEADER_BYTES;
        for (int i = 0; i < MESSAGES; i++) {
            store.writeLong(at + MESSAGE_BYTES - Long.BYTES, 0);
            store.writeByte(at + MessageLayout.OPCODE_OFFSET, (byte) Opcode.GET);
            store.writeByte(at + MessageLayout.STATUS_OFFSET, (byte) Status.OK);
            store.writeShort(at + MessageLayout.TABLE_OFFSET, (short) 0);
            store.writeInt(at + MessageLayout.LENGTH_OFFSET, MessageLayout.HEADER_BYTES + BODY_LENGTH);
            store.writeInt(at + MessageLayout.SEQUENCE_OFFSET, ++sequence);
            store.writeInt(at + MessageLayout.DEADLINE_US_OFFSET, 0);
            long body = at + MessageLayout.HEADER_BYTES;
            store.writeLong(body + ValueReplyLayout.VERSION_OFFSET, sequence);
            store.write(body + ValueReplyLayout.VALUE_OFFSET, storeValue, 0, VALUE_LENGTH);
            at += MESSAGE_BYTES;
        }
        return at;
    }

    /** All three write the same. */
    @TearDown(Level.Iteration)
    public void compare() {
        int from = sequence;
        encodeReply();
        sequence = from;
        encodeReplyBuffer();
        sequence = from;
        encodeReplyChronicle();
        byte[] chronicle = new byte[BYTES];
        store.read(0, chronicle, 0, BYTES);
        if (!Arrays.equals(NativeMemory.toArray(datagram, BYTES), buffer.array())
                || !Arrays.equals(chronicle, buffer.array())) {
            throw new IllegalStateException("three ways wrote different datagrams");
        }
    }

    /** Frees the datagrams. */
    @TearDown(Level.Trial)
    public void free() {
        store.releaseLast();
        storeValue.releaseLast();
        arena.close();
    }
}
