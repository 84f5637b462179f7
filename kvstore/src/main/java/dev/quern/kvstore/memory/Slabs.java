package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;

/**
 * An arena's slabs: runs of pages, each cut into blocks of one class. Which blocks are free is kept beside the slab, never in it, so
 * that free memory may be given back and holds nothing of the allocator's. Blocks come from the fullest slabs first, so that others run
 * empty; a slab whose blocks are all free returns to the {@link Spans}.
 *
 * <p>Thread: whoever holds the arena's lock.
 */
final class Slabs implements AutoCloseable {
    private static final int NONE = 0;

    /** A slab's notes: its first page, class, bin and number of free blocks, its neighbours in the bin, a bit for each free block. */
    private static final int FIRST_PAGE_OFFSET = 0;

    private static final int CLASS_OFFSET = FIRST_PAGE_OFFSET + Integer.BYTES;
    private static final int BIN_OFFSET = CLASS_OFFSET + Byte.BYTES;
    private static final int FREE_OFFSET = BIN_OFFSET + Byte.BYTES;
    private static final int NEXT_OFFSET = FREE_OFFSET + Short.BYTES;
    private static final int PREVIOUS_OFFSET = NEXT_OFFSET + Integer.BYTES;
    private static final int BITS_OFFSET = PREVIOUS_OFFSET + Integer.BYTES;
    private static final int NOTES_BYTES = BITS_OFFSET + SizeClasses.SLAB_BLOCKS_MAX / Byte.SIZE;

    /** Slabs of a class that have free blocks lie in bins by how many: up to a quarter of all, and so on. */
    private static final int BINS = 4;

    private static final int NO_BIN = BINS;

    private final Spans spans;
    private final PageTable table;
    private final long address;
    private final long bytes;
    private final int[] heads = new int[SizeClasses.COUNT * BINS];
    private int slabsMade;
    private int unusedNotes = NONE;

    Slabs(Spans spans, PageTable table) throws IOException {
        this.spans = spans;
        this.table = table;
        bytes = (table.pages() + 1L) * NOTES_BYTES;
        address = Mmap.reserve(bytes);
    }

    /**
     * Takes blocks of a class out of slabs that are there, and out of a new one if those have none.
     *
     * @param blocks gets their addresses from index 0 on, in falling order within a slab
     * @return how many there were, up to {@code countMax}; 0 when there is no memory for a slab
     */
    int take(int sizeClass, long[] blocks, int countMax) {
        int taken = takePresent(sizeClass, blocks, countMax);
        if (taken == 0 && addSlab(sizeClass)) {
            taken = takePresent(sizeClass, blocks, countMax);
        }
        return taken;
    }

    /** As {@link #take}, without a new slab. */
    int takePresent(int sizeClass, long[] blocks, int countMax) {
        int taken = 0;
        for (int bin = 0; bin < BINS && taken < countMax; ) {
            int slab = heads[sizeClass * BINS + bin];
            if (slab == NONE) {
                bin++;
            } else {
                taken += takeFrom(slab, sizeClass, blocks, taken, countMax);
            }
        }
        return taken;
    }

    private int takeFrom(int slab, int sizeClass, long[] blocks, int from, int countMax) {
        long notes = notes(slab);
        long start = spans.addressOf(NativeMemory.getInt(notes + FIRST_PAGE_OFFSET));
        int blockBytes = SizeClasses.bytes(sizeClass);
        int free = free(notes);
        int count = Math.min(free, countMax - from);
        // From the highest of the lowest: a stack then gives them in rising order, as they lie.
        int at = from + count;
        for (int word = 0; at > from; word++) {
            long bitsAt = notes + BITS_OFFSET + (long) word * Long.BYTES;
            long bits = NativeMemory.getLong(bitsAt);
            while (bits != 0 && at > from) {
                int block = (word << 6) + Long.numberOfTrailingZeros(bits);
                blocks[--at] = start + (long) block * blockBytes;
                bits &= bits - 1;
            }
            NativeMemory.putLong(bitsAt, bits);
        }
        setFree(slab, notes, sizeClass, free - count);
        return count;
    }

