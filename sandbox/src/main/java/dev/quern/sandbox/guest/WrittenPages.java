package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a guest's private memory were written since they were as in its {@link InitialImage}: a byte for each, set by every
 * store. That costs a store an instruction or two; the kernel's own copying on write costs each page that is written a fault, and giving
 * the pages back an interrupt of every other core.
 *
 * <p>Thread: the core that runs the guest.
 */
public final class WrittenPages {
    /** From an address to its page's number. */
    public static final int PAGE_SHIFT = 12;

    static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    /** Past as many pages the kernel zeroes them sooner than we do: 256 KiB. */
    private static final int RESTORED_SINGLY_MAX = 64;

    /** Past as many it takes the kernel more than a tenth of a millisecond: 1 MiB. */
    private static final int RESTORED_MAX = 256;

    private final long privateAddress;
    private final long marks;
    private final InitialImage image;

    /** Marks lie at an address of zeroes, {@link #bytes} of them, and are the caller's to free. */
    WrittenPages(long privateAddress, long marks, InitialImage image) {
        this.privateAddress = privateAddress;
        this.marks = marks;
        this.image = image;
    }

    /** What the marks of so much private memory take: whole pages. */
    static long bytes(long privateBytes) {
        return (privateBytes >>> PAGE_SHIFT) + PAGE_BYTES - 1 & -PAGE_BYTES;
    }

    /** Where the marks lie, a byte for each page: 1 when it was written. */
    public long marks() {
        return marks;
    }

    /** Bytes of the private part are about to be written. */
    public void mark(long address, long length) {
        if (length > 0) {
            long last = address + length - 1 >>> PAGE_SHIFT;
            for (long page = address >>> PAGE_SHIFT; page <= last; page++) {
                NativeMemory.putByte(marks + page, (byte) 1);
            }
        }
    }

    /** The module was instantiated: what memory holds now it will hold again after {@link #restore}. */
    void instantiated(long privateBytes) {
        int words = words(privateBytes);
        if (!image.isTaken()) {
            byte[][] pages = new byte[words * Long.BYTES][];
            int used = 0;
            for (int page = 0; page < pages.length; page++) {
                pages[page] = NativeMemory.getByte(marks + page) == 0 ? null : content(page);
                used = pages[page] == null ? used : page + 1;
            }
            image.take(Arrays.copyOf(pages, used));
        }
        NativeMemory.fill(marks, (long) words * Long.BYTES, (byte) 0);
    }

    private byte @Nullable [] content(int page) {
        byte[] bytes = NativeMemory.toArray(privateAddress + ((long) page << PAGE_SHIFT), PAGE_BYTES);
        int length = PAGE_BYTES;
        while (length > 0 && bytes[length - 1] == 0) {
            length--;
        }
        return length == 0 ? null : Arrays.copyOf(bytes, length);
    }

    /** Everything is to be restored, whatever the marks say. */
    void markImage() {
        for (int page = 0; page < image.pageCount(); page++) {
            NativeMemory.putByte(marks + page, (byte) 1);
        }
    }

    /**
     * Makes so much private memory what it was at first.
     *
     * @return false, and nothing is restored, when it is too much
     * @throws IOException when the kernel does not take pages back
     */
    boolean restore(long privateBytes) throws IOException {
        int words = words(privateBytes);
        int writtenPages = writtenPages(words);
        if (writtenPages > RESTORED_MAX) {
            return false;
        }
        if (writtenPages > RESTORED_SINGLY_MAX) {
            Mmap.decommit(privateAddress, privateBytes);
            NativeMemory.fill(marks, (long) words * Long.BYTES, (byte) 0);
            markImage();
        }
        for (int i = 0; i < words; i++) {
            long at = marks + (long) i * Long.BYTES;
            long written = NativeMemory.getLong(at);
            if (written != 0) {
                NativeMemory.putLong(at, 0);
                for (; written != 0; written &= written - 1) {
                    int page = i * Long.BYTES + Long.numberOfTrailingZeros(written) / Byte.SIZE;
                    image.restore(page, privateAddress + ((long) page << PAGE_SHIFT));
                }
            }
        }
        return true;
    }

    /** How many were written, or more than {@link #RESTORED_MAX}. */
    private int writtenPages(int words) {
        int found = 0;
        for (int i = 0; i < words && found <= RESTORED_MAX; i++) {
            found += Long.bitCount(NativeMemory.getLong(marks + (long) i * Long.BYTES));
        }
        return found;
    }

    /** Private memory is in pages of 64 KiB, so the marks fill whole words. */
    private static int words(long privateBytes) {
        return (int) (privateBytes >>> PAGE_SHIFT) / Long.BYTES;
    }
}
