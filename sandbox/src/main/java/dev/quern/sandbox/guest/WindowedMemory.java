package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A guest's memory: private pages from address 0, and from {@link #WINDOW_START} on a read-only window onto the tenant's arena, so that
 * records are read where they lie. Records past what the window reaches are copied for the call, into a read-only part between the two.
 * Each runtime's own memory class translates addresses by the fields of this one.
 *
 * <p>Thread: the core that runs the guest.
 */
public final class WindowedMemory implements AutoCloseable {
    /** The first guest address of the window: private memory ends here at the latest. */
    public static final long WINDOW_START = 0x4000_0000L;

    public static final int PAGE_BYTES = 1 << 16;

    /** The window ends a page below the last address, so that what wild addresses a little below 0 name is never there. */
    public static final long WINDOW_BYTES_MAX = (1L << Integer.SIZE) - WINDOW_START - PAGE_BYTES;

    /** How much one call may have copied: four of the longest values, and some short ones. */
    public static final long COPIES_BYTES_MAX = 65L << 20;

    /** The first guest address of the copies. */
    public static final long COPIES_START = WINDOW_START - COPIES_BYTES_MAX;

    /** As many pages as fit below the copies. */
    public static final int PAGES_MAX = (int) (COPIES_START / PAGE_BYTES);

    /** When a call copied more, its memory goes back to the system before the next one copies. */
    private static final long COPIES_BYTES_KEPT = 1 << 20;

    /** Memory is measured by so many samples when it is more than these. */
    private static final long SAMPLES = 16;

    private static final long SAMPLE_BYTES = 256 << 10;

    private final long privateAddress;
    private final int pagesFirst;
    private final int pagesMax;
    private final long arenaAddress;
    private final long arenaLength;
    private final @Nullable WrittenPages written;
    private final ReturnedMemory returned;
    private long privateBytes;

    /** Where samples begin when {@link #residentBytes} is asked for next. */
    private long sampleOffset;

    /** Reserved when the first record is copied; 0 before. */
    private long copiesAddress;

    private long copiedBytes;
    private long copiesCall;

    /**
     * Reserves the private part, of which pages are committed as they are touched.
     *
     * @param pages to begin with, of 64 KiB
     * @param pagesMax to which it may grow
     * @throws IOException when the system has no memory to give
     */
    public WindowedMemory(int pages, int pagesMax, long arenaAddress, long arenaLength) throws IOException {
        this(pages, pagesMax, arenaAddress, arenaLength, null, ReturnedMemory.atOnce());
    }

    /**
     * As {@link #WindowedMemory(int, int, long, long)}; one with an image can be {@linkplain #renew renewed}.
     *
     * @param image of the module's, which its first instance takes
     * @param returned by which memory goes back to the system
     */
    public WindowedMemory(
            int pages,
            int pagesMax,
            long arenaAddress,
            long arenaLength,
            @Nullable InitialImage image,
            ReturnedMemory returned)
            throws IOException {
        if (pages > pagesMax || pagesMax > PAGES_MAX) {
            throw new IllegalArgumentException("pages=" + pages + ", pagesMax=" + pagesMax + ", limit=" + PAGES_MAX);
        }
        this.returned = returned;
        pagesFirst = pages;
        this.pagesMax = pagesMax;
        this.arenaAddress = arenaAddress;
        this.arenaLength = Math.min(arenaLength, WINDOW_BYTES_MAX);
        long bytes = reservedBytes(pagesMax);
        privateAddress = Mmap.reserve(image == null ? bytes : bytes + WrittenPages.bytes(bytes));
        written = image == null ? null : new WrittenPages(privateAddress, privateAddress + bytes, image);
        privateBytes = pages * (long) PAGE_BYTES;
    }

    private static long reservedBytes(int pagesMax) {
        return Math.max(1, pagesMax) * (long) PAGE_BYTES;
    }

    public long privateAddress() {
        return privateAddress;
    }

    /** What is kept of writes, for memory that can be renewed. */
    public @Nullable WrittenPages written() {
        return written;
    }

    /** The private part's present length. */
    public long privateBytes() {
        return privateBytes;
    }

    public int pages() {
        return (int) (privateBytes / PAGE_BYTES);
    }

    public int pagesMax() {
        return pagesMax;
    }

    public long arenaAddress() {
        return arenaAddress;
    }

    /** How much of the arena the window shows. */
    public long arenaLength() {
        return arenaLength;
    }

    /** Adds pages, and returns how many there were, or -1 when the limit does not allow it. */
    public int grow(int morePages) {
        int before = pages();
        if (morePages < 0 || morePages > pagesMax - before) {
            return -1;
        }
        privateBytes += morePages * (long) PAGE_BYTES;
        return before;
    }

    /** Zeroes everything and returns to so many pages. */
    public void reset(int pages) {
        try {
            Mmap.decommit(privateAddress, reservedBytes(pagesMax));
        } catch (IOException failed) {
            throw new IllegalStateException("private memory could not be given back", failed);
        }
        privateBytes = pages * (long) PAGE_BYTES;
        if (written != null) {
            written.markImage();
        }
    }

    /** The module was instantiated, its data written: this is what {@link #renew} comes back to. */
    public void instantiated() {
        if (written != null) {
            written.instantiated(privateBytes);
        }
    }

    /**
     * Makes the private part what it was when the module had just been instantiated; for memory with an image.
     *
     * @return false when so much was written that this would take longer than others may wait: a new one is had for less
     */
    public boolean renew() {
        if (written == null) {
            throw new IllegalStateException("memory without an image cannot be renewed");
        }
        try {
            if (!written.restore(privateBytes)) {
                return false;
            }
        } catch (IOException failed) {
            throw new IllegalStateException("private memory could not be given back", failed);
        }
        privateBytes = pagesFirst * (long) PAGE_BYTES;
        return true;
    }

