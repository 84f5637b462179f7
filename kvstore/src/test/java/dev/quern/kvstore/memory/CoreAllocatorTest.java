package dev.quern.kvstore.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks from slabs and spans, through one core and through several. */
@Timeout(120)
class CoreAllocatorTest {
    private static final long QUOTA_BYTES = 16 << 20;

    private final RecordArena arena;

    CoreAllocatorTest() throws IOException {
        arena = new RecordArena(QUOTA_BYTES, false, new CommitAhead());
    }

    @AfterEach
    void close() throws IOException {
        arena.close();
    }

    private record Block(long address, int bytes) {}

    @Test
    void shouldServeEverySizeInTurnFromTheSameMemory() {
        CoreAllocator core = new CoreAllocator(arena);
        int[] sizes = {100, 4096, 1 << 20, 33, 40_000, 100};
        for (int bytes : sizes) {
            List<Block> blocks = fill(core, bytes);
            long charged = (long) blocks.size() * SizeClasses.blockBytes(bytes);
            assertTrue(
                    charged > QUOTA_BYTES - Math.max(SizeClasses.blockBytes(bytes), QUOTA_BYTES / 100),
                    "refused at " + charged + " bytes in blocks of " + bytes);
            assertEquals(charged, arena.blockBytes());
            assertEquals((long) blocks.size() * bytes, arena.contentBytes());
            assertTrue(arena.residentBytes() <= arena.residentBytesMax());
            assertTrue(arena.residentBytes() < QUOTA_BYTES * 5 / 4, "resident " + arena.residentBytes());
            blocks.forEach(block -> core.free(block.address, block.bytes));
        }
        core.close();
        assertEquals(0, arena.usedBytes());
        assertEquals(0, arena.quota().drawnBytes());
        for (long nowMs = 0; nowMs < 5000; nowMs += 1000) {
            while (arena.maintain(nowMs) > 0) {}
        }
        assertEquals(0, arena.residentBytes());
    }

    private static List<Block> fill(CoreAllocator core, int bytes) {
        List<Block> blocks = new ArrayList<>();
        for (long block = core.allocate(bytes); block != 0; block = core.allocate(bytes)) {
            blocks.add(new Block(block, bytes));
        }
        return blocks;
    }

    @Test
    void shouldReturnSlabsOnceTheirBlocksAreFree() {
        CoreAllocator core = new CoreAllocator(arena);
        List<Block> blocks = fill(core, 200);
        long full = arena.usedBytes();
        // Every second block stays, so no slab can go; the other half frees them all.
        for (int i = 0; i < blocks.size(); i += 2) {
            core.free(blocks.get(i).address, 200);
        }
        assertEquals(full, arena.usedBytes());
        for (int i = 1; i < blocks.size(); i += 2) {
            core.free(blocks.get(i).address, 200);
        }
        // What the core keeps to itself holds a few slabs until a second without demand has passed.
        assertTrue(arena.usedBytes() < full / 8, arena.usedBytes() + " of " + full);
        assertTrue(core.cachedBytes() > 0);
        core.maintain(10_000);
        core.maintain(11_000);
        assertEquals(0, core.cachedBytes());
        assertEquals(0, arena.usedBytes());
        assertEquals(0, arena.quota().drawnBytes());
        core.close();
    }

