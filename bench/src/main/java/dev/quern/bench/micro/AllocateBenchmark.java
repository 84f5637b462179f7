package dev.quern.bench.micro;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.CoreAllocator;
import dev.quern.kvstore.memory.RecordArena;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * Memory for a record taken and given back, as an update does: 100,000 blocks of 32 to 1,055 bytes live, of which random ones are replaced by others of
 * another length. Each block is stamped when it is taken, and its stamp checked when it is given back.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class AllocateBenchmark {
    private static final int LIVE = 100_000;
    private static final int REPLACED = 64;
    private static final int BYTES_MIN = 32;
    private static final int BYTES_SPAN = 1024;
    private static final long QUOTA_BYTES = 1L << 30;

    /** Where a block is, and how long. */
    @State(Scope.Thread)
    public abstract static class Blocks {
        private final long[] addresses = new long[LIVE];
        private final int[] lengths = new int[LIVE];
        private final SplittableRandom random = new SplittableRandom(7);

        abstract long take(int bytes);

        abstract void give(long address, int bytes);

        void fill() {
            for (int i = 0; i < LIVE; i++) {
                put(i);
            }
        }

        void empty() {
            for (int i = 0; i < LIVE; i++) {
                give(addresses[i], lengths[i]);
            }
        }

        private void put(int index) {
            int bytes = BYTES_MIN + (random.nextInt() & BYTES_SPAN - 1);
            long address = take(bytes);
            NativeMemory.putLong(address, address);
            addresses[index] = address;
            lengths[index] = bytes;
        }

        long replace() {
            long sum = 0;
            for (int i = 0; i < REPLACED; i++) {
                int index = (int) ((random.nextInt() & 0xFFFF_FFFFL) * LIVE >>> Integer.SIZE);
                long address = addresses[index];
                if (NativeMemory.getLong(address) != address) {
                    throw new IllegalStateException("another block's stamp");
                }
                give(address, lengths[index]);
                put(index);
                sum += addresses[index];
            }
            return sum;
        }
    }

    /** The store's own: a core's stacks of free blocks by class, over a tenant's arena. */
    public static class Slab extends Blocks {
        private @Nullable RecordArena arena;
        private @Nullable CoreAllocator allocator;

        /** Reserves the arena. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            arena = new RecordArena(QUOTA_BYTES);
            allocator = new CoreAllocator(arena);
            fill();
        }

        /** Releases it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            empty();
            Objects.requireNonNull(allocator).close();
            Objects.requireNonNull(arena).close();
        }

        @Override
        long take(int bytes) {
            long block = Objects.requireNonNull(allocator).allocate(bytes);
            if (block == 0) {
                throw new IllegalStateException("the quota is used up");
            }
            return block;
        }

        @Override
        void give(long address, int bytes) {
            Objects.requireNonNull(allocator).free(address, bytes);
        }
    }

    /** The C library's. */
    public static class Malloc extends Blocks {
        /** Takes the blocks. */
        @Setup(Level.Trial)
        public void open() {
            fill();
        }

        /** Gives them back. */
        @TearDown(Level.Trial)
        public void close() {
            empty();
        }

        @Override
        long take(int bytes) {
            return NativeHeap.allocate(bytes);
        }

        @Override
        void give(long address, int bytes) {
            NativeHeap.free(address);
        }
    }

    /** Arrays of the heap, which the collector gives back. */
    @State(Scope.Thread)
    public static class Arrays {
        private final byte[][] blocks = new byte[LIVE][];
        private final SplittableRandom random = new SplittableRandom(7);

        /** Takes them. */
        @Setup(Level.Trial)
        public void open() {
            for (int i = 0; i < LIVE; i++) {
                put(i);
            }
        }

        private void put(int index) {
            blocks[index] = new byte[BYTES_MIN + (random.nextInt() & BYTES_SPAN - 1)];
            blocks[index][0] = (byte) index;
        }

        long replace() {
            long sum = 0;
            for (int i = 0; i < REPLACED; i++) {
                int index = (int) ((random.nextInt() & 0xFFFF_FFFFL) * LIVE >>> Integer.SIZE);
                if (blocks[index][0] != (byte) index) {
                    throw new IllegalStateException("another block's stamp");
                }
                put(index);
                sum += blocks[index].length;
            }
            return sum;
        }
    }

    /** {@link CoreAllocator}. */
    @Benchmark
    @OperationsPerInvocation(REPLACED)
    public long allocateSlab(Slab blocks) {
        return blocks.replace();
    }

    /** malloc and free, called through the foreign function interface. */
    @Benchmark
    @OperationsPerInvocation(REPLACED)
    public long allocateMalloc(Malloc blocks) {
        return blocks.replace();
    }

    /** byte[]. */
    @Benchmark
    @OperationsPerInvocation(REPLACED)
    public long allocateArray(Arrays blocks) {
        return blocks.replace();
    }

    /** An {@link Arena} for each block, which is how Java would give a segment back by itself; no set of live ones beside it. */
    @Benchmark
    public long allocateArena() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(BYTES_MIN + BYTES_SPAN / 2).address();
            NativeMemory.putLong(address, address);
            if (NativeMemory.getLong(address) != address) {
                throw new IllegalStateException("another block's stamp");
            }
            return address;
        }
    }
}
