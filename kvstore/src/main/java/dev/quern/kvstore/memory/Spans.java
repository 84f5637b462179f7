package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.util.Arrays;

/**
 * Hands out runs of pages of one range, and takes them back: free neighbours become one span at once, spans lie in lists by size (two
 * levels, after Masmano et al., "TLSF", ECRTS 2004), and what was never used begins where the last used page ends. Pages that stay free
 * go back to the system, those that were in demand of late do not.
 *
 * <p>Thread: whoever holds the arena's lock; the counts may be read on any thread.
 */
final class Spans {
    static final int NONE = -1;

    private static final int STEPS = 8;
    private static final int STEPS_SHIFT = 3;
    private static final int BINS = 256;

    /** In the one list in which not every span is long enough, so many are looked at. */
    private static final int LOOKS_MAX = 64;

    /** Pages free throughout such a time are not in demand. */
    private static final long DEMAND_INTERVAL_MS = 1000;

    /** Where huge pages are used, as many small ones come from and go to the system together. */
    static final int HUGE_PAGES = (int) (Mmap.HUGE_PAGE_BYTES / SizeClasses.PAGE_BYTES);

    /** A range asks for an eighth of its length ahead of use, from one huge page to eight. */
    private static final int AHEAD_SHIFT = 3;

    private static final int AHEAD_PAGES_MAX = 8 * HUGE_PAGES;

    private static final int WORDS_PER_HUGE_PAGE = HUGE_PAGES / Long.SIZE;

    /** A step of {@link #maintain} looks for pages among so many times 64. */
    private static final int STEP_WORDS_MAX = 1024;

    private final long address;
    private final PageTable table;
    private final int committedMax;
    private final int hugeFrom;
    private final CommitAhead ahead;
    private final int[] bins = new int[BINS];
    private final long[] binsInUse = new long[BINS / Long.SIZE];

    /** The first page of those that were never used, or are as good as. */
    private int top;

    /** No page from here on was ever committed. */
    private int topMax;

    /** As far as memory was asked for ahead of use. */
    private int aheadTo;

    private volatile int usedPages;
    private volatile int committedPages;

    /** The least number of free committed pages in this interval, and how many of the last one's are still to be given back. */
    private int spareMin;

    private int surplus;

    /** How much of the range is still to be searched for them in this interval. */
    private int surplusWords;

    private long intervalStartMs;

    /** Where the search for free committed pages goes on, downwards, in words of 64 pages. */
    private int cursor;

    /**
     * Manages all pages of a table.
     *
     * @param address of the first page
     * @param committedMax how many pages may hold memory at a time
     * @param hugeFrom the first page that is part of a huge one, a multiple of {@link #HUGE_PAGES} as is the number of pages then; past
     *     the last page when there are none
     * @param ahead asked for the next huge pages while the range grows
     */
    Spans(long address, PageTable table, int committedMax, int hugeFrom, CommitAhead ahead) {
        this.ahead = ahead;
        this.address = address;
        this.hugeFrom = hugeFrom;
        this.table = table;
        this.committedMax = committedMax;
        Arrays.fill(bins, NONE);
    }

    int usedPages() {
        return usedPages;
    }

    /** Pages that hold memory, or will once they are touched. */
    int committedPages() {
        return committedPages;
    }

    int committedMax() {
        return committedMax;
    }

