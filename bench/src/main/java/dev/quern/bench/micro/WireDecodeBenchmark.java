package dev.quern.bench.micro;

import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
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

/** Decoding and checking a datagram of 32 get requests; the figure is for one of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WireDecodeBenchmark {
    private static final int MESSAGES = 32;
    private static final int KEY_LENGTH = 16;

    private final Arena arena = Arena.ofShared();
    private final MessageCursor cursor = new MessageCursor();
    private MemorySegment datagram = MemorySegment.NULL;
    private int length;

    /** Writes the datagram. */
    @Setup
    public void write() {
        int bytes = DatagramLayout.HEADER_BYTES + MESSAGES * MessageLayout.sizeOf(KEY_LENGTH);
        datagram = arena.allocate(bytes, MessageLayout.ALIGNMENT);
        DatagramLayout.writeHeader(datagram, 0, 0, 1);
        long at = DatagramLayout.HEADER_BYTES;
        for (int i = 0; i < MESSAGES; i++) {
            MessageLayout.writeHeader(datagram, at, Opcode.GET, Status.OK, 0, KEY_LENGTH, i + 1, 0);
            Wire.putLong(datagram, at + MessageLayout.HEADER_BYTES, i);
            at += MessageLayout.pad(datagram, at, KEY_LENGTH);
        }
        length = (int) at;
    }

    /** Walks the messages, checks every body, and sums what a server would dispatch on. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decodeGet() {
        long sum = 0;
        int seen = 0;
        if (cursor.wrap(datagram, 0, length, false) == Verdict.GOOD) {
            while (cursor.next()) {
                if (cursor.checkBody() == Verdict.GOOD) {
                    sum += cursor.opcode() + cursor.sequence() + cursor.body();
                    seen++;
                }
            }
        }
        if (seen != MESSAGES) {
            throw new IllegalStateException("decoded " + seen + " messages of " + MESSAGES);
        }
        return sum;
    }

    /** Frees the datagram. */
    @TearDown
    public void free() {
        arena.close();
    }
}
