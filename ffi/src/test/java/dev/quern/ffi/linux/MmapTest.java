package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    void shouldPopulateARangeAndKeepWhatItHolds() throws IOException {
        long bytes = 64 * Mmap.PAGE_BYTES;
        long address = Mmap.reserve(bytes);
        NativeMemory.putLong(address + Mmap.PAGE_BYTES, 42);
        assumeTrue(Mmap.populate(address, bytes), "needs Linux 5.14");
        assertEquals(42, NativeMemory.getLong(address + Mmap.PAGE_BYTES));
        assertEquals(0, NativeMemory.getLong(address + bytes - Long.BYTES));
        Mmap.unmap(address, bytes);
        assertFalse(Mmap.populate(address, bytes), "a range that is none");
    }

    @Test
    void shouldBackAnAdvisedRangeWithHugePages() throws IOException {
        Path setting = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        assumeTrue(
                Files.exists(setting) && !Files.readString(setting).contains("[never]"),
                "needs a kernel with transparent huge pages");
        long bytes = 4 * Mmap.HUGE_PAGE_BYTES;
        long address = Mmap.reserve(bytes);
        assertTrue(Mmap.adviseHuge(address, bytes));
        for (long offset = 0; offset < bytes; offset += Mmap.PAGE_BYTES) {
            assertEquals(0, NativeMemory.getLong(address + offset));
            NativeMemory.putLong(address + offset, offset);
        }
        assertTrue(isAdvised(address), "the kernel's map of the range says that it was advised");
        Mmap.unmap(address, bytes);
    }

    /** Whether the range's flags in the kernel's own words hold {@code hg}: huge pages advised. */
    private static boolean isAdvised(long address) throws IOException {
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            Matcher range = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*").matcher(line);
            if (range.matches()) {
                inside = Long.parseUnsignedLong(range.group(1), 16) <= address
                        && address < Long.parseUnsignedLong(range.group(2), 16);
            } else if (inside && line.startsWith("VmFlags:")) {
                return List.of(line.split(" ")).contains("hg");
            }
        }
        return false;
    }

    @Test
    void shouldNameTheCallThatTheKernelRefused() {
        IOException refused = assertThrows(IOException.class, () -> Mmap.reserve(Long.MAX_VALUE));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("mmap of " + Long.MAX_VALUE + " bytes: "), message);
        assertThrows(IOException.class, () -> Mmap.decommit(123, Mmap.PAGE_BYTES));
    }

    @Test
    void shouldCountPagesThatHoldMemory() throws IOException {
        long bytes = 40L << 20;
        long address = Mmap.reserve(bytes);
        try {
            assertEquals(0, Mmap.residentBytes(address, bytes));
            for (long offset : new long[] {0, 5, Mmap.PAGE_BYTES, 20L << 20, bytes - 1}) {
                NativeMemory.putByte(address + offset, (byte) 1);
            }
            assertEquals(4 * Mmap.PAGE_BYTES, Mmap.residentBytes(address, bytes));
            Mmap.decommit(address, bytes);
            assertEquals(0, Mmap.residentBytes(address, bytes));
        } finally {
            Mmap.unmap(address, bytes);
        }
    }
}