    /** Takes a block back. */
    void give(long block) {
        int page = spans.pageOf(block);
        int slab = table.note(page);
        if (slab <= NONE || slab > slabsMade || !table.isUsed(page)) {
            throw new IllegalStateException("a block that no slab holds was freed: page=" + page);
        }
        long notes = notes(slab);
        int sizeClass = NativeMemory.getByte(notes + CLASS_OFFSET);
        int firstPage = NativeMemory.getInt(notes + FIRST_PAGE_OFFSET);
        int number = (int) (block - spans.addressOf(firstPage)) / SizeClasses.bytes(sizeClass);
        long bitsAt = notes + BITS_OFFSET + (long) (number >>> 6) * Long.BYTES;
        long bits = NativeMemory.getLong(bitsAt);
        if ((bits >>> number & 1) != 0) {
            throw new IllegalStateException("a block was freed twice: page=" + page + ", block=" + number);
        }
        NativeMemory.putLong(bitsAt, bits | 1L << number);
        int free = free(notes) + 1;
        setFree(slab, notes, sizeClass, free);
        if (free == SizeClasses.slabBlocks(sizeClass)) {
            removeSlab(slab, notes, sizeClass, firstPage);
        }
    }

    private boolean addSlab(int sizeClass) {
        int pages = SizeClasses.slabPages(sizeClass);
        int firstPage = spans.allocate(pages);
        if (firstPage == Spans.NONE) {
            return false;
        }
        int slab = unusedNotes;
        if (slab == NONE) {
            slab = ++slabsMade;
        } else {
            unusedNotes = NativeMemory.getInt(notes(slab) + NEXT_OFFSET);
        }
        for (int page = firstPage; page < firstPage + pages; page++) {
            table.note(page, slab);
        }
        long notes = notes(slab);
        int blocks = SizeClasses.slabBlocks(sizeClass);
        NativeMemory.putInt(notes + FIRST_PAGE_OFFSET, firstPage);
        NativeMemory.putByte(notes + CLASS_OFFSET, (byte) sizeClass);
        NativeMemory.putByte(notes + BIN_OFFSET, (byte) NO_BIN);
        for (int word = 0; word << 6 < blocks; word++) {
            int rest = blocks - (word << 6);
            NativeMemory.putLong(
                    notes + BITS_OFFSET + (long) word * Long.BYTES, rest >= Long.SIZE ? -1L : (1L << rest) - 1);
        }
        setFree(slab, notes, sizeClass, blocks);
        return true;
    }

    private void removeSlab(int slab, long notes, int sizeClass, int firstPage) {
        unlink(notes, sizeClass);
        NativeMemory.putInt(notes + NEXT_OFFSET, unusedNotes);
        unusedNotes = slab;
        spans.free(firstPage, SizeClasses.slabPages(sizeClass));
    }

    private void setFree(int slab, long notes, int sizeClass, int free) {
        NativeMemory.putShort(notes + FREE_OFFSET, (short) free);
        int bin = free == 0 ? NO_BIN : (free * BINS - 1) / SizeClasses.slabBlocks(sizeClass);
        if (bin == NativeMemory.getByte(notes + BIN_OFFSET)) {
            return;
        }
        unlink(notes, sizeClass);
        NativeMemory.putByte(notes + BIN_OFFSET, (byte) bin);
        if (bin == NO_BIN) {
            return;
        }
        int head = heads[sizeClass * BINS + bin];
        NativeMemory.putInt(notes + NEXT_OFFSET, head);
        NativeMemory.putInt(notes + PREVIOUS_OFFSET, NONE);
        if (head != NONE) {
            NativeMemory.putInt(notes(head) + PREVIOUS_OFFSET, slab);
        }
        heads[sizeClass * BINS + bin] = slab;
    }

    private void unlink(long notes, int sizeClass) {
        int bin = NativeMemory.getByte(notes + BIN_OFFSET);
        if (bin == NO_BIN) {
            return;
        }
        int next = NativeMemory.getInt(notes + NEXT_OFFSET);
        int previous = NativeMemory.getInt(notes + PREVIOUS_OFFSET);
        if (next != NONE) {
            NativeMemory.putInt(notes(next) + PREVIOUS_OFFSET, previous);
        }
        if (previous == NONE) {
            heads[sizeClass * BINS + bin] = next;
        } else {
            NativeMemory.putInt(notes(previous) + NEXT_OFFSET, next);
        }
        NativeMemory.putByte(notes + BIN_OFFSET, (byte) NO_BIN);
    }

    private long notes(int slab) {
        return address + (long) slab * NOTES_BYTES;
    }

    private static int free(long notes) {
        return Short.toUnsignedInt(NativeMemory.getShort(notes + FREE_OFFSET));
    }

    @Override
    public void close() throws IOException {
        Mmap.unmap(address, bytes);
    }
}
