package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MembarrierTest {
    private static final int ROUNDS = 100_000;

    /** Store buffering: one side stores and loads without a fence, the other with {@code fenceAll} between; both cannot miss the store. */
    @Test
    void shouldFenceAThreadThatHasNoFenceOfItsOwn() throws Exception {
        assumeTrue(Membarrier.isAvailable(), "needs Linux 4.14");
        int[] seenByPlain = new int[ROUNDS];
        int[] seenByFencing = new int[ROUNDS];
        try (Arena arena = Arena.ofShared();
                var threads = Executors.newFixedThreadPool(1)) {
            long plain = arena.allocate(ROUNDS * 64L, 64).address();
            long fencing = arena.allocate(ROUNDS * 64L, 64).address();
            CyclicBarrier start = new CyclicBarrier(2);
            Future<?> other = threads.submit(() -> {
                start.await();
                for (int i = 0; i < ROUNDS; i++) {
                    NativeMemory.putInt(plain + i * 64L, 1);
                    VarHandle.acquireFence();
                    seenByPlain[i] = NativeMemory.getInt(fencing + i * 64L);
                }
                return null;
            });
            start.await();
            for (int i = 0; i < ROUNDS; i++) {
                NativeMemory.putInt(fencing + i * 64L, 1);
                Membarrier.fenceAll();
                seenByFencing[i] = NativeMemory.getInt(plain + i * 64L);
            }
            other.get();
        }
        int missed = 0;
        for (int i = 0; i < ROUNDS; i++) {
            missed += seenByPlain[i] == 0 && seenByFencing[i] == 0 ? 1 : 0;
        }
        assertEquals(0, missed);
    }
}