    /** Where so many bytes at a guest address lie, for reading; ends the guest's call when it does not own them. */
    public long readable(long address, long length) {
        long native64 = find(address, length);
        if (native64 == 0) {
            throw new GuestTrap(Reason.TRAP, outOfBounds("read", address, length));
        }
        return native64;
    }

    /** As {@link #readable}, or 0. */
    public long find(long address, long length) {
        if (address >= 0 && length >= 0) {
            if (address + length <= privateBytes) {
                return privateAddress + address;
            }
            long offset = address - WINDOW_START;
            if (offset >= 0 && offset + length <= arenaLength) {
                return arenaAddress + offset;
            }
            long copied = address - COPIES_START;
            if (copied >= 0 && copied + length <= copiedBytes) {
                return copiesAddress + copied;
            }
        }
        return 0;
    }

    /** Where so many bytes at a guest address lie, for writing: in the private part only. */
    public long writable(long address, long length) {
        if (address < 0 || length < 0 || address + length > privateBytes) {
            throw new GuestTrap(Reason.TRAP, outOfBounds("write", address, length));
        }
        if (written != null) {
            written.mark(address, length);
        }
        return privateAddress + address;
    }

    /** Where the copies lie; 0 while there are none. */
    public long copiesAddress() {
        return copiesAddress;
    }

    /** The length of what was copied for the present call, or for the last one that wanted copies. */
    public long copiedBytes() {
        return copiedBytes;
    }

    /**
     * The guest address of bytes in the tenant's arena: in the window, or of a copy when they lie past it. Ends the call when there is no
     * room for the copy.
     *
     * @param call differs from call to call: each begins with no copies
     * @param addressMax the runtime can read addresses below this
     */
    public long toGuest(long call, long address, int length, long addressMax) {
        long offset = address - arenaAddress;
        if (offset + length <= Math.min(arenaLength, addressMax - WINDOW_START)) {
            return WINDOW_START + offset;
        }
        return copy(call, address, length);
    }

    private long copy(long call, long address, int length) {
        try {
            if (call != copiesCall) {
                if (copiedBytes > COPIES_BYTES_KEPT) {
                    returned.unmap(copiesAddress, COPIES_BYTES_MAX, copiedBytes);
                    copiesAddress = 0;
                }
                copiesCall = call;
                copiedBytes = 0;
            }
            if (copiesAddress == 0) {
                copiesAddress = Mmap.reserve(COPIES_BYTES_MAX);
            }
        } catch (IOException failed) {
            throw new GuestTrap(Reason.TRAP, "no memory to copy a record: " + failed.getMessage());
        }
        // Aligned, as values are where they lie.
        long start = copiedBytes + Long.BYTES - 1 & -Long.BYTES;
        if (start + length > COPIES_BYTES_MAX) {
            throw new GuestTrap(
                    Reason.TRAP,
                    "records past the window fill the room for their copies: copiedBytes=" + copiedBytes + ", length="
                            + length + ", limitBytes=" + COPIES_BYTES_MAX
                            + "; read fewer or shorter ones in a call, or each of them once");
        }
        NativeMemory.copy(address, copiesAddress + start, length);
        copiedBytes = start + length;
        return COPIES_START + start;
    }

    /** What is wrong with an access, for people. */
    public String outOfBounds(String what, long address, long length) {
        boolean isWindow = address >= COPIES_START && find(address, length) != 0;
        return String.format(
                "%s of %d bytes at 0x%x %s (private memory: %d bytes; records: read-only from 0x%x)",
                what, length, address, isWindow ? "into a record" : "out of bounds", privateBytes, WINDOW_START);
    }

    /** Writes into the private part, as a data segment does. */
    public void initialise(byte[] source, int offset, long address, int length) {
        NativeMemory.copyFromArray(source, offset, writable(address, length), length);
    }

    /** Makes the private part hold what another memory's of the same limit does; pages that are alike stay untouched. */
    public void copyPrivate(WindowedMemory from) {
        privateBytes = from.privateBytes;
        for (long at = 0; at < privateBytes; at += Mmap.PAGE_BYTES) {
            if (!NativeMemory.equal(from.privateAddress + at, privateAddress + at, Mmap.PAGE_BYTES)) {
                NativeMemory.copy(from.privateAddress + at, privateAddress + at, Mmap.PAGE_BYTES);
            }
        }
    }

    /** How much of the private part is committed, in bytes; of much, as samples say, each time of other places. Some microseconds. */
    public long residentBytes() {
        if (privateBytes <= SAMPLES * SAMPLE_BYTES) {
            return Mmap.residentBytes(privateAddress, privateBytes);
        }
        long stride = privateBytes / SAMPLES & -Mmap.PAGE_BYTES;
        sampleOffset = (sampleOffset + SAMPLE_BYTES) % (stride - SAMPLE_BYTES + Mmap.PAGE_BYTES);
        long found = 0;
        for (long sample = 0; sample < SAMPLES; sample++) {
            found += Mmap.residentBytes(privateAddress + sample * stride + sampleOffset, SAMPLE_BYTES);
        }
        return (long) ((double) found / (SAMPLES * SAMPLE_BYTES) * privateBytes);
    }

    @Override
    public void close() {
        try {
            long bytes = reservedBytes(pagesMax);
            returned.unmap(privateAddress, written == null ? bytes : bytes + WrittenPages.bytes(bytes), privateBytes);
            if (copiesAddress != 0) {
                returned.unmap(copiesAddress, COPIES_BYTES_MAX, copiedBytes);
            }
        } catch (IOException failed) {
            throw new IllegalStateException("private memory could not be unmapped", failed);
        }
    }
}
