package dev.quern.bench.micro;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.Checksum;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The checksum of a full packet, beside the loop of RFC 1071, two bytes a step. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ChecksumBenchmark {
    private static final int BYTES = 1_480;

    private final Arena arena = Arena.ofShared();
    private long packet;
    private int expected;

    /** Writes the packet. */
    @Setup
    public void write() {
        packet = arena.allocate(BYTES, Long.BYTES).address();
        for (int i = 0; i < BYTES; i++) {
            NativeMemory.putByte(packet + i, (byte) (i * 31));
        }
        expected = Checksum.fold(plain(packet, BYTES));
    }

    private static long plain(long address, int length) {
        long sum = 0;
        for (int at = 0; at < length; at += Short.BYTES) {
            sum += Short.toUnsignedInt(NativeMemory.getShort(address + at));
        }
        return sum;
    }

    private int checked(long sum) {
        int folded = Checksum.fold(sum);
        if (folded != expected) {
            throw new IllegalStateException("a checksum of " + folded + " instead of " + expected);
        }
        return folded;
    }

    /** As packets are checked. */
    @Benchmark
    public int checksum() {
        return checked(Checksum.sum(packet, BYTES));
    }

    /** Two bytes a step. */
    @Benchmark
    public int checksumPlain() {
        return checked(plain(packet, BYTES));
    }

    /** Frees the packet. */
    @TearDown
    public void free() {
        arena.close();
    }
}
