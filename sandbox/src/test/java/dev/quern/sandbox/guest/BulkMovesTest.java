package dev.quern.sandbox.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class BulkMovesTest {
    private static final int STEP = (int) BulkMoves.STEP_BYTES;
    private static final int BYTES = 5 * STEP;
    private static final long SEED = 7;

    @Test
    void shouldCopyAsIfAtOnceHoweverTheRangesOverlap() {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(BYTES, 8).address();
            byte[] model = new byte[BYTES];
            random.nextBytes(model);
            NativeMemory.copyFromArray(model, 0, address, BYTES);
            for (int i = 0; i < 60; i++) {
                int length = i % 3 == 0 ? STEP * random.nextInt(4) : random.nextInt(BYTES);
                int source = random.nextInt(BYTES - length + 1);
                int target = i % 5 == 0 ? source : random.nextInt(BYTES - length + 1);
                System.arraycopy(model, source, model, target, length);
                BulkMoves.copy(address + source, address + target, length, () -> {});
                assertArrayEquals(
                        model,
                        NativeMemory.toArray(address, BYTES),
                        "seed " + SEED + ": " + source + " to " + target + ", length " + length);
            }
        }
    }

    @Test
    void shouldFillWhatItIsToldAndNothingElse() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(BYTES, 8).address();
            byte[] model = new byte[BYTES];
            for (int length : new int[] {0, 1, STEP, STEP + 1, 3 * STEP, 4 * STEP - 1}) {
                Arrays.fill(model, 1, 1 + length, (byte) length);
                BulkMoves.fill(address + 1, length, (byte) length, () -> {});
                assertArrayEquals(model, NativeMemory.toArray(address, BYTES), "length " + length);
            }
        }
    }

    @Test
    void shouldStopWhereItIsEnded() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(BYTES, 8).address();
            AtomicInteger steps = new AtomicInteger();
            assertThrows(
                    GuestTrap.class,
                    () -> BulkMoves.fill(address, BYTES, (byte) 1, () -> {
                        if (steps.incrementAndGet() == 2) {
                            throw new GuestTrap(GuestTrap.Reason.DEADLINE, "ended");
                        }
                    }));
            assertEquals(1, NativeMemory.getByte(address + 2L * STEP - 1));
            assertEquals(0, NativeMemory.getByte(address + 2L * STEP));
        }
    }
}
