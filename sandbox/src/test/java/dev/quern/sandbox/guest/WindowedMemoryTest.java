package dev.quern.sandbox.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records inside the window and past it. */
@Timeout(60)
class WindowedMemoryTest {
    private static final long ARENA_BYTES = 8L << 30;
    private static final long ADDRESS_MAX = 1L << 32;
    private static final int VALUE_LENGTH = 16 << 20;

    private long arena;
    private WindowedMemory memory;

    @BeforeEach
    void open() throws IOException {
        arena = Mmap.reserve(ARENA_BYTES);
        memory = new WindowedMemory(1, 1, arena, ARENA_BYTES);
    }

    @AfterEach
    void close() throws IOException {
        memory.close();
        Mmap.unmap(arena, ARENA_BYTES);
    }

    @Test
    void shouldShowInPlaceWhatTheWindowReachesAndCopyTheRest() {
        NativeMemory.putLong(arena + 64, 1);
        assertEquals(WindowedMemory.WINDOW_START + 64, memory.toGuest(1, arena + 64, 8, ADDRESS_MAX));
        long lastInside = WindowedMemory.WINDOW_BYTES_MAX - 8;
        assertEquals(WindowedMemory.WINDOW_START + lastInside, memory.toGuest(1, arena + lastInside, 8, ADDRESS_MAX));
        assertEquals(0, memory.copiedBytes());
        for (long offset : new long[] {lastInside + 1, lastInside + 8, 5L << 30}) {
            NativeMemory.putLong(arena + offset, offset);
            long address = memory.toGuest(1, arena + offset, 8, ADDRESS_MAX);
            assertTrue(address >= WindowedMemory.COPIES_START && address < WindowedMemory.WINDOW_START);
            assertEquals(0, address % 8);
            assertEquals(offset, NativeMemory.getLong(memory.readable(address, 8)));
            assertThrows(GuestTrap.class, () -> memory.writable(address, 8));
            assertThrows(GuestTrap.class, () -> memory.readable(address, 9));
        }
        // A runtime that reads less of the address space gets copies sooner.
        assertTrue(memory.toGuest(1, arena + (2L << 30), 8, 1L << 31) < WindowedMemory.WINDOW_START);
    }

    @Test
    void shouldEndACallThatWantsMoreCopiesThanThereIsRoomForAndServeTheNextOne() {
        long far = arena + (6L << 30);
        for (long call = 1; call <= 3; call++) {
            long thisCall = call;
            for (int i = 0; i < 4; i++) {
                memory.toGuest(thisCall, far, VALUE_LENGTH, ADDRESS_MAX);
            }
            assertEquals(4L * VALUE_LENGTH, memory.copiedBytes());
            GuestTrap ended =
                    assertThrows(GuestTrap.class, () -> memory.toGuest(thisCall, far, VALUE_LENGTH, ADDRESS_MAX));
            assertTrue(String.valueOf(ended.getMessage()).contains("limitBytes"), ended.getMessage());
        }
        long address = memory.toGuest(4, far, 8, ADDRESS_MAX);
        assertEquals(WindowedMemory.COPIES_START, address);
        assertThrows(GuestTrap.class, () -> memory.readable(address + 8, 1));
    }

    @Test
    void shouldTellOfMuchMemoryMoreOrLessWhatIsResident() throws IOException {
        long mib = 1 << 20;
        try (WindowedMemory large = new WindowedMemory(1024, 1024, arena, ARENA_BYTES)) {
            assertEquals(0, large.residentBytes());
            NativeMemory.fill(large.writable(0, 32 * mib), 32 * mib, (byte) 1);
            for (int i = 0; i < 20; i++) {
                long found = large.residentBytes();
                assertTrue(found >= 28 * mib && found <= 36 * mib, "found: " + found);
            }
        }
    }

    @Test
    void shouldRenewLittleAndLetWhatIsMuchBeMadeAnew() throws IOException {
        long mib = 1 << 20;
        try (WindowedMemory renewed =
                new WindowedMemory(64, 64, arena, ARENA_BYTES, new InitialImage(), ReturnedMemory.atOnce())) {
            NativeMemory.putLong(renewed.writable(8, 8), 7);
            renewed.instantiated();
            for (long bytes : new long[] {8, 100_000, mib}) {
                NativeMemory.fill(renewed.writable(0, bytes), bytes, (byte) 1);
                assertTrue(renewed.renew());
                assertEquals(7, NativeMemory.getLong(renewed.readable(8, 8)));
                assertEquals(0, NativeMemory.getByte(renewed.readable(bytes - 1, 1)) & 0xf8);
            }
            NativeMemory.fill(renewed.writable(0, 2 * mib), 2 * mib, (byte) 1);
            assertFalse(renewed.renew());
        }
    }
}