    /** The first of so many pages in a row, or {@link #NONE}. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the arena's lock
    int allocate(int pages) {
        int page = takeFree(pages);
        if (page == NONE) {
            if (pages > table.pages() - top) {
                return NONE;
            }
            page = top;
            top += pages;
        }
        table.setUsed(page, pages);
        usedPages += pages;
        int from = page < hugeFrom ? page : page & -HUGE_PAGES;
        int to = page + pages <= hugeFrom ? page + pages : page + pages + HUGE_PAGES - 1 & -HUGE_PAGES;
        int uncommitted = table.countUncommitted(from, to - from);
        if (committedPages + uncommitted > committedMax) {
            decommit(committedPages + uncommitted - committedMax, Integer.MAX_VALUE);
            if (committedPages + uncommitted > committedMax) {
                free(page, pages);
                return NONE;
            }
        }
        table.setCommitted(from, to - from);
        if (to > topMax) {
            topMax = to;
            askAhead();
        }
        committedPages += uncommitted;
        spareMin = Math.min(spareMin, committedPages - usedPages);
        return page;
    }

    /** Once the range has grown into huge pages: a few more, for a range that is large already; they are not counted until used. */
    private void askAhead() {
        int from = Math.max(topMax, aheadTo);
        int pages = Math.clamp(topMax >> AHEAD_SHIFT, HUGE_PAGES, AHEAD_PAGES_MAX) & -HUGE_PAGES;
        int to = Math.min(topMax + pages, table.pages());
        if (topMax > hugeFrom && to - from >= HUGE_PAGES) {
            ahead.request(addressOf(from), (long) (to - from) << SizeClasses.PAGE_SHIFT);
            aheadTo = to;
        }
    }

    /** Takes pages back that {@link #allocate} gave. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the arena's lock
    void free(int firstPage, int count) {
        if (!table.isUsed(firstPage)) {
            throw new IllegalStateException("pages freed twice: first=" + firstPage + ", count=" + count);
        }
        table.setFree(firstPage, count);
        usedPages -= count;
        int page = firstPage;
        int pages = count;
        if (page > 0 && !table.isUsed(page - 1)) {
            int before = table.note(page - 1);
            page -= before;
            pages += before;
            unlink(page, before);
        }
        if (page + pages == top) {
            top = page;
            return;
        }
        if (!table.isUsed(page + pages)) {
            int behind = table.note(page + pages);
            unlink(page + pages, behind);
            pages += behind;
        }
        link(page, pages);
    }

    /**
     * Gives some of the pages back that were free throughout the last second.
     *
     * @param nowMs any clock
     * @param pagesMax bounds the work
     * @return how much was done; 0 when there is nothing to give back now
     */
    int maintain(long nowMs, int pagesMax) {
        int spare = committedPages - usedPages;
        if (nowMs - intervalStartMs >= DEMAND_INTERVAL_MS || nowMs < intervalStartMs) {
            surplus = Math.min(spareMin, spare);
            spareMin = spare;
            surplusWords = words();
            intervalStartMs = nowMs;
        }
        surplus = surplusWords <= 0 ? 0 : Math.min(surplus, spare);
        if (surplus <= 0) {
            return 0;
        }
        int given = decommit(Math.min(surplus, pagesMax), STEP_WORDS_MAX);
        surplus -= given;
        spareMin = Math.min(spareMin, committedPages - usedPages);
        return given + 1;
    }

    /**
     * Gives free pages back until there were so many, highest addresses first, so that what is in use gathers at the lower end. Huge
     * pages go as a whole.
     */
    private int decommit(int pagesMax, int wordsMax) {
        int given = 0;
        int words = words();
        int looked = 0;
        while (looked < Math.min(words, wordsMax) && given < pagesMax) {
            cursor = cursor <= 0 || cursor > words ? words - 1 : cursor - 1;
            int run;
            if (cursor << 6 >= hugeFrom) {
                cursor &= -WORDS_PER_HUGE_PAGE;
                looked += WORDS_PER_HUGE_PAGE;
                run = isHugePageFree(cursor) ? giveBack(cursor << 6, HUGE_PAGES) : 0;
            } else {
                looked++;
                run = giveWordBack(pagesMax - given);
            }
            if (run < 0) {
                // The pages stay committed and counted as such, which costs memory but is right.
                break;
            }
            given += run;
        }
        surplusWords -= looked;
        return given;
    }