    @Test
    void shouldLendLargerBlocksWhenThereIsNoMemoryForASlab() throws IOException {
        try (RecordArena small = new RecordArena(4 << 20, false, new CommitAhead())) {
            CoreAllocator core = new CoreAllocator(small);
            // A block or two in each slab stay until the pages are used up: little is charged, much is resident.
            List<Block> kept = new ArrayList<>();
            int bytes = 512;
            while (core.allocate(SizeClasses.BYTES_MAX + 1) != 0) {
                assertTrue(bytes <= 2048, "pages were not used up");
                List<Block> blocks = fill(core, bytes);
                for (int i = 0; i < blocks.size(); i++) {
                    if (i % 8 == 0) {
                        kept.add(blocks.get(i));
                    } else {
                        core.free(blocks.get(i).address, bytes);
                    }
                }
                bytes += 64;
            }
            assertTrue(small.blockBytes() < 3 << 20, "used " + small.blockBytes());
            List<Block> lent = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                long block = core.allocate(24);
                assertNotEquals(0, block);
                lent.add(new Block(block, 24));
                mark(lent.getLast());
            }
            lent.forEach(CoreAllocatorTest::check);
            lent.forEach(block -> core.free(block.address, block.bytes));
            kept.forEach(block -> core.free(block.address, block.bytes));
            core.close();
        }
    }

    @Test
    void shouldNoticeABlockThatIsFreedTwice() {
        CoreAllocator core = new CoreAllocator(arena);
        long block = core.allocate(100);
        core.free(block, 100);
        core.free(block, 100);
        assertThrows(IllegalStateException.class, core::close);
    }

    @Test
    void shouldKeepBlocksApartWhenCoresFreeWhatOthersAllocated() throws Exception {
        int cores = 4;
        int rounds = 60_000;
        ArrayBlockingQueue<Block> passed = new ArrayBlockingQueue<>(4096);
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < cores; i++) {
            long seed = i;
            tasks.add(() -> churn(new Random(seed), rounds, passed));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(cores)) {
            for (Future<Long> result : threads.invokeAll(tasks, 100, TimeUnit.SECONDS)) {
                assertTrue(result.get() > 0);
            }
        }
        CoreAllocator last = new CoreAllocator(arena);
        for (Block block = passed.poll(); block != null; block = passed.poll()) {
            check(block);
            last.free(block.address, block.bytes);
        }
        last.close();
        assertEquals(0, arena.blockBytes());
        assertEquals(0, arena.contentBytes());
        assertEquals(0, arena.usedBytes());
        assertEquals(0, arena.quota().drawnBytes());
    }

    private long churn(Random random, int rounds, ArrayBlockingQueue<Block> passed) {
        CoreAllocator core = new CoreAllocator(arena);
        long allocated = 0;
        for (int i = 0; i < rounds; i++) {
            int bytes = 8 + random.nextInt(random.nextInt(50) == 0 ? 100_000 : 600);
            long address = core.allocate(bytes);
            assertTrue(arena.quota().drawnBytes() <= QUOTA_BYTES);
            if (address != 0) {
                allocated++;
                Block block = new Block(address, bytes);
                mark(block);
                if (!passed.offer(block)) {
                    check(block);
                    core.free(address, bytes);
                }
            }
            if (random.nextInt(3) == 0 || address == 0) {
                Block other = passed.poll();
                if (other != null) {
                    check(other);
                    core.free(other.address, other.bytes);
                }
            }
            core.maintain(i / 10);
            arena.maintain(i / 10);
        }
        core.close();
        return allocated;
    }

    private static void mark(Block block) {
        NativeMemory.putByte(block.address + block.bytes - 1, (byte) (block.address >>> 3));
        NativeMemory.putLong(block.address, block.address ^ block.bytes);
    }

    private static void check(Block block) {
        if (block.bytes > Long.BYTES) {
            assertEquals((byte) (block.address >>> 3), NativeMemory.getByte(block.address + block.bytes - 1));
        }
        assertEquals(block.address ^ block.bytes, NativeMemory.getLong(block.address));
    }

    @Test
    void shouldCostNothingUntilAWideRangeIsUsed() throws IOException {
        try (RecordArena wide = new RecordArena(1L << 40, true, new CommitAhead())) {
            assertEquals(0, wide.residentBytes());
            CoreAllocator core = new CoreAllocator(wide);
            long block = core.allocate(100);
            assertTrue(block >= wide.address() && block + 100 <= wide.address() + wide.length());
            assertEquals(SizeClasses.slabPages(SizeClasses.of(100)) * 4096L, wide.residentBytes());
            core.free(block, 100);
            core.close();
        }
    }
}
