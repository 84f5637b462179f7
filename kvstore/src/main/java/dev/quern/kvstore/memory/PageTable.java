package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;

/**
 * What an arena knows of each of its pages, in memory of its own that is committed as it is touched: twelve bytes and two bits a page,
 * so a wide range costs nothing until it is used. Thread: whoever holds the arena's lock.
 */
final class PageTable implements AutoCloseable {
    private static final int WORD_SHIFT = 6;

    private final int pages;
    private final long address;
    private final long bytes;
    private final long links;
    private final long used;
    private final long committed;

    PageTable(int pages) throws IOException {
        this.pages = pages;
        long wordBytes = ((long) (pages - 1 >>> WORD_SHIFT) + 1) * Long.BYTES;
        long noteBytes = (long) pages * Integer.BYTES + Integer.BYTES & -Long.BYTES;
        bytes = noteBytes + (long) pages * Long.BYTES + 2 * wordBytes;
        address = Mmap.reserve(bytes);
        links = address + noteBytes;
        used = links + (long) pages * Long.BYTES;
        committed = used + wordBytes;
    }

    int pages() {
        return pages;
    }

    /** Of a page of a slab its number, 0 of a large block; of the first and last page of a free span the span's length in pages. */
    int note(int page) {
        return NativeMemory.getInt(address + (long) page * Integer.BYTES);
    }

    void note(int page, int value) {
        NativeMemory.putInt(address + (long) page * Integer.BYTES, value);
    }

    /** Of the first page of a free span, the first page of the next one in its list. */
    int next(int page) {
        return NativeMemory.getInt(links + (long) page * Long.BYTES);
    }

    void next(int page, int value) {
        NativeMemory.putInt(links + (long) page * Long.BYTES, value);
    }

    int previous(int page) {
        return NativeMemory.getInt(links + (long) page * Long.BYTES + Integer.BYTES);
    }

    void previous(int page, int value) {
        NativeMemory.putInt(links + (long) page * Long.BYTES + Integer.BYTES, value);
    }

    boolean isUsed(int page) {
        return (word(used, page >>> WORD_SHIFT) >>> page & 1) != 0;
    }

    void setUsed(int from, int count) {
        for (int page = from, end = from + count; page < end; page = nextWord(page)) {
            set(used, page, mask(page, end));
        }
    }

    void setFree(int from, int count) {
        for (int page = from, end = from + count; page < end; page = nextWord(page)) {
            clear(used, page, mask(page, end));
        }
    }

    int countUncommitted(int from, int count) {
        int uncommitted = 0;
        for (int page = from, end = from + count; page < end; page = nextWord(page)) {
            uncommitted += Long.bitCount(mask(page, end) & ~word(committed, page >>> WORD_SHIFT));
        }
        return uncommitted;
    }

    void setCommitted(int from, int count) {
        for (int page = from, end = from + count; page < end; page = nextWord(page)) {
            set(committed, page, mask(page, end));
        }
    }

    void setUncommitted(int from, int count) {
        for (int page = from, end = from + count; page < end; page = nextWord(page)) {
            clear(committed, page, mask(page, end));
        }
    }

    /** Of the 64 pages from {@code page} on, a multiple of 64, those that are free and hold memory all the same. */
    long freeCommitted(int page) {
        int word = page >>> WORD_SHIFT;
        return word(committed, word) & ~word(used, word);
    }

    private static long word(long bitmap, int word) {
        return NativeMemory.getLong(bitmap + (long) word * Long.BYTES);
    }

    private static void set(long bitmap, int page, long mask) {
        int word = page >>> WORD_SHIFT;
        NativeMemory.putLong(bitmap + (long) word * Long.BYTES, word(bitmap, word) | mask);
    }

    private static void clear(long bitmap, int page, long mask) {
        int word = page >>> WORD_SHIFT;
        NativeMemory.putLong(bitmap + (long) word * Long.BYTES, word(bitmap, word) & ~mask);
    }

    /** The bits of a page's word from that page on to {@code end}. */
    private static long mask(int page, int end) {
        long from = -1L << page;
        return end - page >= Long.SIZE - (page & Long.SIZE - 1) ? from : from & (1L << end) - 1;
    }

    private static int nextWord(int page) {
        return (page | Long.SIZE - 1) + 1;
    }

    @Override
    public void close() throws IOException {
        Mmap.unmap(address, bytes);
    }
}