    private boolean isHugePageFree(int firstWord) {
        for (int word = firstWord; word < firstWord + WORDS_PER_HUGE_PAGE; word++) {
            if (table.freeCommitted(word << 6) != -1L) {
                return false;
            }
        }
        return true;
    }

    /** Of the pages of the word at the cursor, which stays there if there are more; below 0 when the system refuses. */
    private int giveWordBack(int pagesMax) {
        int given = 0;
        long free = table.freeCommitted(cursor << 6);
        while (free != 0 && given < pagesMax) {
            int first = Long.numberOfTrailingZeros(free);
            int run = Math.min(Long.numberOfTrailingZeros(~(free >>> first)), pagesMax - given);
            if (giveBack((cursor << 6) + first, run) < 0) {
                return -1;
            }
            given += run;
            free = first + run == Long.SIZE ? 0 : free & -1L << first + run;
        }
        if (free != 0) {
            cursor++;
        }
        return given;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the arena's lock
    private int giveBack(int page, int pages) {
        try {
            Mmap.decommit(addressOf(page), (long) pages << SizeClasses.PAGE_SHIFT);
        } catch (IOException refused) {
            surplusWords = 0;
            return -1;
        }
        table.setUncommitted(page, pages);
        committedPages -= pages;
        return pages;
    }

    /** How many words of the bitmaps cover all pages that were ever committed. */
    private int words() {
        return topMax + Long.SIZE - 1 >>> 6;
    }

    long addressOf(int page) {
        return address + ((long) page << SizeClasses.PAGE_SHIFT);
    }

    int pageOf(long block) {
        return (int) (block - address >>> SizeClasses.PAGE_SHIFT);
    }

    private int takeFree(int pages) {
        int page = findFree(pages);
        if (page == NONE) {
            return NONE;
        }
        int length = table.note(page);
        unlink(page, length);
        if (length > pages) {
            link(page + pages, length - pages);
        }
        return page;
    }

    private int findFree(int pages) {
        // Every span of this bin and all above is long enough.
        int enough = pages < STEPS ? pages : bin(pages + (stepPages(pages) - 1));
        int word = enough >>> 6;
        long candidates = binsInUse[word] & -1L << enough;
        while (candidates == 0 && ++word < binsInUse.length) {
            candidates = binsInUse[word];
        }
        if (candidates != 0) {
            return bins[(word << 6) + Long.numberOfTrailingZeros(candidates)];
        }
        int looks = 0;
        for (int page = bins[bin(pages)]; page != NONE && looks < LOOKS_MAX; page = table.next(page), looks++) {
            if (table.note(page) >= pages) {
                return page;
            }
        }
        return NONE;
    }

    private void link(int page, int pages) {
        table.note(page, pages);
        table.note(page + pages - 1, pages);
        int bin = bin(pages);
        int head = bins[bin];
        table.next(page, head);
        table.previous(page, NONE);
        if (head != NONE) {
            table.previous(head, page);
        }
        bins[bin] = page;
        binsInUse[bin >>> 6] |= 1L << bin;
    }

    private void unlink(int page, int pages) {
        int next = table.next(page);
        int previous = table.previous(page);
        if (next != NONE) {
            table.previous(next, previous);
        }
        if (previous != NONE) {
            table.next(previous, next);
            return;
        }
        int bin = bin(pages);
        bins[bin] = next;
        if (next == NONE) {
            binsInUse[bin >>> 6] &= ~(1L << bin);
        }
    }

    /** Where spans of this length lie: exact below eight pages, then eight steps to each doubling. */
    private static int bin(int pages) {
        if (pages < STEPS) {
            return pages;
        }
        int exponent = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(pages);
        return (exponent - STEPS_SHIFT + 1) * STEPS + (pages >>> exponent - STEPS_SHIFT) - STEPS;
    }

    private static int stepPages(int pages) {
        return 1 << Integer.SIZE - 1 - Integer.numberOfLeadingZeros(pages) - STEPS_SHIFT;
    }
}
