package dev.quern.ffi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Anonymous private memory from mmap(2): a range of addresses is reserved at once, and the kernel commits a page, zeroed, when it is
 * first touched. Safe on any thread; the caller owns each range until it unmaps it.
 */
public final class Mmap {
    /** The smallest unit that the kernel commits or takes back. */
    public static final long PAGE_BYTES = 4096;

    /** What a huge page holds on x86-64 and, by default, on aarch64. */
    public static final long HUGE_PAGE_BYTES = 2 << 20;

    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final long MAP_FAILED = -1;

    private static final MethodHandle MMAP = LinuxCalls.bind(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP = LinuxCalls.bind(
            "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE = LinuxCalls.bind(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle MINCORE = LinuxCalls.bind(
            "mincore",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));

    /** Pages that are asked about in one call: a range of 16 MiB. */
    private static final int RESIDENT_PAGES_MAX = 4096;

    private Mmap() {}

    /**
     * Reserves a range of zeroed memory, page-aligned, of which nothing is committed yet.
     *
     * @param bytes the range's length, above 0
     * @return its address
     * @throws IOException when the kernel refuses, as it does when address space or the number of mappings runs out
     */
    public static long reserve(long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            long address = (long)
                    MMAP.invokeExact(capture, 0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
            if (address == MAP_FAILED) {
                throw LinuxCalls.failure("mmap of " + bytes + " bytes", LinuxCalls.errno(capture));
            }
            return address;
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /**
     * Gives the pages of a range back to the kernel; the addresses stay reserved and read as zero afterwards.
     *
     * @throws IOException when the range is not whole pages of one reservation
     */
    public static void decommit(long address, long bytes) throws IOException {
        int error = advise(address, bytes, MADV_DONTNEED);
        if (error != 0) {
            throw LinuxCalls.failure("madvise of " + bytes + " bytes", error);
        }
    }

    /**
     * Asks the kernel to back a range with huge pages as it is touched (transparent huge pages), so that random reads of much memory
     * seldom wait for address translation. A range that ends within a huge page keeps small ones there.
     *
     * @return whether the kernel takes such advice; without it all works, slower
     */
    public static boolean adviseHuge(long address, long bytes) {
        return advise(address, bytes, MADV_HUGEPAGE) == 0;
    }

    /**
     * Has the kernel back a range with memory now instead of when it is first touched, which takes a fifth of a millisecond for a huge
     * page, and milliseconds where a virtual machine's host must find it first. What the range holds stays.
     *
     * @return whether the kernel did so; it can since Linux 5.14
     */
    public static boolean populate(long address, long bytes) {
        return advise(address, bytes, MADV_POPULATE_WRITE) == 0;
    }

    /**
     * How much of a range holds memory: what was touched of it, and not given back or swapped out since. A microsecond for a small one.
     *
     * @return in bytes; all of the range when the kernel does not say
     */
    public static long residentBytes(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            MemorySegment pages = arena.allocate(Math.min(RESIDENT_PAGES_MAX, Math.ceilDiv(bytes, PAGE_BYTES)));
            long resident = 0;
            for (long from = 0; from < bytes; from += RESIDENT_PAGES_MAX * PAGE_BYTES) {
                long length = Math.min(bytes - from, RESIDENT_PAGES_MAX * PAGE_BYTES);
                if ((int) MINCORE.invokeExact(capture, address + from, length, pages) < 0) {
                    return bytes;
                }
                for (long page = 0; page < Math.ceilDiv(length, PAGE_BYTES); page++) {
                    resident += pages.get(ValueLayout.JAVA_BYTE, page) & 1;
                }
            }
            return resident * PAGE_BYTES;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /** Returns the error number, 0 when the kernel took the advice. */
    private static int advise(long address, long bytes, int advice) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            return (int) MADVISE.invokeExact(capture, address, bytes, advice) < 0 ? LinuxCalls.errno(capture) : 0;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /**
     * Ends a reservation. Touching its addresses afterwards ends the process.
     *
     * @throws IOException when the range is none
     */
    public static void unmap(long address, long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            if ((int) MUNMAP.invokeExact(capture, address, bytes) < 0) {
                throw LinuxCalls.failure("munmap of " + bytes + " bytes", LinuxCalls.errno(capture));
            }
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }
}
