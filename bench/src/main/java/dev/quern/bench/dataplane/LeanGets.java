package dev.quern.bench.dataplane;

import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.ValueCheck;
import dev.quern.bench.peers.Workload;
import dev.quern.client.transport.ShmTransport;
import dev.quern.client.transport.Transport;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.ValueReplyLayout;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * Gets of random keys by the bare protocol over shared memory, so that the server has more to do than its load: one datagram is written over and
 * over, nothing is sent again, and there are no futures. Every answer is checked as {@link Gets} does it. One thread; allocates nothing.
 */
final class LeanGets implements AutoCloseable {
    private static final long STALL_NS_MAX = 5_000_000_000L;
    private static final long LATENCY_NS_MAX = 10_000_000_000L;

    /** The window of a session: a sequence's place among those in flight. */
    private static final int SLOTS = 1 << 10;

    private static final int ANSWERED = -1;
    private static final int POLLS = 8;
    private static final int REQUEST_BYTES = MessageLayout.sizeOf(Workload.KEY_LENGTH);
    private static final int REPLY_BYTES =
            MessageLayout.HEADER_BYTES + ValueReplyLayout.VALUE_OFFSET + Workload.VALUE_LENGTH;

    private final Transport transport;
    private final Transport.Link link;
    private final ValueCheck check;
    private final Arena arena = Arena.ofShared();
    private final long keys;
    private final ByteBuffer sent =
            ByteBuffer.allocateDirect(DatagramLayout.HEADER_BYTES + Gets.PER_DATAGRAM * REQUEST_BYTES);
    private final ByteBuffer received = ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_LOOPBACK);
    private final long request = MemorySegment.ofBuffer(sent).address();
    private final long reply = MemorySegment.ofBuffer(received).address();
    private final int[] asked = new int[SLOTS];
    private final long[] startNs = new long[SLOTS];
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
    private final SplittableRandom random = new SplittableRandom(42);
    private int sequence = 1;
    private long requested;
    private long completed;

    private LeanGets(Transport transport, Transport.Link link, ValueCheck check) {
        this.transport = transport;
        this.link = link;
        this.check = check;
        int session = RawSession.open(link);
        keys = arena.allocate((long) check.count() * Workload.KEY_LENGTH, Long.BYTES)
                .address();
        for (int i = 0; i < check.count(); i++) {
            NativeMemory.copyFromArray(check.key(i), 0, key(i), Workload.KEY_LENGTH);
        }
        Arrays.fill(asked, ANSWERED);
        MemorySegment memory = MemorySegment.ofBuffer(sent);
        DatagramLayout.writeHeader(memory, 0, 0, session);
        for (int i = 0; i < Gets.PER_DATAGRAM; i++) {
            long at = DatagramLayout.HEADER_BYTES + (long) i * REQUEST_BYTES;
            MessageLayout.writeHeader(memory, at, Opcode.GET, Status.OK, 0, Workload.KEY_LENGTH, 0, 0);
        }
    }

    /** @param directory the server's */
    static LeanGets open(String directory, ValueCheck check) throws IOException {
        Transport transport = ShmTransport.to(Path.of(directory));
        try {
            return new LeanGets(transport, transport.open(Transport.PORT_FIRST), check);
        } catch (IOException | RuntimeException failed) {
            transport.close();
            throw failed;
        }
    }

    private long key(int index) {
        return keys + (long) index * Workload.KEY_LENGTH;
    }

    /** Runs a load of so many gets in flight, some to a datagram, and lets what is in flight end. */
    LoadResult run(Duration time, int inFlight) {
        latencies.reset();
        completed = 0;
        requested = 0;
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        long workNs = beginNs;
        while (nowNs - beginNs < time.toNanos()) {
            while (requested - completed + Gets.PER_DATAGRAM <= inFlight && send(nowNs)) {
                poll(nowNs);
            }
            boolean isAnswered = poll(nowNs);
            nowNs = System.nanoTime();
            workNs = isAnswered ? nowNs : workNs;
            checkStall(nowNs, workNs);
        }
        LoadResult result = LoadResult.of(completed, nowNs - beginNs, latencies);
        workNs = nowNs;
        while (completed < requested) {
            poll(nowNs);
            checkStall(System.nanoTime(), workNs);
        }
        return result;
    }

    private static void checkStall(long nowNs, long workNs) {
        if (nowNs - workNs > STALL_NS_MAX) {
            throw new IllegalStateException("no get was answered for 5 s");
        }
    }

    private boolean send(long nowNs) {
        long at = request + DatagramLayout.HEADER_BYTES;
        for (int i = 0; i < Gets.PER_DATAGRAM; i++, at += REQUEST_BYTES) {
            int index = random.nextInt(check.count());
            asked[sequence + i & SLOTS - 1] = index;
            NativeMemory.putInt(at + MessageLayout.SEQUENCE_OFFSET, sequence + i);
            long key = key(index);
            NativeMemory.putLong(at + MessageLayout.HEADER_BYTES, NativeMemory.getLong(key));
            NativeMemory.putLong(at + MessageLayout.HEADER_BYTES + Long.BYTES, NativeMemory.getLong(key + Long.BYTES));
        }
        sent.clear();
        if (!link.send(sent)) {
            return false;
        }
        startNs[sequence & SLOTS - 1] = nowNs;
        sequence += Gets.PER_DATAGRAM;
        requested += Gets.PER_DATAGRAM;
        return true;
    }

    private boolean poll(long nowNs) {
        long before = completed;
        for (int i = 0; i < POLLS; i++) {
            int length = link.receive(received);
            if (length == 0) {
                break;
            }
            accept(length, nowNs);
        }
        return completed > before;
    }

    private void accept(int length, long nowNs) {
        long end = reply + length;
        for (long at = reply + DatagramLayout.HEADER_BYTES; at < end; at += MessageLayout.padded(REPLY_BYTES)) {
            int answered = NativeMemory.getInt(at + MessageLayout.SEQUENCE_OFFSET);
            int slot = answered & SLOTS - 1;
            int index = asked[slot];
            if (NativeMemory.getByte(at + MessageLayout.OPCODE_OFFSET) != Opcode.GET
                    || NativeMemory.getByte(at + MessageLayout.STATUS_OFFSET) != Status.OK
                    || NativeMemory.getInt(at + MessageLayout.LENGTH_OFFSET) != REPLY_BYTES
                    || index == ANSWERED
                    || !check.isValueOf(
                            index, NativeMemory.ALL, at + MessageLayout.HEADER_BYTES + ValueReplyLayout.VALUE_OFFSET)) {
                throw new IllegalStateException("a get was answered wrongly: sequence=" + answered + ", key=" + index);
            }
            asked[slot] = ANSWERED;
            completed++;
            if ((answered - 1) % Gets.PER_DATAGRAM == 0) {
                latencies.recordValue(Math.min(nowNs - startNs[slot], LATENCY_NS_MAX));
            }
        }
    }

    @Override
    public void close() {
        transport.close();
        arena.close();
    }
}
