package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Mmap;

/**
 * The sizes in which memory is handed out: multiples of 8 bytes to 256, then eight steps to each doubling up to 32 KiB, so that at most
 * an eighth is wasted (a sixteenth on average); beyond, whole pages. Blocks of a class are cut from slabs, runs of a few pages.
 */
public final class SizeClasses {
    private static final int FINE_BYTES = 8;
    private static final int FINE_CLASSES = 32;
    private static final int FINE_MAX = FINE_BYTES * FINE_CLASSES;
    private static final int STEPS = 8;
    private static final int STEPS_SHIFT = 3;
    private static final int DOUBLINGS = 7;

    /** How many classes there are. */
    public static final int COUNT = FINE_CLASSES + STEPS * DOUBLINGS;

    /** The largest block that is cut from a slab; here an eighth is as much as a page. */
    public static final int BYTES_MAX = FINE_MAX << DOUBLINGS;

    /** Blocks beyond {@link #BYTES_MAX} are multiples of this, as is everything that goes to or comes from the system. */
    public static final int PAGE_BYTES = (int) Mmap.PAGE_BYTES;

    static final int PAGE_SHIFT = Integer.numberOfTrailingZeros(PAGE_BYTES);

    /** A slab's free blocks are bits in a few words. */
    static final int SLAB_BLOCKS_MAX = 512;

    /** Slabs are no shorter without need: a batch of small blocks should come from few of them. */
    private static final int SLAB_PAGES_MIN = 4;

    /** What is left over at a slab's end is at most this part of it. */
    private static final int SLAB_WASTE_SHARE = 32;

    private static final int[] SLAB_PAGES = new int[COUNT];

    static {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            SLAB_PAGES[sizeClass] = choosePages(bytes(sizeClass));
        }
    }

    private SizeClasses() {}

    private static int choosePages(int blockBytes) {
        int pages = Math.max(
                Math.ceilDiv(blockBytes, PAGE_BYTES),
                Math.min(SLAB_PAGES_MIN, blockBytes * SLAB_BLOCKS_MAX / PAGE_BYTES));
        while (pages * PAGE_BYTES % blockBytes * SLAB_WASTE_SHARE > pages * PAGE_BYTES) {
            pages++;
        }
        return pages;
    }

    /** The smallest class that holds {@code bytes}, which is from 1 to {@link #BYTES_MAX}. */
    public static int of(int bytes) {
        if (bytes <= FINE_MAX) {
            return (bytes + FINE_BYTES - 1) / FINE_BYTES - 1;
        }
        int last = bytes - 1;
        int exponent = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last);
        int doubling = exponent - Integer.numberOfTrailingZeros(FINE_MAX);
        int step = (last >>> exponent - STEPS_SHIFT) - STEPS;
        return FINE_CLASSES + doubling * STEPS + step;
    }

    /** A class's block size in bytes: a multiple of 8. */
    public static int bytes(int sizeClass) {
        if (sizeClass < FINE_CLASSES) {
            return (sizeClass + 1) * FINE_BYTES;
        }
        int doubling = (sizeClass - FINE_CLASSES) / STEPS;
        int step = (sizeClass - FINE_CLASSES) % STEPS;
        return (FINE_MAX << doubling) + (step + 1) * (FINE_MAX / STEPS << doubling);
    }

    /** The size of the block that holds {@code bytes}: what is charged for it. */
    public static int blockBytes(int bytes) {
        return bytes <= BYTES_MAX ? bytes(of(bytes)) : pages(bytes) << PAGE_SHIFT;
    }

    /** How many pages hold {@code bytes}. */
    static int pages(int bytes) {
        return bytes + PAGE_BYTES - 1 >>> PAGE_SHIFT;
    }

    static int slabPages(int sizeClass) {
        return SLAB_PAGES[sizeClass];
    }

    static int slabBlocks(int sizeClass) {
        return SLAB_PAGES[sizeClass] * PAGE_BYTES / bytes(sizeClass);
    }
}
