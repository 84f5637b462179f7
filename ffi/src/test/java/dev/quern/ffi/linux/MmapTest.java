package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class MmapTest {
    @Test
    void shouldReserveMoreThanTheMachineHasAndReadZeroes() throws IOException {
        long bytes = 1L << 40;
        long address = Mmap.reserve(bytes);
        assertEquals(0, NativeMemory.getLong(address + bytes - Long.BYTES));
        Mmap.unmap(address, bytes);
    }

    @Test
    void shouldForgetWhatWasDecommitted() throws IOException {
        long address = Mmap.reserve(2 * Mmap.PAGE_BYTES);
        NativeMemory.putLong(address, 42);
        NativeMemory.putLong(address + Mmap.PAGE_BYTES, 43);
        Mmap.decommit(address, Mmap.PAGE_BYTES);
        assertEquals(0, NativeMemory.getLong(address));
        assertEquals(43, NativeMemory.getLong(address + Mmap.PAGE_BYTES));
        Mmap.unmap(address, 2 * Mmap.PAGE_BYTES);
    }

    @Test
    void shouldNameTheCallThatTheKernelRefused() {
        IOException refused = assertThrows(IOException.class, () -> Mmap.reserve(Long.MAX_VALUE));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("mmap of " + Long.MAX_VALUE + " bytes: "), message);
        assertThrows(IOException.class, () -> Mmap.decommit(123, Mmap.PAGE_BYTES));
    }
}
