package dev.quern.kvstore.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which block holds how much. */
@Timeout(60)
class SizeClassesTest {
    @Test
    void shouldGiveEverySizeTheSmallestClassThatHoldsIt() {
        for (int bytes = 1; bytes <= SizeClasses.BYTES_MAX; bytes++) {
            int sizeClass = SizeClasses.of(bytes);
            int block = SizeClasses.bytes(sizeClass);
            assertTrue(bytes <= block, bytes + " bytes in a block of " + block);
            assertTrue(
                    sizeClass == 0 || SizeClasses.bytes(sizeClass - 1) < bytes,
                    bytes + " bytes fit a smaller class than that of " + block);
            assertEquals(0, block % Long.BYTES);
        }
        assertEquals(SizeClasses.COUNT - 1, SizeClasses.of(SizeClasses.BYTES_MAX));
        assertEquals(32 << 10, SizeClasses.BYTES_MAX);
    }

    @Test
    void shouldWasteAtMostAnEighthBeyondTheFirstSteps() {
        for (int bytes = 64; bytes < 1 << 20; bytes++) {
            int block = SizeClasses.blockBytes(bytes);
            assertTrue((block - bytes) * 8 <= block, bytes + " bytes in a block of " + block);
        }
    }

    @Test
    void shouldCutSlabsWithLittleLeftOver() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            int slab = SizeClasses.slabPages(sizeClass) * SizeClasses.PAGE_BYTES;
            int rest = slab - SizeClasses.slabBlocks(sizeClass) * SizeClasses.bytes(sizeClass);
            assertTrue(rest >= 0 && rest * 32 <= slab, rest + " bytes left over in a slab of class " + sizeClass);
            assertTrue(SizeClasses.slabBlocks(sizeClass) <= SizeClasses.SLAB_BLOCKS_MAX);
            assertTrue(slab <= 64 << 10, "a slab of " + slab + " bytes");
        }
    }
}
